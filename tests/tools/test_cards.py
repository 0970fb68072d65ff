"""What a person reads before deciding, for every tool that writes, as the terminal and as Markdown show it.

After a change made on purpose run `UPDATE_SNAPSHOTS=1 pytest tests/tools/test_cards.py` and commit the result.
"""

import io
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from examples import CASES
from journals import START, HandClock
from rich.console import Console

from langchain_centra.approval.card import digest, markdown, preview
from langchain_centra.cli.cards import card as shown_card
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import WriteTool

FOLDER = Path(__file__).parents[1] / "snapshots" / "cards"
HOW = "If the change is wanted, run: UPDATE_SNAPSHOTS=1 pytest tests/tools/test_cards.py, and commit the result."
WIDTH, MOST_LINES = 80, 25
NOT_FOR_SHOPS = re.compile(r"[{}]|\b(null|None|True|False)\b|Input\b|\bids? \d|\b1 units\b|\d\d\.\d\d (?![A-Z]{3}\b)")
"""JSON, Python, names of the API, ids, amounts without a currency."""
WRITES = {spec.name: spec for spec in TOOLS if isinstance(spec, WriteTool)}


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The terminal shows times in the zone of its machine."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def sandbox() -> Sandbox:
    """A fresh store, always of the same day."""
    return Sandbox(clock=HandClock(), plan="unlimited")


@pytest.fixture
async def centra(sandbox: Sandbox) -> AsyncIterator[AsyncCentra]:
    """A client of the store."""
    async with AsyncCentra(
        sandbox.url, sandbox.TOKEN, transport=sandbox.transport(), clock=HandClock(), timezone=sandbox.zone
    ) as client:
        yield client


async def send(centra: AsyncCentra, tool: str, **args: Any) -> None:
    """Carry out a call, so that the store is in a state in which a card makes sense."""
    for step in (await WRITES[tool].propose(centra, WRITES[tool].validate(args))).steps:
        await WRITES[tool].send(centra, step)


async def action(centra: AsyncCentra, case: str) -> dict[str, Any]:
    """The entry of a request that a front end gets for a call."""
    if case.startswith("complete_shipment"):
        await send(centra, "create_shipment", order_number=1043)
    spec, args = WRITES[case.partition("-")[0]], CASES[case]
    proposal = await spec.propose(centra, spec.validate(args))
    times = {"read_at": START.isoformat(), "expires_at": START.replace(day=2).isoformat()}
    return {
        "name": spec.name,
        "args": args,
        "preview": preview(proposal, revision=1, args_digest=digest(args), **times),
    }


def terminal(action: dict[str, Any]) -> str:
    """The card as the terminal shows it without colour."""
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None, highlight=False, force_terminal=False)
    console.print(shown_card(action, 1, 1))
    assert isinstance(console.file, io.StringIO)
    return "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())


@pytest.mark.parametrize("case", CASES)
async def test_a_card_is_as_its_snapshot_says_and_reads_well(case: str, centra: AsyncCentra) -> None:
    asked = await action(centra, case)
    for text in (terminal(asked), markdown(asked["preview"])):
        assert len(text.splitlines()) <= MOST_LINES
        assert not NOT_FOR_SHOPS.search(text)
    text = f"{terminal(asked)}\n{markdown(asked['preview'])}\n"
    path = FOLDER / f"{case}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{case} has no snapshot. {HOW}"
    assert path.read_text() == text, f"{case} differs from {path.name}. {HOW}"


def test_every_write_has_a_card_and_no_snapshot_is_left_of_one_that_is_gone() -> None:
    assert {case.partition("-")[0] for case in CASES} == WRITES.keys()
    assert {path.stem for path in FOLDER.glob("*.txt")} == CASES.keys()
