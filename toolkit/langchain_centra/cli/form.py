"""The arguments of a change as a form: one line for each, with what the agent gave filled in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from langchain_centra.approval.form import Schema, fields, filled_in

Ask = Callable[[str, str], Awaitable[str]]
"""Shows a question and a text that is already filled in, and returns the line that the person enters."""


async def fill_in(arguments: Mapping[str, Any], schema: Schema, ask: Ask) -> dict[str, Any]:
    """Ask for each argument that the schema knows, in its order, and return those that are not left empty."""
    return filled_in([(field, await ask(f"  {field.label}: ", field.text)) for field in fields(arguments, schema)])
