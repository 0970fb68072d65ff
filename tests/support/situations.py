"""What can happen to a write between its call and its result, for any tool and any way in."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from cells import (
    IN_MATRIX,
    Cell,
    Died,
    assert_nothing_written,
    assert_written,
    assert_written_or_unknown,
    cards,
    taken,
)
from conversations import APPROVE, Conversation, Way, reject
from encounters import ENCOUNTERS
from langchain_core.messages import HumanMessage
from langgraph.types import Command

from langchain_centra.approval.records import WRITTEN
from langchain_centra.tools.registry import TOOLS
from ways import WAYS

MANY_HOURS = timedelta(hours=25).total_seconds()


async def approve(cell: Cell) -> None:
    """A person says yes."""
    talk = await cell.asked()
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    await assert_written(talk)


async def edited(cell: Cell) -> None:
    """A person sends the arguments back as an edit."""
    talk = await cell.asked()
    [card] = await cards(talk)
    await talk.answer({"type": "edit", "edited_action": {"name": card.tool, "args": card.args}})
    if (await cards(talk))[-1].state == "proposed":  # a create asks again: what it makes carries a new mark
        await talk.answer(APPROVE)
    if cell.way == "bare" and (await cards(talk))[-1].state == "superseded":
        await assert_nothing_written(talk)
        return
    await assert_written(talk)


async def rejected(cell: Cell) -> None:
    """A person says no, and the model reads why."""
    talk = await cell.asked()
    turn = await talk.answer(reject("not now"))
    assert turn.text == "Done."
    assert "not now" in turn.result
    await assert_nothing_written(talk)


async def expired(cell: Cell) -> None:
    """The yes comes after a day: a fresh card asks."""
    talk = await cell.asked()
    cell.advance(MANY_HOURS)
    turn = await talk.answer(APPROVE)
    await assert_nothing_written(talk)
    if cell.way != "bare":
        assert "expired" in (turn.error or "")
        await talk.answer(APPROVE)
        await assert_written(talk)


async def superseded(cell: Cell) -> None:
    """A new message comes in place of an answer."""
    talk = await cell.asked()
    turn = await talk.say("Never mind.")
    assert turn.text == "Done."
    assert [card.state for card in await cards(talk)] == ["superseded"]
    await assert_nothing_written(talk)


async def answered_twice_at_once(cell: Cell) -> None:
    """Two answers at the same moment."""
    talk = await cell.asked(clock=None)  # the second waits in real time
    assert taken(await asyncio.gather(talk.answer(APPROVE), talk.answer(APPROVE), return_exceptions=True))
    await assert_written(talk)


async def died_before(cell: Cell) -> None:
    """The process dies after the yes, just before the request."""
    talk = await _died(cell, "send")
    await assert_written(talk)


async def died_after(cell: Cell) -> None:
    """The process dies after the request, before it could keep the outcome."""
    talk = await _died(cell, "finish")
    await assert_written_or_unknown(talk, may_be_short=True)
    assert talk.written


async def _died(cell: Cell, where: str) -> Conversation:
    talk = await cell.asked()
    cell.journal.dies_at = where
    try:
        await talk.answer(APPROVE)
    except Died:
        pass
    else:
        raise AssertionError("it did not die")
    cell.advance(120)
    turn = await talk.run(None)
    if turn.interrupts:
        await talk.answer(APPROVE)
    return talk


async def answer_dropped(cell: Cell) -> None:
    """The store carries the request out, and its answer is lost."""
    await _faulty(cell, "drop_after")


async def answered_by_half(cell: Cell) -> None:
    """The store answers with data and errors."""
    await _faulty(cell, "half_answer")


async def _faulty(cell: Cell, fault: Any) -> None:
    talk = await cell.asked()
    talk.sandbox.faults.add(fault)
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    last = await assert_written_or_unknown(talk, may_be_short=True)
    assert talk.written
    if last.state == "unknown":
        assert "Do not call this again" in turn.result


async def drifted(cell: Cell) -> None:
    """Somebody else makes the same change before the yes; what adds to the store is added, all else is not written."""
    talk = await cell.asked()
    other = Conversation(talk.graph, talk.model, talk.toolkit, talk.sandbox, talk.mode, {"thread_id": "other"})
    await other.say()
    await other.answer(APPROVE)
    before = list(talk.written)
    [card] = await cards(talk)
    assert any(step.before != step.after for step in card.steps)
    await talk.answer(APPROVE)
    first = (await cards(talk))[0]
    if first.state in WRITTEN:
        assert len(talk.written) == len(before) + len(card.steps)
    else:
        assert first.state in ("drifted", "failed"), first.state
        assert talk.written == before


async def permission_missing(cell: Cell) -> None:
    """The token lacks what the write needs; the model is told its name."""
    every = frozenset[str]().union(*(tool.needs | tool.optional for tool in TOOLS))
    read = frozenset[str]().union(*(one.needs for one in cell.writer.operations if not one.is_mutation))
    wanted = frozenset[str]().union(*(one.needs for one in cell.writer.operations if one.is_mutation)) - read
    talk = await cell.start(grant=every - (wanted or cell.writer.needs))
    turn = await talk.say()
    if turn.interrupts:
        turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    assert any(name in turn.result for name in cell.writer.needs), turn.result
    await assert_nothing_written(talk)


async def rate_limited(cell: Cell) -> None:
    """The store refuses the request once, with 429."""
    talk = await cell.asked()
    talk.sandbox.faults.add("rate_limited")
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    await assert_written(talk)


async def late_message(cell: Cell) -> None:
    """A yes that comes together with a new message decides nothing."""
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
    **ENCOUNTERS,
}

_NOBODY_CLOSES = "in a graph of one's own nobody can put the result of an open call in its place"

LEFT_OUT: dict[tuple[str, Way], str] = dict.fromkeys(
    [
        ("supersede", "bare"),
        ("answer and message", "bare"),
        ("crash before, message", "bare"),
        ("crash after, message", "bare"),
    ],
    _NOBODY_CLOSES,
)
"""Cells without a test, and why."""


def cells() -> Sequence[tuple[str, str, Way]]:
    """Every cell that is tested: tool, situation, way."""
    tools = [spec.name for spec in IN_MATRIX]
    return [(tool, name, way) for tool in tools for name in SITUATIONS for way in WAYS if (name, way) not in LEFT_OUT]


def sample() -> Sequence[tuple[str, str, Way]]:
    """What every run of the suite tests: each situation by each way once, with tools that take turns."""
    tools = [spec.name for spec in IN_MATRIX]
    pairs: list[tuple[str, Way]] = [(name, way) for name in SITUATIONS for way in WAYS if (name, way) not in LEFT_OUT]
    return [(tools[number % len(tools)], name, way) for number, (name, way) in enumerate(pairs)]
