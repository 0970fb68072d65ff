"""Finding the objects that a person named, with the custom attributes that they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.attribute_holders import (
    HOLDER_KINDS,
    Held,
    Holder,
    OrderHolder,
    VariantSize,
    variants_of_skus,
)
from langchain_centra.operations.attributes import OBJECTS_PER_MUTATION
from langchain_centra.tools.attributes import API_KINDS, ObjectKind
from langchain_centra.tools.categories import read_categories
from langchain_centra.tools.lookups import Filter, Where, by_id, equal_to, looked_up, one_each
from langchain_centra.tools.order_facts import WHATEVER_HOLDS_IT
from langchain_centra.tools.text import cell, listed

AnyHolder = Holder | OrderHolder

_CANDIDATES = 6
_SIZES = 100


def _order(flags: Where) -> Filter:
    def where(word: str) -> Where | None:
        number = word.removeprefix("#")
        return {"number": [int(number)], **flags} if number.isdecimal() else None

    return where


_FILTERS: dict[ObjectKind, Sequence[Filter]] = {
    "product": [by_id, equal_to("productNumber"), equal_to("name")],
    "variant": [by_id],
    "display": [by_id, equal_to("name"), equal_to("uri")],
    "category": [by_id],
    "order": [_order(flags) for flags in WHATEVER_HOLDS_IT],
    "customer": [by_id, equal_to("email")],
    "voucher": [by_id, equal_to("code"), equal_to("name")],
    "campaign": [by_id, equal_to("name")],
}


@dataclass(frozen=True)
class Slot:
    """One place for a value: an attribute type, and the element of a dynamic one."""

    type: str
    element: str | None = None

    def __str__(self) -> str:
        return f"{self.type}.{self.element}" if self.element else self.type


async def holders_named(
    centra: AsyncCentra, kind: ObjectKind, words: Sequence[str], attributes: Where | None
) -> Mapping[str, AnyHolder]:
    """Return the object that each word names, many a request; raises Impossible with candidates."""
    names = list(dict.fromkeys(words))
    ids = await _ids(centra, kind, names)

    async def ask(filters: Sequence[Where]) -> list[list[AnyHolder]]:
        return await _read(centra, kind, filters, attributes, limit=_CANDIDATES)

    found = await one_each(kind, [ids.get(name, name) for name in names], _FILTERS[kind], ask, told_apart)
    return {name: found[ids.get(name, name)] for name in names}


async def holders_by_number(
    centra: AsyncCentra, kind: ObjectKind, numbers: Sequence[int], attributes: Where | None
) -> list[AnyHolder]:
    """Return the objects of these ids (orders: numbers), a hundred a request."""
    found: list[AnyHolder] = []
    for start in range(0, len(numbers), OBJECTS_PER_MUTATION):
        found += await _of_numbers(centra, kind, numbers[start : start + OBJECTS_PER_MUTATION], attributes)
    return found


def held_values(holder: AnyHolder, slot: Slot) -> dict[int, str]:
    """Return the mapped values that an object holds of a type, by id."""
    return {held.id: held.name or str(held.id) for held in _of_type(holder, slot) if held.id is not None}


def held_text(holder: AnyHolder, slot: Slot) -> str | None:
    """Return the text that an object holds in an element."""
    elements = [element for held in _of_type(holder, slot) for element in held.elements or ()]
    found = next((element for element in elements if element.key == slot.element), None)
    if found is None:
        return None
    return next((text for text in (found.value, found.selected_value, found.url) if text is not None), None)


def told_apart(holder: AnyHolder) -> str:
    """Return how people know an object, and what tells it from others that are known alike."""
    return holder.label if holder.handle in holder.label else f"{holder.label} {holder.handle}"


def narrowed(slots: Sequence[Slot]) -> Where | None:
    """Return the filter that shows one attribute type, where only one is of interest."""
    types = {slot.type for slot in slots}
    return {"typeName": {"equals": types.pop()}} if len(types) == 1 else None


def _of_type(holder: AnyHolder, slot: Slot) -> list[Held]:
    if holder.attributes is None:
        raise Impossible(f"The custom attributes of {cell(holder.label)} cannot be read.")
    return [held for held in holder.attributes if held.type and held.type.name == slot.type]


async def _of_numbers(
    centra: AsyncCentra, kind: ObjectKind, numbers: Sequence[int], attributes: Where | None
) -> list[AnyHolder]:
    if kind != "order":
        [rows] = await _read(centra, kind, [{"id": [*numbers]}], attributes, limit=len(numbers))
        return rows
    found: list[AnyHolder] = []
    for flags in WHATEVER_HOLDS_IT:
        left = [number for number in numbers if number not in {row.number for row in found}]
        if left:
            [rows] = await _read(centra, kind, [{"number": left, **flags}], attributes, limit=len(left))
            found += rows
    return found


async def _read(
    centra: AsyncCentra, kind: ObjectKind, filters: Sequence[Where], attributes: Where | None, *, limit: int
) -> list[list[AnyHolder]]:
    variables = {f"{name}{n}": value for n, where in enumerate(filters) for name, value in where.items()}
    query = HOLDER_KINDS[API_KINDS[kind]].query(len(filters))
    found = (await query(centra, **variables, attributes=attributes, limit=limit)).data.root
    return [found.get(f"found{n}") or [] for n in range(len(filters))]


async def _ids(centra: AsyncCentra, kind: ObjectKind, words: Sequence[str]) -> dict[str, str]:
    """Return, as `#12`, the ids of what the API cannot find by the words that people use."""
    named = [word for word in words if by_id(word) is None]
    if kind == "category" and named:
        tree = await read_categories(centra)
        return {word: f"#{tree.named(word).id}" for word in named}
    if kind == "variant" and named:
        return await _variant_ids(centra, named)
    return {}


async def _variant_ids(centra: AsyncCentra, words: Sequence[str]) -> dict[str, str]:
    async def ask(filters: Sequence[Where]) -> list[list[VariantSize]]:
        variables: dict[str, Any] = {f"where{n}": where for n, where in enumerate(filters)}
        found = (await variants_of_skus(len(filters))(centra, **variables, limit=_SIZES)).data.root
        return [found.get(f"found{n}") or [] for n in range(len(filters))]

    exact = await looked_up(words, [equal_to("SKU"), equal_to("EAN")], ask)
    left = [word for word, sizes in exact.items() if not sizes]
    similar = await looked_up(left, [lambda word: {"SKU": {"contains": word}}], ask)
    sizes = {**exact, **{w: [s for s in rows if _code(s).casefold() == w.casefold()] for w, rows in similar.items()}}
    ids = {word: {s.product_variant.id for s in rows if s.product_variant} for word, rows in sizes.items()}
    for word, numbers in ids.items():
        if len(numbers) != 1:
            close = sorted({_code(size) for size in similar.get(word, sizes[word])})
            raise Impossible(
                f"{cell(word)!r} names {len(numbers) or 'no'} variants. Name a variant by a SKU, or by product and "
                f"variant number together. Close to it: {listed(close, 8) or 'none'}."
            )
    return {word: f"#{number}" for word, [number] in ids.items()}


def _code(size: VariantSize) -> str:
    variant = size.product_variant
    number = variant.product.product_number if variant and variant.product else None
    return f"{number or ''}{variant.variant_number or '' if variant else ''}"
