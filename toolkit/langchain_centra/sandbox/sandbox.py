"""The embedded store."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from .access import Tokens
from .app import build_app
from .clock import Clock, SystemClock
from .faults import Faults
from .limits import RateLimits
from .seed import seeded_state
from .transport import InProcessTransport

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime

    import httpx

    from .app import RequestRecord
    from .context import Email, MutationRecord
    from .edits import Edit
    from .limits import Plan, RetryAfter
    from .state import State


class Sandbox:
    """A store that answers as the Integration API does, in memory, with orders, stock and customers of its own.

    It behaves as the published facts say; where they are silent, the code says `inferred`. What is not there yet is
    answered with a GraphQL error that says so, never with null.

    Args:
        scale: multiplies the orders: 1 makes about 500, 200 makes 100,000.
        clock: the time; the seed's dates are relative to its day.
        plan: the rate limits.
        timezone: the store's time zone.
        retry_after: how the point in time in `Retry-After` is written; its format was not published.
        schema: how its schema differs from the published one; see `edits`.
    """

    TOKEN = "sandbox-token"  # noqa: S105 (opens nothing but a sandbox)

    def __init__(
        self,
        *,
        scale: int = 1,
        clock: Clock | None = None,
        plan: Plan = "growth",
        timezone: str = "Europe/Stockholm",
        retry_after: RetryAfter = "epoch",
        schema: Iterable[Edit] = (),
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.zone = ZoneInfo(timezone)
        self.retry_after: RetryAfter = retry_after
        self._opened, self._scale = self.clock.now(), scale
        self._store: State | None = None
        self._seeding = Lock()
        self.tokens = Tokens()
        self.tokens.issue("all", token=self.TOKEN)
        self.limits = RateLimits(plan, self.clock)
        self.schema = tuple(schema)
        self.faults = Faults()
        self.mutations: list[MutationRecord] = []
        self.requests: list[RequestRecord] = []
        self.emails: list[Email] = []
        self.app = build_app(self)
        self.url = "http://127.0.0.1/graphql"

    @property
    def store(self) -> State:
        """What the store knows, to be read and edited; it is filled when it is first asked for."""
        with self._seeding:
            if self._store is None:
                self._store = seeded_state(self._opened, self.zone, self._scale)
            return self._store

    @store.setter
    def store(self, store: State) -> None:
        with self._seeding:
            self._store = store

    def transport(self) -> httpx.AsyncBaseTransport:
        """Return a transport that reaches the store in process, under `url`."""
        return InProcessTransport(self.app)

    def serve(self, port: int = 0) -> AbstractContextManager[str]:
        """Serve the store on loopback while the context lasts; yields the base URL, to which `/graphql` is added."""
        from .serve import serving

        return serving(self.app, port)

    def issue_token(
        self,
        permissions: Collection[str] | Literal["all"] = "all",
        *,
        expires_at: datetime | None = None,
        token: str | None = None,
    ) -> str:
        """Issue a token with these permissions and return it."""
        return self.tokens.issue(permissions, expires_at=expires_at, token=token)

    def revoke_token(self, token: str) -> None:
        """Make a token invalid."""
        self.tokens.revoke(token)
