"""What holds whichever way in is taken."""

import asyncio

import pytest
from conversations import APPROVE, BOTH, Start, Turn, Way, edit, reject, set_stock
from langgraph.types import Command
from scripted import calls

from langchain_centra.hitl.turns import TurnTaken

NOTE = ("add_order_note", {"order_number": 1042, "note": "She called."})


@BOTH
async def test_a_write_waits_for_its_approval_and_is_written_once(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.")
    turn = await talk.say()
    [card] = turn.cards
    assert (card["name"], card["args"]) == set_stock(25)
    assert talk.written == []
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    assert "Written." in turn.result
    assert (talk.written, talk.stock()) == (["setStock"], 25)


async def test_the_question_has_the_form_that_clients_render(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.")
    request = (await talk.say()).request
    [action] = request["action_requests"]
    assert action.keys() == {"name", "args", "description", "tool_call_id", "proposal_id", "preview"}
    [config] = request["review_configs"]
    assert config == {"action_name": "set_stock", "allowed_decisions": ["approve", "edit", "reject"]}
    assert action["description"].startswith("**Set the physical stock")


@BOTH
async def test_a_no_reaches_the_model_with_its_reason(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "As you wish.")
    await talk.say()
    turn = await talk.answer(reject("wrong warehouse"))
    assert turn.text == "As you wish."
    assert "wrong warehouse" in turn.result
    assert talk.written == []


@BOTH
async def test_a_smaller_edit_is_written_at_once(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.")
    await talk.say()
    name, args = set_stock(20)
    turn = await talk.answer(edit(name, **args))
    assert turn.text == "Done."
    assert "A person changed the arguments" in turn.result
    assert talk.stock() == 20


async def test_an_edit_to_another_tool_is_not_taken(start: Start, way: Way) -> None:
    talk = await start(calls(set_stock(25)), "Done.")
    await talk.say()
    turn = await talk.answer(edit("cancel_order", order_number=1042))
    assert talk.written == []
    wrong = turn.result if way == "bare" else turn.error
    assert wrong is not None
    assert "An edit keeps the tool" in wrong


@BOTH
async def test_reads_run_before_a_person_is_asked(start: Start, way: Way) -> None:
    talk = await start(calls(set_stock(25), ("get_order", {"order_number": 1042})), "Done.")
    turn = await talk.say()
    assert turn.cards
    if way != "bare":
        assert Turn((await talk.state()).values).results.keys() == {"call_2"}
    turn = await talk.answer(APPROVE)
    assert turn.text == "Done."
    assert turn.results.keys() == {"call_1", "call_2"}


async def test_several_writes_are_asked_about_together_or_one_after_the_other(start: Start, way: Way) -> None:
    talk = await start(calls(set_stock(25), ("confirm_order", {"order_number": 1042})), "Done.")
    turn = await talk.say()
    if way == "bare":
        assert [card["name"] for card in turn.cards] == ["set_stock"]
        turn = await talk.answer(APPROVE)
        assert "one change at a time" in turn.results["call_2"]
        assert talk.written == ["setStock"]
    else:
        assert [card["name"] for card in turn.cards] == ["set_stock", "confirm_order"]
        turn = await talk.answer(APPROVE, reject())
        assert talk.written == ["setStock"]
        assert "Rejected" in turn.results["call_2"]


@BOTH
async def test_a_store_that_changed_meanwhile_is_not_written_to(start: Start, way: Way) -> None:
    talk = await start(calls(set_stock(25)), "Done.")
    await talk.say()
    talk.restock(3)
    turn = await talk.answer(APPROVE)
    assert talk.written == []
    if way == "bare":
        assert "the store changed after the card was shown" in turn.result
        assert "Call it again" in turn.result
        return
    assert turn.cards[0]["preview"]["revision"] == 2
    turn = await talk.answer(APPROVE)
    assert (turn.text, talk.stock()) == ("Done.", 25)


@BOTH
async def test_a_note_is_written_without_asking(start: Start) -> None:
    talk = await start(calls(NOTE), "Noted.")
    assert (await talk.say()).text == "Noted."
    assert talk.written == ["addOrderNote"]


async def test_a_note_beside_a_card_does_not_wait_for_it(start: Start, way: Way) -> None:
    talk = await start(calls(set_stock(25), NOTE), "Done.")
    turn = await talk.say()
    assert [card["name"] for card in turn.cards] == ["set_stock"]
    if way != "bare":  # where the interrupt of one call cancels the others of its task until the answer
        assert talk.written == ["addOrderNote"]
    turn = await talk.answer(APPROVE)
    assert sorted(talk.written) == ["addOrderNote", "setStock"]
    assert turn.results.keys() == {"call_1", "call_2"}


async def test_a_note_is_refused_in_a_run_that_stores_nothing_before_its_end(start: Start) -> None:
    talk = await start(calls(NOTE), "I could not.")
    turn = await talk.say(durability="exit")
    assert "does not store its progress" in turn.result
    assert talk.written == []


@pytest.mark.parametrize("durability", ["sync", "async"])
async def test_of_two_answers_at_once_one_is_taken_and_the_other_is_told(start: Start, durability: str) -> None:
    talk = await start(calls(set_stock(25)), calls(NOTE, set_stock(30)), "Done.")
    await talk.say(durability=durability)
    answers = (talk.answer(APPROVE, durability=durability) for _ in range(2))
    both = await asyncio.gather(*answers, return_exceptions=True)
    [taken] = [one for one in both if isinstance(one, Turn)]
    [refused] = [one for one in both if not isinstance(one, Turn)]
    assert isinstance(refused, TurnTaken)
    assert [card["args"] for card in taken.cards] == [set_stock(30)[1]]
    assert (talk.written, talk.stock()) == (["setStock", "addOrderNote"], 25)


async def test_an_answer_to_an_old_checkpoint_writes_nothing(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.", "Done.")
    await talk.say()
    old = (await talk.state()).config
    await talk.answer(APPROVE)
    talk.restock(12)
    with pytest.raises(TurnTaken, match="gone on since"):
        await talk.run(Command(resume={"decisions": [APPROVE]}), old)
    assert talk.written == ["setStock"]


@BOTH
async def test_an_answer_that_does_not_fit_writes_nothing(start: Start, way: Way) -> None:
    talk = await start(calls(set_stock(25)), "Done.")
    await talk.say()
    turn = await talk.answer(APPROVE, APPROVE)
    assert talk.written == []
    if way == "bare":
        assert "decide each card exactly once" in turn.result
        return
    assert "decide each card exactly once" in (turn.error or "")
    assert (await talk.answer(APPROVE)).text == "Done."
    assert talk.written == ["setStock"]
