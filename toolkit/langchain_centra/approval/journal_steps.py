"""What happens to single steps: claimed, sent, ended."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, insert, select

from langchain_centra.approval.journal_cards import supersede_later
from langchain_centra.approval.journal_rows import load, load_step
from langchain_centra.approval.records import (
    WORST_FIRST,
    WRITTEN,
    Card,
    CardState,
    Claim,
    Result,
    StepRecord,
    StepState,
)
from langchain_centra.approval.tables import targets
from langchain_centra.approval.transaction import UNCLAIMED, Transaction

_CORRECTED_BY: dict[Result, tuple[StepState, ...]] = {
    **dict.fromkeys((*WRITTEN, "failed"), ("not_applied", "unknown")),
    "not_applied": ("unknown",),
    "unknown": (),
}
"""Results, settled by others, that the holder's own late report replaces."""


async def claim(tx: Transaction, proposal_id: str, position: int, lease_seconds: float) -> Claim | StepRecord:
    """Take a step, or give the step that stands in the way."""
    card, step = await load_step(tx.connection, proposal_id, position)
    if card.state != "approved" or not step.free_at(tx.now):
        return step
    for earlier in card.steps[:position]:
        if not earlier.ended:
            return earlier
    holders = await _holders(tx, card, step)
    for _, holder in holders:
        if not holder.free_at(tx.now):
            return holder
    for owner, holder in holders:
        await tx.take_back(owner, holder, "the lease ran out before anything was sent")
    return await _take(tx, card, step, tx.now + timedelta(seconds=lease_seconds))


async def _holders(tx: Transaction, card: Card, step: StepRecord) -> list[tuple[Card, StepRecord]]:
    """The other steps that hold a target of this one."""
    held = and_(targets.c.store == card.store, targets.c.target.in_(step.targets))
    found = await tx.connection.execute(select(targets.c.proposal_id, targets.c.position).where(held).distinct())
    others = [(row.proposal_id, row.position) for row in found if row != (step.proposal_id, step.position)]
    return [await load_step(tx.connection, *key) for key in others]


async def _take(tx: Transaction, card: Card, step: StepRecord, lease_until: datetime) -> Claim:
    token = uuid4().hex
    event = "claimed" if step.state == "waiting" else "taken_over"
    await tx.move_step(card, step, "claimed", {"token": token, "lease_until": lease_until}, event=event)
    if event == "claimed" and step.targets:
        holder = {"store": card.store, "proposal_id": step.proposal_id, "position": step.position}
        await tx.connection.execute(insert(targets), [{"target": target, **holder} for target in set(step.targets)])
    return Claim(
        proposal_id=step.proposal_id,
        position=step.position,
        token=token,
        lease_until=lease_until,
        step=replace(step, state="claimed", lease_until=lease_until),
    )


async def renew(tx: Transaction, claim: Claim, lease_seconds: float) -> bool:
    """Move the end of a claim's lease."""
    lease = {"lease_until": tx.now + timedelta(seconds=lease_seconds)}
    return await _move(tx, claim, "claimed", lease, event="renewed")


async def send(tx: Transaction, claim: Claim, settle_after_seconds: float) -> bool:
    """Note that the request is about to leave; this happens once in the life of a step."""
    settle_at = tx.now + timedelta(seconds=settle_after_seconds)
    return await _move(tx, claim, "sent", {"sent_at": tx.now, "lease_until": settle_at})


async def release(tx: Transaction, claim: Claim) -> bool:
    """Give a step back unsent."""
    return await _move(tx, claim, "waiting", UNCLAIMED, event="released")


async def drift(tx: Transaction, claim: Claim, outcome: dict[str, Any]) -> bool:
    """End a claimed step and the waiting ones after it: the target is not as it was when the card was made."""
    if not await _move(tx, claim, "drifted", UNCLAIMED | {"outcome": outcome}):
        return False
    await _skip(tx, await load(tx.connection, claim.proposal_id), "not run: an earlier step found the store changed")
    await _end_card(tx, claim.proposal_id)
    return True


async def fail(tx: Transaction, claim: Claim, outcome: dict[str, Any]) -> bool:
    """End a claimed step for which no request is made."""
    if not await _move(tx, claim, "failed", UNCLAIMED | {"outcome": outcome}):
        return False
    await _end_card(tx, claim.proposal_id)
    return True


async def _move(
    tx: Transaction, claim: Claim, state: StepState, values: Mapping[str, Any], event: str | None = None
) -> bool:
    """Move a step that `claim` still holds unsent."""
    card, step = await load_step(tx.connection, claim.proposal_id, claim.position)
    return step.state == "claimed" and await tx.move_step(card, step, state, values, token=claim.token, event=event)


async def finish(
    tx: Transaction, proposal_id: str, position: int, state: Result, outcome: dict[str, Any], token: str | None
) -> bool:
    """Store a sent step's result: the holder's at any time, another's once the holder must be done."""
    card, step = await load_step(tx.connection, proposal_id, position)
    late = step.state in _CORRECTED_BY[state]
    if not _may_finish(step, late, token, tx.now):
        return False
    ended = {"outcome": outcome, "lease_until": None}
    if not await tx.move_step(card, step, state, ended, token=token, data={"late": late}):
        return False
    await _end_card(tx, proposal_id)
    if late and state in WRITTEN:
        await supersede_later(tx, card)
    return True


def _may_finish(step: StepRecord, late: bool, token: str | None, now: datetime) -> bool:
    if step.state == "sent":
        return token is not None or (step.lease_until is not None and step.lease_until <= now)
    return late and token is not None and step.sent_at is not None


async def skip_waiting(tx: Transaction, proposal_id: str, reason: str) -> bool:
    """End the steps of an approved card that nobody has taken."""
    card = await load(tx.connection, proposal_id)
    if card.state != "approved" or not await _skip(tx, card, reason):
        return False
    await _end_card(tx, proposal_id)
    return True


async def _skip(tx: Transaction, card: Card, reason: str) -> bool:
    free = [step for step in card.steps if step.free_at(tx.now)]
    skipped = {"reason": reason}
    for step in free:
        await tx.move_step(card, step, "not_applied", UNCLAIMED | {"outcome": skipped}, data=skipped)
    return bool(free)


async def _end_card(tx: Transaction, proposal_id: str) -> None:
    """Give the card the state and outcome of its worst step, once all have ended."""
    card = await load(tx.connection, proposal_id)
    if not all(step.ended for step in card.steps):
        return
    states = {step.state for step in card.steps}
    state: CardState = next(end for end in WORST_FIRST if end in states)
    worst = next(step for step in card.steps if step.state == state)
    if state != card.state:
        await tx.move_card(card, state, {"outcome": worst.outcome})
