"""Orders: random ones by age, and the known ones."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .chance import draw_orders, kept_draws
from .known import DEMO_SKU, KNOWN_ORDERS
from .order_maker import OrderMaker, is_taxed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.catalogue import ProductSize
    from langchain_centra.sandbox.state.orders import Order

    from .chance import Draw

_ORDERS = 500
_FIRST_NUMBER = 551
_FIRST_OLD_NUMBER = 100_001
_OLDEST = timedelta(days=60)
_SPACE = _OLDEST / _ORDERS
_OLD_SPACE = timedelta(minutes=10)
_KNOWN = {number: kind for kind, number in KNOWN_ORDERS.items()}
_NEWEST = {_FIRST_NUMBER + i: _OLDEST - i * _SPACE for i in range(_ORDERS)}
"""The ages of the newest orders by number."""
_AGES = tuple(age for number, age in _NEWEST.items() if number not in _KNOWN)


def fill_orders(state: State, today: datetime, scale: int, seed: int) -> None:
    """Fill in the orders, oldest first: the old ones that the scale asks for, then the newest 500."""
    writer = _Writer(state)
    old = [_OLDEST + i * _OLD_SPACE for i in range(_ORDERS * (scale - 1), 0, -1)]
    for i, (age, draw) in enumerate(zip(old, draw_orders(seed + 1, old, *writer.choice), strict=True)):
        writer.add_random(_FIRST_OLD_NUMBER + i, today - age, draw)
    draws = iter(kept_draws(seed + 2, _AGES, *writer.choice))
    for number, age in _NEWEST.items():
        if number in _KNOWN:
            writer.add_known(number, today - age)
        else:
            writer.add_random(number, today - age, next(draws))


class _Writer:
    """Adds orders to a store."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._maker = OrderMaker(state)
        self._sizes = [size for sku, size in state.product_sizes.items() if sku != DEMO_SKU]
        self._customers = list(state.customers.values())

    @property
    def choice(self) -> tuple[int, tuple[bool, ...]]:
        """What there is to draw from: how many sizes, and of each customer whether tax is paid."""
        return len(self._sizes), tuple(is_taxed(customer) for customer in self._customers)

    def add_random(self, number: int, placed: datetime, draw: Draw) -> None:
        items = [(self._sizes[size], quantity) for size, quantity in draw.items]
        if draw.customer is None:
            account_id = number % len(self._state.accounts) + 1
            order: Order = self._maker.wholesale(number, placed, [(size, 6 * n) for size, n in items], account_id)
        else:
            order = self._maker.direct(number, placed, items, self._customers[draw.customer], plugin=draw.plugin)
        order.other_comment = draw.comment or ""
        order.is_on_hold = draw.is_on_hold
        if draw.voucher:
            self._maker.apply(order, self._state.vouchers[draw.voucher])
        self._maker.finish(order, draw.status, unallocated=draw.is_unallocated)
        self._state.add_order(order)

    def _sized(self, items: Sequence[tuple[str, int]]) -> list[tuple[ProductSize, int]]:
        return [(self._state.product_sizes[sku], quantity) for sku, quantity in items]

    def add_known(self, number: int, placed: datetime) -> None:
        self._state.add_order(self._known_order(number, placed))

    def _known_order(self, number: int, placed: datetime) -> Order:
        kind, anna = _KNOWN[number], self._customers[0]
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
