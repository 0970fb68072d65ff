"""Cards whose store has moved on: drift, expiry, several calls on one object."""

from conversations import APPROVE, BOTH, Conversation, Start, edit, reject, set_stock
from journals import HandClock
from langchain_core.messages import ToolMessage
from scripted import calls

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.policy import ApprovalPolicy, Rule, Verdict

DAY = 24 * 3600


def before(talk_cards: list[dict[str, object]]) -> list[object]:
    return [card["preview"]["changes"][0]["before"] for card in talk_cards]  # type: ignore[index]


class TestDrift:
    @BOTH
    async def test_nothing_is_written_and_the_new_difference_asks(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        first = await talk.say()
        talk.restock(14)
        turn = await talk.answer(APPROVE)
        assert talk.written == []
        assert before(turn.cards) == [14]
        assert turn.cards[0]["preview"]["revision"] == 2
        assert turn.cards[0]["proposal_id"] != first.cards[0]["proposal_id"]
        turn = await talk.answer(APPROVE)
        assert (turn.text, talk.stock()) == ("Done.", 25)
        assert "from 14 to 25 units: Written." in turn.result
        assert "changed the arguments" not in turn.result

    async def test_an_answer_to_the_first_card_does_not_decide_the_second(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        named = APPROVE | {"proposal_id": (await talk.say()).cards[0]["proposal_id"]}
        talk.restock(14)
        await talk.answer(named)
        turn = await talk.answer(named)
        assert turn.error is not None
        assert talk.written == []

    async def test_it_may_happen_again_and_again(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        await talk.say()
        for level in (14, 15, 16):
            talk.restock(level)
            turn = await talk.answer(APPROVE)
            assert before(turn.cards) == [level]
        assert talk.written == []
        assert (await talk.answer(APPROVE)).text == "Done."

    async def test_when_nothing_is_left_to_do_nobody_is_asked(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "It is 25 already.")
        await talk.say()
        talk.restock(25)
        turn = await talk.answer(APPROVE)
        assert turn.text == "It is 25 already."
        assert "Nothing was written: the store changed" in turn.result
        assert talk.written == []

    @BOTH
    async def test_a_change_that_makes_it_impossible_is_told(self, start: Start) -> None:
        talk = await start(calls(("cancel_order", {"order_number": 1042})), "It has shipped.")
        await talk.say()
        talk.sandbox.store.orders[1042].status = "SHIPPED"
        turn = await talk.answer(APPROVE)
        assert turn.text == "It has shipped."
        assert "has shipped, so it cannot be cancelled" in turn.result
        assert talk.written == []

    async def test_of_two_cards_only_the_one_that_moved_asks_again(self, start: Start) -> None:
        talk = await start(calls(("cancel_order", {"order_number": 1042}), set_stock(25)), "Done.")
        await talk.say()
        talk.restock(14)
        turn = await talk.answer(APPROVE, APPROVE)
        assert talk.written == ["cancelDirectToConsumerOrder"]
        assert [card["name"] for card in turn.cards] == ["set_stock"]
        await talk.answer(reject("Never mind."))
        assert talk.written == ["cancelDirectToConsumerOrder"]

    async def test_what_does_not_concern_the_write_is_no_drift(self, start: Start) -> None:
        talk = await start(calls(("cancel_order", {"order_number": 1042})), "Done.")
        await talk.say()
        talk.sandbox.store.orders[1043].status = "SHIPPED"
        talk.restock(3)
        assert (await talk.answer(APPROVE)).text == "Done."

    async def test_of_several_warehouses_the_written_ones_are_told_and_the_others_ask_again(self, start: Start) -> None:
        places = [{"sku": "TEE01BLKM", "warehouse": name, "quantity": 25} for name in ("Stockholm", "Rotterdam")]
        talk = await start(calls(("set_stock", {"lines": places})), "Partly done.")
        await talk.say()
        talk.restock(3, warehouse="Rotterdam")
        turn = await talk.answer(APPROVE)
        assert (talk.stock(), talk.stock(warehouse="Rotterdam")) == (25, 3)
        assert any("Written already" in warning for warning in turn.cards[0]["preview"]["warnings"])
        turn = await talk.answer(reject("Leave it."))
        assert "Written before, under an earlier approval: physical units of " in turn.result


class TestExpiry:
    @BOTH
    async def test_an_approval_after_the_time_writes_nothing_and_shows_a_fresh_card(self, start: Start) -> None:
        clock = HandClock()
        talk = await start(calls(set_stock(25)), "Done.", clock=clock)
        first = await talk.say()
        talk.restock(14)
        clock.advance(DAY + 1)
        turn = await talk.answer(APPROVE)
        assert turn.error is not None
        assert "had expired" in turn.error
        assert talk.written == []
        assert (before(turn.cards), turn.cards[0]["preview"]["revision"]) == ([14], 2)
        assert turn.cards[0]["preview"]["expires_at"] > first.cards[0]["preview"]["expires_at"]
        assert (await talk.answer(APPROVE)).text == "Done."
        assert talk.stock() == 25

    async def test_a_reject_after_the_time_is_taken(self, start: Start) -> None:
        clock = HandClock()
        talk = await start(calls(set_stock(25)), "Sorry.", clock=clock)
        await talk.say()
        clock.advance(DAY + 1)
        assert (await talk.answer(reject("Too late."))).text == "Sorry."

    async def test_a_card_in_time_is_taken(self, start: Start) -> None:
        clock = HandClock()
        talk = await start(calls(set_stock(25)), "Done.", clock=clock)
        await talk.say()
        clock.advance(DAY - 60)
        assert (await talk.answer(APPROVE)).text == "Done."


class TestSeveralCallsOnOneObject:
    async def quantities(self, talk: Conversation) -> list[int]:
        return [record.arguments["input"]["productSizes"][0]["quantity"] for record in talk.sandbox.mutations]

    @BOTH
    async def test_they_are_asked_about_and_written_in_their_order_each_on_the_real_state(self, start: Start) -> None:
        talk = await start(calls(set_stock(20), set_stock(30)), "Done.")
        turn = await talk.say()
        assert [card["tool_call_id"] for card in turn.cards] == ["call_1"]
        turn = await talk.answer(APPROVE)
        assert [card["tool_call_id"] for card in turn.cards] == ["call_2"]
        assert before(turn.cards) == [20]
        assert (await talk.answer(APPROVE)).text == "Done."
        assert await self.quantities(talk) == [20, 30]

    async def test_calls_on_other_objects_are_asked_about_with_the_first(self, start: Start) -> None:
        talk = await start(calls(set_stock(20), set_stock(9, "TEE01ECRS"), set_stock(30)), "Done.")
        turn = await talk.say()
        assert [card["tool_call_id"] for card in turn.cards] == ["call_1", "call_2"]
        turn = await talk.answer(APPROVE, APPROVE)
        assert [card["tool_call_id"] for card in turn.cards] == ["call_3"]
        await talk.answer(APPROVE)
        assert talk.stock() == 30

    async def test_after_a_no_to_the_first_the_second_is_asked_about(self, start: Start) -> None:
        talk = await start(calls(set_stock(20), set_stock(30)), "Done.")
        await talk.say()
        turn = await talk.answer(reject())
        assert before(turn.cards) == [12]
        await talk.answer(APPROVE)
        assert await self.quantities(talk) == [30]

    async def test_one_that_has_nothing_left_to_change_is_answered(self, start: Start) -> None:
        talk = await start(calls(set_stock(20), set_stock(20)), "Done.")
        await talk.say()
        turn = await talk.answer(APPROVE)
        assert turn.text == "Done."
        assert "already at the requested level" in turn.results["call_2"]

    @BOTH
    async def test_unasked_ones_run_in_their_order(self, start: Start) -> None:
        policy = ApprovalPolicy(effects={Effect.STOCK: Rule(verdict=Verdict.RUN)})
        talk = await start(calls(*[set_stock(quantity) for quantity in (20, 30, 15)]), "Done.", policy=policy)
        turn = await talk.say()
        assert turn.text == "Done."
        assert await self.quantities(talk) == [20, 30, 15]
        results = [message.text for message in turn.messages if isinstance(message, ToolMessage)]
        assert all("policy allowed this without asking" in text for text in results)

    async def test_a_new_message_between_them_leaves_the_second_unwritten(self, start: Start) -> None:
        talk = await start(calls(set_stock(20), set_stock(30)), "Stopped.", "Stopped.")
        await talk.say()
        await talk.answer(APPROVE)
        assert (await talk.say("Stop.")).text == "Stopped."
        assert await self.quantities(talk) == [20]

    async def test_an_edit_that_moves_the_first_onto_the_seconds_object_asks_again(self, start: Start) -> None:
        talk = await start(calls(set_stock(20), set_stock(9, "TEE01ECRS")), "Done.")
        await talk.say()
        turn = await talk.answer(edit("set_stock", **set_stock(8, "TEE01ECRS")[1]), APPROVE)
        assert talk.stock("TEE01ECRS") == 9
        assert before(turn.cards) == [9]
        await talk.answer(APPROVE)
        assert talk.stock("TEE01ECRS") == 8
