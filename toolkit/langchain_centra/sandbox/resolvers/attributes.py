"""Custom attributes: their types, their values, and what objects hold."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import InterfaceType, ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing
from langchain_centra.sandbox.state.attributes import (
    AttributeFileElement,
    AttributeImageElement,
    AttributeStringElement,
)

if TYPE_CHECKING:
    from langchain_centra.sandbox.state.attributes import Attribute, AttributeElement, AttributeTypeElement

query = QueryType()
owner_type = InterfaceType("ObjectWithAttributes")
account_type = ObjectType("Account")
attribute_type = InterfaceType("Attribute")
BINDABLES = [query, owner_type, account_type, attribute_type]

_TYPES = Filter(
    "AttributeTypeFilter",
    {
        "name": attrgetter("name"),
        "description": attrgetter("description"),
        "isMapped": attrgetter("is_mapped"),
        "isMulti": attrgetter("is_multi"),
        "objectType": attrgetter("object_type"),
    },
)
_MAPPED = Listing(
    Filter(
        "MappedAttributeFilter",
        {
            "id": attrgetter("id"),
            "name": attrgetter("name"),
            "objectType": attrgetter("type.object_type"),
            "typeName": attrgetter("type.name"),
        },
        text=lambda value: (value.name,),
    )
)
_ASSIGNED = Filter(
    "AssignedAttributeFilter", {"typeName": attrgetter("type.name"), "description": attrgetter("type.description")}
)
_ELEMENTS = Filter(
    "AssignedAttributeElementFilter",
    {"key": attrgetter("key"), "description": attrgetter("description"), "kind": attrgetter("kind")},
)


@query.field("attributeTypes")
def attribute_types(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the attribute types: all of them."""
    types = context_of(info).state.attribute_types.values()
    return list(Listing(_TYPES).matching(types, info, arguments.get("where")))


@query.field("mappedAttributes")
def mapped_attributes(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the values that mapped attributes can have."""
    return _MAPPED.page(context_of(info).state.mapped_attributes.values(), info, arguments)


@owner_type.field("attributes")
@account_type.field("attributes")
def attributes(owner: object, info: Info, **arguments: Any) -> list[Any]:
    """List what an object holds: all of it."""
    held = context_of(info).state.attributes_of(owner).all()
    return list(Listing(_ASSIGNED).matching(held, info, arguments.get("where")))


@attribute_type.field("description")
def description(attribute: Attribute, _info: Info) -> str:
    """Return the type's description (inferred)."""
    return attribute.type.description


@attribute_type.field("objectType")
def object_type(attribute: Attribute, _info: Info) -> str:
    """Return what kind of object the attribute belongs to."""
    return attribute.type.object_type


@attribute_type.field("elements")
def elements(attribute: Attribute, info: Info, **arguments: Any) -> list[Any]:
    """List the elements that have a value."""
    rows = [
        _element(element, attribute.values[element.key])
        for element in attribute.type.elements
        if element.key in attribute.values
    ]
    return list(Listing(_ELEMENTS).matching(rows, info, arguments.get("where")))


def _element(element: AttributeTypeElement, value: str) -> AttributeElement:
    """Return an element with its value; any kind but files and images is text (inferred)."""
    kinds = {"FILE": AttributeFileElement, "IMAGE": AttributeImageElement}
    kind = kinds.get(element.kind, AttributeStringElement)
    made: AttributeElement = kind(element.key, element.description, element.kind, value)
    return made
