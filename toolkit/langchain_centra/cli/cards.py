"""A card on the terminal: what would change, readable without colour and in 80 columns."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from langchain_centra.approval.card import Action, facts, heading, largest, value
from langchain_centra.approval.records import WRITTEN, Card
from langchain_centra.cli.screen import table
from langchain_centra.cli.text import plain

_NOW, _AFTER = "red", "green"


def card(action: Action, number: int, total: int) -> RenderableType:
    """The card of one action, as the `number`th of `total`."""
    preview = action["preview"]
    parts = [Text(plain(preview["sentence"]), style="bold"), _changes(preview["changes"]), _facts(action)]
    return Panel(Group(*parts), title=Text(plain(heading(action, number, total))), title_align="left", padding=(0, 1))


def whole(action: Action) -> str:
    """All that a shortened card would show, one change or fact a line."""
    preview = action["preview"]
    rows = [
        f"{change['object']}: {change['field']}: {value(change, 'before')} -> {value(change, 'after')}"
        for change in preview["changes"]
    ]
    return "\n".join(map(plain, [*rows, *(f"{label}: {text}" for label, text in facts(preview, whole=True))]))


def outcome(stored: Card) -> str:
    """How a stored card stands, and why."""
    words = [stored.state.replace("_", " ")]
    results = [step.outcome for step in stored.steps if step.outcome]
    if stored.state == "applied" and results and all(result.get("verified") for result in results):
        words.append("verified by reading it back")
    written = sum(step.state in WRITTEN for step in stored.steps)
    if 0 < written < len(stored.steps):
        words.append(f"{written} of {len(stored.steps)} parts written")
    reasons = [stored.reason if stored.state == "rejected" else (stored.outcome or {}).get("reason")]
    reasons += [result.get(name) for result in results for name in ("reason", "detail")]
    return ": ".join([", ".join(words), *(str(reason) for reason in dict.fromkeys(reasons) if reason)])


def local_time(moment: str | datetime) -> str:
    """A time in the zone of the person's machine, to the minute and with its offset."""
    instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return instant.astimezone().isoformat(sep=" ", timespec="minutes")


def _changes(changes: Sequence[Mapping[str, Any]]) -> RenderableType:
    shown, counted = largest(changes)
    rows = [
        (f"{change['object']}: {change['field']}", value(change, "before"), value(change, "after")) for change in shown
    ]
    laid_out = table(("what", "now", "after"), rows)
    laid_out.columns[1].style, laid_out.columns[2].style = _NOW, _AFTER
    return Group(laid_out, Text(f"{counted}\n")) if counted else laid_out


def _facts(action: Action) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(overflow="fold")
    for label, text in _labelled(action):
        style = "bold red" if label == "Warning" else ""
        grid.add_row(Text(label.upper() if style else label, style=style or "dim"), Text(plain(text), style=style))
    return grid


def _labelled(action: Action) -> Iterator[tuple[str, str]]:
    preview = action["preview"]
    yield from facts(preview)
    if arguments := _arguments(action["args"]):
        yield "Asked", arguments
    yield "Read", f"{local_time(preview['read_at'])}; expires {local_time(preview['expires_at'])}"


def _arguments(args: Mapping[str, Any]) -> str:
    """The arguments as the agent gave them; what is in a list the table shows."""
    single = {name.replace("_", " "): value for name, value in args.items() if not isinstance(value, list)}
    return ", ".join(f"{name} {_said(value)}" for name, value in single.items())


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False)
