"""Conversations in the terminal: they outlive the terminal, the agent's errors and Ctrl-C."""

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminals import terminal
from typer.testing import CliRunner

from langchain_centra.cli.app import app
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.sandbox import DEMO_SKU, Sandbox

pytestmark = pytest.mark.slow

ASK = "[y] approve"


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A store that outlives the chat, as the environment names it."""
    sandbox = Sandbox()
    with sandbox.serve() as url:
        monkeypatch.setenv("CENTRA_URL", url)
        monkeypatch.setenv("CENTRA_TOKEN", sandbox.TOKEN)
        monkeypatch.setenv("CENTRA_WRITES", "orders,stock")
        yield sandbox


def written(shop: Sandbox) -> list[str]:
    return [mutation.name for mutation in shop.mutations if mutation.applied]


def test_a_question_is_answered_with_the_calls_shown_as_they_start_and_end() -> None:
    with terminal("chat") as chat:
        chat.wait_for("You:")
        chat.type("Show order 1042\r")
        chat.wait_for("→ get_order  order_number 1042")
        chat.wait_for("← get_order  Order 1042: PENDING")
        chat.wait_for("Totals: 3 units")
        chat.wait_for("You:")
        chat.type("/quit\r")
        chat.wait_for("The conversation is kept: centra-agent chat --thread ")
        assert chat.wait() == 0


def test_every_change_that_is_approved_is_written_and_the_last_one_taken_back(shop: Sandbox) -> None:
    with terminal("chat") as chat:
        chat.wait_for("orders, stock.")
        chat.wait_for("You:")
        chat.type("Confirm order 1042 and put the stock of TEE01BLKM in Stockholm to 25\r")
        for change in ("Change 1 of 2: [y]", "Change 2 of 2: [y]"):
            chat.wait_for(change)
            chat.type("y")
        chat.wait_for("Verified by reading it back.")
        chat.wait_for("Verified by reading it back.")
        chat.wait_for("You:")
        assert sorted(written(shop)) == ["confirmOrder", "setStock"]
        chat.type("/undo\r")
        chat.wait_for("Undo “Set the physical stock of TEE01BLKM in Stockholm from 12 to 25")
        chat.wait_for(ASK)
        chat.type("y")
        chat.wait_for("Verified by reading it back.")
        chat.wait_for("You:")
        chat.type("\x04")
        assert chat.wait() == 0
    assert written(shop)[2:] == ["setStock"]
    assert shop.store.stock[DEMO_SKU, 1].physical_quantity == 12


def test_a_conversation_that_was_left_at_a_card_shows_it_again(shop: Sandbox) -> None:
    with terminal("chat", "--thread", "monday") as chat:
        chat.wait_for("You:")
        chat.type("Confirm order 1042\r")
        chat.wait_for(ASK)
        chat.type("\x03")
        chat.wait_for("The changes go on waiting")
        chat.wait_for("You:")
        chat.type("\x04")
        assert chat.wait() == 0
    assert written(shop) == []
    with terminal("chat", "--thread", "monday") as chat:
        chat.wait_for("You: Confirm order 1042")
        chat.wait_for("Changes are waiting for your decision.")
        chat.wait_for("Change 1 of 1: confirm_order")
        chat.wait_for(ASK)
        chat.type("y")
        chat.wait_for("Confirm order 1042 (646.00 SEK): Written.")
    assert written(shop) == ["confirmOrder"]


def test_a_new_message_closes_the_cards_that_wait(shop: Sandbox) -> None:
    with terminal("chat") as chat:
        chat.wait_for("You:")
        chat.type("Confirm order 1042\r")
        chat.wait_for(ASK)
        chat.type("\x04")
        chat.wait_for("You:")
        chat.type("Show order 1042\r")
        chat.wait_for("Order 1042: PENDING")
        chat.wait_for("You:")
        chat.type("\x04")
        assert chat.wait() == 0
    assert written(shop) == []


def test_ctrl_c_stops_the_agent_and_continue_lets_it_finish(shop: Sandbox) -> None:
    shop.faults.add("slow", operation="orders", seconds=3)
    with terminal("chat") as chat:
        chat.wait_for("You:")
        chat.type("Show order 1042\r")
        chat.wait_for("→ get_order")
        chat.type("\x03")
        chat.wait_for("Stopped;")
        chat.wait_for("You:")
        chat.type("/continue\r")
        chat.wait_for("Totals: 3 units")


def test_a_change_that_was_approved_before_ctrl_c_is_written_once(shop: Sandbox) -> None:
    shop.faults.add("slow", seconds=3, after=True)
    with terminal("chat") as chat:
        chat.wait_for("You:")
        chat.type("Confirm order 1042\r")
        chat.wait_for(ASK)
        chat.type("y")
        while not shop.mutations:
            time.sleep(0.01)
        chat.type("\x03")
        chat.wait_for("Stopped;")
        chat.wait_for("You:")
        chat.type("/continue\r")
        chat.wait_for("Confirm order 1042 (646.00 SEK): Written.")
    assert written(shop) == ["confirmOrder"]


def test_a_model_that_fails_ends_the_turn_but_not_the_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with terminal("chat") as chat:
        chat.wait_for("The model is openai:")
        chat.wait_for("You:")
        chat.type("Show order 1042\r")
        chat.wait_for("The turn broke off (")
        chat.wait_for("You:")
        chat.type("\x04")
        assert chat.wait() == 0
    assert "Traceback" not in chat.text


def test_only_the_user_can_read_what_was_said(own_environment: Path) -> None:
    CliRunner().invoke(app, ["chat"], input="Show order 1042\n")
    [file] = own_environment.rglob("conversations/sandbox.sqlite3")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_conversations_that_are_kept_are_listed_with_what_waits_in_them() -> None:
    CliRunner().invoke(app, ["chat", "--thread", "monday"], input="Confirm order 1042\n")
    CliRunner().invoke(app, ["chat", "--thread", "tuesday"], input="Show order 1042\n")
    [tuesday, monday] = json.loads(CliRunner().invoke(app, ["chat", "--list", "--json"]).output)
    assert (monday["thread"], monday["began_with"], monday["waiting"]) == ("monday", "Confirm order 1042", 1)
    assert (tuesday["thread"], tuesday["waiting"]) == ("tuesday", 0)
    listed = CliRunner().invoke(app, ["chat", "--list"]).output
    assert listed.index("tuesday") < listed.index("monday")


def test_a_store_without_conversations_says_so() -> None:
    assert "No conversation about this store is kept." in CliRunner().invoke(app, ["chat", "--list"]).output


def test_an_unknown_model_is_told_in_a_sentence() -> None:
    with pytest.raises(CommandFailed, match="The model cannot be used"):
        CliRunner().invoke(app, ["chat", "--model", "nobody:no-model"], catch_exceptions=False)


def test_tools_and_permissions_are_looked_up_without_the_agent(shop: Sandbox) -> None:
    with terminal("chat") as chat:
        chat.wait_for("You:")
        chat.type("/tools\r")
        chat.wait_for("set_stock")
        chat.wait_for("You:")
        chat.type("/permissions\r")
        chat.wait_for("The writes need:")
        chat.wait_for("StockChange:write")
        chat.wait_for("You:")
        chat.type("\x04")
        assert chat.wait() == 0
    assert not shop.requests
