"""The tool reference, written from the declarations and from the card of one example each."""

import runpy
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from langchain_centra import ApprovalPolicy, AsyncCentra, CentraToolkit
from langchain_centra.approval.card import markdown, preview
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.policy import Verdict
from langchain_centra.approval.proposal import CannotPropose
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.clock import SystemClock
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import ToolSpec, WriteTool
from langchain_centra.tools.structured import argument_schema

EXAMPLES = Path(__file__).parents[1] / "tests" / "support" / "examples.py"
GROUPS = tuple(dict.fromkeys(tool.group for tool in TOOLS))

_HEAD = """\
# Tools

Written from the declarations by `make docs`. What a tool takes is what the model may send; what it needs are
permissions of the Integration API token. The cards are those of the sandbox for one example each.

A person decides on every write with effects other than `note`, unless an [approval policy](approval.md#policy) says
otherwise. With the writes comes `undo_change`, which takes a written change back behind a card of its own.
"""


def reference() -> str:
    """Every tool by group, then the permissions of all."""
    parts = [_HEAD]
    for group in GROUPS:
        parts.append(f"## {group.capitalize()}\n")
        parts += [_tool(tool) for tool in TOOLS if tool.group == group]
    return "\n".join(parts)


def short_list() -> str:
    """One line for each group: what can be read and what can be changed."""
    rows = []
    for group in GROUPS:
        tools = [tool for tool in TOOLS if tool.group == group]
        named = [
            ", ".join(f"`{tool.name}`" for tool in tools if isinstance(tool, WriteTool) is writes)
            for writes in (False, True)
        ]
        rows.append((group, *named))
    return table(("group", "reads", "writes, behind an approval"), rows)


def asks(tool: WriteTool) -> bool:
    """Whether a person is asked where no policy says otherwise."""
    rules = ApprovalPolicy().effects
    return not all(effect in rules and rules[effect].verdict is Verdict.RUN for effect in tool.effects)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows))


def _tool(tool: ToolSpec) -> str:
    parts = [f"### {tool.name}\n", f"{tool.description}\n", _arguments(tool)]
    parts.append(f"Needs {_listed(tool.needs) or 'no permission'}.")
    if tool.optional:
        parts.append(f"\nShows or can do more with {_listed(tool.optional)}.")
    if isinstance(tool, WriteTool):
        decides = "a person decides" if asks(tool) else "runs without asking"
        parts.append(f"\nEffects: {', '.join(sorted(tool.effects))}; {decides}.")
    if tool.name in previews():
        lines = markdown(previews()[tool.name]).splitlines()
        parts.append("\n" + "\n".join(f"> {line}".rstrip() for line in lines))
    return "\n".join(parts) + "\n"


def _arguments(tool: ToolSpec) -> str:
    schema = argument_schema(tool.args)
    required = schema.get("required", ())
    rows = [
        (f"`{name}`", _kind(one), "yes" if name in required else "", _plain(one.get("description", "")))
        for name, one in schema.get("properties", {}).items()
    ]
    return table(("argument", "type", "needed", "meaning"), rows) + "\n" if rows else "Takes no arguments.\n"


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_kind, schema["anyOf"])))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("properties"):
        needed = schema.get("required", ())
        fields = (f"`{name}`" + ("" if name in needed else "?") for name in schema["properties"])
        return f"object: {', '.join(fields)}"
    return str(schema.get("format") or schema.get("type", "any"))


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


class _StoppedClock(SystemClock):
    """Always the same moment, so that the same cards come out on any day."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@cache
def previews() -> dict[str, dict[str, Any]]:
    """What the card of each write shows, on the example that the tests use for it."""
    examples = runpy.run_path(str(EXAMPLES))["ARGUMENTS"]
    sandbox = Sandbox(clock=_StoppedClock(), plan="unlimited")
    centra = AsyncCentra(sandbox.url, sandbox.TOKEN, transport=sandbox.transport(), clock=sandbox.clock)
    with CentraToolkit(centra, writes=True, journal=Journal.memory()) as toolkit:
        writes = [tool for tool in TOOLS if isinstance(tool, WriteTool)]
        shown = {tool.name: toolkit.portal.call(_preview, tool, centra, examples[tool.name]) for tool in writes}
    return {name: card for name, card in shown.items() if card}


async def _preview(tool: WriteTool, centra: AsyncCentra, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        proposal = await tool.propose(centra, tool.validate(arguments))
    except CannotPropose:
        return None
    now = centra.clock.now()
    times = {"read_at": now.isoformat(), "expires_at": (now + timedelta(hours=24)).isoformat()}
    return preview(proposal, revision=0, args_digest="", **times)
