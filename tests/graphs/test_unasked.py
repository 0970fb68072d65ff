"""Writes that the policy lets run without asking."""

import pytest
from conversations import APPROVE, BOTH, Start, Turn, set_stock
from langchain_core.messages import HumanMessage
from scripted import calls

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.policy import ApprovalPolicy, Bounds, Rule, Verdict

NOTE = ("add_order_note", {"order_number": 1042, "note": "She called."})


@BOTH
async def test_a_note_is_written_without_asking(start: Start) -> None:
    talk = await start(calls(NOTE), "Noted.")
    turn = await talk.say("Note that she called")
    assert turn.text == "Noted."
    assert talk.written == ["addOrderNote"]
    assert talk.sandbox.store.orders[1042].history[-1].data["note"] == "She called."
    assert "policy allowed this without asking" in turn.result
    [card] = await talk.cards()
    assert (card.state, card.decided_via) == ("applied", "policy")


async def test_it_does_not_wait_for_the_cards_beside_it(start: Start) -> None:
    talk = await start(calls(set_stock(25), NOTE), "Done.")
    turn = await talk.say()
    assert [card["name"] for card in turn.cards] == ["set_stock"]
    assert talk.written == ["addOrderNote"]
    assert Turn((await talk.state()).values).results.keys() == {"call_2"}
    await talk.answer(APPROVE)
    assert talk.written == ["addOrderNote", "setStock"]


async def test_one_on_the_object_of_a_waiting_card_waits_for_it(start: Start) -> None:
    talk = await start(calls(("confirm_order", {"order_number": 1042}), NOTE), "Done.")
    await talk.say()
    assert talk.written == []
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    assert talk.written == ["confirmOrder", "addOrderNote"]


@pytest.mark.parametrize("durability", ["sync", "async"])
@BOTH
async def test_it_is_written_once_its_call_is_stored(start: Start, durability: str) -> None:
    talk = await start(calls(NOTE), "Noted.")
    assert (await talk.say(durability=durability)).text == "Noted."
    assert talk.written == ["addOrderNote"]


@BOTH
async def test_it_is_refused_in_a_run_that_stores_nothing_before_its_end(start: Start) -> None:
    talk = await start(calls(NOTE), "I could not.")
    turn = await talk.say(durability="exit")
    assert turn.text == "I could not."
    assert "does not store its progress" in turn.result
    assert talk.written == []
    [card] = await talk.cards()
    assert card.state == "superseded"


async def test_within_its_bounds_it_runs_and_beyond_them_it_asks(start: Start) -> None:
    bounds = Bounds.model_validate({"stock_delta": 5})
    policy = ApprovalPolicy(effects={Effect.STOCK: Rule(verdict=Verdict.RUN, bounds=bounds)})
    talk = await start(calls(set_stock(17)), calls(set_stock(9)), "Done.", policy=policy)
    turn = await talk.say()
    assert (talk.stock(), len(turn.cards)) == (17, 1)
    await talk.answer(APPROVE)
    assert talk.stock() == 9


async def test_what_is_denied_is_answered_without_asking(start: Start) -> None:
    policy = ApprovalPolicy(tools={"set_stock": Rule(verdict=Verdict.DENY)})
    talk = await start(calls(set_stock(25)), "I may not.", policy=policy)
    turn = await talk.say()
    assert turn.text == "I may not."
    assert "policy does not allow this" in turn.result
    assert talk.written == []


async def test_repeating_the_users_message_does_not_repeat_the_write(start: Start) -> None:
    talk = await start(calls(NOTE), "Noted.", "Noted already.")
    message = HumanMessage("Note that she called", id="from the client")
    await talk.run({"messages": [message]})
    await talk.run({"messages": [message]})
    assert talk.written == ["addOrderNote"]
