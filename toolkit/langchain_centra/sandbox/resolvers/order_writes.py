"""Order mutations: confirm, cancel, lock, note; updates are in `order_updates`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.history import add_history
from langchain_centra.sandbox.lookup import find_order
from langchain_centra.sandbox.movements import StockAction
from langchain_centra.sandbox.mutations import Refused, write
from langchain_centra.sandbox.payments import void_authorization
from langchain_centra.sandbox.state.orders import DirectToConsumerOrder, WholesaleOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state.orders import Order

mutations = MutationType()
BINDABLES = [mutations]
_ENDED = ("SHIPPED", "CANCELLED")


@write(mutations, "confirmOrder")
def confirm_order(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """PENDING becomes CONFIRMED, and the customer gets mail, always; hold and lock do not stop it (inferred)."""
    order = find_order(context.state, arguments["input"]["order"], "input", "order")
    if order.status != "PENDING":
        raise Refused(messages.not_pending(order.number, order.status), "input", "order")
    _set_status(context, order, "CONFIRMED")
    context.send_email("order_confirmation", order.number, order.email)
    return {"order": order}


def _set_status(context: Context, order: Order, status: str, comment: str | None = None) -> None:
    add_history(context, order, "ORDER_STATUS_CHANGED", {"from": order.status, "to": status, "comment": comment})
    order.status = status
    order.updated_at = context.now


@write(mutations, "cancelDirectToConsumerOrder")
def cancel_direct_to_consumer_order(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Cancel a shopper's order."""
    return _cancel(context, arguments, DirectToConsumerOrder, messages.NOT_DIRECT_TO_CONSUMER)


@write(mutations, "cancelWholesaleOrder")
def cancel_wholesale_order(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Cancel a wholesale order."""
    return _cancel(context, arguments, WholesaleOrder, messages.NOT_WHOLESALE)


def _cancel(context: Context, arguments: Mapping[str, Any], kind: type[Order], wrong_kind: str) -> dict[str, Any]:
    """Cancel an order: lines keep their quantities, allocations end by the stock action.

    Mail goes out when `sendEmail` is true; left out it counts as false, and hold and lock do not stop a cancel (all
    inferred).
    """
    order, given = find_order(context.state, {"id": arguments["id"]}, "id"), arguments["input"]
    if not isinstance(order, kind):
        raise Refused(wrong_kind, "id")
    action = StockAction.of(context, given["stockAction"], "input", "stockAction")
    _check_cancellable(order)
    for line in order.lines:
        action.let_go(line, line.quantity)
    action.record(context.now, f"Order {order.number} cancelled")
    add_history(context, order, "STOCK_EFFECT_ON_CANCELLED_ORDER", {"stockAction": given["stockAction"]})
    _set_status(context, order, "CANCELLED", given.get("comment"))
    if given["emailOptions"].get("sendEmail"):
        context.send_email("order_cancellation", order.number, order.email)
    entry, warnings = void_authorization(context, order) if given.get("cancelAuthorization") else (None, [])
    return {"order": order, "paymentHistoryEntry": entry, "userWarnings": warnings}


def _check_cancellable(order: Order) -> None:
    """Completed, cancelled and captured orders cannot be cancelled; nor one with shipments (inferred)."""
    if order.status in _ENDED:
        raise Refused(messages.ended(order.number, order.status, "cancelled"), "id")
    if order.captured_cents:
        raise Refused(messages.captured(order.number), "id")
    if order.shipments:
        raise Refused(messages.has_shipments(order.number), "id")


@write(mutations, "setOrdersLock")
def set_orders_lock(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Lock or unlock orders; one that is not found refuses them all (inferred)."""
    given = arguments["input"]
    orders = [
        find_order(context.state, reference, "input", "orders", str(i)) for i, reference in enumerate(given["orders"])
    ]
    for order in orders:
        if order.is_locked != given["isLocked"]:
            order.is_locked = given["isLocked"]
            order.updated_at = context.now
            add_history(context, order, "ORDER_DATA_UPDATED", {"isLocked": order.is_locked})
    return {"orders": orders}


@write(mutations, "addOrderNote")
def add_order_note(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Append a note to the order's history."""
    given = arguments["input"]
    order = find_order(context.state, given["order"], "input", "order")
    if not given["note"].strip():
        raise Refused(messages.EMPTY_NOTE, "input", "note")
    return {"orderHistoryEntry": add_history(context, order, "USER_NOTE_ADDED", {"note": given["note"]})}
