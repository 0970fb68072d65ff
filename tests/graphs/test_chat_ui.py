"""LangChain's agent-chat-ui can show the cards, and its answers are taken.

What it checks and sends was read in its sources (langchain-ai/agent-chat-ui, fdc87e6): a request is shown if it has
the parts of `is_shown`; decisions come in order and name no card; a reject has a reason; in an edit each field that
was touched is a text, whatever it was before; "Mark as Resolved" jumps to the graph's end.
"""

import json
from typing import Any

import pytest
from conversations import APPROVE, Conversation, Start, Turn, edit, reject, set_stock
from langgraph.graph import END
from langgraph.types import Command
from scripted import calls

CANCEL = ("cancel_order", {"order_number": 1042})
TWO = calls(CANCEL, set_stock(25))


def is_shown(value: Any) -> bool:
    """Whether it takes the value of an interrupt for a request that it can show."""
    if not isinstance(value, dict):
        return False
    actions, configs = value.get("action_requests"), value.get("review_configs")
    if not (isinstance(actions, list) and actions and isinstance(configs, list) and configs):
        return False
    shown = all(isinstance(one.get("name"), str) and isinstance(one.get("args"), dict) for one in actions)
    return shown and all(
        isinstance(one.get("action_name"), str) and isinstance(one.get("allowed_decisions"), list) for one in configs
    )


async def asked(start: Start, *script: Any) -> tuple[Conversation, Turn]:
    talk = await start(*script, "Done.")
    return talk, await talk.say()


@pytest.mark.parametrize("script", [calls(CANCEL), TWO])
async def test_the_cards_are_shown_and_still_are_after_a_wrong_answer(start: Start, script: Any) -> None:
    talk, turn = await asked(start, script)
    assert is_shown(turn.request)
    again = await talk.run(Command(resume={"decisions": []}))
    assert again.error
    assert is_shown(again.request)


async def test_each_action_finds_its_decisions_by_its_name(start: Start) -> None:
    _, turn = await asked(start, TWO)
    configs = {config["action_name"]: config["allowed_decisions"] for config in turn.request["review_configs"]}
    assert [configs[card["name"]] for card in turn.cards] == [["approve", "edit", "reject"]] * 2


async def test_the_only_description_that_it_shows_names_every_card(start: Start) -> None:
    _, turn = await asked(start, TWO)
    assert "Cancel order 1042" in turn.cards[0]["description"]
    assert "Set the physical stock of TEE01BLKM" in turn.cards[0]["description"]


async def test_one_card_is_approved_without_being_named(start: Start) -> None:
    talk, _ = await asked(start, calls(set_stock(25)))
    assert (await talk.answer(APPROVE)).text == "Done."
    assert talk.stock() == 25


async def test_all_cards_are_approved_at_once(start: Start) -> None:
    talk, turn = await asked(start, TWO)
    assert (await talk.answer(*[APPROVE for _ in turn.cards])).text == "Done."
    assert talk.written == ["cancelDirectToConsumerOrder", "setStock"]


async def test_several_cards_are_decided_in_their_order(start: Start) -> None:
    talk, _ = await asked(start, TWO)
    fewer = json.dumps(set_stock(20)[1]["lines"])
    await talk.answer(reject("She wants it after all."), edit("set_stock", lines=fewer))
    assert talk.written == ["setStock"]
    assert talk.stock() == 20


@pytest.mark.parametrize(
    ("call", "edited", "mutation"),
    [
        (set_stock(25), {"lines": json.dumps(set_stock(20)[1]["lines"])}, "setStock"),
        (CANCEL, {"order_number": "1042"}, "cancelDirectToConsumerOrder"),
        (("confirm_order", {"order_number": 1042}), {"order_number": "1042"}, "confirmOrder"),
    ],
)
async def test_an_edit_may_be_texts(start: Start, call: Any, edited: dict[str, str], mutation: str) -> None:
    talk, _ = await asked(start, calls(call))
    assert (await talk.answer(edit(call[0], **edited))).text == "Done."
    assert talk.written == [mutation]


@pytest.mark.parametrize("text", ["25", "[", '[{"sku": "TEE01BLKM"}]', ""])
async def test_an_edit_whose_text_does_not_fit_asks_again_with_the_reason(start: Start, text: str) -> None:
    talk, _ = await asked(start, calls(set_stock(25)))
    turn = await talk.answer(edit("set_stock", lines=text))
    assert (turn.error or "").startswith("The edit was not taken: ")
    assert is_shown(turn.request)
    assert talk.written == []


async def test_a_text_stays_a_text(start: Start) -> None:
    talk, _ = await asked(start, calls(("cancel_order", {"order_number": 1042, "reason": "none"})))
    turn = await talk.answer(edit("cancel_order", order_number="1042", reason="12"))
    assert turn.text == "Done."
    assert (await talk.cards())[0].edited_args == {"order_number": 1042, "reason": "12"}


async def test_marked_as_resolved_writes_nothing_and_the_conversation_goes_on(start: Start) -> None:
    talk, _ = await asked(start, calls(set_stock(25)))
    await talk.run(Command(goto=END))
    assert (await talk.say("Never mind.")).text == "Done."
    assert talk.written == []
    assert {card.state for card in await talk.cards()} == {"superseded"}
