"""Who counts what is spent: this process alone, or all processes that share a ledger."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from langchain_centra.client.errors import CentraError, RateLimited
from langchain_centra.client.share import Cost, Key, Share

logger = logging.getLogger("langchain_centra.client")

T = TypeVar("T")
Saved = Mapping[str, Any]
Limits = Sequence[Mapping[str, Any]]
Look = Callable[[], Awaitable[Limits | None]]


class Ledger(Protocol):
    """Where processes keep what they share of a store's rate limits."""

    async def revise(self, key: str, change: Callable[[Saved | None], tuple[Saved | None, T]]) -> T:
        """Change what is stored under a key as the only writer, and return what `change` says; None keeps it."""
        ...


class Count(Protocol):
    """Pays for requests out of our share."""

    async def pay(self, cost: Cost, now: float) -> float:
        """Pay and return 0, or return the seconds until it may be there, with nothing paid."""
        ...

    def wait(self, cost: Cost) -> float:
        """The seconds until this can be paid, as far as this process knows."""
        ...

    def settle(self, cost: Cost) -> None:
        """Pay what a request cost beyond what was paid, or take back what it did not."""
        ...


class OwnCount:
    """The count of one process. What others spend shows when it looks at the server's own count.

    `look` returns what `rateLimits` says, or None if it cannot be read; then nothing is held back.
    """

    def __init__(self, share: Share, look: Look) -> None:
        self.share = share
        self.look = look

    def is_blind(self, cost: Cost, now: float) -> bool:
        """Whether this cannot be paid without looking first."""
        self.share.refill(now)
        return self.share.is_blind(cost)

    async def pay(self, cost: Cost, now: float) -> float:
        """Pay and return 0, or return the seconds until it may be there, with nothing paid."""
        if self.is_blind(cost, now):
            limits = await self.look()
            if limits is None:
                return 0.0
            self.share.look(limits)
        wait = self.share.wait(cost)
        if wait <= 0:
            self.share.spend(cost)
        return wait

    def wait(self, cost: Cost) -> float:
        """The seconds until this can be paid, as far as this process knows."""
        return self.share.wait(cost) if self.share.learned else 0.0

    def settle(self, cost: Cost) -> None:
        """Pay what a request cost beyond what was paid, or take back what it did not."""
        self.share.spend(cost)


class CommonCount:
    """The count of all processes of a ledger; each takes some more than it needs, so that few requests ask.

    A process with few requests never asks: `own` lets them pass until it would have to look.
    """

    def __init__(self, own: OwnCount, ledger: Ledger, store: str) -> None:
        self._own = own
        self._ledger: Ledger | None = ledger
        self._key = f"rate limits of {store}"
        self._joined = False
        self._last = own.share
        self._purse: dict[Key, tuple[float, float]] = {}

    async def pay(self, cost: Cost, now: float) -> float:
        """Pay and return 0, or return the seconds until it may be there, with nothing paid."""
        self._joined = self._joined or self._own.is_blind(cost, now)
        if self._ledger is None or not self._joined:
            return await self._own.pay(cost, now)
        if self._paid_from_purse(cost, now):
            return 0.0
        try:
            return await self._ask(self._ledger, cost, now)
        except RateLimited:
            raise
        except CentraError as error:
            logger.warning("The rate limits are not shared with other processes. %s", error)
            self._ledger = None
            return await self._own.pay(cost, now)

    def wait(self, cost: Cost) -> float:
        """The seconds until this can be paid, as far as this process knows."""
        return self._last.wait(cost) if self._last.learned else 0.0

    def settle(self, cost: Cost) -> None:
        """Pay what a request cost beyond what was paid, or take back what it did not."""
        if self._ledger is None or not self._joined:
            self._own.settle(cost)
        self._put(cost, -1)

    def _put(self, cost: Cost, sign: int) -> None:
        for key, (tokens, until) in self._purse.items():
            self._purse[key] = (tokens + sign * cost.of(key[0]), until)

    def _paid_from_purse(self, cost: Cost, now: float) -> bool:
        enough = all(until > now and tokens >= cost.of(key[0]) for key, (tokens, until) in self._purse.items())
        if enough and self._purse:
            self._put(cost, -1)
        return enough and bool(self._purse)

    async def _ask(self, ledger: Ledger, cost: Cost, now: float) -> float:
        wait = await ledger.revise(self._key, partial(self._lease, cost, now, None))
        if wait is None:
            limits = await self._own.look()
            if limits is not None:
                wait = await ledger.revise(self._key, partial(self._lease, cost, now, limits))
        return wait or 0.0

    def _lease(
        self, cost: Cost, now: float, limits: Limits | None, saved: Saved | None
    ) -> tuple[Saved | None, float | None]:
        """Pay from what is stored, and fill the purse; returns None for the wait where the server has to be asked."""
        fraction = self._own.share.fraction
        share = Share.stored(saved, fraction) if saved else Share.assumed(fraction, now)
        share.refill(now)
        if limits is not None:
            share.look(limits)
        elif not share.learned or share.is_blind(cost):
            return None, None
        self._last = share
        wait = share.wait(cost)
        if wait <= 0:
            share.spend(cost)
            for key, (tokens, seconds) in share.lease().items():
                kept, until = self._purse.get(key, (0.0, 0.0))
                self._purse[key] = (tokens + (kept if until > now or kept < 0 else 0.0), now + seconds)
        return share.storable(), wait
