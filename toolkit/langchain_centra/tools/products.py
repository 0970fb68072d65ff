"""Finding products and reading one whole."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.assortment import GROUPS_READ, PRODUCT_GROUPS
from langchain_centra.operations.kept import kept
from langchain_centra.operations.products import (
    FIND_PRODUCT,
    FIND_SKU,
    GET_PRODUCT,
    GET_PRODUCT_BY_ID,
    SEARCH_PRODUCTS,
    FoundSize,
    Product,
    ProductName,
    ProductRow,
    Variant,
)
from langchain_centra.operations.stock import SIMILAR_SKUS
from langchain_centra.tools.arguments import ActiveStatus, Arguments, Sku, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.codes import described
from langchain_centra.tools.periods import Moment, date_range, period_sentence
from langchain_centra.tools.product_view import whole_product
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import cell, left_out, table

_SIMILAR = 6
_MOST_CANDIDATES = 10


class SearchProducts(Arguments):
    """What search_products takes."""

    text: Text | None = Field(None, description="In name or product number.")
    brand: Text | None = None
    collection: Text | None = None
    status: ActiveStatus | None = None
    updated_from: Moment | None = Field(None, description="Date or ISO time.")
    limit: int = Field(20, ge=1, le=50)


class GetProduct(Arguments):
    """What get_product takes."""

    product: Text = Field(description="Product number, name or a SKU of it.")
    variant: Text | None = Field(None, description="Its name, to see no other.")


class FindSku(Arguments):
    """What find_sku takes."""

    code: Sku = Field(description="SKU, EAN or UPC.")


@read_tool(group="catalogue", operations=[SEARCH_PRODUCTS, PRODUCT_GROUPS])
async def search_products(centra: AsyncCentra, arguments: SearchProducts) -> Answer:
    """Find products, last changed first. Use get_product when the number or the exact name is known."""
    wanted = await _wanted(centra, arguments)
    period = period_sentence("Changed", wanted.get("updated", {}))
    reply = await SEARCH_PRODUCTS(centra, **wanted, limit=arguments.limit)
    rows = reply.data.products or []
    if not rows:
        return Answer(text="\n".join(["No product matches.", *period, *left_out(reply.withheld)]))
    columns = ("number", "product", "status", "brand", "collection", "changed")
    listing = table(columns, [_row(product) for product in rows])
    total = reply.data.counters.products if reply.data.counters else None
    text = [_count(listing.shown, max(total or 0, len(rows))), *period, listing.text, *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=rows[: listing.shown])


@read_tool(group="catalogue", operations=[GET_PRODUCT, FIND_PRODUCT, GET_PRODUCT_BY_ID])
async def get_product(centra: AsyncCentra, arguments: GetProduct) -> Answer:
    """Read one product: variants, prices, sizes with SKU and EAN, units free to allocate, displays with markets."""
    product, withheld = await _whole(centra, arguments.product)
    if arguments.variant:
        product = product.model_copy(update={"variants": [_variant(product, arguments.variant)]})
    return Answer(text="\n".join([*whole_product(product), *left_out(withheld)]), rows=[product])


@read_tool(group="catalogue", operations=[FIND_SKU, SIMILAR_SKUS])
async def find_sku(centra: AsyncCentra, arguments: FindSku) -> Answer:
    """Find the product, variant and size of a code."""
    reply = await FIND_SKU(centra, code=arguments.code)
    found = [*(reply.data.by_sku or []), *(reply.data.by_ean or []), *(reply.data.by_upc or [])]
    sizes = list({size.id: size for size in found}.values())
    if not sizes:
        raise await _unknown_code(centra, arguments.code)
    columns = ("SKU", "EAN", "product", "number", "status", "variant", "status of variant", "size")
    listing = table(columns, [_size_row(size) for size in sizes])
    return Answer(text="\n".join([listing.text, *left_out(reply.withheld)]), rows=sizes)


async def find_product(centra: AsyncCentra, named: str) -> ProductName:
    """Return the product of a number, a name or a SKU, the first of these that fits one product.

    Raises:
        Impossible: none fits, or one of them fits several; the text lists the candidates.
    """
    found = (await FIND_PRODUCT(centra, product=named)).data
    for rows in (found.by_number, found.by_name):
        if rows and len(rows) == 1:
            return rows[0]
        if rows:
            raise Impossible(f"Several products are called {cell(named)!r}; give the product number: {_names(rows)}.")
    variants = [size.product_variant for size in found.by_sku or ()]
    products = {variant.product.id: variant.product for variant in variants if variant and variant.product}
    if len(products) == 1:
        return products.popitem()[1]
    close = list(products.values()) or found.similar or []
    hint = f"Close to it: {_names(close)}." if close else "Use search_products to find it by a part of its name."
    raise Impossible(f"No product has the number, name or SKU {cell(named)!r}. {hint}")


def _names(products: Sequence[ProductName]) -> str:
    names = [f"{cell(product.product_number)} ({cell(product.name)})" for product in products[:_MOST_CANDIDATES]]
    return "; ".join(names) + ("; and perhaps more" if len(products) >= _MOST_CANDIDATES else "")


async def _whole(centra: AsyncCentra, named: str) -> tuple[Product, frozenset[str]]:
    reply = await GET_PRODUCT(centra, product=named)
    for rows in (reply.data.by_number, reply.data.by_name):
        if rows and len(rows) == 1:
            return rows[0], reply.withheld
        if rows:
            break
    product = await find_product(centra, named)
    one = await GET_PRODUCT_BY_ID(centra, id=product.id)
    if one.data.product is None:
        raise Impossible(f"The product of {cell(named)!r} is not there any more.")
    return one.data.product, one.withheld


def _variant(product: Product, named: str) -> Variant:
    variants = product.variants or []
    numbered = [row for row in variants if (row.variant_number or "").casefold() == named.casefold()]
    return numbered[0] if len(numbered) == 1 else one_named("variant", named, variants, lambda row: row.name)


async def _unknown_code(centra: AsyncCentra, code: str) -> Impossible:
    similar = (await SIMILAR_SKUS(centra, text=code, limit=_SIMILAR + 1)).data.product_sizes or []
    names = "; ".join(map(described, similar[:_SIMILAR])) + ("; and more" if len(similar) > _SIMILAR else "")
    close = f"SKUs that contain it: {names}." if names else "Use search_products to find a product by its name."
    return Impossible(f"No product size has the SKU, EAN or UPC {cell(code)}. {close}")


async def _wanted(centra: AsyncCentra, arguments: SearchProducts) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if arguments.text:
        wanted["text"] = arguments.text
    if arguments.status:
        wanted["status"] = [arguments.status]
    for kind, named in (("brand", arguments.brand), ("collection", arguments.collection)):
        if named:
            wanted[kind] = [await _group(centra, kind, named)]
    if bounds := await date_range(centra, arguments.updated_from, None):
        wanted["updated"] = bounds
    return wanted


async def _group(centra: AsyncCentra, kind: str, named: str) -> int:
    groups = (await kept(centra, "product groups", lambda: PRODUCT_GROUPS(centra))).data
    rows = groups.brands if kind == "brand" else groups.collections
    if rows is None:
        raise Impossible(f"The token may not read {kind}s ({kind.capitalize()}:read), so leave {kind} out.")
    if len(rows) >= GROUPS_READ and not any((row.name or "").casefold() == named.casefold() for row in rows):
        raise Impossible(f"{cell(named)!r} is not among the first {GROUPS_READ} {kind}s; search by text instead.")
    return one_named(kind, named, rows, lambda row: row.name).id


def _count(shown: int, total: int) -> str:
    if shown >= total:
        return f"{total} product{'' if total == 1 else 's'}:"
    return (
        f"{shown} of {total} products, last changed first; narrow by text, brand, collection, status or updated_from, "
        "or ask for more with limit (50 at most):"
    )


def _row(product: ProductRow) -> list[Any]:
    brand = product.brand.name if product.brand else None
    collection = product.collection.name if product.collection else None
    name = f"{product.name} (bundle)" if product.is_bundle else product.name
    return [product.product_number, name, product.status, brand, collection, product.updated_at]


def _size_row(size: FoundSize) -> list[Any]:
    variant = size.product_variant
    product = variant.product if variant else None
    return [
        size.sku,
        size.ean,
        product.name if product else None,
        product.product_number if product else None,
        product.status if product else None,
        variant.name if variant else None,
        variant.status if variant else None,
        size.size.name if size.size else None,
    ]
