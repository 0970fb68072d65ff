"""Prices: what each pricelist asks for each variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.prices import Cents, Price

if TYPE_CHECKING:
    from datetime import datetime

    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.catalogue import Product, ProductVariant
    from langchain_centra.sandbox.state.channels import Pricelist

_WHOLESALE, _MEMBERS, _ARCHIVE = 4, 5, 6
_PERCENT = {_WHOLESALE: 50, _MEMBERS: 90, _ARCHIVE: 70}
_OWN_PRICES = {"PRK01": 20, "RAI02": 10}
"""By product number, how many per cent more the second colour costs."""


def fill_prices(state: State, opened: datetime) -> None:
    """Fill in a price for every variant in every pricelist; in the archive sale only the autumn collection has one."""
    for product in state.products.values():
        _give_own_prices(product)
        for pricelist in state.pricelists.values():
            shared = _cents(pricelist, product.variants[0])
            for variant in product.variants:
                row = Price(
                    id=pricelist.id * 10_000 + variant.id,
                    pricelist=pricelist,
                    product_variant=variant,
                    of_product=shared,
                    updated_at=opened,
                )
                if variant.price_cents != product.variants[0].price_cents:
                    row.own = _cents(pricelist, variant)
                state.prices[pricelist.id, variant.id] = row


def _give_own_prices(product: Product) -> None:
    percent = _OWN_PRICES.get(product.product_number)
    if percent:
        variant = product.variants[1]
        variant.price_cents = {
            code: round(cents * (100 + percent), -4) // 100 for code, cents in variant.price_cents.items()
        }


def _cents(pricelist: Pricelist, variant: ProductVariant) -> Cents:
    if pricelist.id == _ARCHIVE and variant.product.collection.name != "Autumn":
        return Cents()
    full = variant.price_cents[pricelist.currency.code]
    price = full * _PERCENT.get(pricelist.id, 100) // 100
    return Cents(price, full if pricelist.id == _WHOLESALE else None)
