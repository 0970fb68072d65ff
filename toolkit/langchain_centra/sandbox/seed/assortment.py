"""Products: twenty kinds of clothes in three lines, one or two colours each."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.catalogue import (
    Brand,
    Collection,
    Folder,
    Product,
    ProductSize,
    ProductVariant,
    Size,
    SizeChart,
    Weight,
)
from langchain_centra.sandbox.state.channels import MonetaryValue

if TYPE_CHECKING:
    from datetime import datetime

    from langchain_centra.sandbox.state import State

_CHARTS = {"Clothes": ["S", "M", "L", "XL"], "Waist": ["28", "30", "32", "34", "36", "38"], "One size": ["One Size"]}
# Code, name, folder, size chart, price in SEK, kilograms, commodity code.
_KINDS = [
    ("TEE", "Tee", "Tops", "Clothes", 249, 0.18, "61091000"),
    ("LST", "Long Sleeve Tee", "Tops", "Clothes", 349, 0.22, "61091000"),
    ("OXF", "Oxford Shirt", "Shirts", "Clothes", 799, 0.30, "62052000"),
    ("LIN", "Linen Shirt", "Shirts", "Clothes", 899, 0.25, "62059000"),
    ("OVS", "Overshirt", "Shirts", "Clothes", 1299, 0.60, "62052000"),
    ("CRW", "Crew Neck", "Knitwear", "Clothes", 1099, 0.45, "61101130"),
    ("CAR", "Cardigan", "Knitwear", "Clothes", 1299, 0.50, "61101130"),
    ("ROL", "Roll Neck", "Knitwear", "Clothes", 1199, 0.48, "61101130"),
    ("SWT", "Sweatshirt", "Sweats", "Clothes", 699, 0.50, "61102091"),
    ("HOD", "Hoodie", "Sweats", "Clothes", 799, 0.62, "61102091"),
    ("DRS", "Dress", "Dresses", "Clothes", 1399, 0.40, "62044200"),
    ("SKT", "Skirt", "Dresses", "Clothes", 899, 0.35, "62045200"),
    ("PRK", "Parka", "Outerwear", "Clothes", 2999, 1.40, "62014010"),
    ("RAI", "Raincoat", "Outerwear", "Clothes", 1799, 0.80, "62014010"),
    ("CHI", "Chinos", "Trousers", "Waist", 899, 0.50, "62034235"),
    ("JNS", "Jeans", "Trousers", "Waist", 1199, 0.70, "62034231"),
    ("WID", "Wide Trousers", "Trousers", "Waist", 999, 0.55, "62046239"),
    ("SCK", "Socks", "Accessories", "One size", 99, 0.05, "61159500"),
    ("BNE", "Beanie", "Accessories", "One size", 299, 0.08, "65050030"),
    ("SCF", "Scarf", "Accessories", "One size", 499, 0.15, "62142000"),
]
_LINES = ["Alva", "Birk", "Stig"]
_COLOURS = [("BLK", "Black"), ("ECR", "Ecru"), ("NVY", "Navy"), ("MOS", "Moss"), ("CLY", "Clay")]
_WITH_TWO_COLOURS = 3


def fill_assortment(state: State, opened: datetime) -> None:
    """Fill in 60 products with 80 variants and about 300 sizes."""
    state.brands = {
        i: Brand(i, name, name.lower().replace(" ", "-")) for i, name in enumerate(("Alvelund", "Alvelund Studio"), 1)
    }
    state.collections = {1: Collection(1, "Essentials", "essentials"), 2: Collection(2, "Autumn", "autumn")}
    folders = dict.fromkeys(kind[2] for kind in _KINDS)
    state.folders = {i: Folder(i, name) for i, name in enumerate(folders, 1)}
    _fill_size_charts(state)
    for i in range(len(_KINDS) * len(_LINES)):
        _add_product(state, i, opened)


def _fill_size_charts(state: State) -> None:
    size_id = 1
    for i, (name, sizes) in enumerate(_CHARTS.items(), 1):
        chart = SizeChart(id=i, name=name, horizontal_labels=sizes)
        chart.sizes = [Size(size_id + j, size, chart) for j, size in enumerate(sizes)]
        size_id += len(sizes)
        state.size_charts[i] = chart


def _add_product(state: State, index: int, opened: datetime) -> None:
    code, kind, folder, _, _, weight, commodity = _KINDS[index % len(_KINDS)]
    line = index // len(_KINDS)
    changed = opened + timedelta(days=index)
    product = Product(
        id=index + 1,
        name=f"{_LINES[line]} {kind}",
        product_number=f"{code}{line + 1:02}",
        brand=state.brands[2 if line == 2 else 1],
        collection=state.collections[1 + index % 2],
        folder=next(f for f in state.folders.values() if f.name == folder),
        country_of_origin=state.countries["PT"],
        weight=Weight(weight),
        created_at=opened,
        updated_at=changed,
        harmonized_commodity_code=commodity,
        status="INACTIVE" if index % 20 == 19 and line == 2 else "ACTIVE",
    )
    state.products[product.id] = product
    for j in range(2 if index % _WITH_TWO_COLOURS == 0 else 1):
        _add_variant(state, product, _COLOURS[(index + j) % len(_COLOURS)], changed)


def _add_variant(state: State, product: Product, colour: tuple[str, str], changed: datetime) -> None:
    kind = _KINDS[(product.id - 1) % len(_KINDS)]
    price = kind[4]
    variant = ProductVariant(
        id=len(state.product_variants) + 1,
        name=colour[1],
        variant_number=colour[0],
        internal_name=f"{product.name} {colour[1]}",
        product=product,
        size_chart=next(chart for chart in state.size_charts.values() if chart.name == kind[3]),
        unit_cost=MonetaryValue(price * 30, state.currencies["SEK"], 1.0, changed),
        updated_at=changed,
        price_cents={"SEK": price * 100, "EUR": round(price / 11) * 100, "USD": round(price / 10) * 100},
    )
    state.product_variants[variant.id] = variant
    product.variants.append(variant)
    for size in variant.size_chart.sizes:
        number = len(state.product_sizes) + 1
        row = ProductSize(
            id=1000 + number,
            product_variant=variant,
            size=size,
            size_number="OS" if size.name == "One Size" else size.name,
            ean=_ean(number),
            updated_at=changed,
        )
        variant.product_sizes.append(row)
        state.product_sizes[row.sku] = row


@cache
def _ean(number: int) -> str:
    """Return an EAN-13 with its check digit."""
    digits = f"735{number:09}"
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
