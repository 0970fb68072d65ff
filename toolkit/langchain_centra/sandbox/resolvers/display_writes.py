"""updateDisplay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType
from graphql import GraphQLError

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.lookup import find_by_id, find_variant, read_uri
from langchain_centra.sandbox.mutations import Refused, write
from langchain_centra.sandbox.names import snake_case
from langchain_centra.sandbox.state.displays import DisplayItem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.catalogue import ProductVariant
    from langchain_centra.sandbox.state.channels import Market
    from langchain_centra.sandbox.state.displays import Category, Display, TaxGroup

mutations = MutationType()
BINDABLES = [mutations]

_NOT_YET = ("addProductMedia", "removeProductMedia")
_PLAIN = (
    "name",
    "status",
    "minimumOrderQuantity",
    "orderQuantityDenominator",
    "description",
    "shortDescription",
    "metaTitle",
    "metaDescription",
    "metaKeywords",
    "comment",
    "tags",
)


@write(mutations, "updateDisplay")
def update_display(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Change a display.

    Inferred: categories and markets are of its store; adding what is there and removing what is not changes nothing;
    the canonical category stays when its category is removed.
    """
    given, state = arguments["input"], context.state
    for name in _NOT_YET:
        if given.get(name) is not None:
            raise GraphQLError(f"DisplayUpdateInput.{name} is not in the sandbox yet.")
    display: Display = find_by_id(state.displays, arguments, "Display", "id")
    uri = read_uri(given["uri"], given.get("name") or display.name, "input", "uri") if "uri" in given else display.uri
    categories = _changed(display.categories, *(_categories(state, display, given, f"{v}Categories") for v in _VERBS))
    markets = _changed(display.markets, *(_markets(state, display, given, f"{v}Markets") for v in _VERBS))
    variants = _changed(
        display.product_variants, *(_variants(state, display, given, f"{v}ProductVariants") for v in _VERBS)
    )
    canonical, tax_group = _canonical(state, display, given), _tax_group(state, display, given)
    for name in _PLAIN:
        if name in given:
            setattr(display, snake_case(name), given[name])
    display.uri, display.canonical_category, display.tax_group = uri, canonical, tax_group
    display.categories, display.markets = categories, markets
    display.display_items = [display.item_of(v) or DisplayItem(state.new_id(), display, v) for v in variants]
    display.updated_at = context.now
    return {"display": display}


_VERBS = ("add", "remove")


def _changed(rows: list[Any], added: list[Any], removed: list[Any]) -> list[Any]:
    return [row for row in [*rows, *(row for row in added if row not in rows)] if row not in removed]


def _categories(state: State, display: Display, given: Mapping[str, Any], name: str) -> list[Category]:
    return [
        _of_store(display, find_by_id(state.categories, reference, "Category", "input", name), name)
        for reference in given.get(name) or ()
    ]


def _markets(state: State, display: Display, given: Mapping[str, Any], name: str) -> list[Market]:
    return [
        _of_store(display, find_by_id(state.markets, reference, "Market", "input", name), name)
        for reference in given.get(name) or ()
    ]


def _of_store(display: Display, row: Any, name: str) -> Any:
    if row.store is not display.store:
        raise Refused(messages.OTHER_STORE, "input", name)
    return row


def _variants(state: State, display: Display, given: Mapping[str, Any], name: str) -> list[ProductVariant]:
    found = []
    for entry in given.get(name) or ():
        variant = find_variant(state, entry.get("productVariant", entry), "input", name)
        if variant.product is not display.product:
            raise Refused(messages.OTHER_PRODUCT, "input", name)
        found.append(variant)
    return found


def _canonical(state: State, display: Display, given: Mapping[str, Any]) -> Category | None:
    """Return the canonical category; a null id clears it, as with a product's references (inferred)."""
    reference = given.get("canonicalCategory")
    if reference is None:
        return display.canonical_category
    if reference.get("id") is None:
        return None
    found: Category = find_by_id(state.categories, reference, "Category", "input", "canonicalCategory")
    return _of_store(display, found, "canonicalCategory")  # type: ignore[no-any-return]


def _tax_group(state: State, display: Display, given: Mapping[str, Any]) -> TaxGroup:
    if given.get("taxGroup") is None:
        return display.tax_group
    found: TaxGroup = find_by_id(state.tax_groups, given["taxGroup"], "TaxGroup", "input", "taxGroup")
    return found
