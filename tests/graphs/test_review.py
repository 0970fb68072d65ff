"""The question to the person, and every answer to it."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from conversations import APPROVE, BOTH, Conversation, Start, edit, reject, set_stock
from langchain.agents.middleware.human_in_the_loop import HITLRequest, HITLResponse
from langgraph.types import Command
from pydantic import TypeAdapter
from scripted import calls

PREVIEW = {
    "revision",
    "sentence",
    "changes",
    "effects",
    "money",
    "messages",
    "stock",
    "undo",
    "warnings",
    "rows",
    "read_at",
    "expires_at",
    "args_digest",
}
TWO = calls(("cancel_order", {"order_number": 1042}), set_stock(25))


class TestPayload:
    @BOTH
    async def test_it_is_langchains_request_with_a_card_for_each_write(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        turn = await talk.say()
        TypeAdapter(HITLRequest).validate_python(turn.request, strict=True)
        assert json.loads(json.dumps(turn.request)) == turn.request
        assert turn.request.keys() == {"action_requests", "review_configs"}
        assert turn.request["review_configs"] == [
            {"action_name": name, "allowed_decisions": ["approve", "edit", "reject"]}
            for name in ("cancel_order", "set_stock")
        ]
        for card in turn.cards:
            assert card.keys() == {"name", "args", "description", "tool_call_id", "proposal_id", "preview"}
            assert card["preview"].keys() == PREVIEW

    async def test_its_cards_are_those_of_the_journal(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        turn = await talk.say()
        stored = await talk.cards()
        assert [card["proposal_id"] for card in turn.cards] == [card.proposal_id for card in stored]
        assert [card["args"] for card in turn.cards] == [card.args for card in stored]
        assert turn.cards[0]["preview"]["args_digest"] == stored[0].args_digest

    async def test_the_first_description_counts_cards_that_are_alike_together(self, start: Start) -> None:
        alike = [set_stock(25), set_stock(30, sku="TEE01BLKL")]
        talk = await start(calls(*alike), calls(*alike, ("confirm_order", {"order_number": 1042})), "Done.")
        first, second = (await talk.say()).cards
        by = sum(
            one["preview"]["changes"][0]["after"] - one["preview"]["changes"][0]["before"] for one in (first, second)
        )
        assert f"All 2 together: 2 changes, {by:+} units." in first["description"]
        assert "together" not in second["description"]
        mixed = (await talk.say()).cards
        assert "together" not in mixed[0]["description"]

    async def test_each_description_is_its_card_and_the_first_names_the_others(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        first, second = (card["description"] for card in (await talk.say()).cards)
        assert first.startswith("**Cancel order 1042 (646.00 SEK, 3 units)**")
        assert "| order 1042: status | PENDING | CANCELLED |" in first
        assert first.endswith("2. Set the physical stock of TEE01BLKM in Stockholm from 12 to 25 units")
        assert "order 1042" not in second
        assert "| 12 units | 25 units |" in second

    async def test_names_from_the_store_cannot_add_lines_to_it(self, start: Start) -> None:
        talk = await start(calls(("confirm_order", {"order_number": 1042}), set_stock(25, warehouse="2")), "Done.")
        evil = "Here\n\n| approved | yes |\n\n**Undo: easy** ![x](http://tracker.example)"
        for place in talk.sandbox.store.warehouses.values():
            place.name = evil if place.name == "Stockholm" else place.name
        talk.model.script[0] = calls(("confirm_order", {"order_number": 1042}), set_stock(25, warehouse=evil))
        first, second = (card["description"] for card in (await talk.say()).cards)
        assert "![" not in first + second
        assert "\n| approved" not in second
        assert first.splitlines()[-1].startswith("2. Set the physical stock of TEE01BLKM in Here ")

    @BOTH
    async def test_its_schema_is_plain_json_and_accepts_langchains_answers(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        [interrupt] = (await talk.say()).interrupts
        schema = interrupt.response_schema
        assert isinstance(schema, dict)
        assert json.loads(json.dumps(schema)) == schema
        jsonschema.Draft202012Validator.check_schema(schema)
        for answer in ([APPROVE, reject("No.")], [reject(), edit("set_stock", lines=[])]):
            TypeAdapter(HITLResponse).validate_python({"decisions": answer})
            jsonschema.validate({"decisions": answer}, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"decisions": [APPROVE]}, schema)


class TestAnswers:
    @BOTH
    async def test_decisions_are_taken_in_order(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        await talk.say()
        await talk.answer(reject(), APPROVE)
        assert talk.written == ["setStock"]

    @pytest.mark.parametrize("names", [["tool_call_id"], ["proposal_id"], ["tool_call_id", "proposal_id"]])
    async def test_decisions_may_name_their_cards(self, start: Start, names: list[str]) -> None:
        talk = await start(TWO, "Done.")
        first, second = (await talk.say()).cards
        await talk.answer(
            APPROVE | {name: second[name] for name in names}, reject() | {name: first[name] for name in names}
        )
        assert talk.written == ["setStock"]

    async def test_an_answer_may_be_given_by_the_interrupts_id(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        turn = await talk.say()
        answer = {"decisions": [reject(), APPROVE | {}]}
        await talk.run(Command(resume={turn.interrupts[0].id: answer}))
        assert talk.written == ["setStock"]

    @BOTH
    async def test_a_reject_reaches_the_model_and_the_same_call_is_not_asked_about_again(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), calls(set_stock(25)), calls(set_stock(24)), "Sorry.")
        await talk.say()
        turn = await talk.answer(reject("Not before Monday."))
        assert "Rejected by the person" in talk.model.seen[1][-1].text
        assert "Reason: Not before Monday." in talk.model.seen[1][-1].text
        assert "already said no" in talk.model.seen[2][-1].text
        assert [card["args"]["lines"][0]["quantity"] for card in turn.cards] == [24]
        assert (await talk.answer(reject())).text == "Sorry."
        assert talk.written == []

    async def test_the_same_call_in_the_next_turn_asks(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Sorry.", calls(set_stock(25)), "Done.")
        await talk.say()
        await talk.answer(reject("Not before Monday."))
        assert len((await talk.say("It is Monday now: 25!")).cards) == 1
        await talk.answer(APPROVE)
        assert talk.stock() == 25


class TestEdits:
    @BOTH
    async def test_a_smaller_edit_is_written_and_the_model_is_told(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "20 then.")
        await talk.say()
        turn = await talk.answer(edit("set_stock", **set_stock(20)[1]))
        assert turn.text == "20 then."
        assert talk.stock() == 20
        assert "from 12 to 20 units: Written." in turn.result
        assert "A person changed the arguments" in turn.result
        assert "do not repeat the original call" in turn.result
        written_by_the_model = next(message for message in turn.messages if getattr(message, "tool_calls", None))
        assert written_by_the_model.tool_calls[0]["args"] == set_stock(25)[1]  # type: ignore[union-attr]

    @BOTH
    async def test_a_larger_edit_asks_again(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "50 then.")
        await talk.say()
        turn = await talk.answer(edit("set_stock", **set_stock(50)[1]))
        assert turn.error is None
        assert (turn.cards[0]["preview"]["revision"], turn.cards[0]["args"]) == (2, set_stock(50)[1])
        assert talk.written == []
        turn = await talk.answer(APPROVE)
        assert (turn.text, talk.stock()) == ("50 then.", 50)

    async def test_an_edit_with_a_further_effect_asks_again(self, start: Start) -> None:
        talk = await start(calls(("cancel_order", {"order_number": 1042})), "Done.")
        await talk.say()
        turn = await talk.answer(edit("cancel_order", order_number=1042, send_email=True))
        assert "email" in turn.cards[0]["preview"]["effects"]
        assert talk.written == []

    @BOTH
    async def test_an_impossible_edit_asks_again_with_the_reason(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        before = await talk.say()
        turn = await talk.answer(edit("set_stock", **set_stock(20, "NO-SUCH-SKU")[1]))
        assert turn.error is not None
        assert turn.error.startswith("The edit was not taken: ")
        assert "NO-SUCH-SKU" in turn.error
        assert turn.cards[0]["description"].startswith(f"**{turn.error}**")
        assert turn.cards[0]["proposal_id"] == before.cards[0]["proposal_id"]
        assert (await talk.answer(APPROVE)).text == "Done."

    async def test_an_edit_on_a_state_that_has_moved_asks_again(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        await talk.say()
        talk.restock(14)
        turn = await talk.answer(edit("set_stock", **set_stock(20)[1]))
        assert turn.cards[0]["preview"]["changes"][0]["before"] == 14
        assert talk.written == []

    async def test_an_edit_of_one_card_does_not_hold_up_the_other(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        await talk.say()
        turn = await talk.answer(APPROVE, edit("set_stock", **set_stock(50)[1]))
        assert talk.written == ["cancelDirectToConsumerOrder"]
        assert [card["name"] for card in turn.cards] == ["set_stock"]
        await talk.answer(APPROVE)
        assert talk.stock() == 50

    async def test_an_edit_towards_another_cards_object_waits_for_that_card(self, start: Start) -> None:
        talk = await start(calls(set_stock(25), set_stock(9, "TEE01ECRS")), "Done.", "Done.")
        await talk.say()
        turn = await talk.answer(edit("set_stock", **set_stock(40)[1]), edit("set_stock", **set_stock(41)[1]))
        assert [card["args"] for card in turn.cards] == [set_stock(40)[1]]
        turn = await talk.say("Forget it.")
        assert turn.text == "Done."
        assert talk.written == []


WRONG: list[Any] = [
    "yes",
    [],
    ["approve", "approve"],
    {"decisions": []},
    {"decisions": [APPROVE]},
    {"decisions": [APPROVE, APPROVE, APPROVE]},
    {"decisions": [APPROVE, {"type": "maybe"}]},
    {"decisions": [APPROVE, {"type": "respond", "message": "Done."}]},
    {"decisions": [APPROVE, {"type": "edit"}]},
    {"decisions": [APPROVE, edit("cancel_order", order_number=1042)]},
    {"decisions": [APPROVE, edit("set_stock", lines=[])]},
    {"decisions": [APPROVE, edit("set_stock", sku="TEE01BLKM", quantity=-3)]},
    {"decisions": [APPROVE | {"tool_call_id": "call_1"}, APPROVE]},
    {"decisions": [APPROVE | {"tool_call_id": "call_1"}, APPROVE | {"tool_call_id": "call_1"}]},
    {"decisions": [APPROVE | {"proposal_id": "of another card"}, APPROVE | {"tool_call_id": "call_2"}]},
    {"decisions": [APPROVE | {"approver": "the owner"}, APPROVE]},
    {"approved": True},
]


async def wrong_then_right(talk: Conversation, wrong: Any) -> None:
    cards = (await talk.say()).cards
    turn = await talk.run(Command(resume=wrong))
    assert turn.error
    assert "\n" not in turn.error
    assert len(turn.error) < 300
    assert [card["proposal_id"] for card in turn.cards] == [card["proposal_id"] for card in cards]
    assert turn.error in turn.cards[0]["description"]
    assert talk.written == []
    assert {card.state for card in await talk.cards()} == {"proposed"}
    assert (await talk.answer(APPROVE, reject())).text == "Done."
    assert talk.written == ["cancelDirectToConsumerOrder"]


@pytest.mark.parametrize("wrong", WRONG, ids=json.dumps)
async def test_a_wrong_answer_comes_back_with_its_error_and_the_right_one_still_works(start: Start, wrong: Any) -> None:
    await wrong_then_right(await start(TWO, "Done."), wrong)


@pytest.mark.parametrize("mode", ["invoke"])
async def test_a_wrong_answer_to_a_synchronous_run_comes_back_as_well(start: Start) -> None:
    await wrong_then_right(await start(TWO, "Done."), {"decisions": [APPROVE]})


async def test_an_empty_answer_shows_the_same_cards_again(start: Start) -> None:
    talk = await start(TWO, "Done.")
    cards = (await talk.say()).cards
    assert (await talk.run(Command(resume={}))).cards == cards
    assert talk.written == []


async def test_wrong_answers_may_follow_each_other(start: Start) -> None:
    talk = await start(TWO, "Done.")
    await talk.say()
    first = await talk.run(Command(resume="yes"))
    second = await talk.answer(APPROVE)
    assert first.error != second.error
    assert second.error is not None
    assert second.error.startswith("Waiting cards: 2, decisions: 1")
