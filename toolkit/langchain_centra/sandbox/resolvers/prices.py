"""Prices."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

if TYPE_CHECKING:
    from langchain_centra.sandbox.state.catalogue import ProductVariant
    from langchain_centra.sandbox.state.channels import Pricelist
    from langchain_centra.sandbox.state.prices import Price

pricelist_type = ObjectType("Pricelist")
variant_type = ObjectType("ProductVariant")
BINDABLES = [pricelist_type, variant_type]

_KEYS = {
    "productId": attrgetter("product.id"),
    "productVariantId": attrgetter("product_variant.id"),
    "pricelistId": attrgetter("pricelist.id"),
}
PRICES = Listing(
    Filter(
        "PriceFilter",
        {
            "id": attrgetter("id"),
            **_KEYS,
            "storeId": attrgetter("pricelist.store.id"),
            "price": lambda row: row.price.value if row.price else None,
        },
    ),
    _KEYS,
)


@pricelist_type.field("prices")
def prices_of_pricelist(pricelist: Pricelist, info: Info, **arguments: Any) -> list[Any]:
    """List the prices of a pricelist."""
    rows = (row for row in context_of(info).state.prices.values() if row.pricelist is pricelist)
    return PRICES.page(rows, info, arguments)


@variant_type.field("prices")
def prices_of_variant(variant: ProductVariant, info: Info) -> list[Price]:
    """List a variant's prices in all pricelists: all of them."""
    return [row for row in context_of(info).state.prices.values() if row.product_variant is variant]
