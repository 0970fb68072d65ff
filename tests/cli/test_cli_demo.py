"""The demo, with a terminal and without."""

import subprocess

import pytest
from terminals import COMMAND, PATIENCE, Terminal, terminal
from typer.testing import CliRunner

from langchain_centra.cli.app import app


def set_quantity(demo: Terminal, quantity: int) -> None:
    """Fill in the form of a stock change: keep SKU, warehouse and reason, and give another quantity."""
    demo.wait_for("lines 1, sku: TEE01BLKM")
    demo.type("\r")
    demo.wait_for("lines 1, warehouse: Stockholm")
    demo.type("\r")
    demo.wait_for("lines 1, quantity: 25")
    demo.type(f"\x15{quantity}\r")
    demo.wait_for("reason:")
    demo.type("\r")


def test_without_a_terminal_the_first_change_is_approved_and_the_second_rejected() -> None:
    result = CliRunner().invoke(app, ["demo"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    assert "no terminal: the demo approves the first change and rejects every other one" in shown
    assert "Cancel order 1042 (646.00 SEK, 3 units): Written." in shown
    assert "from 12 to 25 units: Rejected by the person; nothing was written." in shown
    assert "applied, verified by reading it back" in shown
    assert "rejected: Nobody was asked" in shown


def test_it_says_that_the_store_is_invented_and_which_model_works_on_it() -> None:
    shown = " ".join(CliRunner().invoke(app, ["demo"]).output.split())
    assert "The store is invented: a sandbox, served at http://127.0.0.1:" in shown
    assert "The model is the offline demo model" in shown


def test_both_cards_are_shown_before_anything_is_decided() -> None:
    output = CliRunner().invoke(app, ["demo"]).output
    places = [output.index(text) for text in ("Change 1 of 2: cancel_order", "Change 2 of 2: set_stock", "Written.")]
    assert places == sorted(places)
    assert all(len(line) <= 80 for line in output.splitlines())


@pytest.mark.slow
def test_it_runs_as_a_module_with_its_input_closed() -> None:
    done = subprocess.run(
        [*COMMAND, "demo"], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "What became of the changes" in done.stdout


@pytest.mark.slow
def test_a_person_approves_one_change_and_edits_the_other() -> None:
    with terminal("demo") as demo:
        demo.wait_for("Change 1 of 2: [y] approve")
        demo.type("y")
        demo.wait_for("Change 2 of 2: [y] approve")
        demo.type("e")
        set_quantity(demo, 20)
        demo.wait_for("What became of the changes")
        assert demo.wait() == 0
    assert "Cancel order 1042 (646.00 SEK, 3 units): Written." in demo.text
    assert "from 12 to 20 units: Written." in " ".join(demo.text.split())


@pytest.mark.slow
def test_an_edit_that_does_more_than_the_card_is_asked_about() -> None:
    with terminal("demo") as demo:
        demo.wait_for("Change 1 of 2: [y] approve")
        demo.type("r")
        demo.wait_for("Why?")
        demo.type("She wants it after all.\r")
        demo.wait_for("Change 2 of 2: [y] approve")
        demo.type("e")
        set_quantity(demo, 90)
        demo.wait_for("Change 1 of 1: set_stock (revision 2)")
        demo.wait_for("90 units")
        demo.wait_for("Change 1 of 1: [y] approve")
        demo.type("y")
        assert demo.wait() == 0
    assert "Reason: She wants it after all." in demo.text
    assert "from 12 to 90 units: Written." in " ".join(demo.text.split())


@pytest.mark.slow
def test_an_impossible_edit_comes_back_with_the_reason() -> None:
    with terminal("demo") as demo:
        demo.wait_for("Change 1 of 2: [y] approve")
        demo.type("e")
        demo.wait_for("order number: 1042")
        demo.type("\x15999999\r")
        for _ in range(4):
            demo.type("\r")
        demo.wait_for("Change 2 of 2: [y] approve")
        demo.type("y")
        demo.wait_for("The edit was not taken:")
        demo.wait_for("Change 2 of 2: set_stock")
        for change in ("Change 1 of 2: [y]", "Change 2 of 2: [y]"):
            demo.wait_for(change)
            demo.type("y")
        assert demo.wait() == 0


@pytest.mark.slow
def test_leaving_before_a_decision_fails_and_writes_nothing() -> None:
    with terminal("demo") as demo:
        demo.wait_for("Change 1 of 2: [y] approve")
        demo.type("\x03")
        assert demo.wait() == 1
    assert "what was not approved is not written" in demo.text
    assert "Traceback" not in demo.text
