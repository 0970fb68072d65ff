"""Categories and displays of both stores."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.displays import Category, Display, DisplayItem, DisplayRelation, TaxGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.catalogue import Product

_FIRST_CATEGORY, _FIRST_DISPLAY, _FIRST_ITEM = 301, 2001, 7001
# Name, name of the parent, status; a folder's name is the name of the category in which its products stand.
_CATEGORIES = {
    1: [
        ("New Arrivals", None, "ACTIVE"),
        ("Clothing", None, "ACTIVE"),
        ("Tops", "Clothing", "ACTIVE"),
        ("Shirts", "Clothing", "ACTIVE"),
        ("Knitwear", "Clothing", "ACTIVE"),
        ("Sweats", "Clothing", "ACTIVE"),
        ("Dresses", "Clothing", "ACTIVE"),
        ("Outerwear", "Clothing", "ACTIVE"),
        ("Rainwear", "Outerwear", "ACTIVE"),
        ("Trousers", "Clothing", "ACTIVE"),
        ("Accessories", None, "ACTIVE"),
        ("Gifts", "Accessories", "ACTIVE"),
        ("Sale", None, "INACTIVE"),
    ],
    2: [
        ("Collection", None, "ACTIVE"),
        ("Knitwear", "Collection", "ACTIVE"),
        ("Outerwear", "Collection", "ACTIVE"),
        ("Never Out of Stock", None, "ACTIVE"),
    ],
}
_MARKETS = {1: (1, 2, 3), 2: (4,)}
_NEW_ARRIVALS, _ONLY_IN_EUROPE, _IN_SALE = 8, 4, 12
_WHOLESALE = {"Knitwear": "Knitwear", "Outerwear": "Outerwear", "Tops": "Never Out of Stock"}
_MORE_CATEGORIES = {"Raincoat": "Rainwear", "Scarf": "Gifts", "Beanie": "Gifts"}


def fill_displays(state: State) -> None:
    """Fill in the categories, a display of every product for shoppers, and one of some for wholesale."""
    state.tax_groups = {1: TaxGroup(1, "Clothes")}
    _fill_categories(state)
    displays, items, products = count(_FIRST_DISPLAY), count(_FIRST_ITEM), list(state.products.values())
    for product in products:
        _add_display(state, product, 1, [product.folder.name], next(displays), items)
    for product in products:
        if product.folder.name in _WHOLESALE:
            _add_display(state, product, 2, [_WHOLESALE[product.folder.name]], next(displays), items)
    _relate(state)


def _fill_categories(state: State) -> None:
    ids = count(_FIRST_CATEGORY)
    for store_id, rows in _CATEGORIES.items():
        for name, parent, status in rows:
            category = Category(
                id=next(ids),
                name=name,
                uri=name.lower().replace(" ", "-"),
                store=state.stores[store_id],
                parent=_category(state, store_id, parent) if parent else None,
                status=status,
            )
            state.categories[category.id] = category


def _category(state: State, store_id: int, name: str) -> Category:
    return next(row for row in state.categories.values() if row.store.id == store_id and row.name == name)


def _kind(product: Product) -> str:
    return product.name.partition(" ")[2]


def _add_display(
    state: State, product: Product, store_id: int, names: list[str], display_id: int, items: Iterator[int]
) -> None:
    extra = _more_categories(product) if store_id == 1 else []
    categories = [_category(state, store_id, name) for name in [*names, *extra]]
    markets = _MARKETS[store_id]
    only_in_europe = store_id == 1 and product.id % _ONLY_IN_EUROPE == 0
    display = Display(
        id=display_id,
        name=product.name,
        uri=product.name.lower().replace(" ", "-"),
        product=product,
        store=state.stores[store_id],
        updated_at=product.updated_at,
        tax_group=state.tax_groups[1],
        status=product.status,
        minimum_order_quantity=6 if store_id == 2 else 1,
        order_quantity_denominator=6 if store_id == 2 else 1,
        short_description=f"{product.name} by {product.brand.name}.",
        description=f"{product.name} from our {product.collection.name} collection, made in Portugal.",
        tags=[product.collection.name.lower()],
        categories=categories,
        canonical_category=categories[0],
        markets=[state.markets[i] for i in (markets[:2] if only_in_europe else markets)],
    )
    display.display_items = [DisplayItem(next(items), display, variant) for variant in product.variants]
    state.displays[display.id] = display
    product.displays.append(display)


def _more_categories(product: Product) -> list[str]:
    new = ["New Arrivals"] if product.id % _NEW_ARRIVALS == 1 else []
    sale = ["Sale"] if product.id % _IN_SALE == 0 else []
    other = _MORE_CATEGORIES.get(_kind(product))
    return [*new, *sale, *([other] if other else [])]


def _relate(state: State) -> None:
    """Point from each shopper's display to the next of the same kind of clothes."""
    first = [display for display in state.displays.values() if display.store.id == 1]
    kinds: dict[str, Display] = {}
    for display in first:
        kind = _kind(display.product)
        if kind in kinds:
            display.related.append(DisplayRelation(display.id, "standard", kinds[kind]))
        kinds[kind] = display
