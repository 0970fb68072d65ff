"""Displays and their items."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

from .categories import SOME_CATEGORIES

if TYPE_CHECKING:
    from langchain_centra.sandbox.paging import Connection
    from langchain_centra.sandbox.state.catalogue import Product
    from langchain_centra.sandbox.state.channels import Market
    from langchain_centra.sandbox.state.displays import Display

query = QueryType()
display_type = ObjectType("Display")
product_type = ObjectType("Product")
market_type = ObjectType("Market")
BINDABLES = [query, display_type, product_type, market_type]

_FILTER = Filter(
    "DisplayFilter",
    {
        "id": attrgetter("id"),
        "name": attrgetter("name"),
        "status": attrgetter("status"),
        "uri": attrgetter("uri"),
        "description": attrgetter("description"),
        "shortDescription": attrgetter("short_description"),
        "tags": attrgetter("tags"),
        "marketId": lambda display: [market.id for market in display.markets],
        "productId": attrgetter("product.id"),
        "productVariantId": lambda display: [variant.id for variant in display.product_variants],
        "storeId": attrgetter("store.id"),
        "taxGroupId": attrgetter("tax_group.id"),
        "updatedAt": attrgetter("updated_at"),
    },
    text=lambda display: (display.name, display.uri, display.product.name, display.product.product_number),
)
_SORTS = {"id": attrgetter("id"), "updatedAt": attrgetter("updated_at")}
_DISPLAYS = Listing(_FILTER, _SORTS)
_SOME_DISPLAYS = Listing(_FILTER, _SORTS, bounded=False)
_ITEMS = Listing(Filter("DisplayItemFilter", {"id": attrgetter("id")}))


@query.field("display")
def display(_source: object, info: Info, **arguments: Any) -> Any:
    """Return a display, or null."""
    return context_of(info).state.displays.get(arguments["id"])


@query.field("displays")
def displays(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the displays of all stores."""
    return _DISPLAYS.page(context_of(info).state.displays.values(), info, arguments)


@query.field("displayConnection")
def display_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the displays."""
    return _DISPLAYS.connection(context_of(info).state.displays.values(), info, arguments)


@query.field("displayItems")
def display_items(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the variants that are active on displays."""
    items = (item for row in context_of(info).state.displays.values() for item in row.display_items)
    return _ITEMS.page(items, info, arguments)


@display_type.field("categories")
def categories_of_display(display: Display, info: Info, **arguments: Any) -> list[Any]:
    """List the categories of a display; the limit is optional."""
    return SOME_CATEGORIES.page(display.categories, info, arguments)


@product_type.field("displays")
def displays_of_product(product: Product, info: Info, **arguments: Any) -> list[Any]:
    """List the displays of a product; the limit is optional."""
    return _SOME_DISPLAYS.page(product.displays, info, arguments)


@market_type.field("displays")
def displays_of_market(market: Market, info: Info) -> list[Any]:
    """List the displays of a market: all of them."""
    return [row for row in context_of(info).state.displays.values() if market in row.markets]
