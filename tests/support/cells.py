"""A write tool in a conversation through one way in, for the situations of the matrix."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from conversations import APPROVE, Conversation, Start, Turn, Way, set_stock
from examples import ARGUMENTS
from journals import HandClock
from langgraph.checkpoint.memory import InMemorySaver
from scripted import ScriptedModel, calls

from langchain_centra import AsyncCentra
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.policy import ApprovalPolicy
from langchain_centra.approval.records import WRITTEN, Card, Claim, Result, TurnLease
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import WriteTool
from langchain_centra.tools.undo import undo_change
from langchain_centra_graphs import build_store_agent

ASK_ALWAYS = ApprovalPolicy(effects={})

WRITES = tuple(spec for spec in TOOLS if isinstance(spec, WriteTool))
BY_NAME = {spec.name: spec for spec in WRITES}

IN_MATRIX = (*WRITES, undo_change)
"""Every tool that writes."""

UNDONE = set_stock(25)
"""What the cells of undo_change take back."""

FIRST: dict[str, tuple[str, dict[str, Any]]] = {
    "complete_shipment": ("create_shipment", {"order_number": 1043, "capture": True}),
}
"""What has to be written to the store before a tool's arguments make sense."""


async def prepare(tool: str, sandbox: Sandbox) -> None:
    """Bring the store to where the tool's arguments make sense."""
    if tool in FIRST:
        await carry_out(sandbox, *FIRST[tool])


async def carry_out(sandbox: Sandbox, tool: str, arguments: dict[str, Any]) -> None:
    """Write a change to the store, and forget the requests."""
    spec = BY_NAME[tool]
    async with AsyncCentra(sandbox.url, sandbox.TOKEN, transport=sandbox.transport()) as centra:
        for step in (await spec.propose(centra, spec.validate(arguments))).steps:
            await spec.send(centra, step)
    sandbox.mutations.clear()


async def write_before(talk: Conversation) -> str:
    """Write a change in a conversation before this one, and give its id."""
    model = ScriptedModel(script=[calls(UNDONE), "Done."])
    graph = build_store_agent(model, talk.toolkit, checkpointer=InMemorySaver())
    before = Conversation(graph, model, talk.toolkit, talk.sandbox, "ainvoke", {"thread_id": "before"})
    if (await before.say()).interrupts:
        await before.answer(APPROVE)
    journal = talk.toolkit.journal
    [card] = await talk.toolkit.portal.acall(journal.cards, talk.toolkit.name, "before")
    assert card.state == "applied"
    talk.sandbox.mutations.clear()
    return card.proposal_id


class Died(RuntimeError):
    """Stands for the death of a process."""


class MortalJournal(Journal):
    """A journal whose process dies once, just before or just after a request, or stops before it takes a turn."""

    dies_at: str | None = None
    gate: asyncio.Event | None = None
    at_gate = False

    async def take_turn(self, store: str, thread_id: str, token: str, lease_seconds: float) -> TurnLease | None:
        gate, self.gate = self.gate, None
        if gate:
            self.at_gate = True
            await gate.wait()
        return await super().take_turn(store, thread_id, token, lease_seconds)

    async def send(self, claim: Claim, settle_after_seconds: float) -> bool:
        self._die("send")
        return await super().send(claim, settle_after_seconds)

    async def finish(
        self, proposal_id: str, position: int, state: Result, outcome: dict[str, Any], *, token: str | None = None
    ) -> bool:
        self._die("finish")
        return await super().finish(proposal_id, position, state, outcome, token=token)

    def _die(self, where: str) -> None:
        if self.dies_at == where:
            self.dies_at = None
            raise Died


@dataclass
class Cell:
    """One write tool, in one situation, through one way in; `talk` is its conversation once it has begun."""

    spec: WriteTool
    way: Way
    begin: Start
    talk: Conversation = field(init=False)
    call: tuple[str, dict[str, Any]] = field(init=False)
    """The call of the tool; that of undo_change has its argument once there is a change to take back."""

    def __post_init__(self) -> None:
        self.call = (self.spec.name, dict(ARGUMENTS.get(self.spec.name, {})))

    @property
    def writer(self) -> WriteTool:
        """The tool whose operations write: that of the reverse, for an undo."""
        return BY_NAME[UNDONE[0]] if self.spec is undo_change else self.spec

    async def start(
        self, *more: Any, beside: Any = (), grant: Collection[str] | None = None, **options: Any
    ) -> Conversation:
        """A conversation in which the model calls the tool once, `beside` other calls of the same message.

        The token may do what is in `grant`, or everything.
        """
        clock = options.pop("clock", HandClock())
        options = {"clock": clock, "policy": ASK_ALWAYS, "journal": MortalJournal("sqlite://", clock=clock)} | options
        self.talk = await self.begin(lambda _: calls(self.call, *beside), *more, "Done.", **options)
        await prepare(self.spec.name, self.talk.sandbox)
        if self.spec is undo_change:
            self.call[1]["change"] = await write_before(self.talk)
        if grant:
            self.talk.sandbox.issue_token(grant, token=self.talk.sandbox.TOKEN)
        return self.talk

    async def asked(self, *more: Any, **options: Any) -> Conversation:
        """A conversation whose card waits."""
        talk = await self.start(*more, **options)
        turn = await talk.say()
        assert turn.cards[0]["name"] == self.writer.name
        assert len(turn.cards) == 1 or "beside" in options
        assert talk.written == []
        return talk

    @property
    def journal(self) -> MortalJournal:
        """The conversation's journal."""
        assert isinstance(self.talk.toolkit.journal, MortalJournal)
        return self.talk.toolkit.journal

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        clock = self.talk.toolkit.centra.clock
        assert isinstance(clock, HandClock)
        clock.advance(seconds)


def taken(answers: Sequence[Any]) -> list[Turn]:
    """The turns of those answers that were not refused."""
    return [one for one in answers if isinstance(one, Turn)]


async def cards(talk: Conversation) -> list[Card]:
    """All cards of the thread, checked: each was decided before anything was sent for it."""
    found = await talk.cards()
    for card in found:
        if any(step.sent_at for step in card.steps):
            assert card.decided_via in ("claimed", "policy")
            assert card.decided_at is not None
    return found


def requests_of(found: list[Card]) -> int:
    """How many requests the cards that were carried out stand for."""
    return sum(len(card.steps) for card in found if card.state in WRITTEN)


async def assert_written(talk: Conversation) -> None:
    """The last card was carried out, each step by one request."""
    last = (await cards(talk))[-1]
    assert last.state in WRITTEN, (last.state, last.outcome)
    assert len(talk.written) == len(last.steps)


async def assert_written_or_unknown(talk: Conversation, *, may_be_short: bool = False) -> Card:
    """The last card was carried out, each step by one request, or a person is told that nobody knows."""
    last = (await cards(talk))[-1]
    assert last.state in (*WRITTEN, "unknown"), (last.state, last.outcome)
    assert len(talk.written) == len(last.steps) or (last.state == "unknown" and may_be_short)
    assert len(talk.written) <= len(last.steps)
    return last


async def assert_nothing_written(talk: Conversation) -> None:
    """No request changed the store."""
    assert talk.written == []
    assert not [card for card in await cards(talk) if card.state in WRITTEN]
