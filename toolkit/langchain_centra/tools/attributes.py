"""Reading which custom attributes there are."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.attributes import (
    ATTRIBUTE_TYPES,
    ATTRIBUTE_VALUES,
    LIST_CUSTOM_ATTRIBUTES,
    VALUES_PER_PAGE,
    AttributeType,
    AttributeTypeElement,
    MappedAttribute,
)
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import cell, listed, table

ObjectKind = Literal["product", "variant", "display", "category", "order", "customer", "voucher", "campaign"]
API_KINDS: dict[ObjectKind, str] = {
    "product": "Product",
    "variant": "ProductVariant",
    "display": "Display",
    "category": "Category",
    "order": "Order",
    "customer": "Customer",
    "voucher": "Voucher",
    "campaign": "Campaign",
}
"""What the API calls each kind of object; it has more kinds, but shows attributes of these only."""

_VALUES = 12
_CELL_BYTES = 2_000


class ListCustomAttributes(Arguments):
    """What list_custom_attributes takes."""

    object_type: ObjectKind | None = None
    attribute: Text | None = None


class ListedAttribute(AttributeType):
    """An attribute type with the values that it offers; null where it takes a free text."""

    values: list[str] | None = None


@read_tool(group="catalogue", operations=[LIST_CUSTOM_ATTRIBUTES, ATTRIBUTE_TYPES, ATTRIBUTE_VALUES])
async def list_custom_attributes(centra: AsyncCentra, arguments: ListCustomAttributes) -> Answer:
    """List custom attributes; for one attribute, all allowed values."""
    if arguments.attribute:
        kind = attribute_named(arguments.attribute, await attribute_types(centra, arguments.object_type))
        offered = {kind.name: await values_of(centra, kind)}
        return _answer([_listed(kind, offered)], VALUES_PER_PAGE)
    where = _of_kind(arguments.object_type)
    reply = await LIST_CUSTOM_ATTRIBUTES(centra, types=where, values=where, limit=VALUES_PER_PAGE)
    values = reply.data.mapped_attributes or []
    offered = {}
    for value in values:
        offered.setdefault(value.type.name if value.type else None, []).append(value)
    types = [_listed(kind, offered) for kind in reply.data.attribute_types or ()]
    return _answer(types, _VALUES, whole=len(values) < VALUES_PER_PAGE)


async def attribute_types(centra: AsyncCentra, kind: ObjectKind | None) -> list[AttributeType]:
    """Return the attribute types of a kind of object, or of all kinds."""
    return (await ATTRIBUTE_TYPES(centra, where=_of_kind(kind) or {})).data.attribute_types or []


async def values_of(centra: AsyncCentra, kind: AttributeType) -> list[MappedAttribute]:
    """Return all values that a mapped type offers, one request for 200."""
    found: list[MappedAttribute] = []
    page = 1
    while kind.is_mapped:
        where = {"typeName": {"equals": kind.name}}
        rows = (await ATTRIBUTE_VALUES(centra, where=where, limit=VALUES_PER_PAGE, page=page)).data.mapped_attributes
        found += rows or []
        if len(rows or []) < VALUES_PER_PAGE:
            break
        page += 1
    return found


def attribute_named(words: str, types: Sequence[AttributeType]) -> AttributeType:
    """Return the attribute of that name or description, whatever its case.

    Raises:
        Impossible: there is none, or several; the text lists the candidates.
    """
    wanted = words.casefold()
    found = [kind for kind in types if (kind.name or "").casefold() == wanted]
    found = found or [kind for kind in types if (kind.description or "").casefold() == wanted]
    if len(found) == 1:
        return found[0]
    names = listed([f"{kind.name} ({kind.description})" for kind in found or types]) or "none"
    if found:
        raise Impossible(f"{len(found)} custom attributes are called {cell(words)!r}: {names}. Give the first name.")
    raise Impossible(f"There is no custom attribute {cell(words)!r} here. The valid ones: {names}.")


def _of_kind(kind: ObjectKind | None) -> dict[str, Any] | None:
    return {"objectType": [API_KINDS[kind]]} if kind else None


def _listed(kind: AttributeType, offered: Mapping[str | None, Sequence[MappedAttribute]]) -> ListedAttribute:
    values = [value.name or "-" for value in offered.get(kind.name, ())] if kind.is_mapped else None
    return ListedAttribute(**kind.model_dump(), values=values)


def _answer(types: Sequence[ListedAttribute], most_values: int, *, whole: bool = True) -> Answer:
    if not types:
        return Answer(text="There are no custom attributes for this.")
    columns = ("attribute", "called", "of", "takes")
    listing = table(columns, [_row(kind, most_values) for kind in types], cell_bytes=_CELL_BYTES)
    more = "; narrow by object_type" if listing.shown < len(types) else ""
    text = [f"{listing.shown} of {len(types)} custom attributes{more}:", listing.text]
    if not whole:
        text.append(f"Only the first {VALUES_PER_PAGE} values were read; name an attribute to see all of its values.")
    return Answer(text="\n".join(text), rows=types[: listing.shown])


def _row(kind: ListedAttribute, most_values: int) -> list[Any]:
    owner = next((words for words, name in API_KINDS.items() if name == kind.object_type), kind.object_type)
    return [kind.name, kind.description, owner, _takes(kind, most_values)]


def _takes(kind: ListedAttribute, most_values: int) -> str:
    if kind.values is not None:
        return f"{'any' if kind.is_multi else 'one'} of: {listed(kind.values, most_values) or 'nothing yet'}"
    return "; ".join(map(_element, kind.elements or ())) or "nothing"


def _element(element: AttributeTypeElement) -> str:
    return f"{element.key} ({element.description}, {(element.kind or 'text').lower()})"
