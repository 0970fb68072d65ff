"""What happens to single steps: claimed, sent, ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, insert, select, update

from langchain_centra.approval.audit import Transaction
from langchain_centra.approval.journal_cards import supersede_later
from langchain_centra.approval.journal_rows import (
    changed,
    free_targets,
    load,
    load_step,
    move_card,
    take_back,
    this_step,
)
from langchain_centra.approval.records import BEST_TO_WORST, Card, Claim, Result, StepRecord, StepState
from langchain_centra.approval.tables import canonical, steps, targets

_WRITTEN: tuple[Result, ...] = ("applied", "applied_differently", "partly")
_CORRECTED_BY: dict[Result, tuple[StepState, ...]] = {
    **dict.fromkeys((*_WRITTEN, "failed"), ("not_applied", "unknown")),
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
        await take_back(tx, owner, holder, "the lease ran out before anything was sent")
    return await _take(tx, card, step, tx.now + timedelta(seconds=lease_seconds))


async def _holders(tx: Transaction, card: Card, step: StepRecord) -> list[tuple[Card, StepRecord]]:
    """The other steps that hold a target of this one."""
    held = and_(targets.c.store == card.store, targets.c.target.in_(step.targets))
    found = await tx.connection.execute(select(targets.c.proposal_id, targets.c.position).where(held).distinct())
    others = [key for key in found.all() if tuple(key) != (step.proposal_id, step.position)]
    return [await load_step(tx.connection, *key) for key in others]


async def _take(tx: Transaction, card: Card, step: StepRecord, lease_until: datetime) -> Claim:
    token = uuid4().hex
    await free_targets(tx, step)
    rows = [
        {"store": card.store, "target": target, "proposal_id": step.proposal_id, "position": step.position}
        for target in sorted(set(step.targets))
    ]
    if rows:
        await tx.connection.execute(insert(targets), rows)
    taken = update(steps).values(state="claimed", token=token, lease_until=lease_until)
    await tx.connection.execute(taken.where(this_step(step.proposal_id, step.position), steps.c.state == step.state))
    await tx.record("claimed" if step.state == "waiting" else "taken_over", card, step.position)
    held = replace(step, state="claimed", lease_until=lease_until)
    return Claim(proposal_id=step.proposal_id, position=step.position, token=token, lease_until=lease_until, step=held)


async def renew(tx: Transaction, claim: Claim, lease_seconds: float) -> bool:
    """Move the end of a claim's lease."""
    return await _move(tx, claim, "renewed", "claimed", lease_until=tx.now + timedelta(seconds=lease_seconds))


async def send(tx: Transaction, claim: Claim, settle_after_seconds: float) -> bool:
    """Note that the request is about to leave; this happens once in the life of a step."""
    settle_at = tx.now + timedelta(seconds=settle_after_seconds)
    return await _move(tx, claim, "sent", "sent", sent_at=tx.now, lease_until=settle_at)


async def release(tx: Transaction, claim: Claim) -> bool:
    """Give a step back unsent."""
    if not await _move(tx, claim, "released", "waiting", token=None, lease_until=None):
        return False
    await free_targets(tx, claim.step)
    return True


async def drift(tx: Transaction, claim: Claim, outcome: dict[str, Any]) -> bool:
    """End a claimed step and the waiting ones after it: the target is not as it was when the card was made."""
    if not await _end_unsent(tx, claim, "drifted", outcome):
        return False
    await _skip(tx, await load(tx.connection, claim.proposal_id), "not run: an earlier step found the store changed")
    await _end_card(tx, claim.proposal_id)
    return True


async def fail(tx: Transaction, claim: Claim, outcome: dict[str, Any]) -> bool:
    """End a claimed step for which no request is made."""
    if not await _end_unsent(tx, claim, "failed", outcome):
        return False
    await _end_card(tx, claim.proposal_id)
    return True


async def _end_unsent(
    tx: Transaction, claim: Claim, state: Literal["drifted", "failed"], outcome: dict[str, Any]
) -> bool:
    if not await _move(tx, claim, state, state, token=None, lease_until=None, outcome=outcome):
        return False
    await free_targets(tx, claim.step)
    return True


async def _move(tx: Transaction, claim: Claim, event: str, state: StepState, **values: Any) -> bool:
    """Change a step that `claim` still holds unsent."""
    mine = and_(this_step(claim.proposal_id, claim.position), steps.c.state == "claimed", steps.c.token == claim.token)
    if not await changed(tx, update(steps).where(mine).values(state=state, **values)):
        return False
    data = {"outcome": _digest(values["outcome"])} if "outcome" in values else None
    await tx.record(event, await load(tx.connection, claim.proposal_id), claim.position, data=data)
    return True


async def finish(
    tx: Transaction, proposal_id: str, position: int, state: Result, outcome: dict[str, Any], token: str | None
) -> bool:
    """Store a sent step's result: the holder's at any time, another's once the holder must be done."""
    card, step = await load_step(tx.connection, proposal_id, position)
    late = step.state != "sent"
    allowed = and_(this_step(proposal_id, position), _may_finish(tx, state, token))
    if not await changed(tx, update(steps).where(allowed).values(state=state, outcome=outcome, lease_until=None)):
        return False
    await free_targets(tx, step)
    await tx.record(state, card, position, data={"outcome": _digest(outcome), "late": late})
    await _end_card(tx, proposal_id)
    if late and state in _WRITTEN:
        await supersede_later(tx, card)
    return True


def _may_finish(tx: Transaction, state: Result, token: str | None) -> ColumnElement[bool]:
    if token is None:
        return and_(steps.c.state == "sent", steps.c.lease_until <= tx.now)
    corrected = steps.c.state.in_(("sent", *_CORRECTED_BY[state]))
    return and_(corrected, steps.c.token == token, steps.c.sent_at.is_not(None))


async def skip_waiting(tx: Transaction, proposal_id: str, reason: str) -> bool:
    """End the steps of an approved card that nobody has taken."""
    card = await load(tx.connection, proposal_id)
    if card.state != "approved" or not await _skip(tx, card, reason):
        return False
    await _end_card(tx, proposal_id)
    return True


async def _skip(tx: Transaction, card: Card, reason: str) -> bool:
    free = [step for step in card.steps if step.free_at(tx.now)]
    for step in free:
        await take_back(tx, card, step, reason)
        skipped = update(steps).values(state="not_applied", outcome={"reason": reason})
        await tx.connection.execute(skipped.where(this_step(step.proposal_id, step.position)))
        await tx.record("not_applied", card, step.position, data={"reason": reason})
    return bool(free)


async def _end_card(tx: Transaction, proposal_id: str) -> None:
    """Give the card the state of its worst step, once all have ended."""
    card = await load(tx.connection, proposal_id)
    if not all(step.ended for step in card.steps):
        return
    worst = max(card.steps, key=lambda step: BEST_TO_WORST.index(step.state))
    if worst.state != card.state:
        await move_card(tx, card, worst.state, outcome=worst.outcome)
        await tx.record(worst.state, card)


def _digest(outcome: dict[str, Any]) -> str:
    return sha256(canonical(outcome).encode()).hexdigest()
