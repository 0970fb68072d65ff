"""Returns of orders that have shipped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from langchain_centra.sandbox.state.orders import DirectToConsumerOrder, PaymentHistoryEntry, WholesaleOrder
from langchain_centra.sandbox.state.returns import DirectToConsumerReturn, Return, ReturnLine, WholesaleReturn

from .known import KNOWN_ORDERS

if TYPE_CHECKING:
    from datetime import datetime

    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.orders import Order

_EVERY = 9
"""One order in so many is returned, if it has shipped."""
_AFTER = timedelta(days=6)
_HANDLED_AFTER = timedelta(days=4)
_COMMENTS = (None, "Too small.", "Colour not as in the picture.", "Changed my mind, unworn.", None)


def fill_returns(state: State, today: datetime) -> None:
    """Return something of every ninth order that has shipped at least six days ago.

    Which ones follows from the order's number alone, so that a bigger store returns the same of the newest orders.
    """
    known = set(KNOWN_ORDERS.values())
    warehouse = state.warehouses[1]
    for order in state.orders.values():
        placed = order.order_date + _AFTER
        if order.number % _EVERY or order.status != "SHIPPED" or order.number in known or placed > today:
            continue
        found = _made(order, placed)
        found.return_warehouse = warehouse
        if placed + _HANDLED_AFTER < today:
            _complete(found, placed + _HANDLED_AFTER)
        state.returns[found.id] = found


def _made(order: Order, at: datetime) -> Return:
    """Return the whole of one line or one unit of it, by turns; every third time all of the shipment."""
    [shipment] = order.shipments
    turn = order.number // _EVERY
    lines = shipment.lines if turn % 3 == 0 else [shipment.lines[turn % len(shipment.lines)]]
    fields: dict[str, Any] = {
        "id": order.number * 10 + 1,
        "shipment": shipment,
        "created_at": at,
        "comment": _COMMENTS[turn % len(_COMMENTS)],
        "created_from": "Integration API",
        "lines": [
            ReturnLine(id=line.id, shipment_line=line, quantity=1 if turn % 2 else line.quantity) for line in lines
        ],
    }
    if isinstance(order, WholesaleOrder):
        return WholesaleReturn(order=order, **fields)
    assert isinstance(order, DirectToConsumerOrder)  # noqa: S101 (there are two kinds)
    return DirectToConsumerReturn(order=order, **fields)


def _complete(found: Return, at: datetime) -> None:
    """Take the goods back and give the money back; refunds are negative amounts, as cancels are (inferred)."""
    found.return_status, found.returned_to_stock = "COMPLETED", True
    for line in found.lines:
        line.shipment_line.returned_quantity += line.quantity
        line.shipment_line.order_line.returned_quantity += line.quantity
    order = found.order
    entry = PaymentHistoryEntry(
        id=order.number * 10 + len(order.payment_history) + 1,
        created_at=at,
        status="SUCCESS",
        entry_type="REFUND",
        cents=-found.grand_total_cents,
        order=order,
        payment_method=order.payment_method.name,
        external_reference=f"{order.payment_method.uri}-{order.number}",
        source="Centra",
        store_plugin=order.payment_method,
        refund_of=found,
    )
    order.payment_history.append(entry)
    found.refund_payment_history.append(entry)
    order.updated_at = at
