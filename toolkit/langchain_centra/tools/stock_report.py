"""What is out of stock, running low or overstocked, by how fast it sells."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from langchain_centra.client import AsyncCentra, PermissionMissing
from langchain_centra.operations.report_rows import StockedSize
from langchain_centra.operations.reports import COUNT_ORDERS, READ_STOCK, SALES_BY_SIZE, SIZES_PER_PAGE
from langchain_centra.operations.stock import LIST_WAREHOUSES, WAREHOUSES_PER_PAGE
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.reporting import load_analysis
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import left_out, table
from langchain_centra.tools.warehouses import all_warehouses, warehouse_named

if TYPE_CHECKING:
    from langchain_centra.analysis.shelf import Period

State = Literal["out_of_stock", "low", "overstock", "enough"]


class StockReport(Arguments):
    """What stock_report takes."""

    show: Literal["out_of_stock", "low", "overstock"] | None = Field(None, description="Else out of stock and low.")
    warehouse: Text | None = None
    sales_days: int = Field(30, ge=1, le=365)
    low_days: int = Field(14, ge=1, le=365)
    overstock_days: int = Field(180, ge=1, le=3650)


class StockRow(BaseModel):
    """A product size: free units, units sold lately, and for how many days that lasts; None where nothing is known."""

    sku: str | None
    product: str | None
    free: int
    sold: int | None
    days_of_cover: float | None
    state: State


@read_tool(group="analysis", operations=[READ_STOCK], sometimes=[SALES_BY_SIZE, COUNT_ORDERS, LIST_WAREHOUSES])
async def stock_report(centra: AsyncCentra, arguments: StockReport) -> Answer:
    """Report sizes that are out of stock, low or overstocked, with days of cover by the last 30 days' sales."""
    await load_analysis()
    where = await _where(centra, arguments.warehouse)
    sizes, withheld = await _sizes(centra, where)
    sold, missing = await _sold(centra, arguments.sales_days)
    rows = [_row(size, sold, arguments) for size in sizes if size.is_active is not False]
    if not rows:
        return Answer(text="The store has no active product sizes.")
    return _answer(arguments, rows, {*withheld, *missing})


async def _where(centra: AsyncCentra, warehouse: str | None) -> dict[str, Any] | None:
    if warehouse is None:
        return None
    return {"warehouseId": [warehouse_named(warehouse, await all_warehouses(centra)).id]}


async def _sizes(centra: AsyncCentra, where: dict[str, Any] | None) -> tuple[list[StockedSize], Collection[str]]:
    from langchain_centra.analysis.progress import Progress, report

    found: list[StockedSize] = []
    after = None
    while True:
        reply = await READ_STOCK(centra, stock=where, warehouses=WAREHOUSES_PER_PAGE, first=SIZES_PER_PAGE, after=after)
        connection = reply.data.product_size_connection
        found += [edge.node for edge in (connection.edges if connection else None) or () if edge.node]
        info = connection.page_info if connection else None
        if not (info and info.has_next_page and info.end_cursor and info.end_cursor != after):
            return found, reply.withheld
        report(Progress("product sizes", len(found)))
        after = info.end_cursor


async def _sold(centra: AsyncCentra, days: int) -> tuple[Mapping[int, int] | None, Collection[str]]:
    """Return the units sold of each size in the last days; None without the permission to read orders."""
    from langchain_centra.analysis.grouping import BY_SIZE
    from langchain_centra.analysis.reading import orders_of
    from langchain_centra.analysis.sales import units_by_key

    try:
        orders = await orders_of(centra, BY_SIZE, _lately(centra, days))
    except PermissionMissing as error:
        return None, error.permissions
    return {int(key): units for key, units in units_by_key(orders.rows).items()}, ()


def _lately(centra: AsyncCentra, days: int) -> "Period":
    from langchain_centra.analysis.shelf import Period

    return Period.between(centra.clock.now().replace(microsecond=0) - timedelta(days=days), None)


def _row(size: StockedSize, sold: Mapping[int, int] | None, arguments: StockReport) -> StockRow:
    free = sum(stock.free_to_allocate_quantity or 0 for stock in size.stock or ())
    units = None if sold is None else sold.get(size.id, 0)
    cover = round(max(free, 0) * arguments.sales_days / units, 1) if units else None
    variant = size.product_variant
    names = [variant.product.name if variant.product else None, variant.name] if variant else []
    return StockRow(
        sku=size.sku,
        product=", ".join(filter(None, names)) or None,
        free=free,
        sold=units,
        days_of_cover=cover,
        state=_state(free, units, cover, arguments),
    )


def _state(free: int, sold: int | None, cover: float | None, arguments: StockReport) -> State:
    if free <= 0:
        return "out_of_stock"
    if cover is not None and cover < arguments.low_days:
        return "low"
    if sold == 0 or (cover is not None and cover > arguments.overstock_days):
        return "overstock"
    return "enough"


def _answer(arguments: StockReport, rows: list[StockRow], withheld: Collection[str]) -> Answer:
    wanted = {arguments.show} if arguments.show else {"out_of_stock", "low"}
    chosen = sorted((row for row in rows if row.state in wanted), key=_urgency)
    columns = ("SKU", "product", "free", f"sold in {arguments.sales_days} days", "days of cover")
    listing = table(columns, [(row.sku, row.product, row.free, row.sold, row.days_of_cover) for row in chosen])
    counts = {state: sum(row.state == state for row in rows) for state in ("out_of_stock", "low", "overstock")}
    text = [
        f"{len(rows)} active sizes: {counts['out_of_stock']} out of stock, {counts['low']} low (under "
        f"{arguments.low_days} days of cover), {counts['overstock']} overstocked (over {arguments.overstock_days} "
        "days, or none sold). Free is free to allocate.",
    ]
    if arguments.warehouse:
        text.append("Stock of that warehouse, sales of the whole store.")
    if listing.shown < len(chosen):
        text.append(f"The first {listing.shown} of {len(chosen)}; narrow with show, warehouse or fewer days:")
    text += [listing.text] if chosen else []
    return Answer(text="\n".join([*text, *left_out(withheld)]), rows=chosen[: listing.shown])


def _urgency(row: StockRow) -> tuple[Any, ...]:
    if row.state == "overstock":
        return (2, -row.free, row.sku or "")
    if row.state == "out_of_stock":
        return (0, -(row.sold or 0), row.sku or "")
    return (1, row.days_of_cover or 0, row.sku or "")
