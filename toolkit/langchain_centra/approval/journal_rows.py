"""Reading cards with their steps."""

import json
from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.journal_errors import UnknownCard
from langchain_centra.approval.records import Card, NewCard, StepRecord
from langchain_centra.approval.tables import cards, steps

_STEP_COLUMNS = [column for column in steps.c if column is not steps.c.token]


async def read_cards(
    connection: AsyncConnection, *where: ColumnElement[bool], newest_first: bool = False, limit: int | None = None
) -> list[Card]:
    """Cards that satisfy all of `where`, oldest first unless told otherwise."""
    order = [cards.c.created_at, cards.c.position, cards.c.revision]
    query = select(cards).where(*where).order_by(*(c.desc() if newest_first else c for c in order)).limit(limit)
    found = (await connection.execute(query)).mappings().all()
    by_card = defaultdict(list)
    query = select(*_STEP_COLUMNS).where(steps.c.proposal_id.in_([row["proposal_id"] for row in found]))
    for row in (await connection.execute(query.order_by(steps.c.position))).mappings():
        by_card[row["proposal_id"]].append(StepRecord(**{**row, "targets": tuple(row["targets"])}))
    return [Card(**row, steps=tuple(by_card[row["proposal_id"]])) for row in found]


async def load(connection: AsyncConnection, proposal_id: str) -> Card:
    """The card as stored.

    Raises:
        UnknownCard: there is none.
    """
    for card in await read_cards(connection, cards.c.proposal_id == proposal_id):
        return card
    raise UnknownCard("The journal holds no card with this proposal_id; propose the change again.")


async def load_step(connection: AsyncConnection, proposal_id: str, position: int) -> tuple[Card, StepRecord]:
    """A card and one of its steps.

    Raises:
        UnknownCard: there is no such card or step.
    """
    card = await load(connection, proposal_id)
    for step in card.steps:
        if step.position == position:
            return card, step
    raise UnknownCard(f"The card for {card.tool} has no step {position}.")


def same_key(card: Card | NewCard) -> ColumnElement[bool]:
    """All revisions of a card."""
    columns = (cards.c.store, cards.c.thread_id, cards.c.message_id, cards.c.call_id)
    return and_(*(column == value for column, value in zip(columns, card.key, strict=True)))


def card_digest(card: Card) -> str:
    """A hash of everything stored about a card and its steps; a column that is empty does not count."""
    stored = asdict(card, dict_factory=lambda items: {name: value for name, value in items if value is not None})
    return sha256(json.dumps(stored, sort_keys=True, default=datetime.isoformat).encode()).hexdigest()
