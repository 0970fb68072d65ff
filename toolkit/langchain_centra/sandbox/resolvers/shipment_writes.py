"""Shipments: created, completed, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType
from graphql import GraphQLError

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.history import add_history
from langchain_centra.sandbox.lookup import find_order, read_money
from langchain_centra.sandbox.movements import allocate, can_allocate, ship
from langchain_centra.sandbox.mutations import Refused, write
from langchain_centra.sandbox.payments import capture
from langchain_centra.sandbox.state.orders import (
    DirectToConsumerShipment,
    ShipmentLine,
    WholesaleOrder,
    WholesaleShipment,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state.orders import Order, ProductOrderLine, Shipment

    Units = list[tuple[ProductOrderLine, int]]

mutations = MutationType()
BINDABLES = [mutations]
_NOT_YET = ("deliveryGroup", "shipmentMethod")
_COSTS = {"shippingCostPolicy": "shipping", "handlingCostPolicy": "handling", "discountValuePolicy": "discount"}
_INFO = {
    "carrier": "carrier",
    "service": "service",
    "packagesNumber": "number_of_packages",
    "trackingNumber": "tracking_number",
    "returnTrackingNumber": "return_tracking_number",
}


@write(mutations, "createShipment")
def create_shipment(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take units of an order into a shipment, which makes the order PROCESSING.

    A failed capture does not undo it: the shipment is there, not captured, with a warning.
    """
    given = arguments["input"]
    order = find_order(context.state, given["order"], "input", "order")
    _check_order(context, order, given)
    units = _units(order, given)
    shipped_at = _shipped_at(context, given)
    attributes = {
        **{f"{cost}_cents": _cost(context, order, given, name) for name, cost in _COSTS.items()},
        **_info(context, order, given.get("shipmentInfo")),
        "created_at": context.date(given["createdAt"]) if given.get("createdAt") else context.now,
        "is_good_to_go": bool(given.get("isGoodToGo")),
        "additional_message": given.get("additionalMessage"),
    }
    if given.get("isPaid") and not given.get("capture"):
        attributes |= {"is_paid": True, "paid_at": context.now}
    _allocate(context, units, demand=bool(given.get("allocateDemand")))
    shipment = _new_shipment(context, order, units, attributes)
    warnings = capture(context, shipment) if given.get("capture") else []
    if shipped_at is not None:
        _leave(context, shipment, shipped_at, send_email=bool(given.get("sendEmail")))
    return {"shipment": shipment, "userWarnings": warnings}


def _check_order(context: Context, order: Order, given: Mapping[str, Any]) -> None:
    """Confirmed, not on hold, not locked (that the lock's permission helps, as in updates, is inferred)."""
    for name in _NOT_YET:
        if given.get(name) is not None:
            raise GraphQLError(f"ShipmentCreateInput.{name} is not in the sandbox yet.")
    if order.is_locked:
        context.require(["Order.isLocked:write"], "createShipment")
    if order.status not in ("CONFIRMED", "PROCESSING"):
        raise Refused(messages.not_shippable(order.number, order.status), "input", "order")
    if order.is_on_hold:
        raise Refused(messages.on_hold(order.number), "input", "order")


def _units(order: Order, given: Mapping[str, Any]) -> Units:
    units: dict[int, int] = {}
    lines = {line.id: line for line in order.lines}
    for i, entry in enumerate(given.get("lines") or ()):
        path, line_id = ("input", "lines", str(i)), entry["orderLine"]["id"]
        if line_id not in lines:
            raise Refused(messages.not_found("OrderLine", "ID", line_id), *path, "orderLine")
        if entry["quantity"] <= 0:
            raise Refused(messages.NO_UNITS, *path, "quantity")
        units[line_id] = units.get(line_id, 0) + entry["quantity"]
        if units[line_id] > lines[line_id].unshipped_quantity:
            raise Refused(messages.too_many(line_id, lines[line_id].unshipped_quantity), *path, "quantity")
    if not units:
        raise Refused(messages.NOTHING_TO_DO, "input", "lines")
    return [(lines[line_id], quantity) for line_id, quantity in units.items()]


def _shipped_at(context: Context, given: Mapping[str, Any]) -> datetime | None:
    if given.get("shippedAt") is None:
        return None
    moment = context.date(given["shippedAt"])
    if moment > context.now:
        raise Refused(messages.SHIPPED_IN_FUTURE, "input", "shippedAt")
    return moment


def _cost(context: Context, order: Order, given: Mapping[str, Any], name: str) -> int:
    """Return the shipment's share of a cost of the order, in cents.

    A shopper's shipment takes at most what remains; a wholesale one may take up to the order's cost, but of a discount
    only what remains.
    """
    attribute = f"{_COSTS[name]}_cents"
    whole: int = getattr(order, attribute)
    remaining: int = max(0, whole - sum(getattr(shipment, attribute) for shipment in order.shipments))
    policy: Mapping[str, Any] = given.get(name) or {}
    if policy.get("none"):
        return 0
    value = read_money(context, policy.get("value"), "input", name, "value")
    if value is None:
        return remaining
    generous = isinstance(order, WholesaleOrder) and name != "discountValuePolicy"
    if not 0 <= value.value_in_cents <= (whole if generous else remaining):
        raise Refused(messages.COST_TOO_HIGH, "input", name)
    return value.value_in_cents


def _allocate(context: Context, units: Units, *, demand: bool) -> None:
    """See to it that the units are allocated; with `demand`, allocate those that no warehouse holds.

    That only allocated units can be shipped, and what `allocateDemand` does, are inferred from the names.
    """
    short = [(line, quantity - line.allocated_quantity + line.on_the_way) for line, quantity in units]
    short = [(line, quantity) for line, quantity in short if quantity > 0]
    if short and not (demand and can_allocate(context.state, short)):
        raise Refused(messages.not_allocated(short[0][0].id), "input", "lines")
    for line, quantity in short:
        allocate(context.state, line, quantity)


def _info(context: Context, order: Order, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the attributes that a ShipmentInfoInput sets; a cost has to be in the order's currency (inferred)."""
    info = {attribute: given[name] for name, attribute in _INFO.items() if given and given.get(name) is not None}
    path = ("input", "shipmentInfo", "internalShippingCost")
    cost = read_money(context, (given or {}).get("internalShippingCost"), *path)
    if cost is not None and cost.currency is not order.currency:
        raise Refused(messages.OTHER_CURRENCY, *path)
    return {**info, "internal_shipping_cost_cents": cost.value_in_cents} if cost else info


def _new_shipment(context: Context, order: Order, units: Units, attributes: Mapping[str, Any]) -> Shipment:
    shipment_class = WholesaleShipment if isinstance(order, WholesaleOrder) else DirectToConsumerShipment
    shipment = shipment_class(
        id=context.state.new_id(),
        number=f"{order.number}-{len(order.shipments) + 1}",
        order=order,
        updated_at=context.now,
        shipping_address=order.shipping_address,
        **attributes,
    )
    shipment.lines = [
        ShipmentLine(id=context.state.new_id(), order_line=line, quantity=quantity) for line, quantity in units
    ]
    order.shipments.append(shipment)
    context.state.shipments[shipment.id] = shipment
    add_history(context, order, "SHIPMENT_CREATED", {"shipment": shipment.number})
    order.status, order.updated_at = "PROCESSING", context.now
    return shipment


@write(mutations, "completeShipment")
def complete_shipment(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Send a shipment off; the last one makes the order SHIPPED.

    It has to be good to go and paid; that the server refuses otherwise is inferred.
    """
    given, shipment = arguments["input"], _find(context, arguments["id"])
    shipped_at = _shipped_at(context, given) or context.now
    if shipment.is_shipped:
        raise Refused(messages.already_shipped(shipment.number), "id")
    if shipment.order.is_on_hold:
        raise Refused(messages.on_hold(shipment.order.number), "id")
    if not (shipment.is_good_to_go and shipment.is_paid):
        raise Refused(messages.not_ready(shipment.number), "id")
    for attribute, value in _info(context, shipment.order, given.get("shipmentInfo")).items():
        setattr(shipment, attribute, value)
    if given.get("additionalMessage") is not None:
        shipment.additional_message = given["additionalMessage"]
    _leave(context, shipment, shipped_at, send_email=bool(given.get("sendEmail")))
    return {"shipment": shipment}


def _find(context: Context, shipment_id: int) -> Shipment:
    if shipment_id not in context.state.shipments:
        raise Refused(messages.not_found("Shipment", "ID", shipment_id), "id")
    return context.state.shipments[shipment_id]


def _leave(context: Context, shipment: Shipment, shipped_at: datetime, *, send_email: bool) -> None:
    """Take the goods out of stock; an order whose lines are all shipped or cancelled is SHIPPED."""
    order = shipment.order
    for line in shipment.lines:
        ship(context.state, line.order_line, line.quantity)
    shipment.is_shipped, shipment.shipped_at, shipment.updated_at = True, shipped_at, context.now
    add_history(context, order, "SHIPMENT_STATUS_CHANGED", {"shipment": shipment.number, "isShipped": True})
    if all(line.shipped_quantity >= line.quantity for line in order.lines):
        add_history(context, order, "ORDER_STATUS_CHANGED", {"from": order.status, "to": "SHIPPED"})
        order.status = "SHIPPED"
    order.updated_at = context.now
    if send_email:
        context.send_email("shipment_confirmation", order.number, order.email)


@write(mutations, "deleteShipment")
def delete_shipment(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Undo a shipment that is neither shipped nor paid; its units stay allocated to the order.

    Without any shipment left the order is CONFIRMED again (inferred).
    """
    shipment = _find(context, arguments["id"])
    order = shipment.order
    if shipment.is_shipped or shipment.is_paid:
        raise Refused(messages.not_deletable(shipment.number), "id")
    order.shipments.remove(shipment)
    del context.state.shipments[shipment.id]
    add_history(context, order, "SHIPMENT_REMOVED", {"shipment": shipment.number})
    order.status, order.updated_at = order.status if order.shipments else "CONFIRMED", context.now
    return {}
