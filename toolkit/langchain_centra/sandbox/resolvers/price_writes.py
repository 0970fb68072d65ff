"""setPrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.lookup import find_pricelist, find_product, read_money
from langchain_centra.sandbox.mutations import Refused, user_message, write
from langchain_centra.sandbox.names import snake_case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state.catalogue import Product, ProductVariant
    from langchain_centra.sandbox.state.channels import Pricelist
    from langchain_centra.sandbox.state.prices import Cents, Price

    Entry = tuple[Product, Mapping[str, Any]]

mutations = MutationType()
BINDABLES = [mutations]


@write(mutations, "setPrices")
def set_prices(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Set the prices of products in one pricelist, and those of single variants.

    A product that stands twice, a variant of another product and a bundle whose price follows from its parts are
    skipped with a warning, and the rest is saved. An unknown product, a negative price or another currency than the
    pricelist's refuses all of it, a price that is left out stays as it is (all inferred).
    """
    given = arguments["input"]
    pricelist = find_pricelist(context.state, given["pricelist"], "input", "pricelist")
    entries = _read(context, pricelist, given["productPrices"])
    warnings: list[dict[str, Any]] = []
    seen: dict[int, Product] = {}
    for product, entry in entries:
        if product.id in seen:
            warnings.append(user_message(messages.duplicate_product(product.id), "input"))
        elif _is_dynamic_bundle(product):
            warnings.append(user_message(messages.dynamic_bundle(product.id), "input"))
        else:
            seen[product.id] = product
            warnings += _set(context, pricelist, product, entry)
    return {"pricelist": pricelist, "products": list(seen.values()), "userWarnings": warnings}


def _read(context: Context, pricelist: Pricelist, given: Sequence[Mapping[str, Any]]) -> list[Entry]:
    entries = []
    for i, entry in enumerate(given):
        path = ("input", "productPrices", str(i))
        entries.append((find_product(context.state, entry["product"], *path, "product"), entry))
        _check(context, pricelist, entry, *path)
        for j, single in enumerate(entry.get("individualVariantPrices") or ()):
            _check(context, pricelist, single, *path, "individualVariantPrices", str(j))
    return entries


def _check(context: Context, pricelist: Pricelist, entry: Mapping[str, Any], *path: str) -> None:
    for name in ("price", "recommendedRetailPrice"):
        money = read_money(context, entry.get(name), *path, name)
        if money is not None and money.value_in_cents < 0:
            raise Refused(messages.NEGATIVE_PRICE, *path, name)
        if money is not None and money.currency is not pricelist.currency:
            raise Refused(messages.OTHER_PRICELIST_CURRENCY, *path, name, "currencyIsoCode")


def _is_dynamic_bundle(product: Product) -> bool:
    """A bundle without a static price (the name of the other price type was not seen)."""
    return product.is_bundle and getattr(product.bundle, "price_type", None) != "STATIC"


def _set(context: Context, pricelist: Pricelist, product: Product, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = {variant.id: context.state.price_of(pricelist, variant, context.now) for variant in product.variants}
    for row in rows.values():
        _fill(context, row.of_product, entry)
        row.updated_at = context.now
        if entry["overrideIndividualVariantPrices"]:
            row.own.price = row.own.recommended_retail = None
    warnings = []
    for single in entry.get("individualVariantPrices") or ():
        wanted = _row(rows, product.variants, single["productVariant"])
        if wanted is None:
            name = next(iter(single["productVariant"].values()))
            warnings.append(user_message(messages.not_assigned(name, product.id), "input"))
        else:
            _fill(context, wanted.own, single)
    return warnings


def _row(rows: Mapping[int, Price], variants: Sequence[ProductVariant], reference: Mapping[str, Any]) -> Price | None:
    for key, value in reference.items():
        for variant in variants:
            if value is not None and getattr(variant, snake_case(key)) == value:
                return rows[variant.id]
    return None


def _fill(context: Context, cents: Cents, entry: Mapping[str, Any]) -> None:
    price = read_money(context, entry.get("price"))
    recommended = read_money(context, entry.get("recommendedRetailPrice"))
    if price is not None:
        cents.price = price.value_in_cents
    if recommended is not None:
        cents.recommended_retail = recommended.value_in_cents
