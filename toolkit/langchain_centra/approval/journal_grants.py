"""Standing yeses in the journal: used up in the transaction that approves, and revoked by a person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.grants import Grant
from langchain_centra.approval.journal_errors import AlreadyDecided, CardExpired, JournalConflict
from langchain_centra.approval.journal_rows import load, read_cards
from langchain_centra.approval.records import Card
from langchain_centra.approval.tables import cards
from langchain_centra.approval.transaction import Transaction


async def approve(tx: Transaction, proposal_id: str, grant_id: str) -> Card:
    """Approve a card because a standing yes covers it, and count that against the standing yes."""
    card, granting = await load(tx.connection, proposal_id), await load(tx.connection, grant_id)
    if card.state != "proposed":
        raise AlreadyDecided([card])
    if tx.now > card.expires_at:
        raise CardExpired([card])
    used = await _used(tx.connection, granting)
    grant = _of(granting)
    if grant is None or not _same_conversation(card, granting) or not _usable(grant, card, used, tx.now):
        raise JournalConflict("No standing approval covers this change; a person has to decide.")
    reason = f"{grant.describe(len(used) + 1)}; centra-agent approvals revoke {granting.proposal_id[:8]} ends it"
    values = {
        "decided_by": granting.decided_by,
        "decided_via": "grant",
        "decided_at": tx.now,
        "grant_id": grant_id,
        "reason": reason,
    }
    data = {"via": "grant", "grant": grant_id}
    await tx.move_card(card, "approved", values, actor=granting.decided_by, data=data)
    return await load(tx.connection, proposal_id)


async def covering(connection: AsyncConnection, card: Card, now: datetime) -> list[Card]:
    """The cards of the same conversation whose standing yes covers this one, the newest first."""
    of_tool = cards.c.store == card.store, cards.c.thread_id == card.thread_id, cards.c.tool == card.tool
    given = await read_cards(connection, *of_tool, cards.c.standing.is_not(None), newest_first=True)
    found = []
    for granting in given:
        grant = _of(granting)
        if grant and _same_conversation(card, granting):
            used = await _used(connection, granting)
            found += [granting] if _usable(grant, card, used, now) else []
    return found


async def given(connection: AsyncConnection) -> list[tuple[Card, int]]:
    """Every card with a standing yes, and how often it was used, the newest first."""
    found = await read_cards(connection, cards.c.standing.is_not(None), newest_first=True)
    return [(granting, len(await _used(connection, granting))) for granting in found]


async def revoke(tx: Transaction, grant_id: str, by: str | None) -> bool:
    """End a standing yes; False if it had been ended."""
    granting = await load(tx.connection, grant_id)
    grant = _of(granting)
    if grant is None:
        raise JournalConflict(f"No standing approval was given with this card for {granting.tool}.")
    if grant.revoked_at:
        return False
    ended = grant.model_copy(update={"revoked_at": tx.now, "revoked_by": by})
    await tx.amend_card(granting, {"standing": ended.stored()}, "grant_revoked", actor=by)
    return True


def _of(granting: Card) -> Grant | None:
    return Grant.model_validate(granting.standing) if granting.standing else None


def _same_conversation(card: Card, granting: Card) -> bool:
    places = [(one.store, one.thread_id, one.first_message_id) for one in (card, granting)]
    return places[0] == places[1] and card.first_message_id is not None


def _usable(grant: Grant, card: Card, used: Sequence[Card], now: datetime) -> bool:
    return grant.live_at(now) and grant.covers(card, used)


async def _used(connection: AsyncConnection, granting: Card) -> list[Card]:
    return await read_cards(connection, cards.c.grant_id == granting.proposal_id)
