"""Warehouses, stock levels, stock changes."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langchain_centra.sandbox.paging import Connection
    from langchain_centra.sandbox.state.catalogue import ProductSize, ProductVariant
    from langchain_centra.sandbox.state.stock import Stock, StockChange, StockChangeLine, Warehouse

query = QueryType()
warehouse_type = ObjectType("Warehouse")
variant_type = ObjectType("ProductVariant")
size_type = ObjectType("ProductSize")
change_type = ObjectType("StockChange")
BINDABLES = [query, warehouse_type, variant_type, size_type, change_type]

_WHERE = {
    "productId": attrgetter("product_size.product_variant.product.id"),
    "productVariantId": attrgetter("product_size.product_variant.id"),
    "productSizeId": attrgetter("product_size.id"),
    "warehouseId": attrgetter("warehouse.id"),
}
_QUANTITIES = {
    "physicalQuantity": attrgetter("physical_quantity"),
    "freeToAllocateQuantity": attrgetter("free_to_allocate_quantity"),
    "allocatedQuantity": attrgetter("allocated_quantity"),
    "demandQuantity": attrgetter("demand_quantity"),
    "unshippedQuantity": attrgetter("unshipped_quantity"),
    "incomingQuantity": attrgetter("incoming_quantity"),
    "linkedIncomingQuantity": attrgetter("linked_incoming_quantity"),
    "unlinkedIncomingQuantity": attrgetter("unlinked_incoming_quantity"),
    "onDeliveryQuantity": attrgetter("on_delivery_quantity"),
}
_TOTALS = (
    "availableQuantity",
    "physicalQuantity",
    "demandQuantity",
    "allocatedQuantity",
    "unshippedQuantity",
    "onDeliveryQuantity",
    "linkedIncomingQuantity",
    "unlinkedIncomingQuantity",
)

_WAREHOUSES = Listing(Filter("WarehouseFilter", {"name": attrgetter("name")}), {"id": attrgetter("id")})
_STOCK = Listing(
    Filter("StockFilter", {**_WHERE, **_QUANTITIES}),
    {**_QUANTITIES, **_WHERE, "productSizeSort": attrgetter("product_size.size.id")},
)
_STOCK_TOTALS = Listing(Filter("StockTotalsFilter", _WHERE))
_CHANGES = Listing(
    Filter(
        "StockChangeFilter",
        {
            "id": attrgetter("id"),
            "createdAt": attrgetter("created_at"),
            "comment": attrgetter("comment"),
            "productVariantId": lambda change: [line.product_size.product_variant.id for line in change.lines],
            "warehouseId": lambda change: list({line.warehouse.id for line in change.lines}),
        },
        text=lambda change: (change.comment,),
    ),
    {"id": attrgetter("id")},
)
_CHANGE_LINES = Listing(
    Filter(
        "StockChangeLineFilter",
        {
            "id": attrgetter("id"),
            "deliveredQuantity": attrgetter("delivered_quantity"),
            "productSizeName": attrgetter("product_size.size.name"),
            "productSizeId": attrgetter("product_size.id"),
            "productVariantId": attrgetter("product_size.product_variant.id"),
            "warehouseId": attrgetter("warehouse.id"),
            "stockChangeId": attrgetter("stock_change.id"),
        },
        text=lambda line: (line.product_size.sku, line.stock_change.comment),
    )
)


@query.field("warehouses")
def warehouses(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the warehouses."""
    return _WAREHOUSES.page(context_of(info).state.warehouses.values(), info, arguments)


@query.field("stockChangeConnection")
def stock_change_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the stock changes."""
    return _CHANGES.connection(context_of(info).state.stock_changes.values(), info, arguments)


def _all_lines(info: Info) -> Iterable[StockChangeLine]:
    return (line for change in context_of(info).state.stock_changes.values() for line in change.lines)


@query.field("stockChangeLines")
def stock_change_lines(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the lines of all stock changes."""
    return _CHANGE_LINES.page(_all_lines(info), info, arguments)


@query.field("stockChangeLineConnection")
def stock_change_line_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the lines of all stock changes."""
    return _CHANGE_LINES.connection(_all_lines(info), info, arguments)


@change_type.field("lines")
def lines(change: StockChange, info: Info, **arguments: Any) -> list[Any]:
    """List the lines of a stock change."""
    return _CHANGE_LINES.page(change.lines, info, arguments)


def _rows(owner: Warehouse | ProductVariant | ProductSize, info: Info) -> list[Stock]:
    rows = context_of(info).state.stock.values()
    return [row for row in rows if owner in (row.warehouse, row.product_size, row.product_size.product_variant)]


def stock_of(owner: Warehouse | ProductVariant | ProductSize, info: Info, **arguments: Any) -> list[Any]:
    """List the stock of a warehouse, a variant or a product size."""
    return _STOCK.page(_rows(owner, info), info, arguments)


def stock_totals_of(owner: Warehouse | ProductVariant | ProductSize, info: Info, **arguments: Any) -> dict[str, int]:
    """Add up the stock of a warehouse, a variant or a product size."""
    rows = list(_STOCK_TOTALS.matching(_rows(owner, info), info, arguments.get("where")))
    getters = {**_QUANTITIES, "availableQuantity": attrgetter("available_quantity")}
    return {name: sum(getters[name](row) for row in rows) for name in _TOTALS}


for _type in (warehouse_type, variant_type, size_type):
    _type.set_field("stock", stock_of)
    _type.set_field("stockTotals", stock_totals_of)
