"""The approval form where users meet it: in JupyterLab, in a browser that clicks and types.

`UPDATE_SNAPSHOTS=1 pytest tests/notebook/test_notebook_browser.py` makes the form's pictures in docs/images anew.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from jupyter_lab import chromium, find_chromium, jupyter_lab
from nbformat.v4 import new_code_cell, new_notebook

from langchain_centra.sandbox import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.slow

IMAGES = Path(__file__).parents[2] / "docs" / "images"

SETUP = """\
from langgraph.checkpoint.memory import InMemorySaver

from langchain_centra import CentraToolkit
from langchain_centra.notebook import areview, review
from langchain_centra_graphs import OfflineModel, build_store_agent

agent = build_store_agent(OfflineModel(), CentraToolkit.from_env(), checkpointer=InMemorySaver())


async def ask(request):
    conversation = {"configurable": {"thread_id": request, "approver": "Kim"}}
    await agent.ainvoke({"messages": [("user", request)]}, conversation)
    return conversation
"""
APPROVED = "Put the stock of TEE01BLKL in the Stockholm warehouse to 25"
AWAITED = "Put the stock of TEE01ECRL in the Stockholm warehouse to 30"
EDITED = "Put the stock of TEE01BLKM in the Stockholm warehouse to 25"
REFUSED = "Confirm order 1042. Put the stock of TEE01ECRM in the Stockholm warehouse to 40"
REJECTED = "Cancel order 1042, the customer changed her mind"
ALIKE = "Cancel order 1038, paid twice. Cancel order 1050, paid twice"
CELLS = [
    SETUP,
    *(f"review(agent, await ask('{request}'))" for request in (APPROVED, EDITED, REFUSED, REJECTED, ALIKE)),
    f"await areview(agent, await ask('{AWAITED}'))",
]

CUT_OFF = """form => [...form.querySelectorAll("*")]
    .filter(one => getComputedStyle(one).overflowX == "hidden" && one.scrollWidth > one.clientWidth)
    .map(one => one.textContent)"""

Form = Callable[[str], "Locator"]


@pytest.fixture(scope="module")
def served() -> Sandbox:
    """The store that the notebook works on; it lives in this process."""
    return Sandbox()


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """The same, before anything is written by a test; each works on what no other changes."""
    served.mutations.clear()
    return served


@pytest.fixture(scope="module")
def page(served: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Page]":
    """A notebook that asks for all of the changes, opened and run."""
    find_chromium()
    folder = tmp_path_factory.mktemp("jupyter-lab")
    notebook: Any = new_notebook(cells=list(map(new_code_cell, CELLS)))  # type: ignore[no-untyped-call]
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "approvals.ipynb")  # type: ignore[no-untyped-call]
    with served.serve() as store:
        settings = {"CENTRA_URL": store, "CENTRA_TOKEN": served.TOKEN, "CENTRA_WRITES": "orders,stock"}
        with jupyter_lab(folder, settings) as url, chromium(folder / "browser") as browser:
            page = browser.new_page(viewport={"width": 900, "height": 900})
            page.set_default_timeout(60_000)
            page.goto(url.format(notebook="approvals.ipynb"))
            page.get_by_text("| Idle").wait_for()
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            yield page


@pytest.fixture
def form(page: "Page") -> Form:
    """Finds the form of a request when it is shown."""

    def find(request: str) -> "Locator":
        shown = page.locator(".jp-CodeCell", has_text=request).locator(".jp-OutputArea-output")
        button(shown, "Decide").wait_for()
        return shown

    return find


def button(form: "Locator", name: str) -> "Locator":
    return form.get_by_role("button", name=name, exact=True)


def decide(form: "Locator", choice: str) -> None:
    button(form, choice).click()
    button(form, "Decide").click()


def top(shown: "Locator") -> float:
    box = shown.bounding_box()
    assert box
    return box["y"]


def levels(sandbox: Sandbox) -> list[int]:
    """The stock levels that were written."""
    inputs = [record.arguments["input"] for record in sandbox.mutations if record.applied]
    return [size["quantity"] for written in inputs for size in written["productSizes"]]


def photograph(form: "Locator", name: str) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        form.screenshot(path=IMAGES / name)


def test_a_card_says_what_would_change_and_its_approval_is_written(form: Form, sandbox: Sandbox) -> None:
    card = form(APPROVED)
    assert "TEE01BLKL (Alva Tee, Black, L) in Stockholm: physical stock\t22 units\t25 units" in card.inner_text()
    assert button(card, "Decide").is_disabled()
    decide(card, "Approve")
    card.get_by_text("from 22 to 25 units: Written.").wait_for()
    assert button(card, "Decide").count() == 0
    assert levels(sandbox) == [25]


def test_an_edited_field_is_what_is_written(form: Form, sandbox: Sandbox) -> None:
    card = form(EDITED)
    photograph(card, "notebook-card.png")
    button(card, "Edit").click()
    card.get_by_label("lines 1, quantity").fill("20")
    photograph(card, "notebook-edit.png")
    button(card, "Decide").click()
    card.get_by_text("from 12 to 20 units: Written.").wait_for()
    assert levels(sandbox) == [20]


def test_why_an_edit_is_refused_is_seen_from_the_button_and_the_rest_stays_filled_in(
    form: Form, sandbox: Sandbox
) -> None:
    cards = form(REFUSED)
    button(cards, "Edit").last.click()
    cards.get_by_label("lines 1, quantity").fill("many")
    button(cards, "Reject").first.click()
    cards.get_by_label("Why").fill("Not yet.")
    button(cards, "Decide").click()
    cards.get_by_text("The edit was not taken").wait_for()
    assert 0 < top(button(cards, "Decide")) - top(cards.get_by_text("The edit was not taken")) < 100
    assert not sandbox.mutations
    cards.get_by_label("lines 1, quantity").fill("39")
    button(cards, "Decide").click()
    cards.get_by_text("from 31 to 39 units: Written.").wait_for()
    cards.get_by_text("Reason: Not yet.").wait_for()
    assert levels(sandbox) == [39]


def test_a_rejection_writes_nothing_and_its_reason_is_told(form: Form, sandbox: Sandbox) -> None:
    card = form(REJECTED)
    button(card, "Reject").click()
    card.get_by_label("Why").fill("She changed it back.")
    button(card, "Decide").click()
    card.get_by_text("Reason: She changed it back.").wait_for()
    assert not sandbox.mutations


def test_alike_cards_are_approved_together_and_nothing_of_them_is_cut_off(form: Form, sandbox: Sandbox) -> None:
    cards = form(ALIKE)
    cards.get_by_text("SEK authorization kept at the payment provider.").wait_for()
    assert cards.evaluate(CUT_OFF) == []
    decide(cards, "Approve these 2")
    cards.get_by_text("Written.").last.wait_for()
    assert [record.applied for record in sandbox.mutations] == [True, True]


def test_a_form_of_areview_is_answered_in_the_kernels_own_loop(form: Form, sandbox: Sandbox) -> None:
    card = form(AWAITED)
    decide(card, "Approve")
    card.get_by_text("from 35 to 30 units: Written.").wait_for()
    assert levels(sandbox) == [30]
