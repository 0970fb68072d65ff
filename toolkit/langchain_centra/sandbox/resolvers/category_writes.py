"""createCategory and updateCategory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.assignments import assignments, removals
from langchain_centra.sandbox.lookup import find_by_id, read_uri
from langchain_centra.sandbox.mutations import Refused, write
from langchain_centra.sandbox.names import snake_case
from langchain_centra.sandbox.state.displays import Category

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.channels import Store

mutations = MutationType()
BINDABLES = [mutations]

_PLAIN = ("name", "status", "metaTitle", "metaDescription", "metaKeywords")
_DEEPEST = 6


@write(mutations, "createCategory")
def create_category(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Make a category at the end of its siblings, or before one of them."""
    given, state = arguments["input"], context.state
    store: Store = find_by_id(state.stores, given["store"], "Store", "input", "store")
    category = Category(
        id=state.new_id(),
        name=given["name"],
        uri=read_uri(given.get("uri"), given["name"], "input", "uri"),
        store=store,
        parent=_parent(state, given, store),
        status=given["status"],
    )
    _check_name(given)
    before = _sibling(state, given, category)
    changes = _attributes(state, category, given)
    _set_plain(category, given)
    _place(state, category, before)
    for change in changes:
        change()
    return {"category": category}


@write(mutations, "updateCategory")
def update_category(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Change a category, or move it with all that stands under it; a parent given as null makes it a top category.

    Raises Refused where it would come to stand under itself (inferred).
    """
    given, state = arguments["input"], context.state
    category: Category = find_by_id(state.categories, arguments, "Category", "id")
    _check_name(given)
    uri = read_uri(given["uri"], given.get("name") or category.name, "input", "uri") if "uri" in given else category.uri
    parent = _parent(state, given, category.store) if "parentCategory" in given else category.parent
    if parent is not None and category in _line(parent):
        raise Refused(messages.UNDER_ITSELF, "input", "parentCategory")
    moved = Category(id=category.id, name=category.name, uri=uri, store=category.store, parent=parent)
    before = _sibling(state, given, moved)
    changes = _attributes(state, category, given)
    category.uri, category.parent = uri, parent
    _set_plain(category, given)
    if given.get("beforeCategory") is not None:
        _place(state, category, before)
    for change in changes:
        change()
    return {"category": category}


def _check_name(given: Mapping[str, Any]) -> None:
    if "name" in given and not (given["name"] or "").strip():
        raise Refused(messages.EMPTY_NAME, "input", "name")


def _parent(state: State, given: Mapping[str, Any], store: Store) -> Category | None:
    """Return the parent, which is of the same store; the tree has six levels (both inferred, the pages disagree)."""
    reference = given.get("parentCategory")
    if reference is None or reference.get("id") is None:
        return None
    parent: Category = find_by_id(state.categories, reference, "Category", "input", "parentCategory")
    if parent.store is not store:
        raise Refused(messages.OTHER_STORE, "input", "parentCategory")
    if len(_line(parent)) >= _DEEPEST:
        raise Refused(messages.TOO_DEEP, "input", "parentCategory")
    return parent


def _line(category: Category) -> list[Category]:
    """Return a category and all above it."""
    return [category, *_line(category.parent)] if category.parent else [category]


def _sibling(state: State, given: Mapping[str, Any], category: Category) -> Category | None:
    """Return the sibling to stand before; a null id means the end."""
    reference = given.get("beforeCategory")
    if reference is None or reference.get("id") is None:
        return None
    sibling: Category = find_by_id(state.categories, reference, "Category", "input", "beforeCategory")
    if sibling.parent is not category.parent or sibling.store is not category.store:
        raise Refused(messages.NO_SIBLING, "input", "beforeCategory")
    return sibling


def _attributes(state: State, category: Category, given: Mapping[str, Any]) -> list[Any]:
    owner = ("Category", category.id)
    mapped, dynamic = "MappedAttributes", "DynamicAttributes"
    return [
        *removals(state, owner, given.get(f"unassign{mapped}"), given.get(f"unassign{dynamic}"), "input"),
        *assignments(state, owner, given.get(f"assign{mapped}"), given.get(f"assign{dynamic}"), "input"),
    ]


def _set_plain(category: Category, given: Mapping[str, Any]) -> None:
    for name in _PLAIN:
        if name in given:
            setattr(category, snake_case(name), given[name])


def _place(state: State, category: Category, before: Category | None) -> None:
    rest = [row for row in state.categories.values() if row is not category]
    rest.insert(len(rest) if before is None else rest.index(before), category)
    state.categories = {row.id: row for row in rest}
