"""Clearing the values of cards that have ended; what happened, when and by whom stays in the audit."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.journal_rows import load, read_cards
from langchain_centra.approval.records import LIVE, Card
from langchain_centra.approval.tables import cards, steps
from langchain_centra.approval.transaction import Transaction

_PAGE = 200
_KEPT = ("revision", "effects", "rows", "read_at", "expires_at", "args_digest")
_EMPTY: dict[str, Any] = {
    "sentence": "(values cleared)",
    "changes": [],
    "money": [],
    "messages": [],
    "stock": [],
    "undo": None,
    "warnings": [],
    "measures": {},
    "edited": False,
    "written_before": [],
    "cleared": True,
}


def is_cleared(card: Card) -> bool:
    """Whether the card's values are gone."""
    return bool(card.preview.get("cleared"))


async def clear(tx: Transaction, proposal_ids: Sequence[str], why: str) -> int:
    """Empty the arguments, previews, requests and outcomes of these cards, and count the cards."""
    cleared = 0
    for proposal_id in proposal_ids:
        card = await load(tx.connection, proposal_id)
        if card.state in LIVE or is_cleared(card):
            continue
        of_card = steps.c.proposal_id == proposal_id
        gone = dict.fromkeys(("before", "after", "marker", "outcome"))
        await tx.connection.execute(update(steps).where(of_card).values(variables={}, targets=[], **gone))
        preview = {name: card.preview[name] for name in _KEPT if name in card.preview} | _EMPTY
        emptied = dict.fromkeys(("reason", "edited_args", "outcome"))
        await tx.amend_card(card, {"args": {}, "preview": preview, **emptied}, "cleared", data={"why": why})
        cleared += 1
    return cleared


async def older_than(connection: AsyncConnection, moment: datetime) -> list[Card]:
    """The cards proposed before then whose values are still there."""
    return [card async for card in _all(connection, cards.c.created_at < moment) if not is_cleared(card)]


async def containing(connection: AsyncConnection, text: str) -> list[Card]:
    """The cards in whose values a text occurs, in capitals or not."""
    wanted = text.casefold()
    return [card async for card in _all(connection) if wanted in _values(card).casefold()]


async def _all(connection: AsyncConnection, *where: ColumnElement[bool]) -> AsyncIterator[Card]:
    query = select(cards.c.proposal_id).where(*where).order_by(cards.c.created_at)
    ids = list((await connection.execute(query)).scalars())
    for start in range(0, len(ids), _PAGE):
        for card in await read_cards(connection, cards.c.proposal_id.in_(ids[start : start + _PAGE])):
            yield card


def _values(card: Card) -> str:
    parts: list[Any] = [card.args, card.preview, card.reason, card.edited_args, card.outcome]
    for step in card.steps:
        parts += [step.variables, step.targets, step.before, step.after, step.outcome]
    return "\n".join(_strings(parts))


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in _strings(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in _strings(part)]
    return [value if isinstance(value, str) else json.dumps(value)]
