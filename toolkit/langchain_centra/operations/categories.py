"""Categories: the tree of each store, who sees it, making a category.

A category belongs to one store and knows its children; its parent is found through them. Which field of a category
lists its displays is not documented, so displays are asked for their categories (Centra, "PIM integration").
"""

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import Named, Payload, Record

CATEGORIES_PER_PAGE = 200


class CategoryId(Record):
    """A category by its id alone."""

    id: int


class Category(Record):
    """A category with its children's ids."""

    id: int
    name: str | None = None
    status: str | None = None
    uri: str | None = None
    is_top_category: bool | None = None
    store: Named | None = None
    child_categories: list[CategoryId] | None = None


class Placement(Record):
    """The categories in which a display stands."""

    id: int
    categories: list[CategoryId] | None = None


class Categories(Record):
    """The answer to READ_CATEGORIES."""

    categories: list[Category] | None = None


class FilledCategories(Record):
    """The answer to LIST_CATEGORIES: a page of categories and a page of displays."""

    categories: list[Category] | None = None
    displays: list[Placement] | None = None


class CategoryStatus(Record):
    """Whether a category is active."""

    id: int
    name: str | None = None
    status: str | None = None


class Siblings(Record):
    """The answer to CATEGORIES_OF_NAME."""

    categories: list[CategoryStatus] | None = None


class StoreMarket(Record):
    """A market with the store that it belongs to."""

    id: int
    name: str | None = None
    store: Named | None = None


class StoresAndMarkets(Record):
    """The answer to STORES_AND_MARKETS."""

    stores: list[Named] | None = None
    markets: list[StoreMarket] | None = None


class MarketNames(Record):
    """The answer to MARKET_NAMES."""

    markets: list[Named] | None = None


class CategoryCreated(Record):
    """The answer to CREATE_CATEGORY."""

    create_category: Payload | None = None


_STORE = "store { id name }"
_CATEGORY = f"""{{
        id name status uri isTopCategory
        {_STORE}
        childCategories(limit: 200) {{ id }}
      }}"""
_DISPLAYS = "displays(limit: $limit, page: $page) { id categories(limit: 200) { id } }"
_MARKETS = "markets(limit: 200) { id name store { id name } }"

READ_CATEGORIES = Operation(
    document=f"""
    query ReadCategories($limit: Int!, $page: Int!) {{
      categories(limit: $limit, page: $page) {_CATEGORY}
    }}""",
    result=Categories,
    needs=frozenset({"Category:read"}),
    optional={"Store:read": _STORE},
)

LIST_CATEGORIES = Operation(
    document=f"""
    query ListCategories($limit: Int!, $page: Int!) {{
      categories(limit: $limit, page: $page) {_CATEGORY}
      {_DISPLAYS}
    }}""",
    result=FilledCategories,
    needs=frozenset({"Category:read"}),
    optional={"Store:read": _STORE, "Display:read": _DISPLAYS},
)

CATEGORIES_OF_NAME = Operation(
    document="""
    query CategoriesOfName($where: CategoryFilter!, $limit: Int!) {
      categories(where: $where, limit: $limit) { id name status }
    }""",
    result=Siblings,
    needs=frozenset({"Category:read"}),
)

STORES_AND_MARKETS = Operation(
    document=f"""
    query StoresAndMarkets {{
      stores(limit: 200) {{ id name }}
      {_MARKETS}
    }}""",
    result=StoresAndMarkets,
    needs=frozenset({"Store:read"}),
    optional={"Market:read": _MARKETS},
)

MARKET_NAMES = Operation(
    document="query MarketNames { markets(limit: 200) { id name } }",
    result=MarketNames,
    needs=frozenset({"Market:read"}),
)

CREATE_CATEGORY = Operation(
    document="""
    mutation CreateCategory($name: String!, $status: Status!, $store: StoreInput!, $parent: CategoryInput) {
      createCategory(input: {name: $name, status: $status, store: $store, parentCategory: $parent}) {
        userErrors { message path } userWarnings { message path }
      }
    }""",
    result=CategoryCreated,
    needs=frozenset({"Category:write"}),
)
