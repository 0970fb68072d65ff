"""Bundles: products that are sold together as one, without sizes and stock of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.catalogue import Bundle, Product, ProductVariant, Weight
from langchain_centra.sandbox.state.channels import MonetaryValue

if TYPE_CHECKING:
    from datetime import datetime

    from langchain_centra.sandbox.state import State

# Product number, name, variant number, variant, folder, size chart, price in SEK, kilograms.
_BUNDLES = [
    ("SET01", "Winter Set", "NVY", "Navy", "Accessories", "One size", 699, 0.23),
    ("SET02", "Tee Three-Pack", "BLK", "Black", "Tops", "Clothes", 649, 0.54),
]


def fill_bundles(state: State, opened: datetime) -> None:
    """Fill in two bundles, each with the product as which it is sold."""
    for i, (number, name, variant_number, colour, folder, chart_name, price, weight) in enumerate(_BUNDLES, 1):
        chart = next(chart for chart in state.size_charts.values() if chart.name == chart_name)
        product = Product(
            id=len(state.products) + 1,
            name=name,
            product_number=number,
            brand=state.brands[1],
            collection=state.collections[1],
            folder=next(row for row in state.folders.values() if row.name == folder),
            country_of_origin=state.countries["PT"],
            weight=Weight(weight),
            created_at=opened,
            updated_at=opened,
            is_bundle=True,
        )
        state.products[product.id] = product
        variant = ProductVariant(
            id=len(state.product_variants) + 1,
            name=colour,
            variant_number=variant_number,
            product=product,
            size_chart=chart,
            unit_cost=MonetaryValue(price * 30, state.currencies["SEK"], 1.0, opened),
            updated_at=opened,
            price_cents={"SEK": price * 100, "EUR": round(price / 11) * 100, "USD": round(price / 10) * 100},
        )
        product.variants.append(variant)
        state.product_variants[variant.id] = variant
        product.bundle = Bundle(id=i, product=product, size_chart=chart, created_at=opened, updated_at=opened)
        state.bundles[i] = product.bundle
