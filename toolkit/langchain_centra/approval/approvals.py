"""The approval of writes: from a call of the model to a stored decision.

Nothing here knows who asks the person or how. A front end proposes each call, shows the waiting cards, hands the
answer back, and applies what is approved; the journal makes each of these steps safe to repeat.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_centra.approval.answers import IN_JOURNAL, AnswerInvalid, CardAnswer, WaitingCard, check_answer
from langchain_centra.approval.apply import Applier
from langchain_centra.approval.card import digest, preview, stored_proposal
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.grants import grant_for, why_never
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import AlreadyDecided, CardExpired, JournalConflict
from langchain_centra.approval.masking import Masks
from langchain_centra.approval.narrowing import Rules
from langchain_centra.approval.outcome import written_parts
from langchain_centra.approval.policy import Verdict
from langchain_centra.approval.proposal import CannotPropose, Proposal
from langchain_centra.approval.records import LIVE, Card, Decision, NewCard, NewStep, Via
from langchain_centra.approval.undo import UNDO, Undo
from langchain_centra.approval.write import Write, refusal
from langchain_centra.client import AsyncCentra, CentraError

logger = logging.getLogger(__name__)

REOPENS = frozenset({"edited", "expired", "drifted", "not_applied"})
"""States after which the same call is proposed again, as the next revision of its card."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A write that the model called for; the five ids stay the same over crash, replay and double click.

    `undoes` is the id of the change that it takes back.
    """

    thread_id: str
    message_id: str
    call_id: str
    position: int
    tool: str
    args: Mapping[str, Any]
    undoes: str | None = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The messages of the model since the user last wrote, who asked, and the conversation's first message."""

    message_ids: Collection[str]
    requester: str | None = None
    first_message_id: str | None = None


@dataclass(frozen=True)
class Answered:
    """The call needs no card: the text, in which `personal` data may stand, tells the model why none is proposed."""

    text: str
    personal: Collection[str] = ()


class Postponed:
    """The call touches something that an earlier call's card still holds; it is proposed after that one ended."""


@dataclass(frozen=True)
class Approver:
    """Who decided, and how that is known: "authenticated", "login", "claimed" or "unauthenticated"."""

    name: str | None
    via: Via


class Approvals:
    """Proposes, decides and applies the writes of one store."""

    def __init__(
        self,
        store: str,
        centra: AsyncCentra,
        writes: Mapping[str, Write],
        policy: Rules,
        journal: Journal,
        masks: Masks | None = None,
    ) -> None:
        self._store_name = store
        self._masks = masks
        self._centra = centra
        self._writes = writes
        self._policy = policy
        self._journal = journal
        self._applier = Applier(centra, writes, policy, journal)
        self._undo = Undo(store, centra, writes, journal)

    def asks(self, tool: str, effects: Collection[Effect]) -> bool:
        """Whether a call of a tool with these effects is asked about, unless its proposal turns out to be smaller."""
        everything = Proposal(sentence="", changes=(), effects=frozenset(effects), steps=())
        return self._policy.verdict(tool, everything) is not Verdict.RUN

    async def cards(self, thread_id: str, message_id: str | None = None) -> list[Card]:
        """The latest revision of each call's card, in call order."""
        revisions = await self._journal.cards(self._store_name, thread_id, message_id)
        latest = {(card.message_id, card.call_id): card for card in sorted(revisions, key=lambda card: card.revision)}
        return sorted(latest.values(), key=lambda card: card.position)

    async def propose(self, call: Call, turn: Turn) -> Card | Answered | Postponed:
        """Work out what the call would change and store it as a card; a call that has a live card keeps it.

        Only reads the store. The policy decides whether the card waits for a person or is approved at once.
        """
        cards = await self.cards(call.thread_id)
        previous = next((card for card in cards if _is_of(card, call)), None)
        if previous and previous.state not in REOPENS:
            return await self._without_asking(previous)
        try:
            call = _again(call, previous) if previous else await self._reversing(call)
            if previous is None and (refusal := self._refusal(call, turn, cards)):
                return Answered(refusal)
            args = (previous.edited_args or previous.args) if previous else call.args
            proposal = await self._proposal(call.tool, args)
        except CannotPropose as answer:
            return Answered(f"{_preface(previous)}{answer}", answer.personal)
        if self._held_by_earlier(call, proposal, cards):
            return Postponed()
        return await self._store(call, turn, args, proposal, previous)

    async def decide(self, cards: Sequence[Card], answer: Any, approver: Approver) -> None:
        """Store the person's decisions on the waiting cards, all or none; of approved ones only a reject counts.

        The answer IN_JOURNAL stores nothing: the decisions are there already.

        Raises AnswerInvalid with one sentence for the person when the answer does not fit the cards, the person may
        not approve, an edit is impossible or an approved card has expired; AlreadyDecided when someone else was
        faster.
        """
        if answer == IN_JOURNAL:
            return
        by_id = {card.proposal_id: card for card in cards}
        pairs = [(by_id[one.proposal_id], given) for one, given in check_answer(answer, list(map(waiting_card, cards)))]
        pairs = [(card, given) for card, given in pairs if card.state == "proposed" or given.type == "reject"]
        for card, given in pairs:
            refusal = self._policy.refuses(approver.name, approver.via, card.requester)
            if refusal and given.type != "reject":
                raise AnswerInvalid(refusal)
        decisions = [await self._decision(card, given) for card, given in pairs]
        if not decisions:
            return
        try:
            await self._journal.decide(decisions, by=approver.name, via=approver.via)
        except CardExpired:
            for card in cards:
                await self.expire(card)
            raise AnswerInvalid(
                "The cards had expired, so nothing was decided; these show the store as it is now."
            ) from None

    async def expire(self, card: Card) -> bool:
        """Close a card that waited too long; its call gets a fresh one when it is proposed again."""
        if card.state != "proposed" or card.expires_at > self._centra.clock.now():
            return False
        return await self._journal.close(card.proposal_id, "expired", "nobody decided in time")

    async def apply(self, proposal_id: str) -> Card:
        """Write what was approved, at most once, and return the card with its outcome."""
        return await self._applier.apply(proposal_id)

    async def close(self, card: Card, reason: str) -> Card:
        """Supersede a card that nobody will answer any more, or wait for the outcome of one that is being written."""
        if card.state in LIVE and not await self._journal.close(card.proposal_id, "superseded", reason):
            return await self._applier.finish_started(card.proposal_id)
        return await self._journal.card(card.proposal_id) or card

    async def withdraw(self, proposal_id: str, reason: str) -> bool:
        """Close a card of which nothing has been sent; False when that is too late."""
        return await self._journal.close(proposal_id, "superseded", reason)

    def _refusal(self, call: Call, turn: Turn, cards: Sequence[Card]) -> str | None:
        of_turn = [card for card in cards if card.message_id in turn.message_ids]
        for card in of_turn:
            same = card.tool == call.tool and card.args_digest == digest(call.args)
            if same and card.state == "rejected":
                return f"The person has already said no to exactly this. {card.reason or ''} Do not ask again.".strip()
        if len(of_turn) >= self._policy.writes_per_turn:
            return (
                f"Not proposed: at most {self._policy.writes_per_turn} writes are made for one request. "
                "Report what was done and let the user ask for the rest."
            )
        return None

    async def _proposal(self, tool: str, args: Mapping[str, Any]) -> Proposal:
        write = self._writes[tool]
        try:
            meant = self._masks.given(args) if self._masks else args
            return await write.propose(self._centra, write.validate(meant))
        except CentraError as error:
            raise CannotPropose(f"Nothing was proposed or written. {refusal(tool, error)}") from None
        except CannotPropose:
            raise
        except Exception:
            logger.exception("%s could not be worked out.", tool)
            raise CannotPropose(
                "Nothing was proposed or written: the tool failed. Tell the user; do not try again."
            ) from None

    def _held_by_earlier(self, call: Call, proposal: Proposal, cards: Sequence[Card]) -> bool:
        earlier = [card for card in cards if card.message_id == call.message_id and card.position < call.position]
        held = {target for card in earlier if card.state in LIVE for step in card.steps for target in step.targets}
        return bool(held & proposal.targets)

    async def _reversing(self, call: Call) -> Call:
        """The call itself, or if it asks for an undo the call that reverses the change; raises CannotPropose."""
        if call.tool != UNDO:
            return call
        self._writes[UNDO].validate(call.args)
        undone, reverse = await self._undo.of(call.args.get("change"), call.thread_id)
        return replace(call, tool=reverse.tool, args=reverse.args, undoes=undone.proposal_id)

    async def _store(
        self, call: Call, turn: Turn, args: Mapping[str, Any], proposal: Proposal, previous: Card | None
    ) -> Card | Answered:
        undone = await self._journal.card(call.undoes) if call.undoes else None
        sentence = f"Undo “{undone.preview['sentence']}”: {proposal.sentence}" if undone else proposal.sentence
        warnings = (*proposal.warnings, *_warnings(previous))
        proposal = proposal.model_copy(update={"sentence": sentence, "warnings": warnings})
        verdict = self._policy.verdict(call.tool, proposal)
        if verdict is Verdict.DENY:
            refusal = "Not written: the merchant's policy does not allow this. Tell the user; do not try again."
            return Answered(f"{_preface(previous)}{refusal}")
        runs = verdict is Verdict.RUN and not (previous and previous.state == "not_applied")
        return await self._without_asking(
            await self._journal.add(self._new_card(call, turn, args, proposal, previous, runs=runs))
        )

    async def _without_asking(self, card: Card) -> Card:
        """Approve a card that the policy lets run, or that a yes to an edit or a standing yes covers; no other."""
        if card.state != "proposed":
            return card
        try:
            if card.verdict == "run":
                return await self._journal.approve_by_policy(card.proposal_id)
            edited = await self._revision_before(card)
            if edited and _is_covered(edited, stored_proposal(card)):
                decision = Decision(proposal_id=card.proposal_id, type="approve")
                return (await self._journal.decide([decision], edited.decided_by, edited.decided_via or "claimed"))[0]
            return await self._by_grant(card)
        except AlreadyDecided as decided:
            return decided.cards[0]
        except CardExpired:
            pass
        return card

    async def _by_grant(self, card: Card) -> Card:
        """Approve a call's first card by a standing yes, if one covers it; what is asked again goes to the person."""
        if card.revision > 1 or why_never(card.preview):
            return card
        for granting in await self._journal.grants_for(card):
            if self._policy.refuses(granting.decided_by, granting.decided_via, card.requester):
                continue
            try:
                return await self._journal.approve_by_grant(card.proposal_id, granting.proposal_id)
            except JournalConflict:
                continue
        return card

    async def _revision_before(self, card: Card) -> Card | None:
        revisions = await self._journal.cards(card.store, card.thread_id, card.message_id)
        return next((one for one in revisions if (one.key, one.revision) == (card.key, card.revision - 1)), None)

    def _new_card(
        self,
        call: Call,
        turn: Turn,
        args: Mapping[str, Any],
        proposal: Proposal,
        previous: Card | None,
        *,
        runs: bool,
    ) -> NewCard:
        now = self._centra.clock.now()
        revision = previous.revision + 1 if previous else 1
        expires_at = now + self._policy.expires_after
        args_digest = digest(args)
        shown = preview(
            proposal,
            revision=revision,
            read_at=now.isoformat(timespec="seconds"),
            expires_at=expires_at.isoformat(timespec="seconds"),
            args_digest=args_digest,
        )
        steps = [step.model_dump(mode="json") for step in proposal.steps]
        key = [self._store_name, call.thread_id, call.message_id, call.call_id, revision]
        return NewCard(
            proposal_id=digest([key, shown, steps]),
            store=self._store_name,
            thread_id=call.thread_id,
            message_id=call.message_id,
            call_id=call.call_id,
            revision=revision,
            position=call.position,
            tool=call.tool,
            args=dict(args),
            args_digest=args_digest,
            preview={
                **shown,
                **proposal.model_dump(mode="json", include={"measures", "reverse", "personal"}),
                "edited": args_digest != digest(call.args),
                "written_before": written_parts(previous) if previous else [],
                **({"undoes": call.undoes} if call.undoes else {}),
            },
            verdict="run" if runs else "ask",
            requester=turn.requester,
            first_message_id=turn.first_message_id,
            expires_at=expires_at,
            steps=[NewStep(**step) for step in steps],
        )

    async def _decision(self, card: Card, given: CardAnswer) -> Decision:
        edited = given.edited_args(card.args)
        if edited is not None:
            try:
                await self._proposal(card.tool, edited)
            except CannotPropose as answer:
                raise AnswerInvalid(f"The edit was not taken: {answer}") from None
        standing = None
        if given.always:
            standing = grant_for(card, self._centra.clock.now(), self._policy.expires_after).stored()
        return Decision(
            proposal_id=card.proposal_id,
            type=given.type,
            reason=given.message,
            edited_args=edited,
            standing=standing,
        )


def waiting_card(card: Card) -> WaitingCard:
    """What the check of an answer has to know of a stored card."""
    may_stand = card.first_message_id is not None and why_never(card.preview) is None
    return WaitingCard(proposal_id=card.proposal_id, tool_call_id=card.call_id, tool=card.tool, may_stand=may_stand)


_PREFACE = {
    "edited": "Approved with changed arguments, but nothing was written. ",
    "expired": "Nothing was written: the approval came too late. ",
    "drifted": "Nothing was written: the store changed after the card was shown. ",
    "not_applied": "A request was sent, and it had not changed the store when that was looked at. ",
}


def _preface(previous: Card | None) -> str:
    """What became of the card that this call had before."""
    if previous is None:
        return ""
    if written := written_parts(previous):
        return f"Only a part was written ({'; '.join(written)}), the rest was not. "
    return _PREFACE[previous.state]


def _warnings(previous: Card | None) -> list[str]:
    """What the person has to know of the card that this call had before."""
    if previous is None:
        return []
    written = [f"Written already, under an earlier approval: {part}." for part in written_parts(previous)]
    late = "An earlier request for this change was sent and has not shown up; it may still arrive."
    return [*written, late] if previous.state == "not_applied" else written


def _again(call: Call, previous: Card) -> Call:
    """The call as its last card has it, where that one came from an undo."""
    if undoes := previous.preview.get("undoes"):
        args = call.args if previous.preview["edited"] else previous.args
        return replace(call, tool=previous.tool, args=args, undoes=undoes)
    return call


def _is_of(card: Card, call: Call) -> bool:
    return (card.message_id, card.call_id) == (call.message_id, call.call_id)


def _is_covered(edited: Card, proposal: Proposal) -> bool:
    """Whether the yes that came with an edit covers the new proposal: no more, and on the state that was seen."""
    if edited.state != "edited":
        return False
    seen = stored_proposal(edited)
    before = _before(seen)
    same_state = all(name in before and before[name] == value for name, value in _before(proposal).items())
    return same_state and not proposal.grew_beyond(seen)


def _before(proposal: Proposal) -> dict[str, Any]:
    steps = proposal.model_dump(mode="json")["steps"]
    return {name: value for step in steps for name, value in step["before"].items()}
