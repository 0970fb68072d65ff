"""assignAttributes, unassignAttributes and their twins for many objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType
from graphql import GraphQLError

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.assignments import assignments, removals
from langchain_centra.sandbox.mutations import Refused, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from langchain_centra.sandbox.assignments import Changes
    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state import State

    Plan = Callable[..., Changes]

mutations = MutationType()
BINDABLES = [mutations]

_MOST_OBJECTS = 100


@write(mutations, "assignAttributes")
def assign_attributes(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give an object values; an order is named by its number."""
    return {"object": _one(context, arguments["input"], assignments)}


@write(mutations, "unassignAttributes")
def unassign_attributes(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take values from an object."""
    return {"object": _one(context, arguments["input"], removals)}


@write(mutations, "assignAttributesBatch")
def assign_attributes_batch(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give up to 100 objects values, all of them or, when one is refused, none (inferred)."""
    return _many(context, arguments["input"], assignments)


@write(mutations, "unassignAttributesBatch")
def unassign_attributes_batch(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take values from up to 100 objects, from all of them or, when one is refused, from none (inferred)."""
    return _many(context, arguments["input"], removals)


def _one(context: Context, given: Mapping[str, Any], plan: Plan) -> object:
    row = _object(context.state, given, "input")
    for change in _changes(context.state, given, plan, "input"):
        change()
    return row


def _many(context: Context, given: Sequence[Mapping[str, Any]], plan: Plan) -> dict[str, Any]:
    if len(given) > _MOST_OBJECTS:
        raise Refused(messages.TOO_MANY_OBJECTS, "input")
    changes: Changes = []
    for i, item in enumerate(given):
        _object(context.state, item, "input", str(i))
        changes += _changes(context.state, item, plan, "input", str(i))
    for change in changes:
        change()
    return {}


def _changes(state: State, given: Mapping[str, Any], plan: Plan, *path: str) -> Changes:
    owner = (given["objectType"], given["objectId"])
    changes = plan(state, owner, given.get("mappedAttributes"), given.get("dynamicAttributes"), *path)
    if not changes:
        raise Refused(messages.NOTHING_TO_DO, *path)
    return changes


def _object(state: State, given: Mapping[str, Any], *path: str) -> object:
    """Return the object that an input addresses, or refuse."""
    holders: dict[str, Mapping[int, object]] = {
        "Account": state.accounts,
        "Campaign": state.campaigns,
        "Category": state.categories,
        "Customer": state.customers,
        "Display": state.displays,
        "Order": state.orders,
        "Product": state.products,
        "ProductVariant": state.product_variants,
        "SizeChart": state.size_charts,
        "Voucher": state.vouchers,
    }
    kind, number = given["objectType"], given["objectId"]
    if kind not in holders:
        raise GraphQLError(f"Attributes of {kind} is not in the sandbox yet.")
    if number not in holders[kind]:
        raise Refused(messages.not_found(kind, "number" if kind == "Order" else "ID", number), *path, "objectId")
    return holders[kind][number]
