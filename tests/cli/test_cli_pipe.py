"""A chat without a terminal: each line of stdin is what a person would enter, and nobody is asked."""

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from langchain_centra.cli.app import app
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.sandbox import Sandbox


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A store that outlives the commands."""
    sandbox = Sandbox()
    with sandbox.serve() as url:
        monkeypatch.setenv("CENTRA_URL", url)
        monkeypatch.setenv("CENTRA_TOKEN", sandbox.TOKEN)
        monkeypatch.setenv("CENTRA_WRITES", "orders,stock")
        yield sandbox


def run(*arguments: str, entered: str = "") -> str:
    """What a command writes; raises what it fails with."""
    result = CliRunner().invoke(app, arguments, input=entered, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def chat(*lines: str) -> str:
    return run("chat", "--thread", "desk", entered="".join(f"{line}\n" for line in lines))


def written(shop: Sandbox) -> list[str | None]:
    return [mutation.name for mutation in shop.mutations if mutation.applied]


@pytest.fixture
def card(shop: Sandbox) -> str:
    """A change that a chat has left waiting."""
    with pytest.raises(CommandFailed, match="wait for a person"):
        chat("Confirm order 1042")
    [waiting] = json.loads(run("approvals", "list", "--json"))
    proposal_id: str = waiting["proposal_id"]
    return proposal_id[:8]


def test_a_change_waits_until_somebody_decides_elsewhere_and_the_chat_goes_on(shop: Sandbox, card: str) -> None:
    with pytest.raises(CommandFailed, match="wait for a person"):
        chat("/continue")
    assert written(shop) == []
    told = run("approvals", "answer", card, "approve")
    assert told.splitlines()[-1].endswith("To go on with it: centra-agent chat --thread desk")
    told = chat()
    assert "Decided elsewhere." in told
    assert "Written" in told
    assert written(shop) == ["confirmOrder"]


def test_the_reason_of_a_no_reaches_the_agent(shop: Sandbox, card: str) -> None:
    run("approvals", "answer", card, "reject", "--reason", "Not before Monday.")
    assert "Not before Monday." in chat("/continue")
    assert written(shop) == []


def test_commands_are_carried_out_and_not_said_to_the_agent(shop: Sandbox) -> None:
    told = chat("/permissions", "/help", "/nonsense", "/undo", "/quit", "Show order 1042")
    assert "The reads need: " in told
    assert "There is no /nonsense here. /undo takes" in told
    assert "get_order" not in told


def test_a_chat_that_may_change_nothing_has_nothing_to_undo(shop: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CENTRA_WRITES")
    assert "there is nothing to undo" in chat("/undo")
    assert shop.mutations == []
