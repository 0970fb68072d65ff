"""Cards and events of the journal, found, shown and handed over."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import typer

from langchain_centra.approval.grants import Grant
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.masking import masked
from langchain_centra.approval.records import LIVE, AuditRow, Broken, Card
from langchain_centra.cli.cards import local_time, outcome
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.cli.screen import Screen, table
from langchain_centra.cli.startup import journal_url, login

_PAGE = 1000
_FACTS = ("seq", "at", "event", "store", "thread_id", "proposal_id", "step", "actor", "data", "card_digest", "hash")


@asynccontextmanager
async def open_journal() -> AsyncIterator[Journal]:
    """The journal of the environment, closed at the end."""
    journal = Journal(journal_url())
    try:
        yield journal
    finally:
        await journal.aclose()


async def card_named(journal: Journal, prefix: str) -> Card:
    """The card whose id begins so; raises CommandFailed when there is none, or more than one."""
    found = await journal.beginning(prefix)
    if len(found) != 1:
        problem = "more than one card" if found else "no card"
        raise CommandFailed(f"The journal holds {problem} with an id that begins with {prefix}.")
    return found[0]


async def show_record(prefix: str, *, reveal: bool, as_json: bool) -> None:
    """Write one card and all its events; personal data is hidden unless it is to be revealed."""
    async with open_journal() as journal:
        card = await card_named(journal, prefix)
        events = await journal.audit(proposal_id=card.proposal_id)
    shown_events = [shown_event(event, card, reveal=reveal) for event in events]
    stored: dict[str, Any] = {"card": _shown(asdict(card), reveal=reveal), "events": shown_events}
    if as_json:
        typer.echo(json.dumps(stored, indent=2, ensure_ascii=False))
        return
    screen, shown = Screen(), stored["card"]
    screen.say(shown["preview"]["sentence"], "bold")
    rows = [(f"{one['object']}: {one['field']}", *map(str, (one["before"], one["after"]))) for one in changes(shown)]
    screen.show(table(("what", "before", "after"), rows))
    screen.say(f"Asked by {card.requester or 'unknown'}, decided by {card.decided_by or card.decided_via or 'nobody'}.")
    screen.say(f"Outcome: {outcome(card) if reveal else masked(outcome(card))}")
    lines = [(str(one.seq), local_time(one.at), _what(one), one.actor or "-", one.hash[:12]) for one in events]
    screen.show(table(("no.", "at", "event", "by", "hash"), lines))


def changes(card: dict[str, Any]) -> list[dict[str, Any]]:
    """The changes of a stored card."""
    found: list[dict[str, Any]] = card["preview"].get("changes", [])
    return found


async def verify_audit(head: str | None, *, as_json: bool) -> None:
    """Check the whole journal, and that it holds the row that `head` (number:hash) names.

    Raises CommandFailed when it is not as it was written.
    """
    known = _parsed(head) if head else None
    async with open_journal() as journal:
        found = await journal.verify(known)
    if as_json:
        typer.echo(json.dumps({"intact": not isinstance(found, Broken), **asdict(found)}, indent=2))
    if isinstance(found, Broken):
        where = f"the card {found.proposal_id}" if found.proposal_id else f"event {found.seq}"
        raise CommandFailed(f"The journal is not as it was written: {where} was {found.problem}.")
    if not as_json:
        typer.echo(f"All {found.rows} events and their cards are as they were written.")
        typer.echo(f"Head, to be kept elsewhere for verify --head: {found.rows}:{found.head_hash}")


def _parsed(head: str) -> tuple[int, str]:
    number, _, digest = head.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise CommandFailed("A head is number:hash, as audit verify prints it.")
    return int(number), digest


async def export_audit(form: Literal["csv", "jsonl"], *, reveal: bool) -> None:
    """Write every event with the change that it belongs to, oldest first."""
    header = (*_FACTS, "tool", "change")
    async with open_journal() as journal:
        after = 0
        if form == "csv":
            typer.echo(_csv_line(header))
        while page := await journal.audit(after=after, limit=_PAGE):
            after = page[-1].seq
            cards = {one: await journal.card(one) for one in {event.proposal_id for event in page}}
            for event in page:
                row = _exported(event, cards[event.proposal_id], reveal=reveal)
                typer.echo(
                    json.dumps(row, ensure_ascii=False)
                    if form == "jsonl"
                    else _csv_line([row[name] for name in header])
                )


def _exported(event: AuditRow, card: Card | None, *, reveal: bool) -> dict[str, Any]:
    shown = shown_event(event, card, reveal=reveal)
    sentence = _shown(asdict(card), reveal=reveal)["preview"]["sentence"] if card else ""
    return {**{name: shown[name] for name in _FACTS}, "tool": card.tool if card else "", "change": sentence}


def shown_event(event: AuditRow, card: Card | None, *, reveal: bool) -> dict[str, Any]:
    """An event as JSON; unless it is to be revealed, what is personal in its card is hidden in it, too.

    Who did it stays: the audit is about the people who decide.
    """
    data = _shown({"data": event.data, "card": asdict(card) if card else None}, reveal=reveal)["data"]
    facts: dict[str, Any] = plain_json(asdict(event))
    return {**facts, "data": data}


def _shown(stored: dict[str, Any], *, reveal: bool) -> dict[str, Any]:
    plain: dict[str, Any] = plain_json(stored)
    return plain if reveal else masked(plain)


def _csv_line(values: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([_cell(value) for value in values])
    return line.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    # A spreadsheet takes a text that begins so for a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


async def prune(days: int, *, as_json: bool) -> None:
    """Clear the values of cards that were proposed more than so many days ago."""
    async with open_journal() as journal:
        moment = datetime.now(UTC) - timedelta(days=days)
        await _clear(journal, await journal.older_than(moment), f"older than {moment:%Y-%m-%d}", as_json=as_json)


async def forget(text: str, *, as_json: bool) -> None:
    """Clear the values of every card that holds a text, such as a customer's e-mail address."""
    async with open_journal() as journal:
        await _clear(journal, await journal.containing(text), "somebody asked to be forgotten", as_json=as_json)


async def _clear(journal: Journal, found: Sequence[Card], why: str, *, as_json: bool) -> None:
    open_still = [card.proposal_id[:8] for card in found if card.state in LIVE]
    cleared = await journal.clear([card.proposal_id for card in found], why)
    if as_json:
        typer.echo(json.dumps({"cleared": cleared, "still_open": open_still}))
        return
    typer.echo(f"The values of {cleared} cards are cleared; the events stay, and the audit still verifies.")
    if open_still:
        typer.echo(f"Still open, so not cleared: {', '.join(open_still)}. Reject them, then clear again.")
    typer.echo("Conversations keep what was said in them in a place of their own.")


async def list_grants(*, as_json: bool) -> None:
    """Write every standing yes, with what is left of it."""
    async with open_journal() as journal:
        given = await journal.grants()
    rows = [(card, Grant.model_validate(card.standing), used) for card, used in given]
    if as_json:
        found = [{"id": card.proposal_id, "by": card.decided_by, "used": n, **one.stored()} for card, one, n in rows]
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif rows:
        lines = [(card.proposal_id[:8], card.decided_by or "-", _standing(one, used)) for card, one, used in rows]
        Screen().show(table(("id", "by", "allowed"), lines))
    else:
        typer.echo("Nothing is allowed always.")


def _standing(grant: Grant, used: int) -> str:
    return grant.describe(used) + (f", revoked by {grant.revoked_by or 'somebody'}" if grant.revoked_at else "")


async def revoke(prefix: str) -> None:
    """End a standing yes."""
    async with open_journal() as journal:
        ended = await journal.revoke((await card_named(journal, prefix)).proposal_id, login())
    typer.echo("Revoked; from now on a person is asked." if ended else "It had been revoked already.")


def plain_json(value: Any) -> Any:
    """The same in what JSON knows."""
    return json.loads(json.dumps(value, default=datetime.isoformat))


def _what(event: AuditRow) -> str:
    return event.event if event.step is None else f"{event.event} (step {event.step + 1})"
