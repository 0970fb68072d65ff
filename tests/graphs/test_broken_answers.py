"""Answers that meet something else than the question they were given to: a broken run, other cards, a stored yes."""

from typing import Any

import pytest
from conversations import APPROVE, BOTH, Conversation, Start, edit, reject, set_stock
from langchain_core.outputs import ChatResult
from langgraph.types import Command
from scripted import ScriptedModel, calls

from langchain_centra.approval.approvals import Approver, Call, Turn
from langchain_centra.hitl.turns import TurnTaken

CANCEL = ("cancel_order", {"order_number": 1042})


async def decide_elsewhere(talk: Conversation, decision: dict[str, Any]) -> None:
    """Store a decision without the run that asked for it, as a run does that dies right after."""
    cards = [card for card in await talk.cards() if card.state == "proposed"]
    answer = {"decisions": [decision]}
    await talk.toolkit.portal.acall(talk.toolkit.approvals.decide, cards, answer, Approver("Eva", "claimed"))


@BOTH
async def test_a_no_counts_after_a_yes_whose_run_broke_off(start: Start) -> None:
    talk = await start(calls(CANCEL), "Done.", timeout=1)
    await talk.say("Cancel order 1042")
    journal, portal = talk.toolkit.journal, talk.toolkit.portal
    await portal.acall(journal.take_turn, talk.toolkit.name, "thread", "another run", 60)
    with pytest.raises(TurnTaken):
        await talk.answer(APPROVE)
    await portal.acall(journal.release_turn, talk.toolkit.name, "thread", "another run")
    turn = await talk.answer(reject("She wants it after all."))
    assert "She wants it after all." in turn.result
    assert talk.written == []


@BOTH
async def test_a_no_beats_a_yes_that_is_stored_but_not_carried_out(start: Start) -> None:
    talk = await start(calls(CANCEL), "Done.")
    await talk.say("Cancel order 1042")
    await decide_elsewhere(talk, APPROVE)
    turn = await talk.answer(reject())
    assert "Rejected" in turn.result
    assert talk.written == []


@BOTH
async def test_a_yes_that_is_stored_is_carried_out_without_asking_again(start: Start) -> None:
    talk = await start(calls(CANCEL), "Done.")
    await talk.say("Cancel order 1042")
    await decide_elsewhere(talk, APPROVE)
    turn = await talk.run(None)
    assert "Written." in turn.result
    assert talk.written == ["cancelDirectToConsumerOrder"]


@BOTH
async def test_an_answer_that_names_no_card_decides_only_what_was_shown(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.")
    shown = (await talk.say("Set the stock to 25")).cards[0]
    await decide_elsewhere(talk, edit("set_stock", **set_stock(900)[1]))
    [card] = await talk.cards()
    call = Call(
        thread_id=card.thread_id,
        message_id=card.message_id,
        call_id=card.call_id,
        position=card.position,
        tool=card.tool,
        args=card.args,
    )
    await talk.toolkit.portal.acall(talk.toolkit.approvals.propose, call, Turn(message_ids=[card.message_id]))

    asked_again = await talk.answer(APPROVE)
    assert asked_again.error == "That answer was not given to these cards. Decide on what you see now."
    assert asked_again.cards[0]["proposal_id"] != shown["proposal_id"]
    assert talk.written == []

    assert "Written." in (await talk.answer(APPROVE)).result
    assert talk.stock() == 900


@BOTH
async def test_an_empty_answer_is_answered_with_what_is_wrong(start: Start) -> None:
    talk = await start(calls(CANCEL), "Done.")
    await talk.say("Cancel order 1042")
    turn = await talk.run(Command(resume=[]))
    assert turn.error
    assert talk.written == []


class OneId(ScriptedModel):
    """A model whose provider gives every message the same id."""

    def _generate(self, *args: Any, **options: Any) -> ChatResult:
        result = super()._generate(*args, **options)
        result.generations[0].message.id = "chatcmpl-1"
        return result


async def test_messages_with_one_id_do_not_replace_each_other(start: Start) -> None:
    notes = [calls(("add_order_note", {"order_number": number, "note": "Call back"})) for number in (1042, 1043)]
    talk = await start(*notes, "Done.", model=OneId)
    turn = await talk.say("Add the notes")
    assert turn.text == "Done."
    assert talk.written == ["addOrderNote", "addOrderNote"]
    assert len({message.id for message in turn.messages}) == len(turn.messages)


async def test_writes_that_do_not_fit_into_the_step_limit_end_in_words(start: Start) -> None:
    notes = [("add_order_note", {"order_number": 1042, "note": f"Note {number}"}) for number in range(6)]
    talk = await start(calls(*notes), "That is as far as I got.")
    turn = await talk.say("Add the notes", config={**talk.config, "recursion_limit": 16})
    assert turn.text == "That is as far as I got."
    assert 0 < len(talk.written) < 6
    assert len(turn.results) == 6
