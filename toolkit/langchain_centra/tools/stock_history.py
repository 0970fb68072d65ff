"""Reading what was booked on stock."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from langchain_centra.approval.card import one_line
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.stock import LIST_WAREHOUSES, SIMILAR_SKUS, SIZES_OF_CODE
from langchain_centra.operations.stock_changes import LIST_STOCK_CHANGES, StockChange, StockChangeLine
from langchain_centra.tools.arguments import Arguments, Sku, Text
from langchain_centra.tools.codes import size_of_code
from langchain_centra.tools.periods import Moment, date_range, in_order, period_sentence
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import clipped, left_out, listed, table
from langchain_centra.tools.warehouses import all_warehouses, warehouse_named

_MOST_CHANGES = 50
_LINES_READ = 40
_LINES_SHOWN = 4
_COMMENT_BYTES = 100


class ListStockChanges(Arguments):
    """What list_stock_changes takes."""

    created_from: Moment | None = Field(None, description="Date or ISO time.")
    created_to: Moment | None = None
    warehouse: Text | None = None
    sku: Sku | None = Field(None, description="SKU or EAN.")

    @field_validator("created_to")
    @classmethod
    def _in_order(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if not in_order(info.data.get("created_from"), value):
            raise ValueError("It should be on or after created_from")
        return value


@read_tool(group="stock", operations=[LIST_STOCK_CHANGES, SIZES_OF_CODE, SIMILAR_SKUS, LIST_WAREHOUSES])
async def list_stock_changes(centra: AsyncCentra, arguments: ListStockChanges) -> Answer:
    """List deliveries, corrections and other booked stock movements, newest first."""
    where: dict[str, Any] = {}
    lines: dict[str, Any] = {}
    if arguments.warehouse:
        chosen = warehouse_named(arguments.warehouse, await all_warehouses(centra))
        where["warehouseId"] = lines["warehouseId"] = [chosen.id]
    if arguments.sku:
        size = await size_of_code(centra, arguments.sku)
        lines["productSizeId"] = [size.id]
        if size.product_variant:
            where["productVariantId"] = [size.product_variant.id]
    if bounds := await date_range(centra, arguments.created_from, arguments.created_to):
        where["createdAt"] = bounds
    period = period_sentence("Booked", bounds)
    asked = {"where": where or None, "lines": lines or None, "first": _MOST_CHANGES, "limit": _LINES_READ}
    reply = await LIST_STOCK_CHANGES(centra, **asked)
    connection = reply.data.stock_change_connection
    edges = (connection.edges if connection else None) or []
    # The filter of changes knows variants only: other sizes of the variant may have been booked alone.
    rows = [edge.node for edge in edges if edge.node and (edge.node.lines or not lines)]
    if not rows:
        return Answer(text="\n".join(["No stock change matches.", *period, *left_out(reply.withheld)]))
    listing = table(("booked", "warehouse", "units", "of", "comment (quoted data)"), [_row(change) for change in rows])
    total = (connection.total_count if connection else None) or len(rows)
    text = [_count(listing.shown, len(rows), len(edges), total), *period, listing.text, *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=rows[: listing.shown])


def _count(shown: int, matching: int, read: int, total: int) -> str:
    if shown == matching and read >= total:
        return f"{shown} stock change{'' if shown == 1 else 's'}:"
    return f"The newest {shown} stock changes; narrow by created_from, created_to, warehouse or sku for others:"


def _row(change: StockChange) -> list[Any]:
    lines = change.lines or []
    units = sum(line.delivered_quantity or 0 for line in lines)
    more = " or more" if len(lines) >= _LINES_READ else ""
    comment = json.dumps(clipped(one_line(change.comment or ""), _COMMENT_BYTES), ensure_ascii=False)
    place = change.warehouse.name if change.warehouse else None
    return [change.created_at, place, f"{units:+d}{' in part' if more else ''}", _items(lines, more), comment]


def _items(lines: Sequence[StockChangeLine], more: str) -> str:
    if any(line.product_size is None for line in lines):
        return f"{len(lines)}{more} sizes"
    named = [f"{line.product_size.sku} {line.delivered_quantity:+d}" for line in lines if line.product_size]
    if len(named) <= _LINES_SHOWN:
        return listed(named)
    return f"{len(lines)}{more} sizes, among them {', '.join(named[: _LINES_SHOWN - 2])}"
