"""Orders: lists, lines, totals, payments."""

from __future__ import annotations

from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import InterfaceType, ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing
from langchain_centra.sandbox.state.orders import WholesaleOrder, without_tax
from langchain_centra.sandbox.state.totals import OrderTotals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.paging import Connection
    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.channels import MonetaryValue
    from langchain_centra.sandbox.state.displays import Category
    from langchain_centra.sandbox.state.orders import (
        AppliedVoucherDiscount,
        Order,
        PaymentHistoryEntry,
        ProductOrderLine,
    )
    from langchain_centra.sandbox.state.returns import Return

query = QueryType()
order_type = InterfaceType("Order")
line_type = InterfaceType("OrderLine")
discount_type = ObjectType("AppliedVoucherDiscount")
payment_type = ObjectType("PaymentHistoryEntry")
BINDABLES = [query, order_type, line_type, discount_type, payment_type]

_BY_DATE = ["orderDate_ASC"]
_LINE_VALUES = {
    "size": attrgetter("product_size.size.name"),
    "product": attrgetter("product_size.product_variant.product"),
    "productVariant": attrgetter("product_size.product_variant"),
    "productName": attrgetter("product_size.product_variant.product.name"),
    "productNumber": attrgetter("product_size.product_variant.product.product_number"),
    "productVariantName": attrgetter("product_size.product_variant.name"),
    "productBrand": attrgetter("product_size.product_variant.product.brand.name"),
    "folderName": attrgetter("product_size.product_variant.product.folder.name"),
    "brand": attrgetter("product_size.product_variant.product.brand"),
    "collection": attrgetter("product_size.product_variant.product.collection"),
    "taxPercent": attrgetter("order.tax_percent"),
    "hasAnyDiscount": lambda line: line.unit_price_cents < line.unit_original_price_cents,
    "discountPercent": lambda line: round(100 * (1 - line.unit_price_cents / line.unit_original_price_cents), 2),
}


def _warehouse_count(order: Order) -> int:
    return len({allocation.warehouse.id for line in order.lines for allocation in line.allocations})


ORDERS = Listing(
    Filter(
        "OrderFilter",
        {
            "id": attrgetter("id"),
            "number": attrgetter("number"),
            "status": attrgetter("status"),
            "createdAt": attrgetter("order_date"),
            "updatedAt": attrgetter("updated_at"),
            "orderDate": attrgetter("order_date"),
            "purchaseOrderNumber": lambda o: o.purchase_order_number if isinstance(o, WholesaleOrder) else None,
            "userIp": attrgetter("user_ip"),
            "accountId": lambda order: order.account.id if isinstance(order, WholesaleOrder) else None,
            "buyerId": lambda order: order.buyer.id if isinstance(order, WholesaleOrder) else None,
            "customerId": lambda order: None if isinstance(order, WholesaleOrder) else order.customer.id,
            "deliveryWindowId": lambda o: [w.id for w in o.delivery_windows] if isinstance(o, WholesaleOrder) else [],
            "countryId": attrgetter("country.id"),
            "currencyId": attrgetter("currency.id"),
            "marketId": attrgetter("market.id"),
            "paymentMethodId": attrgetter("payment_method.id"),
            "pricelistId": attrgetter("pricelist.id"),
            "storeId": attrgetter("store.id"),
            "storeType": attrgetter("store.type"),
            "isLocked": attrgetter("is_locked"),
            "isOnHold": attrgetter("is_on_hold"),
            "isWaitingForPayment": attrgetter("is_waiting_for_payment"),
            "isInternal": attrgetter("is_internal"),
            "otherComment": attrgetter("other_comment"),
            "allocationRuleId": attrgetter("allocation_rule.id"),
            "externalId": attrgetter("external_id"),
            "orderHoldReason": attrgetter("hold_reason"),
            "allocatedWarehouseCount": _warehouse_count,
        },
        text=lambda order: (
            order.number,
            order.email,
            f"{order.shipping_address.first_name} {order.shipping_address.last_name}",
            order.shipping_address.company_name,
        ),
    ),
    {"orderDate": attrgetter("order_date"), "number": attrgetter("number")},
)
_PAYMENTS = Listing(
    Filter(
        "PaymentHistoryEntryFilter",
        {
            "id": attrgetter("id"),
            "createdAt": attrgetter("created_at"),
            "entryType": attrgetter("entry_type"),
            "status": attrgetter("status"),
            "externalReference": attrgetter("external_reference"),
            "paymentMethod": attrgetter("payment_method"),
            "source": attrgetter("source"),
            "currencyId": attrgetter("order.currency.id"),
            "orderId": attrgetter("order.id"),
            "storePluginId": lambda entry: entry.store_plugin.id if entry.store_plugin else None,
            "externalId": attrgetter("external_id"),
        },
        text=lambda entry: (entry.external_reference, entry.payment_method),
    )
)


def _candidates(state: State, where: Mapping[str, Any] | None) -> Iterable[Order]:
    """Return the orders that a filter can meet: by number or hash id they are found without a search."""
    named = _named(state, where or {})
    return state.orders.values() if named is None else named


def _named(state: State, given: Mapping[str, Any]) -> list[Order] | None:
    negated = given.get("negate") or ()
    if given.get("number") is not None and "number" not in negated:
        return [state.orders[number] for number in given["number"] if number in state.orders]
    if given.get("id") is not None and "id" not in negated:
        found = (state.order_by_id(hash_id) for hash_id in given["id"])
        return [order for order in found if order is not None]
    return None


def _bounds(context: Context, given: Mapping[str, Any]) -> range:
    """Return where on the timeline the orders stand that a filter by date can meet."""
    negated = given.get("negate") or ()
    sides: dict[str, list[datetime]] = {"from": [], "to": []}
    for name in ("orderDate", "createdAt"):
        for side, text in (given.get(name) or {}).items():
            if text is not None and name not in negated:
                sides[side].append(context.date(text))
    return context.state.timeline().between(max(sides["from"], default=None), min(sides["to"], default=None))


@query.field("order")
def order(_source: object, info: Info, **arguments: Any) -> Order | None:
    """Return the order with a hash id, or null."""
    return context_of(info).state.order_by_id(arguments["id"])


@query.field("orders")
def orders(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the orders, oldest first unless sorted (inferred)."""
    context, where = context_of(info), arguments.get("where") or {}
    if arguments.get("sort") == _BY_DATE and _named(context.state, where) is None:
        bounds = _bounds(context, where)
        rows = islice(context.state.timeline().orders, bounds.start, bounds.stop)
        return ORDERS.page(rows, info, {**arguments, "sort": None})
    return ORDERS.page(_candidates(context.state, where), info, arguments)


@query.field("orderConnection")
def order_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the orders, oldest first unless sorted (inferred)."""
    context, where = context_of(info), arguments.get("where") or {}
    if arguments.get("sort") == _BY_DATE and _named(context.state, where) is None:
        return ORDERS.connection_over(context.state.timeline(), info, arguments, _bounds(context, where))
    return ORDERS.connection(_candidates(context.state, where), info, arguments)


@query.field("orderPaymentHistory")
def order_payment_history(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the payment entries of all orders."""
    entries = (entry for order in context_of(info).state.orders.values() for entry in order.payment_history)
    return _PAYMENTS.page(entries, info, arguments)


def _with_or_without_tax(order: Order, cents: int, including_tax: bool) -> MonetaryValue:
    return order.money(cents if including_tax else without_tax(cents, order.tax_percent))


@order_type.field("grandTotal")
def grand_total(order: Order, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return what the order costs."""
    return _with_or_without_tax(order, order.grand_total_cents, arguments["includingTax"])


@order_type.field("totals")
def totals(order: Order, _info: Info) -> OrderTotals:
    """Return the order's sums."""
    return OrderTotals(order)


@order_type.field("lines")
def lines(order: Order, _info: Info, **arguments: Any) -> list[ProductOrderLine]:
    """List the lines; those cancelled in full only when asked for."""
    everything = arguments.get("includeFullyCancelled")
    return [line for line in order.lines if everything or line.quantity > 0]


@order_type.field("paymentHistory")
def payment_history(order: Order, info: Info, **arguments: Any) -> list[Any]:
    """List the order's payment entries, oldest first."""
    return list(_PAYMENTS.matching(order.payment_history, info, arguments.get("where")))


@line_type.field("category")
def category(line: ProductOrderLine, info: Info) -> Category | None:
    """Return the canonical category of the product's display in the order's store (inferred)."""
    product, store = line.product_size.product_variant.product, line.order.store
    displays = context_of(info).state.displays.values()
    return next((d.canonical_category for d in displays if d.product is product and d.store is store), None)


for _name, _getter in _LINE_VALUES.items():
    line_type.set_field(_name, lambda line, _info, _getter=_getter: _getter(line))


@line_type.field("unitPrice")
def unit_price(line: ProductOrderLine, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return the price of one unit."""
    return _with_or_without_tax(line.order, line.unit_price_cents, arguments["includingTax"])


@line_type.field("unitOriginalPrice")
def unit_original_price(line: ProductOrderLine, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return the price of one unit before discounts."""
    return _with_or_without_tax(line.order, line.unit_original_price_cents, arguments["includingTax"])


@line_type.field("lineValue")
def line_value(line: ProductOrderLine, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return what the line costs."""
    return _with_or_without_tax(line.order, line.value_cents, arguments["includingTax"])


@discount_type.field("value")
def discount_value(discount: AppliedVoucherDiscount, _info: Info) -> MonetaryValue:
    """Return what the voucher took off."""
    return discount.order.money(discount.cents)


@payment_type.field("value")
def payment_value(entry: PaymentHistoryEntry, _info: Info) -> MonetaryValue:
    """Return the entry's amount."""
    return entry.order.money(entry.cents)


@payment_type.field("return")
def payment_return(entry: PaymentHistoryEntry, _info: Info) -> Return | None:
    """Return the return behind a refund."""
    return entry.refund_of
