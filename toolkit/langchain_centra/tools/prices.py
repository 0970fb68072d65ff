"""Reading prices."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.channels import LIST_PRICELISTS, Pricelist, all_pricelists
from langchain_centra.operations.prices import (
    PRICED_PRODUCTS,
    PRICED_PRODUCTS_BY_ID,
    PRICES_OF_PRICELIST,
    PRODUCTS_PER_REQUEST,
    ListedPrice,
    Price,
    PricedProduct,
    PricedVariant,
    priced_products,
)
from langchain_centra.operations.products import FIND_PRODUCT, ProductName
from langchain_centra.tools.arguments import LARGEST_INT, Arguments, Text
from langchain_centra.tools.channels import pricelist_named
from langchain_centra.tools.choice import MOST_PROBLEMS, refuse
from langchain_centra.tools.products import find_product
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import amount, cell, listed, table

PRICE_READS = (PRICED_PRODUCTS, PRICED_PRODUCTS_BY_ID, FIND_PRODUCT, LIST_PRICELISTS)

_PAGE = 50


class GetPrices(Arguments):
    """What get_prices takes."""

    product: Text | None = Field(None, description="Number, name or a SKU of it.")
    pricelist: Text | None = None
    from_row: int = Field(1, ge=1, le=LARGEST_INT, description="For the rest of a pricelist.")


@read_tool(group="channels", operations=[*PRICE_READS, PRICES_OF_PRICELIST])
async def get_prices(centra: AsyncCentra, arguments: GetPrices) -> Answer:
    """Read the prices of a product, of a pricelist, or of one in the other."""
    if arguments.product is None and arguments.pricelist is None:
        raise Impossible("Name a product, a pricelist, or both; list_pricelists shows the pricelists.")
    pricelist = None
    if arguments.pricelist is not None:
        pricelist = pricelist_named(arguments.pricelist, (await all_pricelists(centra)).rows)
    if arguments.product is not None:
        [product] = (await products_with_prices(centra, [arguments.product])).values()
        return _of_product(product, pricelist)
    assert pricelist is not None  # noqa: S101 (one of the two is given)
    return await _of_pricelist(centra, pricelist, arguments.from_row)


async def products_with_prices(centra: AsyncCentra, named: Sequence[str]) -> dict[str, PricedProduct]:
    """Return the product of each number, name or SKU, with its prices, many products a request.

    Raises:
        Impossible: a product is unknown, or several are meant; the text lists the candidates.
    """
    found: dict[str, PricedProduct] = {}
    others: dict[str, ProductName] = {}
    unknown: list[str] = []
    problems: list[str] = []
    wanted = list(dict.fromkeys(named))
    for start in range(0, len(wanted), PRODUCTS_PER_REQUEST):
        chunk = wanted[start : start + PRODUCTS_PER_REQUEST]
        variables: dict[str, Any] = {f"product{n}": product for n, product in enumerate(chunk)}
        rows = (await priced_products(len(chunk))(centra, **variables)).data.root
        for n, product in enumerate(chunk):
            for candidates in (rows.get(f"number{n}"), rows.get(f"name{n}")):
                if candidates and len(candidates) == 1:
                    found[product] = candidates[0]
                    break
                if candidates:
                    problems.append(_several(product, candidates))
                    break
            else:
                unknown.append(product)
    # Each of them takes a request of its own.
    for product in unknown:
        try:
            others[product] = await find_product(centra, product)
        except Impossible as error:
            problems.append(str(error))
        if len(problems) >= MOST_PROBLEMS:
            break
    refuse(problems)
    return {**found, **await _by_id(centra, others)}


def product_called(product: ProductName) -> str:
    """Name a product: its name and number."""
    return f"{cell(product.name)} ({cell(product.product_number)})"


def price_in(variant: PricedVariant, pricelist_id: int) -> Price | None:
    """Return the price of a variant in a pricelist, None where the store shows none."""
    return next((row for row in variant.prices or () if row.pricelist and row.pricelist.id == pricelist_id), None)


def written_price(price: Price | None) -> str:
    """Write a price, or that there is none."""
    return "not set" if price is None or price.price is None else amount(price.price)


async def _by_id(centra: AsyncCentra, named: Mapping[str, ProductName]) -> dict[str, PricedProduct]:
    if not named:
        return {}
    ids = sorted({product.id for product in named.values()})
    reply = await PRICED_PRODUCTS_BY_ID(centra, ids=ids, limit=len(ids))
    rows = {product.id: product for product in reply.data.products or ()}
    gone = [words for words, product in named.items() if product.id not in rows]
    if gone:
        raise Impossible(f"Not there any more: {listed(gone)}.")
    return {words: rows[product.id] for words, product in named.items()}


def _several(named: str, products: Sequence[PricedProduct]) -> str:
    names = "; ".join(map(product_called, products))
    return f"Several products are called {cell(named)!r}; give the product number: {names}."


def _of_product(product: PricedProduct, pricelist: Pricelist | None) -> Answer:
    variants = product.variants or []
    pricelists = {row.pricelist.id: row.pricelist for v in variants for row in v.prices or () if row.pricelist}
    shown = [listed for listed in pricelists.values() if pricelist is None or listed.id == pricelist.id]
    if not shown:
        where = f"in {cell(pricelist.name)}" if pricelist else "in any pricelist"
        return Answer(text=f"{product_called(product)} has no price {where}.", rows=[product])
    rows = []
    for named in shown:
        for price, retail, names in _grouped(variants, named.id):
            whose = "all" if len(names) == len(variants) else listed(names)
            rows.append([named.name, named.status, whose, price, retail])
    listing = table(("pricelist", "status", "variants", "price", "recommended retail price"), rows)
    more = "" if listing.shown == len(rows) else f", {listing.shown} of {len(rows)} rows; name a pricelist"
    return Answer(text=f"Prices of {product_called(product)}{more}:\n{listing.text}", rows=[product])


def _grouped(variants: Sequence[PricedVariant], pricelist_id: int) -> list[tuple[str, str | None, list[str]]]:
    groups: dict[tuple[str, str | None], list[str]] = {}
    for variant in variants:
        row = price_in(variant, pricelist_id)
        retail = amount(row.recommended_retail_price) if row and row.recommended_retail_price else None
        groups.setdefault((written_price(row), retail), []).append(variant.name or "-")
    return [(price, retail, names) for (price, retail), names in groups.items()]


async def _of_pricelist(centra: AsyncCentra, pricelist: Pricelist, first: int) -> Answer:
    page, skipped = divmod(first - 1, _PAGE)
    reply = await PRICES_OF_PRICELIST(centra, id=pricelist.id, limit=_PAGE, page=page + 1)
    pricelists = reply.data.pricelists or []
    rows = ((pricelists[0].prices or []) if pricelists else [])[skipped:]
    if not rows:
        what = f"no row {first}" if first > 1 else "no prices"
        raise Impossible(f"The pricelist {cell(pricelist.name)} has {what}.")
    columns = ("number", "product", "variant", "price", "recommended retail price")
    listing = table(columns, [_row(row) for row in rows])
    last = first + listing.shown - 1
    whole = listing.shown == len(rows) and skipped + len(rows) < _PAGE
    more = "" if whole else f"; for more ask with from_row={last + 1}, or name a product"
    title = f"Prices in {cell(pricelist.name)} ({cell(pricelist.status)}), rows {first} to {last}{more}:"
    return Answer(text=f"{title}\n{listing.text}", rows=rows[: listing.shown])


def _row(row: ListedPrice) -> list[Any]:
    product, variant = row.product, row.product_variant
    price = amount(row.price) if row.price else "not set"
    retail = amount(row.recommended_retail_price) if row.recommended_retail_price else None
    number, name = (product.product_number, product.name) if product else (None, None)
    return [number, name, variant.name if variant else None, price, retail]
