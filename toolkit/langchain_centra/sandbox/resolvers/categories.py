"""Categories: the tree of each store."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

if TYPE_CHECKING:
    from langchain_centra.sandbox.state.displays import Category

query = QueryType()
category_type = ObjectType("Category")
BINDABLES = [query, category_type]

_FILTER = Filter(
    "CategoryFilter",
    {
        "id": attrgetter("id"),
        "name": attrgetter("name"),
        "status": attrgetter("status"),
        "parentId": lambda category: category.parent.id if category.parent else None,
        "storeId": attrgetter("store.id"),
        "isTopCategory": attrgetter("is_top_category"),
        "uri": attrgetter("uri"),
    },
    text=lambda category: (category.name,),
)
# Every list of categories comes in the store's own order: customOrder is the position in the state.
_SORTS = {"customOrder": lambda _category: 0}
_CATEGORIES = Listing(_FILTER, _SORTS)
SOME_CATEGORIES = Listing(_FILTER, _SORTS, bounded=False)


@query.field("category")
def category(_source: object, info: Info, **arguments: Any) -> Any:
    """Return a category, or null."""
    return context_of(info).state.categories.get(arguments["id"])


@query.field("categories")
def categories(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the categories of all stores."""
    return _CATEGORIES.page(context_of(info).state.categories.values(), info, arguments)


@category_type.field("childCategories")
def child_categories(parent: Category, info: Info, **arguments: Any) -> list[Any]:
    """List the categories right under one; the limit is optional."""
    children = (row for row in context_of(info).state.categories.values() if row.parent is parent)
    return SOME_CATEGORIES.page(children, info, arguments)
