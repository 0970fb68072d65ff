"""The journal from the command line: another person's decision, the audit, clearing, and taking a change back."""

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from langchain_centra import CentraToolkit
from langchain_centra.approval.approvals import Call, Turn
from langchain_centra.approval.records import Card
from langchain_centra.cli.app import app
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.seed.known import DEMO_PHYSICAL, DEMO_SKU

STEPS: dict[str, Any] = {"lines": [{"sku": DEMO_SKU, "warehouse": "Stockholm", "quantity": 25}]}


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """A store that outlives the commands, and a journal in a file."""
    sandbox = Sandbox()
    with sandbox.serve() as url:
        monkeypatch.setenv("CENTRA_URL", url)
        monkeypatch.setenv("CENTRA_TOKEN", sandbox.TOKEN)
        monkeypatch.setenv("CENTRA_WRITES", "orders,stock")
        monkeypatch.setenv("CENTRA_JOURNAL", f"sqlite:///{tmp_path / 'journal.sqlite3'}")
        monkeypatch.setenv("LOGNAME", "bo")
        yield sandbox


def run(*arguments: str) -> str:
    """What a command writes; raises what it fails with."""
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def propose(tool: str, args: dict[str, Any], requester: str = "anna") -> Card:
    """Have an agent of the store propose a change."""

    async def work(toolkit: CentraToolkit) -> Card:
        call = Call(thread_id="thread", message_id="m", call_id=tool, position=0, tool=tool, args=args)
        turn = Turn(message_ids=["m"], requester=requester, first_message_id="m0")
        card = await toolkit.portal.acall(toolkit.approvals.propose, call, turn)
        assert isinstance(card, Card)
        return card

    return with_toolkit(work)


def write(card: Card) -> Card:
    """Have the agent write what was approved."""
    return with_toolkit(lambda toolkit: toolkit.portal.acall(toolkit.approvals.apply, card.proposal_id))


def with_toolkit(work: Callable[[CentraToolkit], Awaitable[Card]]) -> Card:
    async def inside() -> Card:
        async with CentraToolkit.from_env() as toolkit:
            return await work(toolkit)

    return asyncio.run(inside())


def level(shop: Sandbox) -> int:
    return shop.store.stock[DEMO_SKU, 1].physical_quantity


def test_a_second_person_answers_from_another_terminal(shop: Sandbox) -> None:
    card = propose("set_stock", STEPS)
    short = card.proposal_id[:8]
    card_shown = run("approvals", "show", short)
    assert "25" in card_shown
    assert card_shown.splitlines()[-1] == f"{short}: proposed, in the conversation thread"
    assert json.loads(run("approvals", "show", short, "--json"))["state"] == "proposed"
    told = run("approvals", "answer", short, "approve").splitlines()
    assert told[0] == f"Stored: approve {short}."
    assert told[1].startswith("A front end that waits for it goes on")
    [stored] = json.loads(run("approvals", "list", "--json"))
    assert (stored["decided_by"], stored["decided_via"]) == ("bo", "login")
    assert write(card).state == "applied"
    assert level(shop) == 25


def test_four_eyes_hold_for_the_command_line_as_well(
    shop: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("four_eyes = true\n")
    monkeypatch.setenv("CENTRA_POLICY", str(policy))
    card = propose("set_stock", STEPS, requester="bo")
    with pytest.raises(CommandFailed, match="Another person"):
        run("approvals", "answer", card.proposal_id, "approve")
    monkeypatch.setenv("LOGNAME", "cy")
    run("approvals", "answer", card.proposal_id, "approve")


def test_an_edit_is_checked_and_a_card_that_is_closed_is_told(shop: Sandbox) -> None:
    card = propose("set_stock", STEPS)
    with pytest.raises(CommandFailed, match="The edit was not taken"):
        run("approvals", "answer", card.proposal_id, "edit", "--args", '{"lines": []}')
    run("approvals", "answer", card.proposal_id, "reject", "--reason", "Not today.")
    with pytest.raises(CommandFailed, match=r"not open any more: rejected: Not today\."):
        run("approvals", "answer", card.proposal_id, "approve")
    with pytest.raises(CommandFailed, match="holds no card"):
        run("approvals", "show", "ffffffff")


def test_what_is_allowed_always_is_listed_and_revoked(shop: Sandbox) -> None:
    card = propose("set_stock", STEPS)
    run("approvals", "answer", card.proposal_id, "approve", "--always")
    [grant] = json.loads(run("approvals", "grants", "--json"))
    assert (grant["tool"], grant["by"], grant["used"]) == ("set_stock", "bo", 0)
    assert "Revoked" in run("approvals", "revoke", card.proposal_id[:8])
    assert "revoked by bo" in " ".join(run("approvals", "grants").split())


def test_a_written_change_is_taken_back_unless_somebody_changed_it_since(shop: Sandbox) -> None:
    card = propose("set_stock", STEPS)
    run("approvals", "answer", card.proposal_id, "approve")
    write(card)
    shop.store.stock[DEMO_SKU, 1].physical_quantity = 26
    with pytest.raises(CommandFailed, match="no longer as this change left it"):
        run("audit", "undo", card.proposal_id[:8], "--yes")
    shop.store.stock[DEMO_SKU, 1].physical_quantity = 25
    told = " ".join(run("audit", "undo", card.proposal_id[:8], "--yes").split())
    assert "Undo “Set the physical stock" in told
    assert "Written." in told
    assert level(shop) == DEMO_PHYSICAL
    assert len(shop.mutations) == 2


def test_the_audit_verifies_and_a_head_kept_elsewhere_finds_another_history(shop: Sandbox) -> None:
    propose("set_stock", STEPS)
    found = json.loads(run("audit", "verify", "--json"))
    head = f"{found['rows']}:{found['head_hash']}"
    assert head in run("audit", "verify")
    run("audit", "verify", "--head", head)
    with pytest.raises(CommandFailed, match="event 1 was rewritten"):
        run("audit", "verify", "--head", f"1:{'0' * 64}")
    with pytest.raises(CommandFailed, match="number:hash"):
        run("audit", "verify", "--head", "nonsense")


def test_listings_and_exports_hide_a_customers_address_and_forgetting_clears_it(shop: Sandbox) -> None:
    note = {"order_number": 1042, "note": "=Write to maja@example.com"}
    card = propose("add_order_note", note)
    assert "maja@example.com" in run("audit", "show", card.proposal_id, "--reveal", "--json")
    for command in (
        ["audit", "show", card.proposal_id, "--json"],
        ["approvals", "list", "--json"],
        ["audit", "export"],
    ):
        assert "maja@" not in run(*command)
    rows = list(csv.DictReader(io.StringIO(run("audit", "export"))))
    assert [row["event"] for row in rows] == ["proposed", "approved"]
    assert [json.loads(line)["seq"] for line in run("audit", "export", "--format", "jsonl").splitlines()] == [1, 2]
    assert "Still open" in run("audit", "forget", "--contains", "MAJA@example.com")
    write(card)
    assert json.loads(run("audit", "forget", "--contains", "maja@example.com", "--json"))["cleared"] == 1
    assert "maja@" not in run("audit", "show", card.proposal_id, "--reveal", "--json")
    run("audit", "verify")
    assert json.loads(run("audit", "prune", "--older-than", "1", "--json")) == {"cleared": 0, "still_open": []}


def test_what_events_say_is_masked_wherever_it_is_shown_but_not_who_acted(
    shop: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = propose("set_stock", STEPS | {"reason": "x"}, requester="anna@shop.example")
    note = propose("add_order_note", {"order_number": 1042, "note": "Call Maja Lind"})
    reason = "Maja Lind <maja@example.com> called: Call Maja Lind"
    monkeypatch.setenv("LOGNAME", "bo@shop.example")

    async def close(toolkit: CentraToolkit) -> Card:
        await toolkit.portal.acall(toolkit.journal.close, note.proposal_id, "superseded", reason)
        return note

    with_toolkit(close)
    run("approvals", "answer", card.proposal_id, "approve")
    for command in (["audit", "export"], ["audit", "export", "--format", "jsonl"], ["audit", "list", "--json"]):
        told = run(*command)
        assert "superseded" in told
        assert "maja@example.com" not in told
        assert "Call Maja" not in told
        assert "anna@shop.example" in told
        assert "bo@shop.example" in told
    assert "maja@" not in run("audit", "show", note.proposal_id, "--json")
    assert "maja@example.com" in run("audit", "export", "--reveal")
