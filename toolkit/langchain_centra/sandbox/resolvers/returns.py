"""Returns."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import InterfaceType, ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing
from langchain_centra.sandbox.state.orders import WholesaleOrder, without_tax

if TYPE_CHECKING:
    from langchain_centra.sandbox.state.channels import MonetaryValue
    from langchain_centra.sandbox.state.orders import ProductOrderLine
    from langchain_centra.sandbox.state.returns import Return, ReturnLine

query = QueryType()
return_type = InterfaceType("Return")
line_type = ObjectType("ReturnLine")
BINDABLES = [query, return_type, line_type]

_RETURNS = Listing(
    Filter(
        "ReturnFilter",
        {
            "id": attrgetter("id"),
            "returnStatus": attrgetter("return_status"),
            "createdAt": attrgetter("created_at"),
            "createdFrom": attrgetter("created_from"),
            "customerId": lambda r: None if isinstance(r.order, WholesaleOrder) else r.order.customer.id,
            "buyerId": lambda r: r.order.buyer.id if isinstance(r.order, WholesaleOrder) else None,
            "orderId": attrgetter("order.id"),
            "orderNumber": attrgetter("order.number"),
            "shipmentId": attrgetter("shipment.id"),
            "shipmentNumber": attrgetter("shipment.number"),
            "storeId": attrgetter("order.store.id"),
            "storeType": attrgetter("order.store.type"),
            "externalId": attrgetter("external_id"),
            "usedFallbackTax": attrgetter("used_fallback_tax"),
        },
        text=lambda found: (found.id, found.order.number, found.order.email),
    )
)


@query.field("return")
def one_return(_source: object, info: Info, **arguments: Any) -> Return | None:
    """Return a return, or null."""
    return context_of(info).state.returns.get(arguments["id"])


@query.field("returns")
def returns(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the returns, oldest first (inferred)."""
    return _RETURNS.page(context_of(info).state.returns.values(), info, arguments)


def _money(found: Return, cents: int, including_tax: bool | None) -> MonetaryValue:
    whole = including_tax is None or including_tax
    return found.order.money(cents if whole else without_tax(cents, found.order.tax_percent))


@return_type.field("grandTotal")
def grand_total(found: Return, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return what the return is worth."""
    return _money(found, found.grand_total_cents, arguments.get("includingTax"))


@return_type.field("discountsApplied")
def discounts_applied(_found: Return, _info: Info) -> list[object]:
    """List the discounts taken back: none, the sandbox's returns give no voucher value back."""
    return []


@return_type.field("totals")
def totals(found: Return, _info: Info) -> dict[str, Any]:
    """Return the sums; prices include tax, so nothing is added or deducted."""
    tax = found.grand_total_cents - without_tax(found.grand_total_cents, found.order.tax_percent)
    money = found.order.money
    return {
        "quantity": found.total_quantity,
        "lineValues": money(found.lines_cents),
        "handling": money(found.handling_cents),
        "shipping": money(found.shipping_cents),
        "discounts": money(found.discount_cents),
        "returnCost": money(found.return_cost_cents),
        "taxAdded": money(0),
        "taxDeducted": money(0),
        "taxIncluded": money(tax),
    }


@line_type.field("orderLine")
def order_line(line: ReturnLine, _info: Info) -> ProductOrderLine:
    """Return the order line that the units are of."""
    return line.shipment_line.order_line


def _line_money(line: ReturnLine, cents: int, including_tax: bool) -> MonetaryValue:
    order = line.shipment_line.order_line.order
    return order.money(cents if including_tax else without_tax(cents, order.tax_percent))


@line_type.field("unitPrice")
def unit_price(line: ReturnLine, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return the price of one unit."""
    return _line_money(line, line.shipment_line.order_line.unit_price_cents, arguments["includingTax"])


@line_type.field("lineValue")
def line_value(line: ReturnLine, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return what the line's units cost."""
    return _line_money(line, line.value_cents, arguments["includingTax"])
