"""The arguments of a change as a form: one line for each, with what the agent gave filled in."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Ask = Callable[[str, str], Awaitable[str]]
"""Shows a question and a text that is already filled in, and returns the line that the person enters."""

_MOST_ROWS = 6
"""Rows of a list that are asked about field by field; a longer list is edited as one line of JSON."""

Schema = Mapping[str, Any]


async def fill_in(arguments: Mapping[str, Any], schema: Schema, ask: Ask) -> dict[str, Any]:
    """Ask for each argument that the schema knows, in its order, and return those that are not left empty."""
    filled: dict[str, Any] = {}
    for name, expected in schema["properties"].items():
        value = await _field(name.replace("_", " "), arguments.get(name), expected, ask)
        if value is not None:
            filled[name] = value
    return filled


async def _field(label: str, value: Any, expected: Schema, ask: Ask) -> Any:
    rows = value if isinstance(value, list) and len(value) <= _MOST_ROWS else []
    if rows and all(isinstance(row, Mapping) for row in rows) and "properties" in expected.get("items", {}):
        return [await _row(f"{label} {number}", row, expected["items"], ask) for number, row in enumerate(rows, 1)]
    return _read(await ask(f"  {label}: ", _written(value)), expected)


async def _row(label: str, row: Mapping[str, Any], expected: Schema, ask: Ask) -> dict[str, Any]:
    return await fill_in(row, expected, lambda question, text: ask(f"  {label},{question.removeprefix(' ')}", text))


def _written(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read(text: str, expected: Schema) -> Any:
    """The value that a person entered; what is of the wrong kind stays a text, and is refused with the reason later."""
    line = text.strip()
    if not line:
        return None
    if expected.get("type") == "string" or "enum" in expected:
        return line
    spoken = {"yes": True, "no": False}
    if expected.get("type") == "boolean" and line.casefold() in spoken:
        return spoken[line.casefold()]
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return line
