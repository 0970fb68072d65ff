"""Reading cards with their steps, and the compare-and-set that moves them."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, UpdateBase, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.audit import Transaction
from langchain_centra.approval.journal_errors import JournalConflict, UnknownCard
from langchain_centra.approval.records import Card, CardState, NewCard, StepRecord
from langchain_centra.approval.tables import cards, steps, targets

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


def this_step(proposal_id: str, position: int) -> ColumnElement[bool]:
    """One row of steps."""
    return and_(steps.c.proposal_id == proposal_id, steps.c.position == position)


async def changed(tx: Transaction, statement: UpdateBase) -> bool:
    """Run a compare-and-set on one row; whether it found the row as expected."""
    return (await tx.connection.execute(statement)).rowcount == 1


async def move_card(tx: Transaction, card: Card, state: CardState, **values: Any) -> None:
    """Set the card's state if it is still what `card` says."""
    found = and_(cards.c.proposal_id == card.proposal_id, cards.c.state == card.state)
    if not await changed(tx, update(cards).where(found).values(state=state, **values)):
        raise JournalConflict(f"The card for {card.tool} was changed outside the journal; nothing was stored.")


async def free_targets(tx: Transaction, step: StepRecord) -> None:
    """Let other steps have the targets of this one."""
    held = and_(targets.c.proposal_id == step.proposal_id, targets.c.position == step.position)
    await tx.connection.execute(delete(targets).where(held))


async def take_back(tx: Transaction, card: Card, step: StepRecord, reason: str) -> None:
    """End a claim of which nothing was sent; its holder can no longer send."""
    waiting = update(steps).values(state="waiting", token=None, lease_until=None)
    if await changed(tx, waiting.where(this_step(step.proposal_id, step.position), steps.c.state == "claimed")):
        await free_targets(tx, step)
        await tx.record("released", card, step.position, data={"reason": reason})


async def take_back_claims(tx: Transaction, card: Card, reason: str) -> None:
    """End every claim on the card's steps of which nothing was sent."""
    for step in card.steps:
        if step.state == "claimed":
            await take_back(tx, card, step, reason)
