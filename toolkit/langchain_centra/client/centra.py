"""The sync client: the async one on a background event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, NoReturn, Self

import httpx
from pydantic import SecretStr

from langchain_centra.client.async_centra import AsyncCentra
from langchain_centra.client.clock import SYSTEM_CLOCK, Clock
from langchain_centra.client.paging import Row, node_pages, row_pages
from langchain_centra.client.portal import Portal
from langchain_centra.client.response import Response


class Centra:
    """A client of one Centra store for sync code; a context manager.

    Arguments, rules and errors are those of `AsyncCentra`. It works from any thread, also where an event loop runs, as
    in a notebook; that loop then waits.

    Attributes:
        aio: the async client behind it; its requests belong on the portal.
        portal: the background event loop.
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
        self.aio = AsyncCentra(
            url,
            token,
            name=name,
            timezone=timezone,
            timeout=timeout,
            allowed_hosts=allowed_hosts,
            transport=transport,
            clock=clock,
            token_expires=token_expires,
            rate_share=rate_share,
            granted=granted,
            cache=cache,
        )
        self.portal = Portal()
        self.url = self.aio.url
        self.name = self.aio.name
        self.timeout = timeout
        self.clock = clock
        self.token_expires = token_expires

    @classmethod
    def from_env(cls, *, token: SecretStr | None = None) -> Self:
        """Connect as CENTRA_URL and CENTRA_TOKEN say, and the other settings of `CentraSettings`.

        A `token` that is given goes before CENTRA_TOKEN.

        Raises:
            SettingsError: a variable is missing or wrong.
        """
        from langchain_centra.client.settings import CentraSettings

        return cls(**CentraSettings.from_env(token=token).arguments())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r}, name={self.name!r})"

    def __reduce__(self) -> NoReturn:
        self.aio.__reduce__()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and end the background loop, after the requests under way."""
        if not self.portal.closed:
            self.portal.call(self.aio.aclose)
            self.portal.close()

    def execute(self, document: str, variables: Mapping[str, Any] | None = None) -> Response:
        """Carry out a GraphQL document with one query or mutation; see `AsyncCentra.execute`."""
        return self.portal.call(self.aio.execute, document, variables)

    def nodes(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        connection: str = "orderConnection",
        page_size: int = 100,
    ) -> Iterator[Row]:
        """Read every node of a Relay connection; see `AsyncCentra.nodes`."""
        return self._flat(node_pages(self.aio.execute, document, variables, connection, page_size))

    def rows(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        field: str = "orders",
        page_size: int = 200,
    ) -> Iterator[Row]:
        """Read every row of a plain list; see `AsyncCentra.rows`."""
        return self._flat(row_pages(self.aio.execute, document, variables, field, page_size))

    def store_timezone(self) -> tzinfo:
        """Return the time zone that the store's dates are in; see `AsyncCentra.store_timezone`."""
        return self.portal.call(self.aio.store_timezone)

    def _flat(self, pages: AsyncIterator[list[Row]]) -> Iterator[Row]:
        while (page := self.portal.call(_next, pages)) is not None:
            yield from page


async def _next(pages: AsyncIterator[list[Row]]) -> list[Row] | None:
    return await anext(pages, None)
