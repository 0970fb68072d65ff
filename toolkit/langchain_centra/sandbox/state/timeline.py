"""The orders in the order of their dates, kept where there are too many to sort for every page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from .orders import Order

_DATE = attrgetter("order_date")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Orders, oldest first; `by_id` finds one by its hash id."""

    orders: list[Order]
    by_id: Callable[[str], Order | None]

    @classmethod
    def of(cls, orders: Iterable[Order], by_id: Callable[[str], Order | None]) -> Timeline:
        """Put orders in the order of their dates."""
        return cls(sorted(orders, key=_DATE), by_id)

    def position(self, hash_id: str) -> int | None:
        """Return where the order with a hash id stands."""
        order = self.by_id(hash_id)
        if order is None:
            return None
        start = bisect_left(self.orders, order.order_date, key=_DATE)
        return next(i for i in range(start, len(self.orders)) if self.orders[i] is order)

    def between(self, low: datetime | None, high: datetime | None) -> range:
        """Return the positions of the orders of a time; dates count as whole seconds, so a second more at each end."""
        start = bisect_left(self.orders, low - _SECOND, key=_DATE) if low else 0
        stop = bisect_right(self.orders, high + _SECOND, key=_DATE) if high else len(self.orders)
        return range(start, max(start, stop))
