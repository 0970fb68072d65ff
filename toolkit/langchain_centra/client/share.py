"""Our share of a store's rate limits: six token buckets, three kinds over two windows.

The buckets belong to the Centra environment, and every integration draws on them: full at first, refilled at a constant
rate, never above the quota; a request costs one, a mutation one more, a query its complexity (Centra, "API rate
limits"). Plans and temporary changes differ, so the quotas are learned from the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Self

Key = tuple[str, str]
"""Kind and window of a bucket."""

_SECONDS = {"TEN_SECONDS": 10, "ONE_HOUR": 3600}
# The smallest quotas that Centra ever published; they hold until the real ones are known.
_ASSUMED = {
    ("REQUEST_COUNT", "TEN_SECONDS"): 20,
    ("REQUEST_COUNT", "ONE_HOUR"): 3_600,
    ("MUTATION_COUNT", "TEN_SECONDS"): 20,
    ("MUTATION_COUNT", "ONE_HOUR"): 1_000,
    ("QUERY_COMPLEXITY", "TEN_SECONDS"): 150_000,
    ("QUERY_COMPLEXITY", "ONE_HOUR"): 20_000_000,
}
_LOOK_AFTER = 4
_LEAST_SIGHT = 20
_LEASES = {"TEN_SECONDS": 8, "ONE_HOUR": 50}


class Cost(NamedTuple):
    """What a request costs, by kind of limit."""

    requests: float
    mutations: float
    complexity: float

    def of(self, kind: str) -> float:
        """The cost of one kind, by Centra's name for it."""
        return self[("REQUEST_COUNT", "MUTATION_COUNT", "QUERY_COMPLEXITY").index(kind)]

    def __add__(self, other: tuple[float, ...]) -> Cost:  # type: ignore[override]
        return Cost(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __neg__(self) -> Cost:
        return Cost(*(-amount for amount in self))


NOTHING = Cost(0, 0, 0)
_LOOK = Cost(1, 0, 10)


@dataclass(slots=True)
class Bucket:
    """One limit, and what of it is ours.

    Attributes:
        tokens: what we may spend now; below zero where a request cost more than was thought.
        seen: what was left of the whole quota when we last looked.
        spent: what we spent since, less what surely came back.
    """

    kind: str
    window: str
    quota: float
    tokens: float
    seen: float
    spent: float = 0.0

    @property
    def rate(self) -> float:
        """Tokens of the whole quota that come back in a second."""
        return self.quota / _SECONDS[self.window]

    @property
    def sight(self) -> float:
        """What may be spent before looking again: a quarter of what was seen, for others spend too."""
        return max(self.seen / _LOOK_AFTER, self.quota / _LEAST_SIGHT)


@dataclass(slots=True)
class Share:
    """Six buckets at a moment `at`, in seconds since 1970, of which `fraction` is ours."""

    fraction: float
    at: float
    buckets: list[Bucket] = field(default_factory=list)
    learned: bool = False

    @classmethod
    def assumed(cls, fraction: float, now: float) -> Self:
        """Return the share of the smallest plan, of which nothing is spent."""
        buckets = [Bucket(*key, quota, quota * fraction, quota) for key, quota in _ASSUMED.items()]
        return cls(fraction, now, buckets)

    @classmethod
    def stored(cls, saved: Mapping[str, Any], fraction: float) -> Self:
        """Return a share as `storable` wrote it."""
        return cls(fraction, saved["at"], [Bucket(**bucket) for bucket in saved["buckets"]], saved["learned"])

    def storable(self) -> dict[str, Any]:
        """Return the share as JSON values."""
        return {"at": self.at, "learned": self.learned, "buckets": [asdict(bucket) for bucket in self.buckets]}

    def refill(self, now: float) -> None:
        """Add what has come back since the last look at the clock.

        What we spend is forgotten at a quarter of the rate at which the quota comes back, so that four processes that
        do not know of each other, each spending no more than that, never need to look.
        """
        passed = max(0.0, now - self.at)
        self.at = max(now, self.at)
        for bucket in self.buckets:
            ours = bucket.tokens + bucket.rate * self.fraction * passed
            bucket.tokens = min(bucket.quota * self.fraction, ours)
            bucket.spent = max(0.0, bucket.spent - bucket.rate / _LOOK_AFTER * passed)

    def is_blind(self, cost: Cost) -> bool:
        """Tell whether to look at the server's count before spending this."""
        return any(b.spent + cost.of(b.kind) > b.sight for b in self.buckets if cost.of(b.kind))

    def wait(self, cost: Cost) -> float:
        """Return the seconds until this can be spent; what is more than a full bucket waits until it is full."""
        return max(
            (min(cost.of(b.kind), b.quota * self.fraction) - b.tokens) / (b.rate * self.fraction)
            for b in self.buckets
            if cost.of(b.kind)
        )

    def spend(self, cost: Cost) -> None:
        """Take it; a negative cost gives back."""
        for bucket in self.buckets:
            bucket.tokens -= cost.of(bucket.kind)
            bucket.spent += cost.of(bucket.kind)

    def look(self, limits: Iterable[Mapping[str, Any]]) -> None:
        """Take over what `rateLimits` says; what others spent is not ours to spend."""
        said = {(limit["type"], limit["intervalSeconds"]): limit for limit in limits}
        for bucket in self.buckets:
            if limit := said.get((bucket.kind, bucket.window)):
                if not self.learned:
                    bucket.tokens += (limit["quota"] - bucket.quota) * self.fraction
                bucket.quota = max(1, limit["quota"])
                bucket.seen = max(0, limit["remainingQuota"])
            bucket.tokens = min(bucket.tokens, bucket.seen)
            bucket.spent = 0.0
        self.learned = True
        self.spend(_LOOK)

    def lease(self) -> dict[Key, tuple[float, float]]:
        """Take enough for some more requests of the same process: how much, and for how many seconds."""
        leased = {}
        for bucket in self.buckets:
            part = bucket.quota * self.fraction / _LEASES[bucket.window]
            taken = max(0.0, min(part, bucket.tokens))
            bucket.tokens -= taken
            bucket.spent += taken
            leased[bucket.kind, bucket.window] = (taken, float(_SECONDS[bucket.window]))
        return leased
