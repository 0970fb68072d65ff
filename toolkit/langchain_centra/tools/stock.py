"""Reading stock and warehouses."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.kept import kept
from langchain_centra.operations.stock import (
    LIST_WAREHOUSES,
    SIMILAR_SKUS,
    SKUS_PER_REQUEST,
    STOCK_BY_SKU,
    WAREHOUSES_PER_PAGE,
    ProductSize,
    Stock,
    StockedSize,
    Warehouse,
    stock_by_sku,
)
from langchain_centra.tools.arguments import Arguments, Sku, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import TABLE_BYTES, cell, left_out, listed, table

_SIMILAR = 6


class GetStock(Arguments):
    """What get_stock takes."""

    sku: Sku
    warehouse: Text | None = Field(None, description="Its name; all warehouses when not given.")


class ListWarehouses(Arguments):
    """What list_warehouses takes."""

    name: Text | None = Field(None, description="Part of the name, to narrow the list.")


@read_tool(group="stock", operations=[STOCK_BY_SKU, SIMILAR_SKUS, LIST_WAREHOUSES])
async def get_stock(centra: AsyncCentra, arguments: GetStock) -> Answer:
    """Read how many units of a SKU each warehouse has: physical, allocated to orders, and free to allocate."""
    reply = await STOCK_BY_SKU(centra, sku0=arguments.sku, stock=None, limit=WAREHOUSES_PER_PAGE)
    sizes = reply.data.root.get("size0") or []
    if not sizes:
        raise await unknown_skus(centra, [arguments.sku])
    text: list[str] = []
    for size in sizes:
        rows = await _chosen(centra, size, arguments.warehouse)
        text += _levels(size, rows, most_bytes=TABLE_BYTES // len(sizes))
    return Answer(text="\n".join([*text, *left_out(reply.withheld)]), rows=sizes)


@read_tool(group="stock", operations=[LIST_WAREHOUSES])
async def list_warehouses(centra: AsyncCentra, arguments: ListWarehouses) -> Answer:
    """List the warehouses with status, country, threshold and who is master of their stock."""
    every = await all_warehouses(centra)
    part = (arguments.name or "").casefold()
    rows = [warehouse for warehouse in every if part in (warehouse.name or "").casefold()]
    if not rows:
        raise Impossible(
            f"No warehouse name contains {cell(arguments.name)!r}." if part else "The store has no warehouses."
        )
    columns = ("warehouse", "status", "country", "threshold", "stock master")
    listing = table(columns, [_row(warehouse) for warehouse in rows])
    shown = rows[: listing.shown]
    more = "; narrow by a part of the name" if len(shown) < len(rows) else ""
    return Answer(text=f"{len(shown)} of {len(rows)} warehouses{more}:\n{listing.text}", rows=shown)


async def all_warehouses(centra: AsyncCentra) -> list[Warehouse]:
    """Return every warehouse; the list is kept for some minutes."""
    return await kept(centra, "warehouses", lambda: _read_warehouses(centra))


async def _read_warehouses(centra: AsyncCentra) -> list[Warehouse]:
    found: list[Warehouse] = []
    page = 1
    while True:
        reply = await LIST_WAREHOUSES(centra, limit=WAREHOUSES_PER_PAGE, page=page)
        rows = reply.data.warehouses or []
        found += rows
        if len(rows) < WAREHOUSES_PER_PAGE:
            return found
        page += 1


def warehouse_named(name: str, warehouses: Sequence[Warehouse]) -> Warehouse:
    """Return the warehouse of that name, whatever its case; raises Impossible with the candidates."""
    return one_named("warehouse", name, warehouses, lambda warehouse: warehouse.name)


async def stock_of(
    centra: AsyncCentra, skus: Sequence[str], warehouse_ids: Sequence[int]
) -> Mapping[str, list[StockedSize]]:
    """Return the product sizes of each SKU with their stock in these warehouses, many SKUs a request."""
    found: dict[str, list[StockedSize]] = {}
    for start in range(0, len(skus), SKUS_PER_REQUEST):
        chunk = skus[start : start + SKUS_PER_REQUEST]
        variables: dict[str, Any] = {f"sku{n}": sku for n, sku in enumerate(chunk)}
        stock = {"warehouseId": list(warehouse_ids)}
        reply = await stock_by_sku(len(chunk))(centra, **variables, stock=stock, limit=len(warehouse_ids))
        found |= {sku: reply.data.root.get(f"size{n}") or [] for n, sku in enumerate(chunk)}
    return found


async def unknown_skus(centra: AsyncCentra, skus: Sequence[str]) -> Impossible:
    """Return what to tell the model about SKUs that are not there, with SKUs that contain the first of them."""
    similar = (await SIMILAR_SKUS(centra, text=skus[0], limit=_SIMILAR + 1)).data.product_sizes or []
    unknown = f"No product has the SKU {listed(skus, 10)}."
    if not similar:
        return Impossible(f"{unknown} A SKU is the product, variant and size number together.")
    names = "; ".join(map(described, similar[:_SIMILAR])) + ("; and more" if len(similar) > _SIMILAR else "")
    return Impossible(f"{unknown} SKUs that contain {cell(skus[0])}: {names}.")


def described(size: ProductSize) -> str:
    """Name a product size: its SKU, product, variant and size."""
    variant = size.product_variant
    names = [variant.product.name if variant and variant.product else None, variant.name if variant else None]
    names.append(size.size.name if size.size else None)
    return f"{cell(size.sku)} ({', '.join(cell(name) for name in names if name) or 'not named'})"


async def _chosen(centra: AsyncCentra, size: StockedSize, name: str | None) -> list[Stock]:
    rows = size.stock or []
    if name is None:
        return rows
    wanted = [row for row in rows if row.warehouse and (row.warehouse.name or "").casefold() == name.casefold()]
    if wanted:
        return wanted
    warehouse = warehouse_named(name, await all_warehouses(centra))
    found = await stock_of(centra, [size.sku or ""], [warehouse.id])
    return [row for other in found[size.sku or ""] if other.id == size.id for row in other.stock or []]


def _levels(size: StockedSize, rows: Sequence[Stock], *, most_bytes: int) -> list[str]:
    title = f"{described(size)}, in units:"
    if not rows:
        return [f"{described(size)}: no stock is recorded there."]
    columns = ("warehouse", "physical", "allocated", "free to allocate", "threshold")
    listing = table(columns, [_level(row) for row in rows], most_bytes=most_bytes)
    whole = len(rows) < WAREHOUSES_PER_PAGE
    if listing.shown < len(rows) or not whole:
        every = str(len(rows)) if whole else f"{len(rows)} or more"
        title += f" {listing.shown} of {every} warehouses; name a warehouse to see another"
    total = sum(row.free_to_allocate_quantity or 0 for row in rows)
    sums = [f"Free to allocate in all {len(rows)} warehouses: {total}"] if whole and len(rows) > 1 else []
    return [title, listing.text, *sums]


def _level(row: Stock) -> list[Any]:
    name, threshold = (row.warehouse.name, row.warehouse.threshold) if row.warehouse else (None, None)
    return [name, row.physical_quantity, row.allocated_quantity, row.free_to_allocate_quantity, threshold]


def _row(warehouse: Warehouse) -> list[Any]:
    country = warehouse.country.name if warehouse.country else None
    return [warehouse.name, warehouse.status, country, warehouse.threshold, warehouse.stock_master]
