"""How a whole product looks to the model."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from langchain_centra.operations.products import Display, Product, Size, Variant, Weight
from langchain_centra.tools.text import Table, amount, cell, listed, table, when, written

_VARIANT_BYTES, _PRICE_BYTES, _SIZE_BYTES, _DISPLAY_BYTES = 500, 700, 2_100, 700
_MOST_NAMES = 6


def whole_product(product: Product) -> list[str]:
    """Lay a product out in lines: its head, variants, prices, sizes with stock, and where it is shown."""
    return [
        *_head(product),
        *_variants(product.variants),
        *_prices(product.variants or ()),
        *_sizes(product.variants or ()),
        *_displays(product.displays),
        *written("Internal comment", product.internal_comment),
    ]


def _head(product: Product) -> list[str]:
    kind = "Bundle" if product.is_bundle else "Product"
    details = {
        "Brand": product.brand.name if product.brand else None,
        "Collection": product.collection.name if product.collection else None,
        "Made in": product.country_of_origin.name if product.country_of_origin else None,
        "Weight": _weight(product.weight),
        "Customs code": product.harmonized_commodity_code,
    }
    return [
        f"{kind} {cell(product.product_number)}: {cell(product.name)}, {product.status or 'status not readable'}, "
        f"created {when(product.created_at)}, changed {when(product.updated_at)}",
        "; ".join(f"{label}: {cell(value)}" for label, value in details.items() if value),
    ]


def _weight(weight: Weight | None) -> str | None:
    return f"{weight.value:f} {(weight.unit or '').lower()}".strip() if weight and weight.value else None


def _variants(variants: Sequence[Variant] | None) -> list[str]:
    if not variants:
        return [] if variants is None else ["No variants."]
    rows = [(variant.name, variant.variant_number, variant.status) for variant in variants]
    return _section("variants", table(("variant", "number", "status"), rows, most_bytes=_VARIANT_BYTES), len(rows))


def _prices(variants: Sequence[Variant]) -> list[str]:
    if all(variant.prices is None for variant in variants):
        return []
    rows = list(_price_rows(variants))
    if not rows:
        return ["No prices."]
    listing = table(("pricelist", "price", "variants"), rows, most_bytes=_PRICE_BYTES)
    return _section("prices", listing, len(rows), "; get_prices or a variant shows others")


def _price_rows(variants: Sequence[Variant]) -> Iterable[Sequence[Any]]:
    """One row for each price of a pricelist, with the variants that have it."""
    prices = [
        (price.pricelist.name or "" if price.pricelist else "", amount(price.price), variant.name or "")
        for variant in variants
        for price in variant.prices or ()
        if price.price is not None
    ]
    places = list(dict.fromkeys(pricelist for pricelist, _, _ in prices))
    for (_, pricelist, price), group in groupby(
        sorted((places.index(place), place, price, name) for place, price, name in prices), lambda row: row[:3]
    ):
        names = [name for *_, name in group]
        yield pricelist, price, "all" if len(names) == len(variants) else listed(names, _MOST_NAMES)


def _sizes(variants: Sequence[Variant]) -> list[str]:
    if all(variant.product_sizes is None for variant in variants):
        return []
    rows = [_size(variant, size) for variant in variants for size in variant.product_sizes or ()]
    if not rows:
        return ["No sizes."]
    columns = ("SKU", "EAN", "variant", "size", "free to allocate")
    return _section("sizes", table(columns, rows, most_bytes=_SIZE_BYTES), len(rows), "; name a variant to see its own")


def _size(variant: Variant, size: Size) -> list[Any]:
    free = None if size.stock is None else sum(row.free_to_allocate_quantity or 0 for row in size.stock)
    return [size.sku, size.ean, variant.name, size.size.name if size.size else None, free]


def _displays(displays: Sequence[Display] | None) -> list[str]:
    if not displays:
        return [] if displays is None else ["Shown nowhere: it has no display."]
    rows = [_display(display) for display in displays]
    columns = ("display", "status", "uri", "store", "markets", "categories")
    return _section("displays", table(columns, rows, most_bytes=_DISPLAY_BYTES), len(rows), "; search_displays has all")


def _display(display: Display) -> list[Any]:
    store = display.store.name if display.store else None
    names = [
        None if rows is None else listed([row.name or "-" for row in rows], _MOST_NAMES)
        for rows in (display.markets, display.categories)
    ]
    return [display.name, display.status, display.uri, store, *names]


def _section(noun: str, listing: Table, total: int, how: str = "") -> list[str]:
    if listing.shown == total:
        return [listing.text]
    return [f"The first {listing.shown} of {total} {noun}{how}:", listing.text]
