"""Waiting cards as text, answered in code, as where no form can be shown."""

from typing import Any

import pytest
from conversations import Way, set_stock
from langgraph.types import Command
from scripted import calls

from langchain_centra.notebook import review
from langchain_centra.sandbox import Sandbox

CONVERSATION: Any = {"configurable": {"thread_id": "thread", "approver": "Kim"}}
TWO = calls(set_stock(25), set_stock(7, "TEE01BLKL"))


@pytest.mark.parametrize("way", ["graph", "middleware", "bare"])
def test_an_approval_is_written_once_in_each_way(way: Way, asked: Any, sandbox: Sandbox, capsys: Any) -> None:
    shown = review(asked(calls(set_stock(25)), "Done.", way=way), CONVERSATION)
    assert "Change 1 of 1: set_stock" in capsys.readouterr().out
    shown.approve()
    assert capsys.readouterr().out == "Done.\n"
    shown.approve(1)
    shown.edit(1, lines=[])
    shown.reject()
    assert len(sandbox.mutations) == 1


def test_a_rejection_writes_nothing_and_the_agent_reads_why(asked: Any, sandbox: Sandbox) -> None:
    agent = asked(calls(set_stock(25)), "As you wish.")
    review(agent, CONVERSATION).reject("Count again first.")
    results = [one.text for one in agent.get_state(CONVERSATION).values["messages"] if one.type == "tool"]
    assert "Count again first." in results[0]
    assert not sandbox.mutations


def test_an_edit_is_what_is_written(asked: Any, sandbox: Sandbox) -> None:
    shown = review(asked(calls(set_stock(25)), "Done."), CONVERSATION)
    shown.edit(lines=[{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 24}])
    assert str(shown) == "Done."
    assert len(sandbox.mutations) == 1
    [place] = [place for place in sandbox.store.warehouses.values() if place.name == "Stockholm"]
    assert sandbox.store.stock[("TEE01BLKM", place.id)].physical_quantity == 24


def test_nothing_is_written_before_every_card_has_its_answer(asked: Any, sandbox: Sandbox) -> None:
    shown = review(asked(TWO, "Done."), CONVERSATION)
    shown.reject("Not this one.", card=2)
    assert not sandbox.mutations
    shown.approve()
    assert len(sandbox.mutations) == 1


def test_an_edit_of_several_cards_has_to_name_one(asked: Any, sandbox: Sandbox) -> None:
    shown = review(asked(TWO, "Done."), CONVERSATION)
    with pytest.raises(ValueError, match="name the one to edit"):
        shown.edit(lines=[])
    with pytest.raises(ValueError, match="no card 3"):
        shown.approve(3)
    assert not sandbox.mutations


def test_an_edit_that_is_refused_shows_the_card_again_with_the_reason(asked: Any, sandbox: Sandbox) -> None:
    shown = review(asked(calls(set_stock(25)), "Done."), CONVERSATION)
    shown.edit(lines=[{"sku": "NO-SUCH-SKU-1", "warehouse": "Stockholm", "quantity": 24}])
    assert "NO-SUCH-SKU-1" in shown.note
    assert len(shown.actions) == 1
    assert not sandbox.mutations


def test_a_card_that_was_decided_elsewhere_is_not_answered_again(asked: Any, sandbox: Sandbox) -> None:
    agent = asked(calls(set_stock(25)), "Done.")
    shown = review(agent, CONVERSATION)
    agent.invoke(Command(resume={"decisions": [{"type": "reject"}]}), CONVERSATION)
    shown.approve()
    assert "decided elsewhere" in str(shown)
    assert not sandbox.mutations


def test_a_conversation_without_cards_says_so(asked: Any) -> None:
    assert str(review(asked("Hello."), CONVERSATION)) == "No card is waiting."
