"""The arguments of a change as the fields of a form, with what the agent gave filled in."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MOST_ROWS = 6
"""Rows of a list that have fields of their own; a longer list is one field with a line of JSON."""

_SPOKEN = {"yes": True, "no": False}

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Field:
    """One field: where its value stands in the arguments, what it is called, its text now and its JSON schema."""

    path: Path
    label: str
    text: str
    expected: Schema

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that it may have, where they are few."""
        if self.expected.get("type") == "boolean":
            return tuple(_SPOKEN)
        return tuple(map(str, self.expected.get("enum", ())))


def fields(arguments: Mapping[str, Any], schema: Schema) -> list[Field]:
    """A field for each argument that the schema knows, in its order."""
    return list(_fields(arguments, schema, (), ""))


def filled_in(entered: Iterable[tuple[Field, str]]) -> dict[str, Any]:
    """The arguments from the fields and the texts entered in them; an empty text leaves an argument out.

    What is of the wrong kind stays a text, and is refused with the reason where the arguments are validated.
    """
    arguments: dict[str, Any] = {}
    for field, text in entered:
        _put(arguments, field.path, _read(text, field.expected))
    return arguments


def _fields(arguments: Mapping[str, Any], schema: Schema, path: Path, owner: str) -> Iterator[Field]:
    for name, expected in schema["properties"].items():
        label, value = owner + name.replace("_", " "), arguments.get(name)
        rows = _rows(value, expected)
        if not rows:
            yield Field((*path, name), label, _written(value, expected), expected)
        for index, row in enumerate(rows):
            yield from _fields(row, expected["items"], (*path, name, index), f"{label} {index + 1}, ")


def _rows(value: Any, expected: Schema) -> Sequence[Mapping[str, Any]]:
    """The rows that have fields of their own, if the value is a short list of them."""
    short = isinstance(value, list) and len(value) <= _MOST_ROWS and "properties" in expected.get("items", {})
    return value if short and all(isinstance(row, Mapping) for row in value) else []


def _put(arguments: dict[str, Any], path: Path, value: Any) -> None:
    """Store a value at its place; a row is there even where nothing is entered for it."""
    name, *inside = path
    if inside:
        index, *rest = inside
        rows: list[dict[str, Any]] = arguments.setdefault(str(name), [])
        while len(rows) <= int(index):
            rows.append({})
        _put(rows[int(index)], tuple(rest), value)
    elif value is not None:
        arguments[str(name)] = value


def _written(value: Any, expected: Schema) -> str:
    if value is None:
        return ""
    if expected.get("type") == "boolean" and isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read(text: str, expected: Schema) -> Any:
    line = text.strip()
    if not line:
        return None
    if expected.get("type") == "string" or "enum" in expected:
        return line
    if expected.get("type") == "boolean" and line.casefold() in _SPOKEN:
        return _SPOKEN[line.casefold()]
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return line
