"""What happens to whole cards: stored, decided, closed."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import insert

from langchain_centra.approval.journal_errors import AlreadyDecided, CardExpired, JournalConflict
from langchain_centra.approval.journal_rows import load, read_cards, same_key
from langchain_centra.approval.records import LIVE, REOPENED_AFTER, Card, CardState, Decision, NewCard, Via
from langchain_centra.approval.tables import cards, steps
from langchain_centra.approval.transaction import Transaction

_DECIDED: dict[str, CardState] = {"approve": "approved", "edit": "edited", "reject": "rejected"}
_LEASE_RAN_OUT = "the lease ran out before anything was sent"


async def add(tx: Transaction, new: NewCard) -> Card:
    """Store a card as proposed, or find the one that is there."""
    stored = await read_cards(tx.connection, same_key(new))
    for card in stored:
        if card.revision == new.revision:
            return card
    await _check_new(tx, new, stored)
    row = vars(new) | {"state": "proposed", "created_at": tx.now}
    keys = [{"proposal_id": new.proposal_id, "position": position} for position in range(len(new.steps))]
    step_rows = [vars(step) | key | {"state": "waiting"} for step, key in zip(row.pop("steps"), keys, strict=True)]
    await tx.connection.execute(insert(cards).values(row))
    await tx.connection.execute(insert(steps), step_rows)
    card = await load(tx.connection, new.proposal_id)
    facts = {name: row[name] for name in ("tool", "revision", "verdict", "args_digest")}
    tx.record("proposed", card, actor=new.requester, data=facts)
    return card


async def _check_new(tx: Transaction, new: NewCard, stored: Sequence[Card]) -> None:
    if not new.steps:
        raise ValueError("A card needs at least one step.")
    for card in stored:
        if card.state not in REOPENED_AFTER or card.revision > new.revision:
            raise JournalConflict(
                f"Revision {new.revision} for {new.tool} is not stored: revision {card.revision} is {card.state}."
            )
    if await read_cards(tx.connection, cards.c.proposal_id == new.proposal_id):
        raise JournalConflict("This proposal_id belongs to another call; nothing was stored.")


async def decide(tx: Transaction, decisions: Sequence[Decision], by: str | None, via: Via) -> list[Card]:
    """Store all decisions, or none."""
    if len({decision.proposal_id for decision in decisions}) < len(decisions):
        raise JournalConflict("Two decisions name the same card; nothing was stored.")
    found = [(await load(tx.connection, decision.proposal_id), decision) for decision in decisions]
    if closed := [card for card, decision in found if not _open_to(card, decision, tx)]:
        raise AlreadyDecided(closed)
    if late := [card for card, decision in found if decision.type != "reject" and tx.now > card.expires_at]:
        raise CardExpired(late)
    if via == "policy" and any(card.verdict != "run" or decision.type != "approve" for card, decision in found):
        raise JournalConflict("The policy lets no such change run by itself; a person has to decide.")
    for card, decision in found:
        await _decide(tx, card, decision, by, via)
    return [await load(tx.connection, decision.proposal_id) for decision in decisions]


def _open_to(card: Card, decision: Decision, tx: Transaction) -> bool:
    return card.state == "proposed" or (decision.type == "reject" and card.revocable_at(tx.now))


async def _decide(tx: Transaction, card: Card, decision: Decision, by: str | None, via: Via) -> None:
    await tx.take_back_claims(card, _LEASE_RAN_OUT)
    said = {name: getattr(decision, name) for name in ("reason", "edited_args", "standing")}
    # The texts stay in the card, whose digest the event holds: what the audit holds itself can never be cleared.
    data = {"via": via, "with": [name for name, value in said.items() if value is not None]}
    stored = {"decided_by": by, "decided_via": via, "decided_at": tx.now, **said}
    await tx.move_card(card, _DECIDED[decision.type], stored, actor=by, data=data)


async def close(tx: Transaction, proposal_id: str, state: Literal["superseded", "expired"], reason: str) -> bool:
    """Close a card that nothing was sent for."""
    card = await load(tx.connection, proposal_id)
    if not card.revocable_at(tx.now):
        return False
    await tx.take_back_claims(card, _LEASE_RAN_OUT)
    await tx.move_card(card, state, {"outcome": {"reason": reason}}, data={"reason": reason})
    return True


async def supersede_later(tx: Transaction, card: Card) -> None:
    """Close a live later revision that nothing was sent for, because this one was applied after all."""
    reason = {"reason": f"revision {card.revision} was applied after all"}
    later = read_cards(tx.connection, same_key(card), cards.c.revision > card.revision, cards.c.state.in_(LIVE))
    for revision in await later:
        if all(step.state in ("waiting", "claimed") for step in revision.steps):
            await tx.take_back_claims(revision, reason["reason"])
            await tx.move_card(revision, "superseded", {"outcome": reason}, data=reason)
