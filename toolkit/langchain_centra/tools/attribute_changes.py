"""Setting custom attributes of objects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.attribute_holders import HOLDER_QUERIES, VARIANTS_OF_SKUS
from langchain_centra.operations.attributes import (
    ASSIGN_ATTRIBUTES,
    ATTRIBUTE_TYPES,
    ATTRIBUTE_VALUES,
    OBJECTS_PER_MUTATION,
    UNASSIGN_ATTRIBUTES,
    AttributeType,
)
from langchain_centra.operations.categories import READ_CATEGORIES
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.attribute_holders import (
    AnyHolder,
    Slot,
    held_text,
    held_values,
    holders_by_number,
    holders_named,
    narrowed,
    told_apart,
)
from langchain_centra.tools.attribute_values import Wanted, wanted_values
from langchain_centra.tools.attributes import API_KINDS, ObjectKind, attribute_named, attribute_types, values_of
from langchain_centra.tools.choice import refuse
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import cell

_MOST_OBJECTS = 500
_NOTHING = "(none)"
_ALLOWED_SHOWN = 3
_PLURALS = {"category": "categories"}
_KINDS: dict[str, ObjectKind] = {name: kind for kind, name in API_KINDS.items()}

Value = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class AttributeChange(Arguments):
    """What one attribute of some objects shall be."""

    objects: list[Text]
    attribute: Text
    element: Text | None = None
    values: list[Value] = Field(description="[] clears.")
    how: Literal["set", "add", "remove"] = "set"


class SetAttributes(Arguments):
    """What set_attributes takes."""

    object_type: ObjectKind
    changes: list[AttributeChange] = Field(min_length=1)


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """One attribute of one object, now and as it shall be: mapped values by id, or a text."""

    holder: AnyHolder
    wanted: Wanted
    values: dict[int, str]
    text: str | None
    new_values: dict[int, str]
    new_text: str | None

    @property
    def fact(self) -> str:
        return _fact(self.wanted.slot, self.holder)

    @property
    def before(self) -> str:
        return _shown(self.values, self.text, self.wanted.is_mapped)

    @property
    def after(self) -> str:
        return _shown(self.new_values, self.new_text, self.wanted.is_mapped)

    @property
    def added(self) -> dict[int, str]:
        return {number: name for number, name in self.new_values.items() if number not in self.values}

    @property
    def removed(self) -> dict[int, str]:
        # Assigning a value of a type that takes one only replaces the old one; the read-back shows whether it did.
        if not self.wanted.several and self.added:
            return {}
        return {number: name for number, name in self.values.items() if number not in self.new_values}

    @property
    def between(self) -> str:
        """How it stands when what is new is there and what goes is not gone yet."""
        if not self.assigns:
            return self.before
        if not self.wanted.is_mapped or not self.wanted.several:
            return self.after
        return _shown(self.values | self.added, None, mapped=True)

    @property
    def assigns(self) -> bool:
        return bool(self.added) or self.new_text is not None

    @property
    def unassigns(self) -> bool:
        return bool(self.removed) or (not self.wanted.is_mapped and self.new_text is None)


async def observe_attributes(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the attributes of a step's objects again, a hundred objects a request."""
    items = step.variables["input"]
    kind = _KINDS[items[0]["objectType"]]
    slots = {item["objectId"]: _slots(item) for item in items}
    filters = narrowed([slot for found in slots.values() for slot in found])
    seen: dict[str, Any] = {}
    for holder in await holders_by_number(centra, kind, list(slots), filters):
        for slot in slots[holder.number]:
            mapped = slot.element is None
            values = held_values(holder, slot) if mapped else {}
            seen[_fact(slot, holder)] = _shown(values, None if mapped else held_text(holder, slot), mapped)
    return seen


@write_tool(
    group="attributes",
    operations=[ATTRIBUTE_TYPES, ATTRIBUTE_VALUES, ASSIGN_ATTRIBUTES, UNASSIGN_ATTRIBUTES],
    sometimes=[*HOLDER_QUERIES, VARIANTS_OF_SKUS, READ_CATEGORIES],
    effects=[Effect.CONTENT],
    observe=observe_attributes,
)
async def set_attributes(centra: AsyncCentra, arguments: SetAttributes) -> Proposal:
    """Set custom attributes of objects, named by product number, SKU, name, order number, e-mail or code."""
    if sum(len(change.objects) for change in arguments.changes) > _MOST_OBJECTS:
        raise Impossible(f"More than {_MOST_OBJECTS} objects are given; set their attributes in several calls.")
    kind = arguments.object_type
    wanted = await _wanted(centra, arguments.changes, await attribute_types(centra, kind))
    words = [word for change in arguments.changes for word in change.objects]
    holders = await holders_named(centra, kind, words, narrowed([each.slot for each in wanted]))
    cells = _changed(arguments.changes, wanted, holders)
    if not cells:
        raise NothingToChange("The custom attributes are already as requested.")
    return Proposal(
        sentence=_sentence(kind, cells),
        changes=tuple(map(_change, cells)),
        effects=frozenset({Effect.CONTENT}),
        steps=tuple(_steps(kind, cells)),
        undo="set them back to what they were",
        reverse=_reverse(kind, cells),
        rows=len(cells),
    )


async def _wanted(
    centra: AsyncCentra, changes: Sequence[AttributeChange], types: Sequence[AttributeType]
) -> list[Wanted]:
    kinds = [attribute_named(change.attribute, types) for change in changes]
    offered = {name: await values_of(centra, kind) for name, kind in {kind.name: kind for kind in kinds}.items()}
    wanted: list[Wanted] = []
    problems: list[str] = []
    for kind, change in zip(kinds, changes, strict=True):
        try:
            wanted.append(wanted_values(kind, offered[kind.name], change.element, change.values, change.how))
        except Impossible as error:
            problems.append(str(error))
    refuse(problems)
    return wanted


def _changed(
    changes: Sequence[AttributeChange], wanted: Sequence[Wanted], holders: Mapping[str, AnyHolder]
) -> list[_Cell]:
    cells: dict[tuple[int, Slot], _Cell] = {}
    for change, target in zip(changes, wanted, strict=True):
        for word in change.objects:
            made = _cell(holders[word], target, change.how)
            known = cells.setdefault((made.holder.number, target.slot), made)
            if known.after != made.after:
                raise Impossible(
                    f"{cell(target.label)} of {cell(made.holder.label)} is given twice, "
                    f"as {cell(known.after)} and as {cell(made.after)}; give it once."
                )
    return [made for made in cells.values() if made.before != made.after]


def _cell(holder: AnyHolder, wanted: Wanted, how: str) -> _Cell:
    if wanted.values is None:
        text = held_text(holder, wanted.slot)
        return _Cell(holder=holder, wanted=wanted, values={}, text=text, new_values={}, new_text=wanted.text)
    now = held_values(holder, wanted.slot)
    new = dict(wanted.values)
    if how == "add" and wanted.several:
        new = now | new
    if how == "remove":
        new = {number: name for number, name in now.items() if number not in wanted.values}
    return _Cell(holder=holder, wanted=wanted, values=now, text=None, new_values=new, new_text=None)


def _steps(kind: ObjectKind, cells: Sequence[_Cell]) -> Iterator[Step]:
    """Yield first what assigns, then what takes away, so that no object is without a value in between."""
    for chunk in _chunks([made for made in cells if made.assigns]):
        yield Step(
            operation=ASSIGN_ATTRIBUTES.name,
            variables={"input": _inputs(kind, chunk, assigns=True)},
            targets=_targets(kind, chunk),
            before={made.fact: made.before for made in chunk},
            after={made.fact: made.between for made in chunk},
        )
    for chunk in _chunks([made for made in cells if made.unassigns]):
        yield Step(
            operation=UNASSIGN_ATTRIBUTES.name,
            variables={"input": _inputs(kind, chunk, assigns=False)},
            targets=_targets(kind, chunk),
            before={made.fact: made.between for made in chunk},
            after={made.fact: made.after for made in chunk},
        )


def _targets(kind: ObjectKind, cells: Sequence[_Cell]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{kind}:{made.holder.id}" for made in cells))


def _chunks(cells: Sequence[_Cell]) -> Iterator[list[_Cell]]:
    """Split the cells so that each part is about a hundred objects at most."""
    numbers = list(dict.fromkeys(made.holder.number for made in cells))
    for start in range(0, len(numbers), OBJECTS_PER_MUTATION):
        part = set(numbers[start : start + OBJECTS_PER_MUTATION])
        yield [made for made in cells if made.holder.number in part]


def _inputs(kind: ObjectKind, cells: Sequence[_Cell], *, assigns: bool) -> list[dict[str, Any]]:
    inputs: dict[int, dict[str, Any]] = {}
    for made in cells:
        number = made.holder.number
        item = inputs.setdefault(number, {"objectId": number, "objectType": API_KINDS[kind]})
        for name, rows in _input(made, assigns=assigns).items():
            item[name] = [*item.get(name, []), *rows]
    return [*inputs.values()]


def _input(made: _Cell, *, assigns: bool) -> dict[str, list[dict[str, Any]]]:
    slot = made.wanted.slot
    kind = {"attributeTypeName": slot.type}
    if made.wanted.is_mapped:
        numbers = made.added if assigns else made.removed
        return {"mappedAttributes": [{**kind, "attributeId": number} for number in numbers]}
    text = {"attributeElementValue": made.new_text} if assigns else {}
    return {"dynamicAttributes": [{**kind, "attributeElementKey": slot.element, **text}]}


def _slots(item: Mapping[str, Any]) -> list[Slot]:
    mapped = [Slot(row["attributeTypeName"]) for row in item.get("mappedAttributes", ())]
    dynamic = [Slot(r["attributeTypeName"], r["attributeElementKey"]) for r in item.get("dynamicAttributes", ())]
    return list(dict.fromkeys([*mapped, *dynamic]))


def _fact(slot: Slot, holder: AnyHolder) -> str:
    return f"{slot} of {told_apart(holder)}"


def _shown(values: Mapping[int, str], text: str | None, mapped: bool) -> str:
    if mapped:
        return ", ".join(sorted(values.values())) or _NOTHING
    return _NOTHING if text is None else text


def _change(made: _Cell) -> Change:
    return Change(object=made.holder.label, field=made.wanted.label, before=made.before, after=made.after)


def _sentence(kind: ObjectKind, cells: Sequence[_Cell]) -> str:
    objects = {made.holder.number: made.holder for made in cells}
    wanted = {made.wanted.slot: made.wanted for made in cells}
    what = next(iter(wanted.values())).label if len(wanted) == 1 else f"{len(wanted)} custom attributes"
    [first, *others] = objects.values()
    whose = f"{len(objects)} {_PLURALS.get(kind, f'{kind}s')}" if others else first.label
    results = {made.after for made in cells}
    result = f" to {cell(results.pop())}" if len(results) == 1 and len(wanted) == 1 else ""
    allowed = [f"{each.slot} takes {each.takes}" for each in list(wanted.values())[:_ALLOWED_SHOWN]]
    return f"Change {what} of {whose}{result} ({'; '.join(allowed)})"


def _reverse(kind: ObjectKind, cells: Sequence[_Cell]) -> Reverse:
    groups: dict[tuple[Slot, str], list[_Cell]] = {}
    for made in cells:
        groups.setdefault((made.wanted.slot, made.before), []).append(made)
    return Reverse(
        tool="set_attributes",
        args={"object_type": kind, "changes": [_put_back(slot, group) for (slot, _), group in groups.items()]},
    )


def _put_back(slot: Slot, group: Sequence[_Cell]) -> dict[str, Any]:
    first = group[0]
    values = [*first.values.values()] if first.wanted.is_mapped else [first.text] * (first.text is not None)
    element = {"element": slot.element} if slot.element else {}
    return {"objects": [made.holder.handle for made in group], "attribute": slot.type, **element, "values": values}
