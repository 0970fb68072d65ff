"""Custom attributes: the types that the back office configures, their values, and what is assigned to objects.

Objects are addressed as the API does: by AttributeObjectType and id, an order by its number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .orders import Order

Owner = tuple[str, int]


@dataclass(slots=True, eq=False)
class AttributeTypeElement:
    """A place for a value in an attribute type."""

    key: str
    description: str
    kind: str = "INPUT"
    is_multi: bool = False
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def params_json(self) -> str:
        """The parameters as JSON."""
        return json.dumps(self.params)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class AttributeType:
    """A custom attribute as it is configured.

    Mapped: values are made once and assigned by id, several where `is_multi`. Dynamic: a free text for each object
    and element.
    """

    name: str
    description: str
    object_type: str
    is_mapped: bool = False
    is_multi: bool = False
    elements: list[AttributeTypeElement] = field(default_factory=list)

    def element(self, key: str) -> AttributeTypeElement | None:
        """Return the element of a key."""
        return next((element for element in self.elements if element.key == key), None)


@dataclass(slots=True, eq=False)
class AttributeStringElement:
    """The text of an element."""

    key: str
    description: str
    kind: str
    value: str | None


@dataclass(slots=True, eq=False)
class AttributeFileElement:
    """The file of an element."""

    key: str
    description: str
    kind: str
    url: str | None


@dataclass(slots=True, eq=False)
class AttributeImageElement(AttributeFileElement):
    """The image of an element."""

    width: int | None = None
    height: int | None = None
    mime_type: str | None = None


AttributeElement = AttributeStringElement | AttributeFileElement


@dataclass(slots=True, eq=False, repr=False)
class MappedAttribute:
    """A value that was made once and can be assigned to many objects; `values` by element key."""

    id: int
    name: str
    type: AttributeType
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False, repr=False)
class DynamicAttribute:
    """What one object holds for a dynamic type; `values` by element key."""

    type: AttributeType
    values: dict[str, str]


Attribute = MappedAttribute | DynamicAttribute


@dataclass(slots=True, eq=False)
class AssignedAttributes:
    """All that is assigned to one object."""

    mapped: list[MappedAttribute] = field(default_factory=list)
    dynamic: dict[str, DynamicAttribute] = field(default_factory=dict)

    def all(self) -> list[Attribute]:
        """Return the values, one entry each: a type with several values comes several times."""
        return [*self.mapped, *self.dynamic.values()]

    def assign(self, value: MappedAttribute) -> None:
        """Add a value; in a type that is not multi it replaces the old one (inferred)."""
        if not value.type.is_multi:
            self.unassign(value.type)
        if value not in self.mapped:
            self.mapped.append(value)

    def unassign(self, kind: AttributeType, attribute_id: int | None = None) -> None:
        """Take away one value of a type, or all of them."""
        self.mapped[:] = [
            v for v in self.mapped if v.type is not kind or (attribute_id is not None and v.id != attribute_id)
        ]

    def write(self, kind: AttributeType, key: str, value: str) -> None:
        """Set the text of an element."""
        self.dynamic.setdefault(kind.name, DynamicAttribute(kind, {})).values[key] = value

    def erase(self, kind: AttributeType, key: str) -> None:
        """Take the text of an element away."""
        held = self.dynamic.get(kind.name)
        if held is not None:
            held.values.pop(key, None)
            if not held.values:
                del self.dynamic[kind.name]


def owner_of(row: Any) -> Owner:
    """Return how the API addresses an object in attribute mutations."""
    return ("Order", row.number) if isinstance(row, Order) else (type(row).__name__, row.id)
