"""Writing what was approved: once, to the state that was seen, or not at all."""

import logging
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_jsonable_python

from langchain_centra.approval.card import digest, stored_proposal, stored_step
from langchain_centra.approval.grants import Grant
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.narrowing import Rules
from langchain_centra.approval.policy import Verdict
from langchain_centra.approval.proposal import Step
from langchain_centra.approval.records import LIVE, WRITTEN, Card, Claim, Result, StepRecord
from langchain_centra.approval.write import Sent, Write, refusal
from langchain_centra.client import AsyncCentra, CentraError, OutcomeUnknown, TransportFailed

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.25


class Applier:
    """Applies approved cards step by step; any number of processes may try the same card at once.

    A step is claimed, its target is read again and compared with what the person saw, it is marked as sent, and
    only then is its one request made. The result is read back. A step whose outcome is not known, or whose holder
    died, is settled by reading once the request can no longer be on its way.
    """

    def __init__(self, centra: AsyncCentra, writes: Mapping[str, Write], policy: Rules, journal: Journal) -> None:
        self._centra = centra
        self._writes = writes
        self._policy = policy
        self._journal = journal

    async def apply(self, proposal_id: str) -> Card:
        """Run the steps of an approved card in order; stops at the first that is not written as promised."""
        card = await self._card(proposal_id)
        for position in range(len(card.steps)):
            card = await self._apply_step(card, position)
            state = card.steps[position].state
            if card.state == "approved" and state not in WRITTEN:
                await self._journal.skip_waiting(proposal_id, f"step {position + 1} ended as {state}")
                card = await self._card(proposal_id)
        return card

    async def finish_started(self, proposal_id: str) -> Card:
        """Wait for, or settle, the steps of a card that somebody began to write, and leave the others unwritten."""
        card = await self._card(proposal_id)
        while card.state in LIVE:
            for step in card.steps:
                if step.state in ("claimed", "sent"):
                    await self._wait_or_settle(step)
            await self._journal.skip_waiting(proposal_id, "the conversation went on")
            await self._journal.close(proposal_id, "superseded", "the conversation went on")
            card = await self._card(proposal_id)
        return card

    async def _card(self, proposal_id: str) -> Card:
        card = await self._journal.card(proposal_id)
        if card is None:
            raise LookupError("The journal has no such card, so nothing is written.")
        return card

    async def _apply_step(self, card: Card, position: int) -> Card:
        """Work on a step, or wait for whoever does, until it has ended or the card is no longer approved."""
        while card.state == "approved" and not card.steps[position].ended:
            claimed = await self._journal.claim(card.proposal_id, position, self._centra.timeout)
            if isinstance(claimed, Claim):
                await self._run(card, claimed)
            else:
                await self._wait_or_settle(claimed)
            card = await self._card(card.proposal_id)
        return card

    async def _run(self, card: Card, claim: Claim) -> None:
        """Take a claimed step to its end; a claim that was lost meanwhile changes nothing."""
        if refusal := self._forbidden(card) or await self._withdrawn(card):
            await self._journal.fail(claim, _detail(refusal))
            return
        step = stored_step(claim.step)
        try:
            observed = await self._observe(card.tool, step)
        except CentraError as error:
            await self._journal.fail(claim, _detail(f"The present state could not be read. {error}"))
            return
        moved = {name: observed.get(name) for name, seen in step.before.items() if observed.get(name) != seen}
        if moved:
            await self._journal.drift(claim, {"detail": "the store changed after the card was shown", "now": moved})
        elif await self._journal.send(claim, self._settle_after):
            await self._send(card, claim, step)

    async def _send(self, card: Card, claim: Claim, step: Step) -> None:
        try:
            sent = await self._writes[card.tool].send(self._centra, step)
        except OutcomeUnknown as error:
            logger.warning("The outcome of %s is not known; settling it by reading.", step.operation)
            await self._settle(claim.step, str(error), claim.token)
        except CentraError as error:
            await self._finish(claim.step, "failed", _detail(refusal(card.tool, error)), claim.token)
        except Exception as error:
            logger.exception("%s broke off.", step.operation)
            await self._settle(claim.step, f"The request broke off: {type(error).__name__}.", claim.token)
        else:
            await self._read_back(card, claim, step, sent)

    async def _read_back(self, card: Card, claim: Claim, step: Step, sent: Sent) -> None:
        try:
            observed = await self._observe(card.tool, step)
        except CentraError as error:
            observed = {}
            logger.warning("%s was written but could not be read back: %s", step.operation, error)
        observed = {**observed, **to_jsonable_python(dict(sent.facts))}
        different = {
            name: observed[name] for name in step.after if name in observed and observed[name] != step.after[name]
        }
        verified = bool(step.after) and not different and step.after.keys() <= observed.keys()
        outcome: dict[str, Any] = {
            "verified": verified,
            "warnings": [warning.message for warning in sent.warnings],
            "different": different,
        }
        if told := {name: observed[name] for name in sent.facts if name not in step.after}:
            outcome["told"] = told
        state: Result = "partly" if sent.warnings else "applied_differently" if different else "applied"
        await self._finish(claim.step, state, outcome, claim.token)

    async def _observe(self, tool: str, step: Step) -> dict[str, Any]:
        try:
            observed = await self._writes[tool].observe(self._centra, step)
        except CentraError:
            raise
        except Exception as error:
            # A card may not get stuck on a fault in a tool.
            logger.exception("What %s wrote could not be read.", step.operation)
            raise TransportFailed(f"reading broke off with {type(error).__name__}") from None
        plain: dict[str, Any] = to_jsonable_python(observed)
        return plain

    async def _settle(self, record: StepRecord, reason: str, token: str | None = None) -> None:
        """Read until the outcome shows, or until the request can no longer be on its way."""
        while True:
            state, outcome = await self._seen(record)
            current = (await self._card(record.proposal_id)).steps[record.position]
            if current.ended:
                return
            patience = self._seconds_until(current)
            if state == "applied" or patience <= 0:
                await self._finish(record, state, {"reason": reason, **outcome}, token)
                return
            await self._centra.clock.sleep(min(patience, 1.0))

    async def _seen(self, record: StepRecord) -> tuple[Result, dict[str, Any]]:
        step = stored_step(record)
        card = await self._card(record.proposal_id)
        try:
            observed = await self._observe(card.tool, step)
        except CentraError as error:
            return "unknown", _detail(f"The store could not be read afterwards. {error}")
        if not step.after or not step.after.keys() <= observed.keys():
            return "unknown", _detail("The store does not show whether it was written.")
        if all(observed[name] == value for name, value in step.after.items()):
            return "applied", {"verified": True, "warnings": [], "different": {}}
        if all(observed.get(name) == value for name, value in step.before.items()):
            return "not_applied", _detail("The store still is as it was before.")
        return "unknown", _detail("The store is neither as it was before nor as approved.") | {"now": observed}

    async def _wait_or_settle(self, record: StepRecord) -> None:
        patience = self._seconds_until(record)
        if record.state == "sent" and patience <= 0:
            await self._settle(record, "The process that sent the request is gone.")
        else:
            await self._centra.clock.sleep(min(max(patience, 0.01), _POLL_SECONDS))

    async def _finish(self, record: StepRecord, state: Result, outcome: dict[str, Any], token: str | None) -> None:
        await self._journal.finish(record.proposal_id, record.position, state, outcome, token=token)

    def _forbidden(self, card: Card) -> str | None:
        if digest(card.args) != card.args_digest:
            return "The stored arguments are not the approved ones."
        verdict = self._policy.verdict(card.tool, stored_proposal(card))
        if verdict is Verdict.DENY or (card.decided_via == "policy" and verdict is not Verdict.RUN):
            return "The merchant's policy no longer allows this."
        return None

    async def _withdrawn(self, card: Card) -> str | None:
        """Why the yes to a card no longer counts, or None."""
        granting = await self._journal.card(card.grant_id) if card.grant_id else card
        if granting is None:
            return "The standing approval is not in the journal."
        if card.grant_id:
            grant = Grant.model_validate(granting.standing)
            if not grant.live_at(self._centra.clock.now()):
                return "The standing approval was revoked or has run out."
        if card.decided_via == "policy":
            return None
        return self._policy.refuses(granting.decided_by, granting.decided_via, card.requester)

    def _seconds_until(self, record: StepRecord) -> float:
        if record.lease_until is None:
            return 0.0
        return (record.lease_until - self._centra.clock.now()).total_seconds()

    @property
    def _settle_after(self) -> float:
        """The request's total timeout and a margin: after that it cannot reach the store any more."""
        return self._centra.timeout * 1.5


def _detail(text: str) -> dict[str, Any]:
    return {"detail": text}
