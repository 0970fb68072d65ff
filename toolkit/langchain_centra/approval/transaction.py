"""One writing transaction of the journal: every change in it has its event."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Update, and_, delete, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval import audit
from langchain_centra.approval.audit import Link
from langchain_centra.approval.journal_errors import JournalConflict
from langchain_centra.approval.journal_rows import card_digest, load
from langchain_centra.approval.records import HELD, Card, CardState, StepRecord, StepState
from langchain_centra.approval.tables import canonical, cards, head, steps, targets
from langchain_centra.client import Clock

T = TypeVar("T")

UNCLAIMED = {"token": None, "lease_until": None}
"""A step that nobody holds."""


class Transaction:
    """Moves cards and steps by compare-and-set; `now` is the time of all that happens in it."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._events: list[dict[str, Any]] = []

    def record(
        self,
        event: str,
        card: Card,
        step: int | None = None,
        *,
        actor: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Note an event about `card`, or about one of its steps."""
        self._events.append(
            {
                "at": self.now.astimezone(UTC).isoformat(timespec="microseconds"),
                "event": event,
                "store": card.store,
                "thread_id": card.thread_id,
                "proposal_id": card.proposal_id,
                "step": step,
                "actor": actor,
                "data": canonical(data or {}),
            }
        )

    async def move_card(
        self,
        card: Card,
        state: CardState,
        values: Mapping[str, Any],
        *,
        actor: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Set the card's state, which must still be what `card` says, and `values`."""
        found = and_(cards.c.proposal_id == card.proposal_id, cards.c.state == card.state)
        if not await self._changed(update(cards).where(found).values(state=state, **values)):
            raise JournalConflict(f"The card for {card.tool} was changed outside the journal.")
        self.record(state, card, actor=actor, data=data)

    async def amend_card(
        self,
        card: Card,
        values: Mapping[str, Any],
        event: str,
        *,
        actor: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Set `values` of a card that stays in its state."""
        await self.connection.execute(update(cards).where(cards.c.proposal_id == card.proposal_id).values(**values))
        self.record(event, card, actor=actor, data=data)

    async def move_step(
        self,
        card: Card,
        step: StepRecord,
        state: StepState,
        values: Mapping[str, Any],
        *,
        token: str | None = None,
        event: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> bool:
        """Set the step's state and `values`, if the state still is what `step` says and the token is `token`.

        A step that is neither claimed nor sent any more gives its targets free.
        """
        this = and_(steps.c.proposal_id == step.proposal_id, steps.c.position == step.position)
        mine = true() if token is None else steps.c.token == token
        moved = update(steps).where(this, steps.c.state == step.state, mine).values(state=state, **values)
        if not await self._changed(moved):
            return False
        if state not in HELD:
            held = and_(targets.c.proposal_id == step.proposal_id, targets.c.position == step.position)
            await self.connection.execute(delete(targets).where(held))
        self.record(event or state, card, step.position, data=data)
        return True

    async def take_back(self, card: Card, step: StepRecord, reason: str) -> None:
        """End a claim of which nothing was sent; its holder can no longer send."""
        await self.move_step(card, step, "waiting", UNCLAIMED, event="released", data={"reason": reason})

    async def take_back_claims(self, card: Card, reason: str) -> None:
        """End every claim on the card's steps of which nothing was sent."""
        for step in card.steps:
            if step.state == "claimed":
                await self.take_back(card, step, reason)

    async def seal(self, last: Link) -> None:
        """Append the events to the audit, each with the card as it now is; without events undo everything."""
        if not self._events:
            await self.connection.rollback()
            return
        digests = {
            proposal_id: card_digest(await load(self.connection, proposal_id))
            for proposal_id in dict.fromkeys(event["proposal_id"] for event in self._events)
        }
        events = [event | {"card_digest": digests[event["proposal_id"]]} for event in self._events]
        end = await audit.append(self.connection, last, events)
        await self.connection.execute(update(head).values(seq=end.seq, hash=end.hash))

    async def _changed(self, statement: Update) -> bool:
        return (await self.connection.execute(statement)).rowcount == 1


async def transact(connection: AsyncConnection, clock: Clock, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `work` while holding the head row: one writer at a time, on every database, so the chain cannot fork."""
    lock = update(head).values(seq=head.c.seq).returning(head.c.seq, head.c.hash)
    last = Link(*(await connection.execute(lock)).one())
    transaction = Transaction(connection, clock.now())
    result = await work(transaction)
    await transaction.seal(last)
    return result
