"""The bar of a long reading."""

from io import StringIO

import pytest
from rich.console import Console

from langchain_centra.cli.screen import Screen

DONE = {"what": "orders", "done": 300, "total": 1000}


@pytest.fixture
def screen() -> Screen:
    """A screen of 80 columns."""
    return Screen()


def test_a_terminal_shows_a_bar_until_something_else_is_shown(screen: Screen) -> None:
    screen.console = Console(file=StringIO(), force_terminal=True, width=80)
    screen.progress(DONE)
    screen.progress({"what": "returns", "done": 200, "total": None})
    screen.say("done")
    assert isinstance(screen.console.file, StringIO)
    shown = screen.console.file.getvalue()
    assert "orders" in shown
    assert "300/1000" in shown
    assert shown.rstrip().endswith("done")


def test_a_file_gets_no_bar(screen: Screen) -> None:
    screen.console = Console(file=StringIO(), width=80)
    screen.progress(DONE)
    screen.progress(None)
    screen.say("done")
    assert isinstance(screen.console.file, StringIO)
    assert screen.console.file.getvalue() == "done\n"
