"""What the model sees and what is stored, whatever models, users and other software put into a conversation."""

from typing import Any

import pytest
from conversations import APPROVE, BOTH, Conversation, Start, call_ids, check, set_stock
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    InvalidToolCall,
    RemoveMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
)
from langchain_core.messages.utils import count_tokens_approximately
from langgraph.types import Command
from scripted import calls

from langchain_centra.hitl.history import view


def invalid(name: str | None = "set_stock", error: str | None = "Expecting value: line 1") -> InvalidToolCall:
    return InvalidToolCall(type="invalid_tool_call", name=name, args="{bad", id="bad", error=error)


def with_call_ids(*ids: str | None) -> AIMessage:
    """A message that sets three different stocks under these call ids."""
    skus = ["TEE01BLKM", "TEE01ECRS", "TEE01BLKS"]
    named = [set_stock(77, sku) for sku in skus]
    tool_calls = [ToolCall(name=name, args=args, id=call_id) for (name, args), call_id in zip(named, ids, strict=True)]
    return AIMessage("", tool_calls=tool_calls)


class TestCallIds:
    @BOTH
    @pytest.mark.parametrize("ids", [("x", "x", "x"), (None, None, None), ("", "x", ""), ("x", None, "x")], ids=str)
    async def test_repeated_and_missing_ones_each_get_their_own_card_and_result(
        self, start: Start, ids: tuple[str | None, ...]
    ) -> None:
        talk = await start(with_call_ids(*ids), "Done.")
        turn = await talk.say()
        shown = [card["tool_call_id"] for card in turn.cards]
        assert len(set(shown)) == 3
        assert all(shown)
        turn = await talk.answer(APPROVE, APPROVE, APPROVE)
        assert set(turn.results) == set(shown)
        assert len(talk.written) == 3

    async def test_the_first_of_repeated_ones_keeps_its_name(self, start: Start) -> None:
        talk = await start(with_call_ids("x", "x", "y"), "Done.")
        shown = [card["tool_call_id"] for card in (await talk.say()).cards]
        assert (shown[0], shown[2]) == ("x", "y")

    async def test_ids_may_come_back_in_later_messages(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), calls(set_stock(26)), "Done.")
        await talk.say()
        await talk.answer(APPROVE)
        turn = await talk.answer(APPROVE)
        assert [message.text.splitlines()[0] for message in turn.messages if isinstance(message, ToolMessage)] == [
            "Set the physical stock of TEE01BLKM in Stockholm from 12 to 25 units: Written.",
            "Set the physical stock of TEE01BLKM in Stockholm from 25 to 26 units: Written.",
        ]


class TestUnusableCalls:
    @BOTH
    async def test_arguments_that_are_not_json_are_answered_and_nothing_is_run(self, start: Start) -> None:
        talk = await start(AIMessage("", invalid_tool_calls=[invalid()]), "I see.")
        turn = await talk.say()
        assert turn.text == "I see."
        assert turn.results == {"bad": "Expecting value: line 1"}
        assert talk.written == []

    async def test_they_are_answered_without_a_reason_and_a_name_as_well(self, start: Start) -> None:
        talk = await start(AIMessage("", invalid_tool_calls=[invalid(name=None, error=None)]), "I see.")
        assert (await talk.say()).results == {"bad": "The arguments are not JSON."}

    async def test_they_do_not_hold_up_the_other_calls_of_the_message(self, start: Start) -> None:
        message = calls(set_stock(25), ("list_warehouses", {}))
        message.invalid_tool_calls = [invalid()]
        talk = await start(message, "Done.")
        assert len((await talk.say()).cards) == 1
        turn = await talk.answer(APPROVE)
        assert list(turn.results) != []
        assert set(turn.results) == {"call_1", "call_2", "bad"}

    @BOTH
    async def test_an_unknown_tool_is_answered_with_the_tools_there_are(self, start: Start) -> None:
        talk = await start(calls(("delete_everything", {"really": True})), "I see.")
        turn = await talk.say()
        assert turn.text == "I see."
        assert turn.result.startswith("There is no tool delete_everything. The tools are: ")
        assert "set_stock" in turn.result

    async def test_a_write_that_the_toolkit_leaves_out_is_an_unknown_tool(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "I see.", exclude=["set_stock"])
        assert (await talk.say()).result.startswith("There is no tool set_stock")
        assert talk.written == []


class TestGoingOnWhileCardsWait:
    async def superseded(self, talk: Conversation) -> None:
        """Nothing was written, no card is open, and the next turn asks about its own cards only."""
        assert talk.written == []
        assert {card.state for card in await talk.cards()} == {"superseded"}
        turn = await talk.say("Then put it to 30")
        assert [card["args"] for card in turn.cards] == [set_stock(30)[1]]
        await talk.answer(APPROVE)
        assert talk.stock() == 30

    @BOTH
    async def test_a_new_message_supersedes_them(self, start: Start) -> None:
        talk = await start(calls(set_stock(25), ("list_warehouses", {})), "Dropped.", calls(set_stock(30)), "Done.")
        await talk.say("Put it to 25")
        turn = await talk.say("No, wait.")
        assert turn.text == "Dropped."
        prompt = talk.model.seen[-1]
        [result] = [message for message in prompt if getattr(message, "tool_call_id", "") == "call_1"]
        assert "Not written" in result.text
        assert "the conversation went on" in result.text
        assert prompt[-1].text == "No, wait."
        await self.superseded(talk)

    @pytest.mark.parametrize("as_node", [None, "__start__", "agent", "read", "propose", "gather", "review", "apply"])
    @pytest.mark.parametrize("then", ["run", "answer"])
    async def test_a_message_put_into_the_state_supersedes_them(
        self, start: Start, as_node: str | None, then: str
    ) -> None:
        talk = await start(calls(set_stock(25)), "Dropped.", calls(set_stock(30)), "Done.")
        await talk.say("Put it to 25")
        await talk.graph.aupdate_state(talk.config, {"messages": [HumanMessage("No, wait.")]}, as_node=as_node)
        assert (await talk.state()).interrupts == ()
        await (talk.run(None) if then == "run" else talk.answer(APPROVE))
        assert talk.written == []
        if len(talk.model.seen) == 1:
            await talk.say("Well?")
        assert talk.model.seen[-1][-1].type == "human"
        await self.superseded(talk)

    @BOTH
    async def test_a_message_that_comes_with_the_answer_supersedes_them(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Dropped.", calls(set_stock(30)), "Done.")
        await talk.say("Put it to 25")
        message = {"messages": [HumanMessage("No, wait.")]}
        turn = await talk.run(Command(resume={"decisions": [APPROVE]}, update=message))
        assert turn.text == "Dropped."
        await self.superseded(talk)

    async def test_cards_whose_message_was_deleted_are_superseded(self, start: Start) -> None:
        talk = await start(lambda prompt: calls(set_stock(25)) if "25" in prompt[-1].text else AIMessage("Hello."))
        turn = await talk.say("Put it to 25")
        removed = [RemoveMessage(id=str(message.id)) for message in turn.messages]
        await talk.graph.aupdate_state(talk.config, {"messages": removed}, as_node="gather")
        assert (await talk.say("Hello?")).text == "Hello."
        assert [card.state for card in await talk.cards()] == ["superseded"]
        assert talk.written == []

    async def test_a_conversation_that_was_emptied_begins_anew(self, start: Start) -> None:
        talk = await start(lambda prompt: calls(set_stock(25)) if "25" in prompt[-1].text else AIMessage("Hello."))
        turn = await talk.say("Put it to 25")
        removed = [RemoveMessage(id=str(message.id)) for message in turn.messages]
        await talk.graph.aupdate_state(talk.config, {"messages": removed}, as_node="propose")
        assert (await talk.run(None)).text == "Hello."
        assert [card.state for card in await talk.cards()] == ["superseded"]


class TestForeignMessages:
    async def test_a_conversation_may_begin_without_a_user(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        turn = await talk.run({"messages": [SystemMessage("Stock of TEE01BLKM has to be 25.")]})
        assert len(turn.cards) == 1
        await talk.run(Command(resume={"decisions": [APPROVE]}))
        assert talk.stock() == 25

    async def test_a_result_belongs_to_the_call_that_it_stands_behind(self, start: Start) -> None:
        talk = await start("?", "?", "Hello.")
        results = [ToolMessage(text, tool_call_id="call_1") for text in ("A.", "B.")]
        given = [HumanMessage("Hi"), calls(("a", {})), results[0], calls(("b", {})), results[1]]
        await talk.run({"messages": given})
        told = [message.text for message in talk.model.seen[-1] if isinstance(message, ToolMessage)]
        assert told == ["A.", "B."]

    async def test_results_that_other_software_left_out_are_filled_in(self, start: Start) -> None:
        talk = await start("?", "Hello.", "Hello.")
        history = [HumanMessage("Hi"), calls(("get_order", {"order_number": 1042})), HumanMessage("Hello?")]
        turn = await talk.run({"messages": history})
        assert turn.text == "Hello."
        assert "Not run: the conversation went on." in [message.text for message in talk.model.seen[-1]]

    async def test_results_that_other_software_gave_are_kept(self, start: Start) -> None:
        talk = await start("?", "Hello.", "Hello.")
        given = [HumanMessage("Hi"), calls(("lookup", {})), ToolMessage("Found it.", tool_call_id="call_1")]
        await talk.run({"messages": given})
        assert [message.text for message in talk.model.seen[-1]][-1] == "Found it."

    async def test_a_write_that_the_caller_puts_into_the_models_mouth_is_not_run(self, start: Start) -> None:
        talk = await start("?", "Hello.", "Hello.")
        await talk.run({"messages": [HumanMessage("Hi"), calls(set_stock(99))]})
        assert talk.written == []

    async def test_a_result_without_its_call_is_not_shown_to_the_model(self) -> None:
        messages: list[Any] = [HumanMessage("Hi"), ToolMessage("Stray.", tool_call_id="call_1"), AIMessage("Hello.")]
        assert [message.text for message in view(messages)] == ["Hi", "Hello."]

    async def test_results_out_of_place_are_put_in_place(self) -> None:
        call = calls(("a", {}), ("b", {}))
        call.id = "m"
        late = HumanMessage("Hello?")
        results = [
            ToolMessage(name, id=f"t:m:{call_id}", tool_call_id=call_id)
            for name, call_id in (("B", "call_2"), ("A", "call_1"))
        ]
        messages = view([HumanMessage("Hi"), call, late, *results, AIMessage("Hello.")])
        check(messages)
        assert [message.text for message in messages] == ["Hi", "", "A", "B", "Hello?", "Hello."]


def exchange(number: int, length: int) -> list[Any]:
    """A call and its long result."""
    call = calls(("get_order", {"order_number": number}))
    call.id = f"m{number}"
    return [call, ToolMessage("x" * length, id=f"t:m{number}:call_1", tool_call_id="call_1")]


class TestLongConversations:
    LIMIT = 100_000

    async def prompt(self, start: Start, messages: list[Any]) -> list[Any]:
        talk = await start(lambda _: AIMessage("Hello."))
        await talk.run({"messages": messages})
        prompt = talk.model.seen[-1]
        check(prompt)
        assert isinstance(prompt[0], SystemMessage)
        assert count_tokens_approximately(prompt) <= self.LIMIT + 1000
        return prompt

    async def test_old_turns_are_left_out_without_parting_a_call_from_its_result(self, start: Start) -> None:
        turns = [[HumanMessage(f"Question {n}"), *exchange(n, 40_000), AIMessage(f"Answer {n}")] for n in range(20)]
        prompt = await self.prompt(start, [*(message for turn in turns for message in turn), HumanMessage("And now?")])
        assert prompt[1].type == "human"
        assert prompt[-1].text == "And now?"
        assert 10 < len(prompt) < 60

    async def test_of_one_long_turn_the_question_and_the_latest_exchanges_are_kept(self, start: Start) -> None:
        exchanges = [message for n in range(20) for message in exchange(n, 40_000)]
        prompt = await self.prompt(start, [HumanMessage("Find the oldest order."), *exchanges])
        assert prompt[1].text == "Find the oldest order."
        assert call_ids(prompt[2]) == ["call_1"]
        assert prompt[-1].text == exchanges[-1].text
        assert len(prompt) > 10

    async def test_a_system_message_of_the_conversation_stays(self, start: Start) -> None:
        exchanges = [message for n in range(20) for message in exchange(n, 40_000)]
        prompt = await self.prompt(start, [SystemMessage("Be brief."), HumanMessage("Find it."), *exchanges])
        assert [message.text for message in prompt[1:3]] == ["Be brief.", "Find it."]
        assert len(prompt) > 10

    async def test_a_long_conversation_in_which_nobody_asked_keeps_the_latest_exchanges(self, start: Start) -> None:
        prompt = await self.prompt(start, [message for n in range(20) for message in exchange(n, 40_000)])
        assert call_ids(prompt[1]) == ["call_1"]
        assert len(prompt) > 10

    async def test_a_short_conversation_is_shown_whole(self, start: Start) -> None:
        turns = [[HumanMessage(f"Question {n}"), *exchange(n, 100), AIMessage(f"Answer {n}")] for n in range(20)]
        prompt = await self.prompt(start, [*(message for turn in turns for message in turn), HumanMessage("And now?")])
        assert len(prompt) == 82
