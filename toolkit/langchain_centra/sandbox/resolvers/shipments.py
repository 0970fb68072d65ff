"""Shipments."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import InterfaceType, ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing
from langchain_centra.sandbox.state.orders import WholesaleOrder, without_tax

if TYPE_CHECKING:
    from langchain_centra.sandbox.paging import Connection
    from langchain_centra.sandbox.state.channels import MonetaryValue
    from langchain_centra.sandbox.state.orders import AppliedVoucherDiscount, Shipment, ShipmentLine

query = QueryType()
shipment_type = InterfaceType("Shipment")
line_type = ObjectType("ShipmentLine")
BINDABLES = [query, shipment_type, line_type]

_SHIPMENTS = Listing(
    Filter(
        "ShipmentFilter",
        {
            "id": attrgetter("id"),
            "number": attrgetter("number"),
            "createdAt": attrgetter("created_at"),
            "updatedAt": attrgetter("updated_at"),
            "isGoodToGo": attrgetter("is_good_to_go"),
            "isPrinted": attrgetter("is_printed"),
            "isShipped": attrgetter("is_shipped"),
            "shippedAt": attrgetter("shipped_at"),
            "isOnHold": attrgetter("is_on_hold"),
            "isPaid": attrgetter("is_paid"),
            "paidAt": attrgetter("paid_at"),
            "isCaptured": attrgetter("is_captured"),
            "capturedAt": attrgetter("captured_at"),
            "trackingNumber": attrgetter("tracking_number"),
            "countryId": attrgetter("shipping_address.country.id"),
            "currencyId": attrgetter("order.currency.id"),
            "customerId": lambda s: None if isinstance(s.order, WholesaleOrder) else s.order.customer.id,
            "orderId": attrgetter("order.id"),
            "storeId": attrgetter("order.store.id"),
            "storeType": attrgetter("order.store.type"),
            "usedFallbackTax": attrgetter("used_fallback_tax"),
        },
        text=lambda shipment: (shipment.number, shipment.tracking_number),
    )
)


@query.field("shipment")
def shipment(_source: object, info: Info, **arguments: Any) -> Shipment | None:
    """Return a shipment, or null."""
    return context_of(info).state.shipments.get(arguments["id"])


@query.field("shipments")
def shipments(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the shipments."""
    return _SHIPMENTS.page(context_of(info).state.shipments.values(), info, arguments)


@query.field("shipmentConnection")
def shipment_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the shipments."""
    return _SHIPMENTS.connection(context_of(info).state.shipments.values(), info, arguments)


@shipment_type.field("grandTotal")
def grand_total(shipment: Shipment, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return what the shipment costs."""
    cents, order = shipment.grand_total_cents, shipment.order
    return order.money(cents if arguments["includingTax"] else without_tax(cents, order.tax_percent))


@shipment_type.field("capturedValue")
def captured_value(shipment: Shipment, _info: Info) -> MonetaryValue | None:
    """Return what was captured for the shipment, or null."""
    return shipment.order.money(shipment.captured_cents) if shipment.is_captured else None


@shipment_type.field("internalShippingCost")
def internal_shipping_cost(shipment: Shipment, _info: Info) -> MonetaryValue:
    """Return what the merchant pays for shipping it; 0 unless told."""
    return shipment.order.money(shipment.internal_shipping_cost_cents)


@shipment_type.field("carrierInformation")
def carrier_information(shipment: Shipment, _info: Info) -> dict[str, str | None] | None:
    """Return who carries it, or null."""
    if shipment.carrier is None and shipment.service is None:
        return None
    return {
        "carrierName": shipment.carrier,
        "serviceName": shipment.service,
        "accountIdentifier": None,
        "taxId": None,
    }


@shipment_type.field("discountsApplied")
def discounts_applied(shipment: Shipment, _info: Info) -> list[AppliedVoucherDiscount]:
    """List the shipment's share of the order's discount."""
    if not shipment.discount_cents:
        return []
    return [replace(shipment.order.discounts_applied[0], cents=shipment.discount_cents)]


def _line_money(line: ShipmentLine, cents: int, including_tax: bool) -> MonetaryValue:
    order = line.order_line.order
    return order.money(cents if including_tax else without_tax(cents, order.tax_percent))


@line_type.field("unitPrice")
def unit_price(line: ShipmentLine, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return the price of one unit."""
    return _line_money(line, line.order_line.unit_price_cents, arguments["includingTax"])


@line_type.field("lineValue")
def line_value(line: ShipmentLine, _info: Info, **arguments: Any) -> MonetaryValue:
    """Return what the line costs."""
    return _line_money(line, line.order_line.unit_price_cents * line.quantity, arguments["includingTax"])
