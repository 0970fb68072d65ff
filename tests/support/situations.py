"""What can happen to a write between its call and its result, for any tool and any way in."""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from conversations import APPROVE, Conversation, Start, Turn, Way, reject
from journals import HandClock
from langchain_core.messages import HumanMessage
from langgraph.types import Command
from scripted import calls

from langchain_centra import AsyncCentra
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.policy import ApprovalPolicy
from langchain_centra.approval.records import WRITTEN, Card, Claim, Result
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools import TOOLS
from langchain_centra.tools.spec import WriteTool
from ways import WAYS

ASK_ALWAYS = ApprovalPolicy(effects={})
MANY_HOURS = timedelta(hours=25).total_seconds()

WRITES = tuple(spec for spec in TOOLS if isinstance(spec, WriteTool))


def some_arguments() -> dict[str, dict[str, Any]]:
    """Arguments that work on the sandbox, by tool: the table that every new tool joins for its own tests."""
    path = Path(__file__).parents[1] / "tools" / "test_every_tool.py"
    spec = importlib.util.spec_from_file_location("every_tool", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    arguments: dict[str, dict[str, Any]] = module.SOME_ARGUMENTS
    return arguments


ARGUMENTS = some_arguments()

ARGUMENTS["complete_shipment"] = {"shipment_number": "1043-1"}

FIRST: dict[str, tuple[str, dict[str, Any]]] = {
    "complete_shipment": ("create_shipment", {"order_number": 1043, "capture": True}),
}
"""What has to be written to the store before a tool's arguments make sense."""


async def prepare(tool: str, sandbox: Sandbox) -> None:
    """Bring the store to where the tool's arguments make sense."""
    name, arguments = FIRST[tool]
    [spec] = [spec for spec in WRITES if spec.name == name]
    async with AsyncCentra(sandbox.url, sandbox.TOKEN, transport=sandbox.transport()) as centra:
        for step in (await spec.propose(centra, spec.validate(arguments))).steps:
            await spec.send(centra, step)
    sandbox.mutations.clear()


class Died(RuntimeError):
    """Stands for the death of a process."""


class MortalJournal(Journal):
    """A journal whose process dies once, just before or just after a request."""

    dies_at: str | None = None

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
    """One write tool, in one situation, through one way in."""

    spec: WriteTool
    way: Way
    begin: Start

    async def start(self, *more: Any, **options: Any) -> Conversation:
        """A conversation in which the model calls the tool once."""
        clock = options.pop("clock", HandClock())
        options = {"clock": clock, "policy": ASK_ALWAYS, "journal": MortalJournal("sqlite://", clock=clock)} | options
        talk = await self.begin(calls((self.spec.name, ARGUMENTS[self.spec.name])), *more, "Done.", **options)
        if self.spec.name in FIRST:
            await prepare(self.spec.name, talk.sandbox)
        return talk

    async def asked(self, *more: Any, **options: Any) -> Conversation:
        """A conversation whose card waits."""
        talk = await self.start(*more, **options)
        turn = await talk.say()
        assert [card["name"] for card in turn.cards] == [self.spec.name]
        assert talk.written == []
        return talk


async def cards(talk: Conversation) -> list[Card]:
    """All cards of the thread, checked: each was decided before anything was sent for it."""
    found = await talk.cards()
    for card in found:
        if any(step.sent_at for step in card.steps):
            assert card.decided_by == "Eva" or card.decided_via in ("claimed", "policy")
    return found


async def assert_written(talk: Conversation) -> None:
    """The last card was carried out, each step by one request."""
    last = (await cards(talk))[-1]
    assert last.state in WRITTEN, (last.state, last.outcome)
    assert len(talk.written) == len(last.steps)


async def assert_nothing_written(talk: Conversation) -> None:
    """No request changed the store."""
    assert talk.written == []
    assert not [card for card in await cards(talk) if card.state in WRITTEN]


async def approve(cell: Cell) -> None:
    talk = await cell.asked()
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    await assert_written(talk)


async def edited(cell: Cell) -> None:
    talk = await cell.asked()
    action = {"name": cell.spec.name, "args": ARGUMENTS[cell.spec.name]}
    await talk.answer({"type": "edit", "edited_action": action})
    if (await cards(talk))[-1].state == "proposed":  # a create asks again: what it makes carries a new mark
        await talk.answer(APPROVE)
    if cell.way == "bare" and (await cards(talk))[-1].state == "superseded":
        await assert_nothing_written(talk)
        return
    await assert_written(talk)


async def rejected(cell: Cell) -> None:
    talk = await cell.asked()
    turn = await talk.answer(reject("not now"))
    assert turn.text == "Done."
    assert "not now" in turn.result
    await assert_nothing_written(talk)


async def expired(cell: Cell) -> None:
    talk = await cell.asked()
    clock = talk.toolkit.centra.clock
    assert isinstance(clock, HandClock)
    clock.advance(MANY_HOURS)
    turn = await talk.answer(APPROVE)
    await assert_nothing_written(talk)
    if cell.way != "bare":
        assert "expired" in (turn.error or "")
        await talk.answer(APPROVE)
        await assert_written(talk)


async def superseded(cell: Cell) -> None:
    talk = await cell.asked()
    turn = await talk.say("Never mind.")
    assert turn.text == "Done."
    assert [card.state for card in await cards(talk)] == ["superseded"]
    await assert_nothing_written(talk)


async def answered_twice_at_once(cell: Cell) -> None:
    talk = await cell.asked(clock=None)  # the second waits in real time
    both = await asyncio.gather(talk.answer(APPROVE), talk.answer(APPROVE), return_exceptions=True)
    assert any(isinstance(one, Turn) for one in both)
    await assert_written(talk)


async def died_before(cell: Cell) -> None:
    await _died(cell, "send")


async def died_after(cell: Cell) -> None:
    await _died(cell, "finish")


async def _died(cell: Cell, where: str) -> None:
    talk = await cell.asked()
    journal, clock = talk.toolkit.journal, talk.toolkit.centra.clock
    assert isinstance(journal, MortalJournal)
    assert isinstance(clock, HandClock)
    journal.dies_at = where
    try:
        await talk.answer(APPROVE)
    except Died:
        pass
    else:
        raise AssertionError("it did not die")
    clock.advance(120)
    turn = await talk.run(None)
    if turn.interrupts:
        turn = await talk.answer(APPROVE)
    last = (await cards(talk))[-1]
    assert last.state in (*WRITTEN, "unknown"), last.state
    assert len(talk.written) <= len(last.steps)
    assert not (where == "send" and last.state == "unknown")


async def answer_dropped(cell: Cell) -> None:
    await _faulty(cell, "drop_after")


async def answered_by_half(cell: Cell) -> None:
    await _faulty(cell, "half_answer")


async def _faulty(cell: Cell, fault: Any) -> None:
    talk = await cell.asked()
    talk.sandbox.faults.add(fault)
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    last = (await cards(talk))[-1]
    assert last.state in (*WRITTEN, "unknown"), last.state
    assert len(talk.written) <= len(last.steps)
    assert len(talk.written) == len(last.steps) or last.state == "unknown"
    if last.state == "unknown":
        assert "Do not call this again" in turn.result


async def drifted(cell: Cell) -> None:
    talk = await cell.asked()
    other = Conversation(talk.graph, talk.model, talk.toolkit, talk.sandbox, talk.mode, {"thread_id": "other"})
    await other.say()
    await other.answer(APPROVE)
    before = list(talk.written)
    [card] = await cards(talk)
    if all(step.before == (step.after or {}) for step in card.steps):
        return
    await talk.answer(APPROVE)
    last = (await cards(talk))[0]
    if last.state in WRITTEN:  # it adds to the store, whatever others have added
        assert len(talk.written) == len(before) + len(card.steps)
    else:
        assert last.state in ("drifted", "failed"), last.state
        assert talk.written == before


async def permission_missing(cell: Cell) -> None:
    every = frozenset[str]().union(*(tool.needs | tool.optional for tool in TOOLS))
    read = frozenset[str]().union(*(one.needs for one in cell.spec.operations if not one.is_mutation))
    wanted = frozenset[str]().union(*(one.needs for one in cell.spec.operations if one.is_mutation)) - read
    talk = await cell.start(grant=every - (wanted or cell.spec.needs))
    turn = await talk.say()
    if turn.interrupts:
        turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    assert any(name in turn.result for name in cell.spec.needs), turn.result
    await assert_nothing_written(talk)


async def rate_limited(cell: Cell) -> None:
    talk = await cell.asked()
    talk.sandbox.faults.add("rate_limited")
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    await assert_written(talk)


async def late_message(cell: Cell) -> None:
    """An answer that comes with a new message decides nothing."""
    talk = await cell.asked()
    given: Command[Any] = Command(resume={"decisions": [APPROVE]}, update={"messages": [HumanMessage("Wait.")]})
    await talk.run(given)
    await assert_nothing_written(talk)


Situation = Callable[[Cell], Awaitable[None]]

SITUATIONS: dict[str, Situation] = {
    "approve": approve,
    "edit": edited,
    "reject": rejected,
    "expire": expired,
    "supersede": superseded,
    "double answer": answered_twice_at_once,
    "crash before": died_before,
    "crash after": died_after,
    "dropped answer": answer_dropped,
    "drift": drifted,
    "no permission": permission_missing,
    "rate limit": rate_limited,
    "half answer": answered_by_half,
    "answer and message": late_message,
}

_NOBODY_CLOSES = "in a graph of one's own nobody can put the result of an open call in its place"

LEFT_OUT: dict[tuple[str, Way], str] = {
    ("supersede", "bare"): _NOBODY_CLOSES,
    ("answer and message", "bare"): _NOBODY_CLOSES,
}
"""Cells without a test, and why."""


def cells() -> Sequence[tuple[str, str, Way]]:
    """Every cell that is tested: tool, situation, way."""
    tools = [spec.name for spec in WRITES]
    return [(tool, name, way) for tool in tools for name in SITUATIONS for way in WAYS if (name, way) not in LEFT_OUT]


def sample() -> Sequence[tuple[str, str, Way]]:
    """What every run of the suite tests: set_stock in full, of each other tool two cells by ways that take turns."""
    others = {spec.name: number for number, spec in enumerate(WRITES) if spec.name != "set_stock"}
    return [
        (tool, name, way)
        for tool, name, way in cells()
        if tool not in others
        or (name in ("approve", "crash after") and WAYS.index(way) == (others[tool] + (name == "approve")) % len(WAYS))
    ]
