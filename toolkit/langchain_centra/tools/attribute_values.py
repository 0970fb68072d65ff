"""What a person wants an attribute to be, checked against what the attribute takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_centra.approval.proposal import Impossible
from langchain_centra.operations.attributes import AttributeType, AttributeTypeElement, MappedAttribute
from langchain_centra.tools.attribute_holders import Slot
from langchain_centra.tools.text import cell, listed

_NO_TEXT = ("FILE", "IMAGE", "READONLY")
_BOOLEANS = {"1": "1", "yes": "1", "true": "1", "0": "0", "no": "0", "false": "0"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted: mapped values by id, or a text; neither clears. `takes` says in words what is allowed."""

    slot: Slot
    label: str
    takes: str
    values: dict[int, str] | None = None
    text: str | None = None
    several: bool = False

    @property
    def is_mapped(self) -> bool:
        """Whether it is about values that are made once."""
        return self.values is not None


def wanted_values(
    kind: AttributeType, offered: Sequence[MappedAttribute], element: str | None, values: Sequence[str], how: str
) -> Wanted:
    """Return what an attribute shall be; `offered` are the values of a mapped one.

    Raises:
        Impossible: the attribute does not take it; the text lists what it takes.
    """
    if not kind.is_mapped:
        return _text(kind, element, values, how)
    name = f"{kind.description or kind.name}"
    if element is not None:
        raise Impossible(f"{cell(name)} has no elements to set; give its values alone.")
    known = {(value.name or "").casefold(): value for value in offered}
    names = [value.name or "-" for value in offered]
    if unknown := [value for value in values if value.casefold() not in known]:
        raise Impossible(f"{cell(name)} has no value {listed(unknown)}. The valid ones: {listed(names, 60) or 'none'}.")
    if len(values) > 1 and not kind.is_multi:
        raise Impossible(f"{cell(name)} takes one value only, of: {listed(names)}.")
    if how != "set" and not values:
        raise Impossible(f"Say which values of {cell(name)} to {how}.")
    chosen = [known[value.casefold()] for value in values]
    return Wanted(
        slot=Slot(kind.name or ""),
        label=f"{name} ({kind.name})",
        takes=f"{'any' if kind.is_multi else 'one'} of {listed(names, 6)}",
        values={value.id: value.name or str(value.id) for value in chosen},
        several=bool(kind.is_multi),
    )


def _text(kind: AttributeType, words: str | None, values: Sequence[str], how: str) -> Wanted:
    element = _element(kind, words)
    name = f"{kind.description or kind.name}, {element.description or element.key}"
    if how != "set":
        raise Impossible(f"{cell(name)} takes a text, so it can only be set or cleared.")
    if len(values) > 1:
        raise Impossible(f"{cell(name)} takes one text, and {len(values)} are given.")
    if element.kind in _NO_TEXT and values:
        raise Impossible(f"{cell(name)} is of the kind {element.kind}; a person has to set it in Centra.")
    text = values[0] if values else None
    if element.kind == "BOOLEAN" and text is not None:
        if text.casefold() not in _BOOLEANS:
            raise Impossible(f"{cell(name)} is yes or no; given: {cell(text)}.")
        text = _BOOLEANS[text.casefold()]
    return Wanted(
        slot=Slot(kind.name or "", element.key),
        label=f"{name} ({kind.name}.{element.key})",
        takes="0 or 1" if element.kind == "BOOLEAN" else "a text",
        text=text,
    )


def _element(kind: AttributeType, words: str | None) -> AttributeTypeElement:
    elements = kind.elements or []
    if words is None and len(elements) == 1:
        return elements[0]
    wanted = (words or "").casefold()
    found = [e for e in elements if wanted in ((e.key or "").casefold(), (e.description or "").casefold())]
    if len(found) == 1:
        return found[0]
    names = listed([f"{element.key} ({element.description})" for element in elements]) or "none"
    missing = "needs an element" if words is None else f"has no element {cell(words)!r}"
    raise Impossible(f"{cell(kind.description or kind.name)} {missing}. The valid ones: {names}.")
