"""A run's context allows less than the agent was built with, and never more."""

from types import SimpleNamespace
from typing import Any

import pytest
from conversations import APPROVE, BOTH, Conversation, Start, Turn, reject, set_stock
from langchain_core.messages import HumanMessage
from pydantic import ValidationError
from scripted import ScriptedModel, calls

from langchain_centra import ApprovalPolicy, CentraToolkit
from langchain_centra_graphs import OfflineModel, StoreContext, build_store_agent

NOTE = ("add_order_note", {"order_number": 1042, "text": "Call back."})
CONFIRM = ("confirm_order", {"order_number": 1042})
RUNS_STOCK = ApprovalPolicy.model_validate({"tools": {"set_stock": {"verdict": "run"}}})


class NamesItsTools(ScriptedModel):
    """Says which tools it is given."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> "NamesItsTools":
        return self.model_copy(update={"script": [" ".join(tool.name for tool in tools)]})


async def say(talk: Conversation, **context: Any) -> Turn:
    return await talk.run({"messages": [HumanMessage("Go on.")]}, context=context)


class TestWrites:
    @BOTH
    async def test_a_write_that_is_taken_away_is_not_proposed(self, start: Start) -> None:
        talk = await start(calls(CONFIRM, set_stock(25)), "Told.")
        turn = await say(talk, writes=["orders"])
        assert [card["name"] for card in turn.cards] == ["confirm_order"]
        assert "policy does not allow this" in turn.messages[-1].text
        assert (await talk.answer(APPROVE)).text == "Told."
        assert talk.written == ["confirmOrder"]

    async def test_without_writes_nothing_is_proposed_and_nothing_written_unasked(self, start: Start) -> None:
        talk = await start(calls(NOTE, CONFIRM), "Told.")
        assert (await say(talk, writes=[])).text == "Told."
        assert talk.written == []

    async def test_a_card_of_a_wider_run_is_not_written_in_a_narrower_one(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Told.")
        await talk.say()
        turn = await talk.answer(APPROVE, context={"writes": ["orders"]})
        assert turn.text == "Told."
        assert "no longer allows this" in turn.result
        assert talk.written == []

    async def test_undo_reaches_only_what_may_be_changed(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.", calls(("undo_change", {})), "Told.")
        await talk.say()
        await talk.answer(APPROVE)
        turn = await say(talk, writes=["orders"])
        assert "policy does not allow this" in turn.result
        assert talk.stock() == 25

    async def test_the_model_is_given_only_the_tools_that_may_be_used(self, start: Start) -> None:
        talk = await start(model=NamesItsTools)
        everything = set((await talk.say()).text.split())
        assert set((await say(talk)).text.split()) == everything
        of_orders = set((await say(talk, writes=["set_order_hold"])).text.split())
        writes = set(talk.toolkit.writes)
        assert of_orders == everything - writes | {"set_order_hold", "undo_change"}
        assert set((await say(talk, writes=[])).text.split()) == everything - writes

    async def test_what_the_agent_lacks_is_not_given_by_naming_it(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Told.", exclude=["set_stock"])
        turn = await say(talk, writes=["stock", "set_stock"])
        assert "There is no tool set_stock" in turn.result
        assert talk.written == []

    def test_a_name_that_is_no_write_is_refused_with_those_that_are(self) -> None:
        with pytest.raises(ValidationError, match="no write is called ordres; groups are attributes, categories"):
            StoreContext(writes=["ordres", "stock"])


class TestPolicy:
    @BOTH
    async def test_a_stricter_rule_asks_where_the_agents_own_would_run(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.", policy=RUNS_STOCK)
        turn = await say(talk, policy={"tools": {"set_stock": {"verdict": "run", "bounds": {"stock_delta": 5}}}})
        assert len(turn.cards) == 1
        assert talk.written == []

    async def test_a_laxer_rule_changes_nothing(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        turn = await say(talk, policy=RUNS_STOCK.model_dump(mode="json"))
        assert len(turn.cards) == 1

    async def test_a_laxer_rule_does_not_open_what_the_agents_own_denies(self, start: Start) -> None:
        denies = ApprovalPolicy.model_validate({"effects": {"stock": {"verdict": "deny"}}})
        talk = await start(calls(set_stock(25)), "Told.", policy=denies)
        assert "policy does not allow this" in (await say(talk, policy=RUNS_STOCK)).result

    async def test_the_smaller_number_and_the_shorter_time_count(self, start: Start) -> None:
        talk = await start(calls(CONFIRM, set_stock(25)), "Done.", policy=ApprovalPolicy(writes_per_turn=5))
        turn = await say(talk, policy={"writes_per_turn": 1, "expires_after": "P30D"})
        assert [card["name"] for card in turn.cards] == ["confirm_order"]
        [card] = await talk.cards()
        assert (card.expires_at - card.created_at).days <= 1

    async def test_four_eyes_of_the_context_count_beside_the_agents_approvers(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.", policy=ApprovalPolicy(approvers=frozenset({"eva", "bo"})))
        talk.configurable["langgraph_auth_user"] = SimpleNamespace(identity="eva")
        await talk.say()
        context = {"policy": {"four_eyes": True, "approvers": ["eva", "bo", "mallory"]}}
        assert "Another person" in ((await talk.answer(APPROVE, context=context)).error or "")
        talk.configurable["langgraph_auth_user"] = SimpleNamespace(identity="mallory")
        assert "mallory may not approve" in ((await talk.answer(APPROVE, context=context)).error or "")
        talk.configurable["langgraph_auth_user"] = SimpleNamespace(identity="bo")
        assert (await talk.answer(APPROVE, context=context)).text == "Done."


class TestApprover:
    async def asked(self, start: Start) -> Conversation:
        talk = await start(calls(set_stock(25)), "Done.")
        await talk.say()
        return talk

    @BOTH
    async def test_off_a_server_the_name_is_recorded_as_claimed(self, start: Start) -> None:
        talk = await self.asked(start)
        await talk.answer(APPROVE, context={"approver": "Maja"})
        [card] = await talk.cards()
        assert (card.decided_by, card.decided_via, talk.stock()) == ("Maja", "claimed", 25)

    async def test_the_yes_of_another_does_not_count_but_the_no_does(self, start: Start) -> None:
        talk = await self.asked(start)
        talk.configurable["approver"] = "Bo"
        turn = await talk.answer(APPROVE, context={"approver": "Maja"})
        assert turn.error == "Only Maja may approve changes in this run, and Bo answered."
        await talk.answer(reject(), context={"approver": "Maja"})
        assert talk.written == []

    async def test_on_a_server_it_names_who_must_prove_to_be_that(self, start: Start) -> None:
        talk = await self.asked(start)
        talk.configurable["assistant_id"] = "a"
        error = (await talk.answer(APPROVE, context={"approver": "eva"})).error
        assert error == "Only eva may approve changes in this run, and who answers is not known."
        talk.configurable["langgraph_auth_user"] = SimpleNamespace(identity="eva")
        await talk.answer(APPROVE, context={"approver": "eva"})
        [card] = await talk.cards()
        assert (card.decided_by, card.decided_via) == ("eva", "authenticated")

    async def test_it_opens_no_list_of_approvers(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.", policy=ApprovalPolicy(approvers=frozenset({"Maja"})))
        await talk.say()
        assert "logged in" in ((await talk.answer(APPROVE, context={"approver": "Maja"})).error or "")


def test_studio_can_show_and_edit_it() -> None:
    with CentraToolkit.sandbox() as toolkit:
        graph = build_store_agent(OfflineModel(), toolkit, checkpointer="server")
    schema = graph.get_context_jsonschema()
    assert schema is not None
    assert set(schema["properties"]) == {"writes", "policy", "approver"}
    for setting in schema["properties"].values():
        assert setting["description"]
        assert set(setting["langgraph_nodes"]) <= set(graph.nodes)


def test_a_form_that_was_left_empty_names_no_approver() -> None:
    assert StoreContext(approver=" ").approver is None
