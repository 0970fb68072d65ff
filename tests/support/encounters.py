"""What can meet a write on its way: a second click, another call, a run that is stopped, a new message."""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from typing import Any

from cells import (
    Cell,
    Died,
    assert_nothing_written,
    assert_written,
    assert_written_or_unknown,
    cards,
    requests_of,
    taken,
)
from conversations import APPROVE, Conversation, Turn, reject, set_stock
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from scripted import calls

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.policy import ApprovalPolicy, Rule, Verdict
from langchain_centra.approval.records import WRITTEN
from langchain_centra.hitl.turns import TurnTaken

OTHER = set_stock(7, sku="TEE01BLKS")
"""A call that none of the others touches."""

RUN_ALL = ApprovalPolicy(effects=dict.fromkeys(Effect, Rule(verdict=Verdict.RUN)))


async def two_clicks(talk: Conversation, answer: dict[str, Any] = APPROVE) -> None:
    """Give the same answer twice at the same moment."""
    assert taken(await asyncio.gather(talk.answer(answer), talk.answer(answer), return_exceptions=True))


async def click_meets_the_next_card(cell: Cell) -> None:
    """Two yeses at once, then a third that names its card, while the model has already proposed something else."""
    talk = await cell.asked(calls(OTHER), clock=None)
    [first] = await cards(talk)
    await two_clicks(talk)
    await talk.answer({**APPROVE, "proposal_id": first.proposal_id})
    assert len(talk.written) == len(first.steps)
    found = await cards(talk)
    assert [card.state in WRITTEN for card in found] == [True, False]
    assert found[1].decided_at is None


async def clicks_on_a_drifted_card(cell: Cell) -> None:
    """Two yeses at once to a card of which the store has moved on: the new card, which nobody saw, stays open."""
    talk = await cell.asked(clock=None)
    other = Conversation(talk.graph, talk.model, talk.toolkit, talk.sandbox, talk.mode, {"thread_id": "other"})
    await other.say()
    await other.answer(APPROVE)
    before = len(talk.written)
    await two_clicks(talk)
    first, *later = await cards(talk)
    assert len(talk.written) - before == (len(first.steps) if first.state in WRITTEN else 0)
    assert [card for card in later if card.decided_at] == []


async def stopped_in_the_request(cell: Cell) -> None:
    """The run is cancelled while the request is under way, and goes on later."""
    talk = await _cancelled(cell)
    turn = await talk.run(None)
    if turn.interrupts:
        turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    await assert_written(talk)


async def rolled_back_in_the_request(cell: Cell) -> None:
    """The run is cancelled while the request is under way and its checkpoints are removed; the same yes comes again."""
    kept: dict[str, Any] = {}
    talk = await _cancelled(cell, lambda saver: kept.update(copy.deepcopy(_stored(saver))))
    for name, stored in kept.items():
        setattr(talk.graph.checkpointer, name, stored)
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    await assert_written(talk)


async def _cancelled(cell: Cell, before: Callable[[InMemorySaver], None] = lambda _: None) -> Conversation:
    talk = await cell.asked(clock=None)
    assert isinstance(talk.graph.checkpointer, InMemorySaver)
    before(talk.graph.checkpointer)
    talk.sandbox.faults.add("slow", after=True, seconds=0.1)
    run = asyncio.create_task(talk.answer(APPROVE))
    while not talk.written:
        await asyncio.sleep(0.005)
    run.cancel()
    await asyncio.wait([run])
    assert run.cancelled()
    return talk


def _stored(saver: InMemorySaver) -> dict[str, Any]:
    return {"storage": saver.storage, "writes": saver.writes, "blobs": saver.blobs}


async def late_answer(cell: Cell) -> None:
    """An answer that was held up arrives after another one has been carried out."""
    talk = await cell.asked()
    gate = cell.journal.gate = asyncio.Event()
    late = asyncio.create_task(talk.answer(APPROVE))
    while not cell.journal.at_gate:
        await asyncio.sleep(0.005)
    assert (await talk.answer(APPROVE)).text == "Done."
    cell.advance(5)  # a bare tool cannot see the end of its run and holds the conversation for a moment longer
    await talk.toolkit.portal.acall(_open, gate)
    [told] = await asyncio.gather(late, return_exceptions=True)
    assert isinstance(told, TurnTaken)
    await assert_written(talk)


async def _open(gate: asyncio.Event) -> None:
    gate.set()


async def unasked_sync(cell: Cell) -> None:
    """The policy lets it run, and each step is stored before the next."""
    await _unasked(cell, "sync")


async def unasked_async(cell: Cell) -> None:
    """The policy lets it run, and steps are stored in the background."""
    await _unasked(cell, "async")


async def _unasked(cell: Cell, durability: str) -> None:
    talk = await cell.start(policy=RUN_ALL)
    assert (await talk.say(durability=durability)).text == "Done."
    await assert_written(talk)
    assert [card.decided_via for card in await cards(talk)] == ["policy"]


async def unasked_exit(cell: Cell) -> None:
    """The policy lets it run, but nothing is stored before the run's end: refused."""
    talk = await cell.start(policy=RUN_ALL)
    turn = await talk.say(durability="exit")
    assert "does not store its progress" in turn.result
    await assert_nothing_written(talk)


async def same_call_twice(cell: Cell) -> None:
    """One message calls it twice for one object: the second is worked out on what the first has left."""
    talk = await cell.asked(beside=[cell.call])
    turn = await talk.answer(APPROVE)
    if turn.interrupts:
        turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    first, *later = await cards(talk)
    assert first.state in WRITTEN
    assert len(talk.written) == requests_of([first, *later])
    if first.state == "applied" and later:
        for left, found in zip(first.steps, later[0].steps, strict=False):
            promised, seen = left.after or {}, found.before or {}
            assert {name: seen[name] for name in promised.keys() & seen.keys()} == {
                name: promised[name] for name in promised.keys() & seen.keys()
            }


async def other_call_beside(cell: Cell) -> None:
    """One message calls another write as well: the yes to the one does not reach the other."""
    talk = await cell.asked(beside=[OTHER])
    [first, *others] = await cards(talk)
    turn = await talk.answer(APPROVE, *(reject() for _ in others))
    assert turn.text == "Done."
    assert [card.proposal_id for card in await cards(talk) if card.state in WRITTEN] == [first.proposal_id]
    assert len(talk.written) == len(first.steps)


async def message_after_death_before(cell: Cell) -> None:
    """The process dies just before the request, and a new message comes: it is superseded."""
    talk, _ = await _message_after_death(cell, "send")
    await assert_nothing_written(talk)
    assert [card.state for card in await cards(talk)] == ["superseded"]


async def message_after_death_after(cell: Cell) -> None:
    """The process dies after the request, and a new message comes: the call still gets what became of it."""
    talk, turn = await _message_after_death(cell, "finish")
    last = await assert_written_or_unknown(talk, may_be_short=True)
    assert talk.written
    [told] = [message.text for message in turn.messages if isinstance(message, ToolMessage)]
    assert ("not known" if last.state == "unknown" else "ritten") in told


async def _message_after_death(cell: Cell, where: str) -> tuple[Conversation, Turn]:
    talk = await cell.asked()
    cell.journal.dies_at = where
    [died] = await asyncio.gather(talk.answer(APPROVE), return_exceptions=True)
    assert isinstance(died, Died)
    cell.advance(120)
    turn = await talk.say("Never mind.")
    assert turn.text == "Done."
    return talk, turn


ENCOUNTERS: dict[str, Callable[[Cell], Awaitable[None]]] = {
    "double answer, next card": click_meets_the_next_card,
    "drift, double answer": clicks_on_a_drifted_card,
    "stop in the request": stopped_in_the_request,
    "rollback in the request": rolled_back_in_the_request,
    "late answer": late_answer,
    "unasked, sync": unasked_sync,
    "unasked, async": unasked_async,
    "unasked, exit": unasked_exit,
    "two on one object": same_call_twice,
    "another beside": other_call_beside,
    "crash before, message": message_after_death_before,
    "crash after, message": message_after_death_after,
}
"""Further situations, in the order of the table."""
