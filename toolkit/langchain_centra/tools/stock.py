"""Reading stock levels."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.stock import (
    LIST_WAREHOUSES,
    SIMILAR_SKUS,
    STOCK_BY_CODE,
    STOCK_OF_PRODUCT,
    WAREHOUSES_PER_PAGE,
    Stock,
    StockedProduct,
    StockedSize,
    StockedVariant,
    StockOfProduct,
    Warehouse,
)
from langchain_centra.tools.arguments import Arguments, Sku, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.codes import described, sizes_of, unknown_codes
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import TABLE_BYTES, cell, left_out, listed, table
from langchain_centra.tools.warehouses import all_warehouses, warehouse_named

_MOST_LEVELS = 200
_FOR_PRODUCTS = frozenset({"Product:read", "ProductVariant:read", "ProductVariant.stock:read"})


class GetStock(Arguments):
    """What get_stock takes."""

    sku: Sku | None = Field(None, description="SKU or EAN, or product instead.")
    product: Text | None = Field(None, description="Name or number.")
    variant: Text | None = None
    warehouse: Text | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.sku is None) == (self.product is None):
            raise ValueError("Give sku or product, one of them")
        if self.variant is not None and self.product is None:
            raise ValueError("variant goes with product")
        return self


@read_tool(group="stock", operations=[STOCK_BY_CODE, STOCK_OF_PRODUCT, SIMILAR_SKUS, LIST_WAREHOUSES])
async def get_stock(centra: AsyncCentra, arguments: GetStock) -> Answer:
    """Read how many units each warehouse has of a SKU or product: physical, allocated to orders, free to allocate."""
    if arguments.product is not None:
        return await _of_product(centra, arguments.product, arguments)
    return await _of_code(centra, arguments.sku or "", arguments.warehouse)


async def _of_code(centra: AsyncCentra, code: str, warehouse: str | None) -> Answer:
    found, withheld = await sizes_of(centra, [code], stock=None, limit=WAREHOUSES_PER_PAGE)
    sizes = found[code]
    if not sizes:
        raise await unknown_codes(centra, [code])
    text: list[str] = []
    for size in sizes:
        rows = await _chosen(centra, size, warehouse)
        text += _levels(size, rows, most_bytes=TABLE_BYTES // len(sizes))
    return Answer(text="\n".join([*text, *left_out(withheld)]), rows=sizes)


async def _chosen(centra: AsyncCentra, size: StockedSize, name: str | None) -> list[Stock]:
    rows = size.stock or []
    if name is None:
        return rows
    wanted = [row for row in rows if _is_in(row, name)]
    if wanted:
        return wanted
    warehouse = warehouse_named(name, await all_warehouses(centra))
    return await _stock_in(centra, size.sku, size.id, warehouse)


async def _stock_in(centra: AsyncCentra, sku: str | None, size_id: int, warehouse: Warehouse) -> list[Stock]:
    found, _ = await sizes_of(centra, [sku or ""], stock={"warehouseId": [warehouse.id]}, limit=1)
    return [row for other in found[sku or ""] if other.id == size_id for row in other.stock or []]


def _is_in(row: Stock, name: str) -> bool:
    return bool(row.warehouse and (row.warehouse.name or "").casefold() == name.casefold())


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


async def _of_product(centra: AsyncCentra, name: str, arguments: GetStock) -> Answer:
    reply = await STOCK_OF_PRODUCT(centra, product=name)
    if lacking := reply.withheld & _FOR_PRODUCTS:
        raise Impossible(f"Stock by product needs {', '.join(sorted(lacking))}, which the token lacks; give a SKU.")
    product = _one_product(name, reply.data)
    variants = product.variants or []
    if arguments.variant is not None:
        variants = [one_named("variant", arguments.variant, variants, lambda variant: variant.name)]
    warehouse = arguments.warehouse
    if warehouse is not None:
        warehouse = warehouse_named(warehouse, await all_warehouses(centra)).name or warehouse
    rows = [row for variant in variants for row in _variant_rows(variant, warehouse)]
    title = f"{cell(product.name)} ({cell(product.product_number)}), in units"
    if not rows:
        return Answer(text=f"{title}: no stock is recorded there.", rows=[product])
    columns = ("variant", "size", "SKU", "warehouse", "physical", "allocated", "free to allocate")
    listing = table(columns, rows)
    if listing.shown < len(rows):
        title += f", {listing.shown} of {len(rows)} levels; narrow by variant or warehouse, or give a SKU"
    text = [f"{title}:", listing.text, f"Free to allocate in these {len(rows)} levels: {sum(row[-1] for row in rows)}"]
    return Answer(text="\n".join([*text, *_cut(variants), *left_out(reply.withheld)]), rows=[product])


def _one_product(name: str, found: StockOfProduct) -> StockedProduct:
    [*exact] = {product.id: product for product in [*(found.numbered or []), *(found.named or [])]}.values()
    if len(exact) == 1:
        return exact[0]
    if exact:
        numbers = listed([product.product_number or "(no number)" for product in exact])
        raise Impossible(f"Several products are called {cell(name)!r}; give one of the numbers {numbers}.")
    like = [f"{cell(product.name)} ({cell(product.product_number)})" for product in found.like or ()]
    skus = [size.sku or "" for size in found.sizes or ()]
    close = f" Products like it: {'; '.join(like)}." if like else f" SKUs like it: {listed(skus)}." if skus else ""
    raise Impossible(f"There is no product with the name or number {cell(name)!r}.{close}")


def _variant_rows(variant: StockedVariant, warehouse: str | None) -> Iterable[list[Any]]:
    sizes = {size.id: size for size in variant.product_sizes or ()}
    for row in variant.stock or ():
        size = sizes.get(row.product_size.id) if row.product_size else None
        if warehouse is None or _is_in(row, warehouse):
            place = row.warehouse.name if row.warehouse else None
            named = (size.size.name if size and size.size else None, size.sku if size else None)
            levels = (row.physical_quantity, row.allocated_quantity, row.free_to_allocate_quantity or 0)
            yield [variant.name, *named, place, *levels]


def _cut(variants: Sequence[StockedVariant]) -> list[str]:
    cut = [cell(variant.name) for variant in variants if len(variant.stock or ()) >= _MOST_LEVELS]
    return [f"Of {listed(cut)} only the first {_MOST_LEVELS} levels were read; give a SKU for the rest."] if cut else []
