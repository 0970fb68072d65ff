"""A card on the terminal: what would change, readable without colour and in 80 columns."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from langchain_centra.approval.records import WRITTEN, Card
from langchain_centra.cli.screen import table
from langchain_centra.cli.text import plain

Action = Mapping[str, Any]
"""One entry of a request's `action_requests`: a waiting card with the call that it belongs to."""


def card(action: Action, number: int, total: int) -> RenderableType:
    """The card of one action, as the `number`th of `total`."""
    preview = action["preview"]
    title = f"Change {number} of {total}: {plain(action['name'])}"
    if preview["revision"] > 1:
        title += f" (revision {preview['revision']})"
    parts = [Text(plain(preview["sentence"]), style="bold"), _changes(preview["changes"]), _facts(action)]
    return Panel(Group(*parts), title=Text(title), title_align="left", padding=(0, 1))


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
    rows = [
        (f"{change['object']}: {change['field']}", _value(change, "before"), _value(change, "after"))
        for change in changes
    ]
    return table(("what", "now", "after"), rows)


def _value(change: Mapping[str, Any], key: str) -> str:
    value = change[key]
    if value is None:
        return "not readable" if key == "before" else "none"
    return f"{value} {change['unit']}" if change["unit"] else str(value)


def _facts(action: Action) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(overflow="fold")
    for label, text, style in _labelled(action):
        grid.add_row(Text(label, style=style or "dim"), Text(plain(text), style=style))
    return grid


def _labelled(action: Action) -> Iterator[tuple[str, str, str]]:
    preview = action["preview"]
    for warning in preview["warnings"]:
        yield "WARNING", warning, "bold red"
    for money in preview["money"]:
        yield "Money", f"{money['what']}: {Decimal(money['amount']):,.2f} {money['currency']}", ""
    for label, key in (("Message", "messages"), ("Stock", "stock")):
        for text in preview[key]:
            yield label, text, ""
    yield "Undo", preview["undo"] or "This cannot be undone.", ""
    if arguments := _arguments(action["args"]):
        yield "Call", arguments, ""
    yield "Read", f"{local_time(preview['read_at'])}; expires {local_time(preview['expires_at'])}", ""


def _arguments(args: Mapping[str, Any]) -> str:
    """The arguments as the agent gave them; what is in a list the table shows."""
    single = {name: value for name, value in args.items() if not isinstance(value, list)}
    return ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in single.items())
