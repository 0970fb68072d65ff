"""The async client of a Centra store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn, Self

import httpx
from pydantic import SecretStr

from langchain_centra.client.answer import Answer
from langchain_centra.client.clock import SYSTEM_CLOCK, Clock
from langchain_centra.client.document import is_mutation
from langchain_centra.client.errors import CentraError, PermissionMissing, SettingsError
from langchain_centra.client.paging import node_pages, row_pages
from langchain_centra.client.permissions import TokenPermissions
from langchain_centra.client.response import Response, report_deprecations
from langchain_centra.client.url import Environment, endpoint, environment
from langchain_centra.client.wire import Wire, usable_token

if TYPE_CHECKING:
    from tenacity import AsyncRetrying

    from langchain_centra.client.counts import Ledger
    from langchain_centra.client.gate import Gate

# How long a read is tried again, in seconds: beyond the ten-second window of the rate limits, short of the hour's.
_READ_PATIENCE = 60.0
_WARN_BEFORE = timedelta(days=7)
_NEWEST_ORDER = "query { orderConnection(last: 1, sort: orderDate_ASC) { edges { node { createdAt } } } }"


class AsyncCentra:
    """An async client of one Centra store, for one event loop; an async context manager.

    Args:
        url: the store's address, with or without `/graphql`.
        token: an Integration API token.
        name: what the store is called in records; its host (and port) by default.
        timezone: the store's time zone, if it is known; see `store_timezone()`.
        timeout: seconds for one request, from the first byte sent to the last received. A mutation, with all its
            attempts, is over after it; a read may be tried again for a minute.
        allowed_hosts: hosts besides `*.centra.com` and `*.centraqa.com` that may receive the token.
        transport: an httpx transport instead of the network.
        clock: tells the time and waits.
        token_expires: when the token runs out, so that its rejection can be explained.
        rate_share: how much of the store's rate limits, which all integrations share, may be used here: 0.5 is half.
        granted: the permissions that the token was given, if that is known: what it may change shows only when it does.
        cache: whether reports may keep ids, dates and amounts in the user's cache directory; else in memory alone.

    Raises:
        SettingsError: the URL, the token or the share cannot be right.
    """

    def __init__(
        self,
        url: str,
        token: str | SecretStr,
        *,
        name: str | None = None,
        timezone: tzinfo | None = None,
        timeout: float = 30.0,
        allowed_hosts: Collection[str] = (),
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = SYSTEM_CLOCK,
        token_expires: datetime | None = None,
        rate_share: float = 0.5,
        granted: Collection[str] = (),
        cache: bool = True,
    ) -> None:
        self._endpoint = endpoint(url, allowed_hosts)
        self._token = usable_token(token)
        self._transport = transport
        self._timezone = timezone
        self._connection: _Connection | None = None
        self._ledger: Ledger | None = None
        self.permissions = TokenPermissions(granted)
        self.rate_share = _usable_share(rate_share)
        self.url = str(self._endpoint)
        self.name = name or self._endpoint.netloc.decode("ascii")
        self.timeout = timeout
        self.clock = clock
        self.token_expires = token_expires
        self.cache = cache

    @classmethod
    def from_env(cls, *, token: SecretStr | None = None) -> Self:
        """Connect as CENTRA_URL and CENTRA_TOKEN say, and the other settings of `CentraSettings`.

        A `token` that is given goes before CENTRA_TOKEN.

        Raises:
            SettingsError: a variable is missing or wrong.
        """
        from langchain_centra.client.settings import CentraSettings

        return cls(**CentraSettings.from_env(token=token).arguments())

    @property
    def fingerprint(self) -> str:
        """A name for what is kept of this store for this token: it differs by either, and tells neither."""
        return sha256(f"{self._endpoint}\n{self._token.get_secret_value()}".encode()).hexdigest()[:32]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r}, name={self.name!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a token and cannot be pickled or copied.")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._connection is not None:
            await self._connection.wire.aclose()

    async def execute(self, document: str, variables: Mapping[str, Any] | None = None) -> Response:
        """Carry out a GraphQL document with one query or mutation.

        A read is sent again after a lost connection, HTTP 499 and 5xx, and after a rate limit that passes soon. A
        mutation is sent again only if it cannot have arrived or was refused with a rate limit. Its document selects
        `userErrors` and `userWarnings`, because Centra answers a refused change with HTTP 200.

        Raises:
            TokenRejected, PermissionMissing, RateLimited, RequestRefused, NotFound: nothing was done.
            TransportFailed: the request could not be done; nothing was changed.
            UserErrors: a mutation was refused for its content; nothing was written.
            OutcomeUnknown: a mutation may have been carried out.
        """
        mutates = is_mutation(document)
        body = {"query": document, "variables": dict(variables or {})}
        began = self.clock.monotonic()
        connection = await self._connect()
        # The last attempt of a mutation keeps half of the time, so that none begins that cannot end.
        until = began + (self.timeout / 2 if mutates else _READ_PATIENCE)

        async def attempt() -> Response:
            cost = connection.gate.cost(body, mutates=mutates)
            await connection.gate.enter(cost, until)
            limit = began + self.timeout - self.clock.monotonic() if mutates else self.timeout
            outcome = await connection.wire.post(body, limit=limit)
            if isinstance(outcome, Answer):
                connection.gate.learn(body, cost, outcome)
            return outcome.written() if mutates else outcome.read()

        try:
            response: Response = await connection.attempts(self.clock, until)(attempt)
        except PermissionMissing as error:
            self.permissions.lack(error.permissions, self.clock.now())
            await self._remember()
            raise
        if self.permissions.show(response.extensions.permissions_used) and mutates:
            await self._remember()
        report_deprecations(response.extensions)
        return response

    def nodes(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        connection: str = "orderConnection",
        page_size: int = 100,
    ) -> AsyncIterator[dict[str, Any]]:
        """Read every node of a Relay connection; the way to read a long list.

        The document takes `$first` and `$after` and selects `edges { node }` and `pageInfo { hasNextPage endCursor }`.
        """
        return _flat(node_pages(self.execute, document, variables, connection, page_size))

    def rows(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        field: str = "orders",
        page_size: int = 200,
    ) -> AsyncIterator[dict[str, Any]]:
        """Read every row of a plain list; the document takes `$limit` (200 at most) and `$page`.

        Rows that are added or removed meanwhile shift the pages: one may come twice, another not at all.
        """
        return _flat(row_pages(self.execute, document, variables, field, page_size))

    async def store_timezone(self) -> tzinfo:
        """Return the time zone that the store's dates are in.

        It is the one that the client was given; else the UTC offset of the newest order, which is all that the API
        shows and is an hour off across a change to or from summer time; else UTC.
        """
        if self._timezone is None:
            self._timezone = await self._offset_seen()
        return self._timezone

    @property
    def environment(self) -> Environment:
        """Where the store is: Centra's production or QA, this machine, or another host that was allowed."""
        return environment(self._endpoint)

    @property
    def token_fingerprint(self) -> str:
        """What tells tokens apart in records without telling the token."""
        return sha256(self._token.get_secret_value().encode()).hexdigest()[:16]

    def expiry_warning(self) -> str | None:
        """What to say when the token runs out within a week or has, if its end is known."""
        if self.token_expires is None:
            return None
        left = self.token_expires - self.clock.now()
        if left > _WARN_BEFORE:
            return None
        when = "expires" if left > timedelta() else "has expired, says CENTRA_TOKEN_EXPIRES,"
        return (
            f"The token {when} on {self.token_expires:%Y-%m-%d}. Make a new one in Centra under System, API Tokens, "
            "and set CENTRA_TOKEN and CENTRA_TOKEN_EXPIRES."
        )

    def share_limits(self, ledger: Ledger) -> None:
        """Count against the rate limits together with the other processes of a ledger; call it before any request."""
        self._ledger = ledger

    async def _remember(self) -> None:
        """Tell other processes what the token has shown; that they may not be reached changes nothing here."""
        if self._ledger:
            with suppress(CentraError):
                await self.permissions.remember(self._ledger, self.token_fingerprint)

    async def _offset_seen(self) -> tzinfo:
        try:
            response = await self.execute(_NEWEST_ORDER)
        except PermissionMissing:
            return UTC
        edges = response.data["orderConnection"]["edges"]
        seen = datetime.fromisoformat(edges[0]["node"]["createdAt"]).tzinfo if edges else None
        return seen or UTC

    async def _connect(self) -> _Connection:
        if self._connection is None:
            opened = await asyncio.to_thread(self._open)
            self._connection = self._connection or opened
        return self._connection

    def _open(self) -> _Connection:
        """Load what reads files: certificates, the retry library and the rate limits' share."""
        from langchain_centra.client.gate import Gate
        from langchain_centra.client.retry import attempts

        wire = Wire(
            self._endpoint, self._token, expires=self.token_expires, transport=self._transport, clock=self.clock
        )
        return _Connection(wire, Gate(wire, self.clock, self.rate_share, self._ledger), attempts)


@dataclass(frozen=True)
class _Connection:
    wire: Wire
    gate: Gate
    attempts: Callable[[Clock, float], AsyncRetrying]


async def _flat(pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[dict[str, Any]]:
    async for page in pages:
        for row in page:
            yield row


def _usable_share(fraction: float) -> float:
    """Return our part of the rate limits; raises SettingsError if it is none."""
    if not 0 < fraction <= 1:
        hint = "Set it to a number above 0, up to 1, such as 0.5."
        raise SettingsError("CENTRA_RATE_SHARE", "is no share", hint=hint)
    return fraction
