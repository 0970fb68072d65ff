"""Rate limits: six token buckets, three kinds over two windows, shared by all tokens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .clock import Clock

Plan = Literal["growth", "enhanced", "high_volume", "enterprise", "unlimited"]
RetryAfter = Literal["epoch", "http_date", "iso", "seconds"]

_UNBOUNDED = 2_000_000_000
_WINDOWS = {"TEN_SECONDS": 10, "ONE_HOUR": 3600}
_KINDS = ("REQUEST_COUNT", "MUTATION_COUNT", "QUERY_COMPLEXITY")
# Published plans: requests, mutations, complexity; each over ten seconds and over an hour.
_PLANS: dict[str, tuple[int, ...]] = {
    "growth": (60, 5_000, 20, 1_800, 250_000, 30_000_000),
    "enhanced": (150, 20_000, 50, 4_500, 900_000, 90_000_000),
    "high_volume": (450, 40_000, 150, 7_000, 1_800_000, 180_000_000),
    "enterprise": (1_500, 85_000, 500, 25_000, 4_000_000, 400_000_000),
    "unlimited": (_UNBOUNDED,) * 6,
}


@dataclass(slots=True)
class Bucket:
    """A token bucket: full at first, refilled at a constant rate, never above its quota."""

    type: str
    interval_seconds: str
    quota: int
    tokens: float
    filled_at: float

    @property
    def rate(self) -> float:
        """Tokens that come back in a second."""
        return self.quota / _WINDOWS[self.interval_seconds]

    @property
    def remaining_quota(self) -> int:
        """Whole tokens left."""
        return math.floor(self.tokens)

    @property
    def used_quota(self) -> int:
        """What is not left."""
        return self.quota - self.remaining_quota

    def refill(self, now: float) -> None:
        """Add what has come back since the last look."""
        self.tokens = min(self.quota, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now

    def wait_for(self, cost: int) -> float:
        """Return the seconds until `cost` tokens are there; for more than the quota, until the bucket is full."""
        return max(0.0, min(cost, self.quota) - self.tokens) / self.rate


class RateLimits:
    """The buckets of one store."""

    def __init__(self, plan: Plan, clock: Clock) -> None:
        self._clock = clock
        quotas = iter(_PLANS[plan])
        self.buckets = [
            Bucket(kind, window, quota, quota, clock.monotonic())
            for kind in _KINDS
            for window, quota in zip(_WINDOWS, (next(quotas), next(quotas)), strict=True)
        ]

    def refill(self) -> None:
        """Bring every bucket up to now."""
        now = self._clock.monotonic()
        for bucket in self.buckets:
            bucket.refill(now)

    def take(self, *, mutations: int, complexity: int) -> datetime | None:
        """Pay for one request, or return when it can be paid.

        A refused request pays nothing (inferred).
        """
        self.refill()
        costs = {"REQUEST_COUNT": 1, "MUTATION_COUNT": mutations, "QUERY_COMPLEXITY": complexity}
        short = [bucket for bucket in self.buckets if bucket.tokens < costs[bucket.type]]
        if short:
            return self._clock.now() + timedelta(seconds=max(b.wait_for(costs[b.type]) for b in short))
        for bucket in self.buckets:
            bucket.tokens -= costs[bucket.type]
        return None


def retry_after(moment: datetime, form: RetryAfter, now: datetime) -> str:
    """Write a Retry-After header; it is a timestamp, but its format was not published."""
    whole = datetime.fromtimestamp(math.ceil(moment.timestamp()), UTC)
    match form:
        case "epoch":
            return str(int(whole.timestamp()))
        case "http_date":
            return format_datetime(whole, usegmt=True)
        case "iso":
            return whole.isoformat()
        case "seconds":
            return str(math.ceil((moment - now).total_seconds()))
