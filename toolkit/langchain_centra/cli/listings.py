"""What there is to look up: the tools, the cards and the audit, as a table or as JSON."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast, get_args

import typer
from rich.console import Console, RenderableType

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.masking import masked
from langchain_centra.approval.records import AuditRow, Card, CardState
from langchain_centra.cli.cards import local_time, outcome
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.cli.records import plain_json, shown_event
from langchain_centra.cli.screen import table
from langchain_centra.cli.startup import journal_url
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import ToolSpec, WriteTool

_AUDIT_PAGE = 1000
_KIND_WIDTH = 15
"""Leaves the permissions enough room that none is broken in 80 columns."""
_STATES = frozenset(state for kind in get_args(CardState) for state in get_args(kind))


def list_tools(*, as_json: bool) -> None:
    """Write all tools, with what they do and need."""
    tools = [_tool(spec) for spec in TOOLS]
    if as_json:
        _write_json(tools)
        return
    rows = [(tool["name"], tool["group"], _kind(tool), ", ".join(_permissions(tool))) for tool in tools]
    listing = table(("tool", "group", "kind", "permissions"), rows)
    listing.columns[2].max_width = _KIND_WIDTH
    _show(listing)
    typer.echo("Permissions in brackets add fields or arguments; without them the tool works with less.")


async def list_approvals(states: Collection[str], *, as_json: bool) -> None:
    """Write the newest cards of the journal, those in `states` if it names any; CommandFailed for an unknown state."""
    if unknown := set(states) - _STATES:
        raise CommandFailed(f"There is no state {', '.join(unknown)}. The states are: {', '.join(sorted(_STATES))}.")
    journal = Journal(journal_url())
    try:
        cards = await journal.find(states=cast("Collection[CardState]", states) or None)
    finally:
        await journal.aclose()
    if as_json:
        _write_json([masked(plain_json(asdict(card))) for card in cards])
    elif cards:
        columns = ("id", "proposed", "store, conversation", "change", "decided by", "outcome")
        _show(table(columns, map(_card_row, cards)))
    else:
        typer.echo("The journal holds no such card.")


async def list_audit(*, as_json: bool) -> None:
    """Write every event of the journal, oldest first."""
    journal = Journal(journal_url())
    try:
        events = await _all_events(journal)
        cards = {one: await journal.card(one) for one in {event.proposal_id for event in events}} if as_json else {}
    finally:
        await journal.aclose()
    if as_json:
        _write_json([shown_event(event, cards[event.proposal_id], reveal=False) for event in events])
    elif events:
        columns = ("no.", "at", "event", "by", "store, conversation", "card")
        _show(table(columns, map(_event_row, events)))
    else:
        typer.echo("The journal holds no events.")


async def _all_events(journal: Journal) -> list[AuditRow]:
    events: list[AuditRow] = []
    while page := await journal.audit(after=events[-1].seq if events else 0, limit=_AUDIT_PAGE):
        events += page
    return events


def _tool(spec: ToolSpec) -> dict[str, Any]:
    writes = isinstance(spec, WriteTool)
    return {
        "name": spec.name,
        "group": spec.group,
        "kind": "write" if writes else "read",
        "effects": sorted(spec.effects) if isinstance(spec, WriteTool) else [],
        "needs": sorted(spec.needs),
        "optional": sorted(spec.optional),
        "description": spec.description,
    }


def _kind(tool: Mapping[str, Any]) -> str:
    return f"{tool['kind']}: {', '.join(tool['effects'])}" if tool["effects"] else tool["kind"]


def _permissions(tool: Mapping[str, Any]) -> list[str]:
    return [*tool["needs"], *(f"[{name}]" for name in tool["optional"])]


def _card_row(card: Card) -> Sequence[str]:
    by = card.decided_by or card.decided_via or "-"
    sentence = masked(plain_json(asdict(card)))["preview"]["sentence"]
    return card.proposal_id[:8], local_time(card.created_at), _place(card), sentence, by, masked(outcome(card))


def _event_row(event: AuditRow) -> Sequence[str]:
    what = event.event if event.step is None else f"{event.event} (step {event.step + 1})"
    return str(event.seq), local_time(event.at), what, event.actor or "-", _place(event), event.proposal_id[:8]


def _place(entry: Card | AuditRow) -> str:
    return f"{entry.store} {entry.thread_id}"


def _show(renderable: RenderableType) -> None:
    Console(highlight=False).print(renderable)


def _write_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=datetime.isoformat))
