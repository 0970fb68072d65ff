"""Assigning custom attributes to an object and taking them away: first everything is checked, then it is done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from . import messages
from .mutations import Refused
from .state.attributes import AssignedAttributes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .state import State
    from .state.attributes import AttributeType, MappedAttribute, Owner

    Changes = list[Callable[[], None]]
    Rows = list[Mapping[str, Any]] | None


def assignments(state: State, owner: Owner, mapped: Rows, dynamic: Rows, *path: str) -> Changes:
    """Return what assigning values to an object does, to be called once all else is checked.

    Raises:
        Refused: a type, a value or an element is not there, or not for this kind of object (all inferred).
    """
    held = state.attributes.setdefault(owner, AssignedAttributes())
    changes: Changes = []
    for row in mapped or ():
        kind = _type(state, owner, row, *path, mapped=True)
        changes.append(partial(held.assign, _value(state, kind, row["attributeId"], *path)))
    for row in dynamic or ():
        kind = _type(state, owner, row, *path, mapped=False)
        changes.append(partial(held.write, kind, _element(kind, row, *path), row["attributeElementValue"]))
    return changes


def removals(state: State, owner: Owner, mapped: Rows, dynamic: Rows, *path: str) -> Changes:
    """Return what taking values away does; what is not there is taken away without complaint (inferred).

    Raises:
        Refused: as assignments.
    """
    held = state.attributes.setdefault(owner, AssignedAttributes())
    changes: Changes = []
    for row in mapped or ():
        kind = _type(state, owner, row, *path, mapped=True)
        number = row.get("attributeId")
        value = None if number is None else _value(state, kind, number, *path)
        changes.append(partial(held.unassign, kind, value.id if value else None))
    for row in dynamic or ():
        kind = _type(state, owner, row, *path, mapped=False)
        changes.append(partial(held.erase, kind, _element(kind, row, *path)))
    return changes


def _type(state: State, owner: Owner, row: Mapping[str, Any], *path: str, mapped: bool) -> AttributeType:
    name = row["attributeTypeName"]
    kind = state.attribute_types.get(name)
    if kind is None:
        raise Refused(messages.not_found("AttributeType", "name", name), *path)
    if kind.object_type != owner[0]:
        raise Refused(messages.attribute_of_others(name, kind.object_type, owner[0]), *path)
    if kind.is_mapped is not mapped:
        raise Refused(messages.attribute_is(name, mapped=kind.is_mapped), *path)
    return kind


def _value(state: State, kind: AttributeType, number: int, *path: str) -> MappedAttribute:
    value = state.mapped_attributes.get(number)
    if value is None or value.type is not kind:
        raise Refused(messages.not_found(f"MappedAttribute of {kind.name}", "ID", number), *path)
    return value


def _element(kind: AttributeType, row: Mapping[str, Any], *path: str) -> str:
    key: str = row["attributeElementKey"]
    if kind.element(key) is None:
        raise Refused(messages.not_found(f"element of {kind.name}", "key", key), *path)
    return key
