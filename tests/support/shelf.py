"""A store with one number for each item, the tool that sets the numbers, and the approval of that tool."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from journals import HandClock
from pydantic import BaseModel, ConfigDict, ValidationError

from langchain_centra.approval.approvals import Answered, Approvals, Approver, Call, Postponed, Turn
from langchain_centra.approval.card import stored_step
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.policy import ApprovalPolicy
from langchain_centra.approval.proposal import (
    CannotPropose,
    Change,
    Impossible,
    Money,
    NothingToChange,
    Proposal,
    Step,
)
from langchain_centra.approval.records import Card, Claim, NewCard, StepRecord
from langchain_centra.approval.write import Sent
from langchain_centra.client import AsyncCentra, Clock, OutcomeUnknown, TransportFailed, UserErrors, UserMessage

TOOL = "set_levels"
BO = Approver("Bo", "login")
YES: dict[str, Any] = {"decisions": [{"type": "approve"}]}

Happening = Callable[[Step], Awaitable[None] | None]


def no(reason: str | None = None) -> dict[str, Any]:
    """The answer that rejects one card."""
    return {"decisions": [{"type": "reject", "message": reason}]}


def edit(**levels: int) -> dict[str, Any]:
    """The answer that edits one card."""
    return {"decisions": [{"type": "edit", "edited_action": {"name": TOOL, "args": {"levels": levels}}}]}


class SetLevels(BaseModel):
    """What set_levels takes; `notify` tells the shopper, `fee` costs money."""

    model_config = ConfigDict(extra="forbid")

    levels: dict[str, int] = {}
    notify: bool = False
    fee: int = 0


@dataclass
class Shelf:
    """The store. `arrived` are the requests that changed it.

    `sending` holds what happens instead of the next requests, `reading` what happens before the next reads; each may
    raise. Items in `hidden` cannot be read, those in `becomes` end at another number than the one sent.
    """

    levels: dict[str, int]
    name: str = TOOL
    arrived: list[dict[str, Any]] = field(default_factory=list)
    sending: deque[Happening] = field(default_factory=deque)
    reading: deque[Happening] = field(default_factory=deque)
    warnings: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    becomes: dict[str, int] = field(default_factory=dict)

    def validate(self, args: Mapping[str, Any]) -> SetLevels:
        try:
            return SetLevels.model_validate(args)
        except ValidationError as error:
            raise CannotPropose(f"{TOOL} takes levels: {error.errors()[0]['msg']}.") from None

    async def propose(self, centra: AsyncCentra, arguments: SetLevels) -> Proposal:
        await self._read(None)
        if unknown := arguments.levels.keys() - self.levels.keys():
            raise Impossible(f"There is no item {min(unknown)}.")
        changed = {item: level for item, level in arguments.levels.items() if self.levels[item] != level}
        if not changed:
            raise NothingToChange("Every level is as requested.")
        return Proposal(
            sentence=f"Set {', '.join(f'{item} to {level}' for item, level in changed.items())}",
            changes=tuple(
                Change(object=item, field="level", before=self.levels[item], after=level, unit="units")
                for item, level in changed.items()
            ),
            effects=frozenset({Effect.STOCK} | ({Effect.EMAIL} if arguments.notify else set())),
            steps=tuple(self._step(item, level) for item, level in changed.items()),
            money=(Money(what="fee", amount=Decimal(arguments.fee), currency="SEK"),) if arguments.fee else (),
            warnings=tuple(f"{item} is sold out." for item, level in changed.items() if level == 0),
            undo="set them back",
            rows=len(changed),
            measures={"stock_delta": Decimal(max(abs(changed[item] - self.levels[item]) for item in changed))},
        )

    async def observe(self, centra: AsyncCentra, step: Step) -> dict[str, Any]:
        await self._read(step)
        item = step.variables["item"]
        return {} if item in self.hidden else {f"level of {item}": self.levels[item]}

    async def send(self, centra: AsyncCentra, step: Step) -> Sent:
        await _run(self.sending.popleft() if self.sending else self.write, step)
        return Sent(warnings=tuple(UserMessage(text, ()) for text in self.warnings))

    def write(self, step: Step) -> None:
        """What a request does when it arrives."""
        item: str = step.variables["item"]
        level: int = step.variables["level"]
        self.arrived.append(step.variables)
        self.levels[item] = self.becomes.get(item, level)

    def _step(self, item: str, level: int) -> Step:
        before = {} if item in self.hidden else {f"level of {item}": self.levels[item]}
        return Step(
            operation="SetLevel",
            variables={"item": item, "level": level},
            targets=(f"level:{item}",),
            before=before,
            after={f"level of {item}": level},
        )

    async def _read(self, step: Step | None) -> None:
        if self.reading:
            await _run(self.reading.popleft(), step)


async def _run(happening: Callable[[Any], Awaitable[None] | None], step: Step | None) -> None:
    waiting = happening(step)
    if waiting is not None:
        await waiting


class BusyJournal(Journal):
    """A journal in which others do something just before a claim or just after a card was stored."""

    def __init__(self, url: str | None = None, *, clock: Clock | None = None) -> None:
        super().__init__(url, clock=clock)
        self.before_claim: deque[Callable[[], Awaitable[object]]] = deque()
        self.after_add: deque[Callable[[Card], Awaitable[object]]] = deque()

    async def claim(self, proposal_id: str, position: int, lease_seconds: float) -> Claim | StepRecord:
        if self.before_claim:
            await self.before_claim.popleft()()
        return await super().claim(proposal_id, position, lease_seconds)

    async def add(self, card: NewCard) -> Card:
        added = await super().add(card)
        if self.after_add:
            await self.after_add.popleft()(added)
        return added


@dataclass
class Desk:
    """Where the writes of one shelf are approved: in memory, by a clock that is moved by hand."""

    shelf: Shelf
    clock: HandClock
    journal: BusyJournal
    centra: AsyncCentra
    policy: ApprovalPolicy = field(default_factory=ApprovalPolicy)

    @property
    def approvals(self) -> Approvals:
        """The approval as a process that starts now would see it."""
        return Approvals("shop", self.centra, {TOOL: self.shelf}, self.policy, self.journal)

    async def propose(
        self, call_id: str = "call", message_id: str = "message", position: int = 0, **args: Any
    ) -> Card | Answered | Postponed:
        """Propose a call of set_levels; the turn is that of its message alone."""
        call = Call(thread_id="thread", message_id=message_id, call_id=call_id, position=position, tool=TOOL, args=args)
        return await self.approvals.propose(call, Turn(message_ids=[message_id], requester="Anna"))

    async def card(self, call_id: str = "call", message_id: str = "message", position: int = 0, **args: Any) -> Card:
        """Propose a call that gets a card."""
        proposed = await self.propose(call_id, message_id, position, **args)
        assert isinstance(proposed, Card), proposed
        return proposed

    async def refusal(self, call_id: str = "call", message_id: str = "message", **args: Any) -> str:
        """Propose a call that is answered without a card."""
        proposed = await self.propose(call_id, message_id, **args)
        assert isinstance(proposed, Answered), proposed
        return proposed.text

    async def approved(self, call_id: str = "call", **args: Any) -> Card:
        """Propose a call and approve its card."""
        card = await self.card(call_id, **args)
        await self.approvals.decide([card], YES, BO)
        return await self.stored(card)

    async def applied(self, **args: Any) -> Card:
        """Propose a call, approve its card and apply it."""
        return await self.approvals.apply((await self.approved(**args)).proposal_id)

    async def stored(self, card: Card) -> Card:
        """A card as it now is."""
        stored = await self.journal.card(card.proposal_id)
        assert stored is not None
        return stored

    async def claimed(self, card: Card, position: int = 0, seconds: float = 30) -> Claim:
        """Hold a step as another process would."""
        claim = await self.journal.claim(card.proposal_id, position, seconds)
        assert isinstance(claim, Claim)
        return claim

    async def sent(self, card: Card, position: int = 0, seconds: float = 45) -> Claim:
        """Have sent the request of a step as another process would; for `seconds` nobody else may settle it."""
        claim = await self.claimed(card, position)
        assert await self.journal.send(claim, seconds)
        return claim


def states(card: Card) -> tuple[str, ...]:
    """The state of a card and those of its steps."""
    return card.state, *(step.state for step in card.steps)


def outcome(step: StepRecord) -> dict[str, Any]:
    """The outcome of a step that has one."""
    assert step.outcome is not None
    return step.outcome


def sent_step(claim: Claim) -> Step:
    """The step of a claim, as the store gets it."""
    return stored_step(claim.step)


def raising(error: Exception) -> Happening:
    """A happening that raises."""

    def happening(_step: Step) -> None:
        raise error

    return happening


LOST = raising(OutcomeUnknown("the connection was lost"))
REFUSED = raising(UserErrors([UserMessage("no such item", ())]))
UNREADABLE = raising(TransportFailed("the network is down"))
