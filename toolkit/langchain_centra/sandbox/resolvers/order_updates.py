"""updateDirectToConsumerOrder and updateWholesaleOrder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType
from graphql import GraphQLError

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.history import add_history
from langchain_centra.sandbox.lookup import find_order, read_money
from langchain_centra.sandbox.movements import StockAction
from langchain_centra.sandbox.mutations import Refused, write
from langchain_centra.sandbox.names import snake_case
from langchain_centra.sandbox.state.orders import DirectToConsumerOrder, WholesaleOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state.channels import Customer
    from langchain_centra.sandbox.state.orders import Order, ProductOrderLine

    Cancellation = tuple[ProductOrderLine, int, StockAction]

mutations = MutationType()
BINDABLES = [mutations]
_NOT_YET = ("addLines", "externalId")
_PLAIN = ("isInternal", "internalComment", "otherComment")
_ADDRESSES = ("shippingAddress", "billingAddress")
_LOCK = "Order.isLocked:write"


@write(mutations, "updateDirectToConsumerOrder")
def update_direct_to_consumer_order(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Change a shopper's order."""
    order = find_order(context.state, arguments["order"], "order")
    if not isinstance(order, DirectToConsumerOrder):
        raise Refused(messages.NOT_DIRECT_TO_CONSUMER, "order")
    given = arguments["input"]
    _check(context, order, given, "updateDirectToConsumerOrder", "DirectToConsumerOrderUpdateInput")
    customer = _customer(context, given)
    shipping = _shipping_cost(context, order, given)
    cancellations = _cancellations(context, order, given)
    _apply(context, order, given, cancellations)
    if customer is not None and customer is not order.customer:
        order.customer.orders.remove(order)
        order.customer = customer
        customer.orders.append(order)
    _update_person(order.customer, given.get("customerInfo"))
    if shipping is not None:
        before, after = (order.money(cents).formatted_value for cents in (order.shipping_cents, shipping))
        add_history(
            context, order, "ORDER_DATA_UPDATED", {"message": f"Shipping cost changed from {before} to {after}"}
        )
        order.shipping_cents = shipping
    return {"order": order}


@write(mutations, "updateWholesaleOrder")
def update_wholesale_order(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Change a wholesale order."""
    order = find_order(context.state, arguments["order"], "order")
    if not isinstance(order, WholesaleOrder):
        raise Refused(messages.NOT_WHOLESALE, "order")
    given = arguments["input"]
    _check(context, order, given, "updateWholesaleOrder", "WholesaleOrderUpdateInput")
    _apply(context, order, given, _cancellations(context, order, given))
    _update_person(order.buyer, given.get("buyerInfo"))
    return {"order": order}


def _check(context: Context, order: Order, given: Mapping[str, Any], mutation: str, input_type: str) -> None:
    """A locked order takes a permission of its own (that it is asked for as any other is inferred)."""
    for name in _NOT_YET:
        if given.get(name) is not None:
            raise GraphQLError(f"{input_type}.{name} is not in the sandbox yet.")
    if order.is_locked:
        context.require([_LOCK], mutation)
    if given.get("isOnHold") is not None and order.status in ("SHIPPED", "CANCELLED"):
        action = "put on hold" if given["isOnHold"] else "released"
        raise Refused(messages.ended(order.number, order.status, action), "input", "isOnHold")


def _customer(context: Context, given: Mapping[str, Any]) -> Customer | None:
    reference = given.get("customer")
    if reference is None:
        return None
    if reference["id"] not in context.state.customers:
        raise Refused(messages.not_found("Customer", "ID", reference["id"]), "input", "customer")
    return context.state.customers[reference["id"]]


def _shipping_cost(context: Context, order: Order, given: Mapping[str, Any]) -> int | None:
    """Return the new shipping cost: on CONFIRMED orders only, lower than before or 0."""
    path = ("input", "shippingCost")
    cost = read_money(context, given.get("shippingCost"), *path)
    if cost is None:
        return None
    if order.status != "CONFIRMED":
        raise Refused(messages.SHIPPING_COST_STATUS, *path)
    if cost.currency is not order.currency:
        raise Refused(messages.OTHER_CURRENCY, *path)
    if not 0 <= cost.value_in_cents <= order.shipping_cents:
        raise Refused(messages.SHIPPING_COST_RAISED, *path)
    return cost.value_in_cents


def _cancellations(context: Context, order: Order, given: Mapping[str, Any]) -> list[Cancellation]:
    """Read `cancelLines`: lines of this order, not negative, not more than is left to ship.

    That a cancelled order has nothing left to cancel is inferred.
    """
    if given.get("cancelLines") and order.status == "CANCELLED":
        raise Refused(messages.ended(order.number, order.status, "changed"), "input", "cancelLines")
    taken: dict[int, int] = {}
    found = []
    for i, entry in enumerate(given.get("cancelLines") or ()):
        path, wanted = ("input", "cancelLines", str(i)), entry["line"]["id"]
        line = next((line for line in order.lines if line.id == wanted), None)
        if line is None:
            raise Refused(messages.not_found("OrderLine", "ID", wanted), *path, "line")
        taken[line.id] = taken.get(line.id, 0) + entry["quantity"]
        if entry["quantity"] < 0:
            raise Refused(messages.NEGATIVE_QUANTITY, *path, "quantity")
        if taken[line.id] > line.unshipped_quantity:
            raise Refused(messages.too_many(line.id, line.unshipped_quantity), *path, "quantity")
        action = StockAction.of(context, entry["stockActionPolicy"], *path, "stockActionPolicy")
        found.append((line, entry["quantity"], action))
    return found


def _apply(context: Context, order: Order, given: Mapping[str, Any], cancellations: list[Cancellation]) -> None:
    _apply_hold(context, order, given)
    for line, quantity, action in cancellations:
        action.let_go(line, quantity)
        action.record(context.now, f"Order {order.number}: {quantity} cancelled")
        line.quantity -= quantity
        line.cancelled_quantity += quantity
        data = {"line": line.id, "quantity": quantity, "comment": given.get("cancellationComment")}
        add_history(context, order, "ORDER_ITEMS_CANCELLED", data)
    changed = [name for name in (*_PLAIN, *_ADDRESSES) if name in given and (name, given[name]) != ("isInternal", None)]
    for name in changed:
        if name in _ADDRESSES:
            _update_attributes(getattr(order, snake_case(name)), given[name] or {})
        else:
            value = "" if name == "otherComment" and given[name] is None else given[name]
            setattr(order, snake_case(name), value)
    if changed:
        add_history(context, order, "ORDER_DATA_UPDATED", {"fields": changed})
    order.updated_at = context.now


def _apply_hold(context: Context, order: Order, given: Mapping[str, Any]) -> None:
    """Set or take away the hold flag; the status stays."""
    wanted = given.get("isOnHold")
    if wanted is None or wanted == order.is_on_hold:
        return
    order.is_on_hold = wanted
    order.hold_reason = None
    kind = "ORDER_STATUS_ON_HOLD_ADDED" if wanted else "ORDER_STATUS_ON_HOLD_REMOVED"
    add_history(context, order, kind, {"reason": given.get("holdStatusChangeReason")})


def _update_attributes(target: object, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        setattr(target, snake_case(name), value)


def _update_person(person: object, given: Mapping[str, Any] | None) -> None:
    """Write `customerInfo` or `buyerInfo` to the person's record (inferred: the page says only that it is updated)."""
    _update_attributes(person, {name: value for name, value in (given or {}).items() if value is not None})
