"""The journal of cards: the only place where a decision, a claim or an outcome exists."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Self, TypeVar

from sqlalchemy import ColumnElement

from langchain_centra.approval import (
    audit,
    journal_cards,
    journal_grants,
    journal_steps,
    journal_turns,
    journal_values,
    kept,
)
from langchain_centra.approval.database import Database
from langchain_centra.approval.journal_rows import read_cards
from langchain_centra.approval.records import (
    AuditRow,
    Broken,
    Card,
    CardState,
    Claim,
    Decision,
    NewCard,
    Result,
    StepRecord,
    TurnLease,
    Verified,
    Via,
)
from langchain_centra.approval.tables import cards
from langchain_centra.approval.transaction import Transaction, transact
from langchain_centra.client import Clock, SystemClock

T = TypeVar("T")


class Journal:
    """Cards, the steps that they permit, and the audit of everything that happened to them.

    Every change is one transaction: a compare-and-set together with its audit row, so that of two callers one wins
    and no change is without its event. `url` is sqlite:///<path> or postgresql://...; by default the journal is a
    file in the user's state directory that only the user can read. It connects on first use.

    Raises:
        SettingsError: the URL names another kind of database.
        JournalUnavailable: by every method, if the database cannot be used.
        NewerJournal: by every method, if a later version of this library wrote the journal.
    """

    def __init__(self, url: str | None = None, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._database = Database(url)

    @classmethod
    def memory(cls, clock: Clock | None = None) -> Self:
        """A journal for tests, gone when it is closed."""
        return cls("sqlite://", clock=clock)

    async def aclose(self) -> None:
        """Finish what is running and disconnect."""
        await self._database.aclose()

    async def _transact(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return await self._database.write(lambda connection: transact(connection, self._clock, work))

    async def revise(
        self, key: str, change: Callable[[Mapping[str, Any] | None], tuple[Mapping[str, Any] | None, T]]
    ) -> T:
        """Change what the processes of this journal keep for each other under a key; no part of cards and audit.

        `change` gets and gives JSON values, in one transaction; None keeps what is stored.
        """
        return await self._database.write(lambda connection: kept.revise(connection, key, change))

    async def add(self, card: NewCard) -> Card:
        """Store a card as proposed; the same key and revision again gives the stored one unchanged.

        Raises:
            JournalConflict: another revision of the key is live or has been carried out.
        """
        return await self._transact(lambda tx: journal_cards.add(tx, card))

    async def card(self, proposal_id: str) -> Card | None:
        """One card, or None."""
        found = await self._cards(cards.c.proposal_id == proposal_id)
        return found[0] if found else None

    async def beginning(self, prefix: str) -> list[Card]:
        """The cards whose proposal_id begins so, five at most."""
        return await self._cards(cards.c.proposal_id.startswith(prefix, autoescape=True), limit=5)

    async def cards(self, store: str, thread_id: str, message_id: str | None = None) -> list[Card]:
        """All cards of a thread, or of one AI message in it, by position and revision; earlier messages first."""
        where = [cards.c.store == store, cards.c.thread_id == thread_id]
        found = await self._cards(*where, *([] if message_id is None else [cards.c.message_id == message_id]))
        messages = list(dict.fromkeys(card.message_id for card in found))
        return sorted(found, key=lambda card: (messages.index(card.message_id), card.position, card.revision))

    async def find(
        self,
        store: str | None = None,
        thread_id: str | None = None,
        states: Collection[CardState] | None = None,
        limit: int = 100,
    ) -> list[Card]:
        """Cards by store, thread and state, newest first."""
        where: list[ColumnElement[bool]] = []
        where += [] if states is None else [cards.c.state.in_(states)]
        where += [] if store is None else [cards.c.store == store]
        where += [] if thread_id is None else [cards.c.thread_id == thread_id]
        return await self._cards(*where, newest_first=True, limit=limit)

    async def _cards(self, *where: ColumnElement[bool], **order: Any) -> list[Card]:
        return await self._database.read(lambda connection: read_cards(connection, *where, **order))

    async def decide(self, decisions: Sequence[Decision], by: str | None, via: Via) -> list[Card]:
        """Store all decisions, or none, and give the cards as they then are.

        A card is decided once; a reject also beats an approve as long as nobody works on the card.

        Raises:
            UnknownCard: a decision names no stored card.
            AlreadyDecided: a card is no longer open.
            CardExpired: a card to be approved or edited is past its time; a reject is stored all the same.
            JournalConflict: two decisions name one card, or the policy decides a card that a person must decide.
        """
        return await self._transact(lambda tx: journal_cards.decide(tx, decisions, by, via))

    async def approve_by_policy(self, proposal_id: str) -> Card:
        """Approve a card with the verdict "run"; raises as `decide` does."""
        return (await self.decide([Decision(proposal_id=proposal_id, type="approve")], None, "policy"))[0]

    async def approve_by_grant(self, proposal_id: str, grant_id: str) -> Card:
        """Approve a card that the standing yes given with the card `grant_id` covers, and use that up by one.

        Raises:
            AlreadyDecided, CardExpired, UnknownCard: as `decide` does.
            JournalConflict: it does not cover the card, was revoked or is used up.
        """
        return await self._transact(lambda tx: journal_grants.approve(tx, proposal_id, grant_id))

    async def grants_for(self, card: Card) -> list[Card]:
        """The cards of the same conversation whose standing yes covers this card, the newest first."""
        return await self._database.read(lambda c: journal_grants.covering(c, card, self._clock.now()))

    async def grants(self) -> list[tuple[Card, int]]:
        """Every card that a standing yes was given with, and how often it was used, the newest first."""
        return await self._database.read(journal_grants.given)

    async def revoke(self, grant_id: str, by: str | None) -> bool:
        """End the standing yes that was given with a card; False if it had been ended.

        Raises:
            JournalConflict: none was given.
        """
        return await self._transact(lambda tx: journal_grants.revoke(tx, grant_id, by))

    async def clear(self, proposal_ids: Sequence[str], why: str) -> int:
        """Empty the values of cards that have ended, and count them; the audit goes on and stays verifiable."""
        return await self._transact(lambda tx: journal_values.clear(tx, proposal_ids, why))

    async def older_than(self, moment: datetime) -> list[Card]:
        """The cards proposed before a moment whose values are still there."""
        return await self._database.read(lambda connection: journal_values.older_than(connection, moment))

    async def containing(self, text: str) -> list[Card]:
        """The cards in whose values a text occurs, in capitals or not."""
        return await self._database.read(lambda connection: journal_values.containing(connection, text))

    async def close(self, proposal_id: str, state: Literal["superseded", "expired"], reason: str) -> bool:
        """Close a card, if it is proposed, or approved and nobody holds or has run a step of it."""
        return await self._transact(lambda tx: journal_cards.close(tx, proposal_id, state, reason))

    async def claim(self, proposal_id: str, position: int, lease_seconds: float) -> Claim | StepRecord:
        """Take a step of an approved card, with its targets, for `lease_seconds`.

        A claim whose lease ran out before anything was sent is taken over. A step that cannot be taken is given back
        as stored, or the step that stands in the way: an earlier one of the card, or one that holds a target.
        """
        return await self._transact(lambda tx: journal_steps.claim(tx, proposal_id, position, lease_seconds))

    async def renew(self, claim: Claim, lease_seconds: float) -> bool:
        """Hold a claim for another `lease_seconds` from now; False if it is lost."""
        return await self._transact(lambda tx: journal_steps.renew(tx, claim, lease_seconds))

    async def send(self, claim: Claim, settle_after_seconds: float) -> bool:
        """Win the right to send the one request of a step; False if the claim is lost.

        For `settle_after_seconds` (the request's total timeout and a margin) only the holder may store the result.
        """
        return await self._transact(lambda tx: journal_steps.send(tx, claim, settle_after_seconds))

    async def release(self, claim: Claim) -> bool:
        """Give a claim back unsent; False if it is lost."""
        return await self._transact(lambda tx: journal_steps.release(tx, claim))

    async def drift(self, claim: Claim, outcome: dict[str, Any]) -> bool:
        """End a claimed step whose target is not as the card says, and with it the card; False if the claim is lost."""
        return await self._transact(lambda tx: journal_steps.drift(tx, claim, outcome))

    async def fail(self, claim: Claim, outcome: dict[str, Any]) -> bool:
        """End a claimed step as failed before anything is sent; False if the claim is lost."""
        return await self._transact(lambda tx: journal_steps.fail(tx, claim, outcome))

    async def finish(
        self, proposal_id: str, position: int, state: Result, outcome: dict[str, Any], *, token: str | None = None
    ) -> bool:
        """Store the result of a sent step; False if it is not the caller's to store.

        With the token of its claim the holder may do so at any time, and also late: what others found by reading
        (not_applied, unknown) gives way to what the holder knows, and if the holder knows of a write, a live later
        revision of the card is superseded. Without a token the result is stored once the holder must be done.
        When all steps have ended the card takes the worst one's state.
        """
        return await self._transact(lambda tx: journal_steps.finish(tx, proposal_id, position, state, outcome, token))

    async def skip_waiting(self, proposal_id: str, reason: str) -> bool:
        """End the steps of an approved card that nobody has taken as not_applied; False if there are none."""
        return await self._transact(lambda tx: journal_steps.skip_waiting(tx, proposal_id, reason))

    async def take_turn(self, store: str, thread_id: str, token: str, lease_seconds: float) -> TurnLease | None:
        """Take the lease on a thread, or renew one's own; None while another token holds it."""
        return await self._database.write(
            lambda connection: journal_turns.take(
                connection, self._clock.now(), lease_seconds, store=store, thread_id=thread_id, token=token
            )
        )

    async def renew_turn(self, lease: TurnLease, lease_seconds: float) -> bool:
        """Hold a thread for another `lease_seconds` from now; False if the lease is lost."""
        return await self._database.write(
            lambda connection: journal_turns.renew(connection, self._clock.now(), lease, lease_seconds)
        )

    async def release_turn(self, store: str, thread_id: str, token: str) -> bool:
        """Give the lease on a thread back; False if it was not held."""
        return await self._database.write(
            lambda connection: journal_turns.release(connection, store=store, thread_id=thread_id, token=token)
        )

    async def audit(
        self,
        *,
        store: str | None = None,
        thread_id: str | None = None,
        proposal_id: str | None = None,
        after: int = 0,
        limit: int = 1000,
    ) -> list[AuditRow]:
        """Events after the one with seq `after`, oldest first."""
        equal = {"store": store, "thread_id": thread_id, "proposal_id": proposal_id}
        return await self._database.read(lambda connection: audit.rows(connection, after, limit, **equal))

    async def verify(self, known: tuple[int, str] | None = None) -> Verified | Broken:
        """Check the audit against its hashes and the cards against the audit; names the first that does not fit.

        `known` is the number and hash of a row that was the last one once, kept outside the journal: a history that
        was rewritten to its end does not hold it.
        """
        link = audit.Link(*known) if known else None
        return await self._database.read(lambda connection: audit.verify(connection, link))
