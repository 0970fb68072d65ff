"""Where each request waits until our share of the rate limits has room for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cachetools import LRUCache

from langchain_centra.client.answer import Answer
from langchain_centra.client.clock import Clock
from langchain_centra.client.counts import CommonCount, Count, Ledger, Limits, OwnCount
from langchain_centra.client.errors import CentraError, RateLimited
from langchain_centra.client.share import NOTHING, Cost, Share
from langchain_centra.client.wire import Wire

logger = logging.getLogger("langchain_centra.client")

_LOOK = "query RateLimits { rateLimits { type intervalSeconds quota remainingQuota } }"
_LOOK_SECONDS = 10.0
_DOCUMENTS = 512
_PAGE_SIZES = ("first", "last", "limit")
_UNKNOWN_COMPLEXITY = 1_000
_BLIND_SECONDS = 300


class Gate:
    """Lets a request pass when our share of every bucket has room for it.

    As long as requests are few, nobody is asked: a quarter of the smallest plan is always there. After that the quotas
    are read from the server, and again before a quarter of what was left is spent. Where they cannot be read nothing is
    held back, and the server's 429 decides.

    Args:
        fraction: our share of each bucket.
        ledger: where the processes that share the limits count; without one, each looks at the server's count.
    """

    def __init__(self, wire: Wire, clock: Clock, fraction: float, ledger: Ledger | None) -> None:
        self._wire = wire
        self._clock = clock
        self._complexity: LRUCache[Any, int] = LRUCache(_DOCUMENTS)
        self._queue = asyncio.Lock()
        self._queued = NOTHING
        self._closed_until = 0.0
        self._blind_until = 0.0
        own = OwnCount(Share.assumed(fraction, self._now()), self._limits)
        self._count: Count = own if ledger is None else CommonCount(own, ledger, wire.host)

    def cost(self, body: Mapping[str, Any], *, mutates: bool) -> Cost:
        """Return what a request will cost, as far as its earlier answers tell."""
        return Cost(1, int(mutates), self._complexity.get(_key(body), _UNKNOWN_COMPLEXITY))

    async def enter(self, cost: Cost, until: float) -> None:
        """Wait for the request's turn and pay for it.

        Raises:
            RateLimited: that is later than `until` on the monotonic clock; nothing is paid.
        """
        self._check(self._count.wait(self._queued + cost) if self._queue.locked() else 0.0, until)
        self._queued += cost
        try:
            async with self._queue:
                await self._open(until)
                while (wait := await self._pay(cost)) > 0:
                    self._check(wait, until)
                    await self._clock.sleep(wait)
        finally:
            self._queued += -cost

    async def _open(self, until: float) -> None:
        """Wait until the server accepts requests again, after it has refused one."""
        closed = self._closed_until - self._now()
        if closed > 0:
            self._check(closed, until, ours=False)
            await self._clock.sleep(closed)

    async def _pay(self, cost: Cost) -> float:
        now = self._now()
        return 0.0 if self._blind_until > now else await self._count.pay(cost, now)

    def _check(self, wait: float, until: float, *, ours: bool = True) -> None:
        if self._clock.monotonic() + wait > until:
            raise RateLimited(datetime.fromtimestamp(self._now() + wait, UTC), ours=ours)

    def learn(self, body: Mapping[str, Any], paid: Cost, answer: Answer) -> None:
        """Settle what a request really cost, and hold the others back if it was one too many."""
        if answer.status == 429 and answer.retry_at is not None:
            self._closed_until = max(self._closed_until, answer.retry_at.timestamp())
        if (complexity := answer.complexity) is not None:
            self._complexity[_key(body)] = complexity
            self._count.settle(Cost(0, 0, complexity - paid.complexity))

    async def _limits(self) -> Limits | None:
        """Read the server's count; None, and not again for some minutes, where that does not work."""
        try:
            outcome = await self._wire.post({"query": _LOOK, "variables": {}}, limit=_LOOK_SECONDS)
            found: Limits = outcome.read().data.get("rateLimits") or []
        except RateLimited as error:
            self._closed_until = max(self._closed_until, error.retry_at.timestamp() if error.retry_at else 0.0)
            raise
        except CentraError as error:
            logger.info("The rate limits cannot be read. %s", error)
            found = []
        if not found:
            self._blind_until = self._now() + _BLIND_SECONDS
        return found or None

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _key(body: Mapping[str, Any]) -> Any:
    variables = body["variables"]
    return body["query"], *(variables.get(name) for name in _PAGE_SIZES if isinstance(variables.get(name), int))
