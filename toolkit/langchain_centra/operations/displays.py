"""Displays: a product as one store shows it, with its markets and categories.

A display belongs to one store and one product and activates variants of that product (Centra, "ERP integration"). It
gets into a category and out of it by itself, one call a display (Centra, "PIM integration").
"""

from functools import cache

from pydantic import RootModel

from langchain_centra.operations.categories import CategoryId
from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import Named, Payload, Record

DISPLAYS_PER_PAGE = 100
NAMES_PER_REQUEST = 25


class DisplayProduct(Record):
    """The product of a display."""

    id: int
    name: str | None = None
    product_number: str | None = None


class Display(Record):
    """A display as a list shows it."""

    id: int
    name: str | None = None
    status: str | None = None
    uri: str | None = None
    product: DisplayProduct | None = None
    store: Named | None = None
    markets: list[Named] | None = None
    categories: list[Named] | None = None
    product_variants: list[Named] | None = None


class DisplayEdge(Record):
    """One display of a connection."""

    node: Display | None = None


class PageInfo(Record):
    """Where a page ends and whether more follow."""

    has_next_page: bool | None = None
    end_cursor: str | None = None


class DisplayConnection(Record):
    """The displays asked for, and how many there are in all."""

    total_count: int | None = None
    page_info: PageInfo | None = None
    edges: list[DisplayEdge] | None = None


class FoundDisplays(Record):
    """The answer to SEARCH_DISPLAYS."""

    display_connection: DisplayConnection | None = None


class DisplayedProduct(DisplayProduct):
    """A product with its displays."""

    displays: list[Display] | None = None


class DisplayedProducts(Record):
    """The answer to DISPLAYS_OF_PRODUCT: products of that number, of that name, and others like it."""

    numbered: list[DisplayedProduct] | None = None
    named: list[DisplayedProduct] | None = None
    similar: list[DisplayProduct] | None = None


class PlacedDisplay(Record):
    """A display with where it appears, and the category that its canonical address names."""

    id: int
    name: str | None = None
    status: str | None = None
    uri: str | None = None
    store: Named | None = None
    markets: list[Named] | None = None
    categories: list[CategoryId] | None = None
    canonical_category: CategoryId | None = None


class PlacedDisplays(RootModel[dict[str, list[PlacedDisplay] | None]]):
    """The answer to placed_displays: the displays of each filter, in the order of the variables."""


class NamedDisplays(Record):
    """The answer to DISPLAY_NAME."""

    displays: list[Named] | None = None


class DisplayUpdated(Record):
    """The answer to UPDATE_DISPLAY."""

    update_display: Payload | None = None


_STORE = "store { id name }"
_MARKETS = "markets { id name }"
_CATEGORIES = "categories(limit: 50) { id name }"
_VARIANTS = "productVariants { id name }"
_DISPLAY = f"""
          id name status uri
          product {{ id name productNumber }}
          {_STORE} {_MARKETS} {_CATEGORIES} {_VARIANTS}
        """
_OPTIONAL = {
    "Store:read": _STORE,
    "Market:read": _MARKETS,
    "Category:read": _CATEGORIES,
    "ProductVariant:read": _VARIANTS,
}

SEARCH_DISPLAYS = Operation(
    document=f"""
    query SearchDisplays($where: DisplayFilter, $first: Int!, $after: String) {{
      displayConnection(where: $where, first: $first, after: $after) {{
        totalCount pageInfo {{ hasNextPage endCursor }}
        edges {{ node {{{_DISPLAY}}} }}
      }}
    }}""",
    result=FoundDisplays,
    needs=frozenset({"Display:read", "Product:read"}),
    optional=_OPTIONAL,
)

DISPLAYS_OF_PRODUCT = Operation(
    document=f"""
    query DisplaysOfProduct($word: String!, $limit: Int!) {{
      numbered: products(where: {{productNumber: {{equals: $word}}}}, limit: $limit) {{
        id name productNumber displays(limit: 200) {{{_DISPLAY}}}
      }}
      named: products(where: {{name: {{equals: $word}}}}, limit: $limit) {{
        id name productNumber displays(limit: 200) {{{_DISPLAY}}}
      }}
      similar: products(where: {{search: $word}}, limit: $limit) {{ id name productNumber }}
    }}""",
    result=DisplayedProducts,
    needs=frozenset({"Display:read", "Product:read"}),
    optional=_OPTIONAL,
)


@cache
def placed_displays(count: int) -> Operation[PlacedDisplays]:
    """Return the query for the displays of `count` filters in one request; variables where0, where1, ..., limit.

    A filter by name takes one value only, so each filter is a field of its own under an alias.
    """
    declared = ", ".join(f"$where{n}: DisplayFilter!" for n in range(count))
    asked = "".join(
        f"""
      found{n}: displays(where: $where{n}, limit: $limit) {{
        id name status uri {_STORE} {_MARKETS}
        categories(limit: 200) {{ id }}
        canonicalCategory {{ id }}
      }}"""
        for n in range(count)
    )
    return Operation(
        document=f"query PlacedDisplays({declared}, $limit: Int!) {{{asked}\n}}",
        result=PlacedDisplays,
        needs=frozenset({"Display:read", "Category:read"}),
        optional={"Store:read": _STORE, "Market:read": _MARKETS},
    )


PLACED_DISPLAYS = placed_displays(1)

DISPLAY_NAME = Operation(
    document="""
    query DisplayName($id: Int!) {
      displays(where: {id: [$id]}, limit: 1) { id name }
    }""",
    result=NamedDisplays,
    needs=frozenset({"Display:read"}),
)

UPDATE_DISPLAY = Operation(
    document="""
    mutation UpdateDisplay($id: Int!, $input: DisplayUpdateInput!) {
      updateDisplay(id: $id, input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=DisplayUpdated,
    needs=frozenset({"Display:write"}),
)
