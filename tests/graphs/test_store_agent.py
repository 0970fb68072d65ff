"""The agent as it is built and run: reads, an approved write, streams, limits, cancellation."""

import asyncio
from typing import Any

import pytest
from conversations import APPROVE, BOTH, Start, Turn, set_stock
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from scripted import ScriptedModel, calls

import langchain_centra_graphs
from langchain_centra import CentraToolkit
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.policy import ApprovalPolicy, Rule, Verdict
from langchain_centra_graphs import build_store_agent

RUN = Rule(verdict=Verdict.RUN)

ASYNC = {"__pregel_durability": "async"}
"""Without a checkpointer langgraph itself fails under "sync", before it runs a node."""


@pytest.mark.parametrize("checkpointer", [None, True, False, "memory", InMemorySaver])
def test_it_is_not_built_without_a_checkpointer(checkpointer: Any) -> None:
    with CentraToolkit.sandbox() as toolkit, pytest.raises(TypeError, match="Pass a checkpointer"):
        build_store_agent(ScriptedModel(script=["Hello."]), toolkit, checkpointer=checkpointer)


def test_the_package_has_no_other_names() -> None:
    assert set(langchain_centra_graphs.__all__) == {"OfflineModel", "StoreContext", "build_store_agent"}
    with pytest.raises(AttributeError, match="no attribute 'build_shop_agent'"):
        _ = langchain_centra_graphs.build_shop_agent


async def test_one_built_for_a_server_refuses_to_run_without_the_servers_checkpointer() -> None:
    async with CentraToolkit.sandbox() as toolkit:
        agent = build_store_agent(ScriptedModel(script=["Hello."]), toolkit, checkpointer="server")
        with pytest.raises(RuntimeError, match="without a checkpointer"):
            await agent.ainvoke({"messages": [HumanMessage("Hi")]}, {"configurable": {"thread_id": "thread"} | ASYNC})


async def test_a_run_without_a_thread_id_is_refused() -> None:
    async with CentraToolkit.sandbox() as toolkit:
        agent = build_store_agent(ScriptedModel(script=["Hello."]), toolkit, checkpointer=InMemorySaver())
        with pytest.raises((KeyError, ValueError), match="thread_id"):
            await agent.ainvoke({"messages": [HumanMessage("Hi")]}, {"configurable": {}})
        agent = build_store_agent(ScriptedModel(script=["Hello."]), toolkit, checkpointer="server")
        with pytest.raises(ValueError, match="Pass a thread_id"):
            await agent.ainvoke({"messages": [HumanMessage("Hi")]}, {"configurable": dict(ASYNC)})


async def test_the_model_is_told_the_rules_and_then_the_builders_own_prompt() -> None:
    async with CentraToolkit.sandbox() as toolkit:
        model = ScriptedModel(script=["Hello."])
        agent = build_store_agent(model, toolkit, checkpointer=InMemorySaver(), system_prompt="You are Maja.")
        await agent.ainvoke({"messages": [HumanMessage("Hi")]}, {"configurable": {"thread_id": "thread"}})
        [prompt] = model.seen
        assert prompt[0].type == "system"
        assert prompt[0].text == f"You are Maja.\n\n{toolkit.instructions}"


@BOTH
async def test_an_answer_without_calls_ends_the_turn(start: Start) -> None:
    talk = await start("Hello.")
    turn = await talk.say("Hi")
    assert (turn.text, (await talk.state()).next) == ("Hello.", ())


@BOTH
async def test_reads_run_at_once_and_their_results_go_back_to_the_model(start: Start) -> None:
    talk = await start(
        calls(("get_order", {"order_number": 1042}), ("list_warehouses", {}), ("get_stock", {"sku": "TEE01BLKM"})),
        "Here you are.",
    )
    turn = await talk.say("Show me order 1042")
    assert turn.text == "Here you are."
    assert list(turn.results) == ["call_1", "call_2", "call_3"]
    assert turn.results["call_1"].startswith("Order 1042: PENDING")
    assert "Stockholm" in turn.results["call_2"]
    assert talk.written == []


@BOTH
async def test_a_sensitive_write_waits_for_a_yes_and_is_then_made_once(start: Start) -> None:
    talk = await start(calls(("cancel_order", {"order_number": 1042, "reason": "She changed her mind"})), "Cancelled.")
    turn = await talk.say("Cancel order 1042")
    assert [card["name"] for card in turn.cards] == ["cancel_order"]
    assert talk.written == []
    assert talk.sandbox.store.orders[1042].status == "PENDING"
    turn = await talk.answer(APPROVE)
    assert turn.text == "Cancelled."
    assert turn.result.startswith("Cancel order 1042 (646.00 SEK, 3 units): Written.\nVerified")
    assert talk.written == ["cancelDirectToConsumerOrder"]
    assert talk.sandbox.store.orders[1042].status == "CANCELLED"


@BOTH
async def test_several_writes_of_a_turn_are_one_question(start: Start) -> None:
    talk = await start(
        calls(("cancel_order", {"order_number": 1042}), set_stock(25), ("confirm_order", {"order_number": 1050})), "Ok."
    )
    turn = await talk.say()
    assert len(turn.interrupts) == 1
    assert [card["tool_call_id"] for card in turn.cards] == ["call_1", "call_2", "call_3"]
    turn = await talk.answer(APPROVE, APPROVE, APPROVE)
    assert sorted(talk.written) == ["cancelDirectToConsumerOrder", "confirmOrder", "setStock"]
    assert all("Written." in text for text in turn.results.values())


@BOTH
async def test_reads_of_the_same_turn_do_not_wait_for_the_person(start: Start) -> None:
    talk = await start(calls(("get_order", {"order_number": 1042}), set_stock(25), ("list_warehouses", {})), "Ok.")
    turn = await talk.say()
    assert len(turn.cards) == 1
    waiting = Turn((await talk.state()).values)
    assert waiting.results.keys() == {"call_1", "call_3"}
    assert waiting.results["call_1"].startswith("Order 1042")
    turn = await talk.answer(APPROVE)
    assert turn.results.keys() == {"call_1", "call_2", "call_3"}


async def test_the_stored_state_shows_what_waits(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Ok.")
    turn = await talk.say()
    state = await talk.state()
    assert state.next == ("review",)
    assert [interrupt.value for interrupt in state.interrupts] == [turn.request]
    assert "turn" not in state.values
    await talk.answer(APPROVE)
    assert (await talk.state()).interrupts == ()


async def test_several_turns_of_one_conversation_each_ask_for_themselves(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "25 now.", calls(set_stock(30)), "30 now.")
    await talk.say("Put it to 25")
    assert (await talk.answer(APPROVE)).text == "25 now."
    turn = await talk.say("Put it to 30")
    assert turn.cards[0]["preview"]["changes"][0]["before"] == 25
    assert (await talk.answer(APPROVE)).text == "30 now."
    assert talk.stock() == 30


async def test_the_model_may_write_again_after_it_saw_a_result(start: Start) -> None:
    talk = await start(calls(set_stock(25)), calls(set_stock(30)), "30 now.")
    await talk.say()
    turn = await talk.answer(APPROVE)
    assert turn.cards[0]["preview"]["changes"][0]["before"] == 25
    assert (await talk.answer(APPROVE)).text == "30 now."


class TestStreaming:
    async def test_the_question_arrives_as_an_update(self, start: Start) -> None:
        talk = await start(calls(("list_warehouses", {}), set_stock(25)), "Done.")
        modes: list[Any] = ["updates", "messages"]
        given = {"messages": [HumanMessage("Put it to 25")]}
        first = [part async for part in talk.graph.astream(given, talk.config, stream_mode=modes)]
        updates = [data for mode, data in first if mode == "updates"]
        assert [next(iter(update)) for update in updates].count("__interrupt__") == 1
        assert {"agent", "read", "propose", "gather"} <= {node for update in updates for node in update}
        resume: Any = Command(resume={"decisions": [APPROVE]})
        rest = [part async for part in talk.graph.astream(resume, talk.config, stream_mode=modes)]
        streamed: list[Any] = [data[0] for mode, data in rest if mode == "messages"]
        spoken = [message for message in streamed if isinstance(message, AIMessage)]
        assert spoken[-1].text == "Done."
        assert talk.stock() == 25

    @pytest.mark.parametrize("mode", ["invoke"])
    async def test_a_synchronous_stream_does_the_same(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        given = {"messages": [HumanMessage("Put it to 25")]}
        first = await asyncio.to_thread(lambda: list(talk.graph.stream(given, talk.config, stream_mode="updates")))
        assert "__interrupt__" in first[-1]
        assert (await talk.answer(APPROVE)).text == "Done."


class TestLimits:
    @BOTH
    async def test_a_turn_without_end_ends_in_a_sentence(self, start: Start) -> None:
        talk = await start(lambda _: calls(("list_warehouses", {})))
        turn = await talk.run({"messages": [HumanMessage("Go")]}, {**talk.config, "recursion_limit": 20})
        assert "took too many steps" in turn.text
        assert (await talk.state()).next == ()

    async def test_the_limit_is_there_unasked(self, start: Start) -> None:
        talk = await start(lambda _: calls(("list_warehouses", {})))
        assert "took too many steps" in (await talk.say()).text
        assert 20 < len(talk.model.seen) < 50

    async def test_the_conversation_goes_on_after_it(self, start: Start) -> None:
        talk = await start(*[calls(("list_warehouses", {}))] * 3, "Here you are.", "Here you are.")
        await talk.run({"messages": [HumanMessage("Go")]}, {**talk.config, "recursion_limit": 12})
        assert (await talk.say()).text == "Here you are."

    @pytest.mark.parametrize("limit", [4, 8, 9, *range(10, 32, 2)])
    async def test_what_was_written_before_the_limit_is_told(self, start: Start, limit: int) -> None:
        policy = ApprovalPolicy(effects={Effect.STOCK: RUN})
        talk = await start(calls(*[set_stock(20 + number) for number in range(5)]), "Done.", policy=policy)
        turn = await talk.run({"messages": [HumanMessage("Go")]}, {**talk.config, "recursion_limit": limit})
        assert turn.text == "Done." or "took too many steps" in turn.text
        assert sum("Written." in text for text in turn.results.values()) == len(talk.written)
        assert not any(card.state in ("proposed", "approved") for card in await talk.cards())

    async def test_more_writes_than_a_turn_allows_are_refused_one_by_one(self, start: Start) -> None:
        policy = ApprovalPolicy(writes_per_turn=2)
        script = calls(set_stock(1), set_stock(2, "TEE01ECRS"), ("confirm_order", {"order_number": 1042}))
        talk = await start(script, "Two of three.", policy=policy)
        turn = await talk.say()
        assert len(turn.cards) == 2
        assert "at most 2 writes" in Turn((await talk.state()).values).results["call_3"]


class TestFailures:
    @BOTH
    async def test_a_model_that_fails_leaves_the_conversation_as_it_was(self, start: Start) -> None:
        def fail(_messages: Any) -> AIMessage:
            raise RuntimeError("The model's server is down.")

        talk = await start(fail)
        with pytest.raises(RuntimeError, match="server is down"):
            await talk.say("Hi")
        talk.model.script[0] = "Hello."
        assert (await talk.say("Hi again")).text == "Hello."

    async def test_a_model_that_answers_with_another_kind_of_message_is_refused(self, start: Start) -> None:
        talk = await start(lambda _: HumanMessage("I am you."))
        with pytest.raises(TypeError, match="HumanMessage instead of an AIMessage"):
            await talk.say("Hi")

    async def test_a_run_cancelled_in_mid_write_ends_with_the_write_recorded(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "It is 25.", "It is 25.", timeout=4)
        await talk.say()
        talk.sandbox.faults.add("slow", "setStock", seconds=0.5)
        run = asyncio.create_task(talk.answer(APPROVE))
        while not any(row.event == "sent" for row in await talk.audit()):
            await asyncio.sleep(0.01)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        turn = await talk.say("Well?")
        assert turn.text == "It is 25."
        assert (talk.stock(), talk.written) == (25, ["setStock"])
        [card] = await talk.cards()
        assert card.state == "applied"
        prompt = "\n".join(message.text for message in talk.model.seen[-1])
        assert "from 12 to 25 units: Written." in prompt
