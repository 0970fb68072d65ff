"""What chance decides about orders and stock: the same in every store, so it is drawn once a process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Weights of PENDING, CONFIRMED, PROCESSING, SHIPPED, CANCELLED.
_STATUSES = ("PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "CANCELLED")
_BY_AGE = [(timedelta(days=1), (60, 35, 0, 0, 5)), (timedelta(days=4), (4, 55, 15, 22, 4))]
_OLDER = (0, 2, 1, 92, 5)
_COMMENTS = [
    "Please leave the parcel at the neighbour's, number 12.",
    "It is a present, no invoice in the box please.",
    "I ordered M last time and it was a bit tight, is L the right choice?",
    "Ring twice, the bell is broken!",
    "Can you send it before Friday? Otherwise cancel it.",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """An order before it is made: sizes and customer by position, no customer for a wholesale order."""

    status: str
    items: tuple[tuple[int, int], ...]
    customer: int | None
    plugin: int
    comment: str | None
    voucher: int | None
    is_on_hold: bool
    is_unallocated: bool


def draw_orders(seed: int, ages: Iterable[timedelta], sizes: int, taxed: tuple[bool, ...]) -> Iterator[Draw]:
    """Draw orders of these ages; `taxed` says of each customer whether tax is paid, without which no voucher counts."""
    rng = Random(seed)  # noqa: S311 (sample data)
    return (_draw(rng, age, sizes, taxed) for age in ages)


def _draw(rng: Random, age: timedelta, sizes: int, taxed: tuple[bool, ...]) -> Draw:
    weights = next((weights for limit, weights in _BY_AGE if age < limit), _OLDER)
    status = rng.choices(_STATUSES, weights)[0]
    items = tuple((size, rng.choice((1, 1, 1, 2))) for size in rng.sample(range(sizes), rng.choice((1, 1, 2, 2, 3, 4))))
    customer = None if rng.random() < 0.04 else rng.randrange(len(taxed))
    plugin = 0 if customer is None else rng.choice((1, 1, 2))
    comment = rng.choice(_COMMENTS) if rng.random() < 0.10 else None
    pays_tax = customer is not None and taxed[customer]
    voucher = rng.choice((1, 2)) if rng.random() < 0.08 and pays_tax else None
    return Draw(
        status=status,
        items=items,
        customer=customer,
        plugin=plugin,
        comment=comment,
        voucher=voucher,
        is_on_hold=rng.random() < 0.03 and status in ("PENDING", "CONFIRMED"),
        is_unallocated=rng.random() < 0.05,
    )


@cache
def kept_draws(seed: int, ages: tuple[timedelta, ...], sizes: int, taxed: tuple[bool, ...]) -> tuple[Draw, ...]:
    """Draw orders, and keep what was drawn for the next store."""
    return tuple(draw_orders(seed, ages, sizes, taxed))


@cache
def free_units(seed: int, rows: int) -> tuple[int, ...]:
    """Draw for each row of stock how many units no order holds."""
    rng = Random(seed)  # noqa: S311
    return tuple(rng.choice((0, 3, 8, 14, 22, 35)) if rng.random() < 0.7 else rng.randint(1, 60) for _ in range(rows))
