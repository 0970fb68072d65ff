"""Orders: random ones by age, and the known ones."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from .known import DEMO_SKU, KNOWN_ORDERS
from .order_maker import OrderMaker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.catalogue import ProductSize
    from langchain_centra.sandbox.state.orders import Order

_ORDERS = 500
_LAST_NUMBER = 1050
_FIRST_OLD_NUMBER = 100_001
_DAYS = 60
_SPACE = timedelta(days=_DAYS) / _ORDERS
_OLD_SPACE = timedelta(minutes=10)
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


def fill_orders(state: State, today: datetime, scale: int, seed: int) -> None:
    """Fill in the orders, oldest first: the old ones that the scale asks for, then the newest 500."""
    old = _ORDERS * (scale - 1)
    first_day = today - timedelta(days=_DAYS)
    writer = _Writer(state, today, Random(seed + 1))  # noqa: S311 (sample data)
    for i in range(old):
        writer.add(_FIRST_OLD_NUMBER + i, first_day - (old - i) * _OLD_SPACE)
    writer = _Writer(state, today, Random(seed + 2))  # noqa: S311
    for i in range(_ORDERS):
        writer.add(_LAST_NUMBER - _ORDERS + 1 + i, first_day + i * _SPACE)


class _Writer:
    """Adds orders with one stream of random numbers."""

    def __init__(self, state: State, today: datetime, rng: Random) -> None:
        self._state, self._today, self._rng = state, today, rng
        self._maker = OrderMaker(state)
        self._sizes = [size for sku, size in state.product_sizes.items() if sku != DEMO_SKU]
        self._customers = list(state.customers.values())
        self._known = {number: kind for kind, number in KNOWN_ORDERS.items()}

    def add(self, number: int, placed: datetime) -> None:
        order = self._known_order(number, placed) if number in self._known else self._random_order(number, placed)
        self._state.add_order(order)

    def _random_order(self, number: int, placed: datetime) -> Order:
        rng, age = self._rng, self._today - placed
        weights = next((weights for limit, weights in _BY_AGE if age < limit), _OLDER)
        status = rng.choices(_STATUSES, weights)[0]
        items = [(size, rng.choice((1, 1, 1, 2))) for size in rng.sample(self._sizes, rng.choice((1, 1, 2, 2, 3, 4)))]
        if rng.random() < 0.04:
            account_id = number % len(self._state.accounts) + 1
            order: Order = self._maker.wholesale(number, placed, [(size, 6 * n) for size, n in items], account_id)
        else:
            order = self._maker.direct(number, placed, items, rng.choice(self._customers), plugin=rng.choice((1, 1, 2)))
        self._decorate(order, status)
        self._maker.finish(order, status, unallocated=rng.random() < 0.05)
        return order

    def _decorate(self, order: Order, status: str) -> None:
        rng = self._rng
        if rng.random() < 0.10:
            order.other_comment = rng.choice(_COMMENTS)
        if rng.random() < 0.08 and order.tax_percent:
            self._maker.apply(order, self._state.vouchers[rng.choice((1, 2))])
        if rng.random() < 0.03 and status in ("PENDING", "CONFIRMED"):
            order.is_on_hold = True

    def _sized(self, items: Sequence[tuple[str, int]]) -> list[tuple[ProductSize, int]]:
        return [(self._state.product_sizes[sku], quantity) for sku, quantity in items]

    def _known_order(self, number: int, placed: datetime) -> Order:
        kind, anna = self._known[number], self._customers[0]
        items = self._sized([("TEE01ECRM", 2), ("SCK01" + self._sock, 1)])
        if kind == "wholesale":
            wholesale = self._maker.wholesale(number, placed, [(size, 12) for size, _ in items], 1)
            self._maker.finish(wholesale, "CONFIRMED")
            return wholesale
        if kind == "confirmed":
            items = self._sized([(DEMO_SKU, 2)])
        swedish = [customer for customer in self._customers if customer.market is anna.market]
        customer = anna if kind == "pending" else swedish[number % len(swedish)]
        order = self._maker.direct(number, placed, items, customer, plugin=2 if "asynchronous" in kind else 1)
        order.is_on_hold, order.is_locked = kind == "on_hold", kind == "locked"
        statuses = {"pending_asynchronous_payment": "PENDING", "on_hold": "CONFIRMED", "locked": "CONFIRMED"}
        self._maker.finish(order, statuses.get(kind, kind.upper()))
        return order

    @property
    def _sock(self) -> str:
        """The colour and size of the first socks."""
        return next(sku for sku in self._state.product_sizes if sku.startswith("SCK01")).removeprefix("SCK01")
