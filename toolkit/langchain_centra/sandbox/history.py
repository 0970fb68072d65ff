"""The history of an order. The field that shows it on Order is unknown, so only the state has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .state.orders import DirectToConsumerOrderHistoryEntry, WholesaleOrder, WholesaleOrderHistoryEntry

if TYPE_CHECKING:
    from .context import Context
    from .state.orders import Order, OrderHistoryEntry


def add_history(context: Context, order: Order, kind: str, data: dict[str, Any]) -> OrderHistoryEntry:
    """Append an entry of an `OrderHistoryEntryType` to an order's history."""
    entry_class = WholesaleOrderHistoryEntry if isinstance(order, WholesaleOrder) else DirectToConsumerOrderHistoryEntry
    entry = entry_class(id=context.state.new_id(), created_at=context.now, type=kind, order=order, data=data)
    order.history.append(entry)
    return entry
