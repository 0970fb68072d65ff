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
from journals import START, HandClock
from rich.console import Console

from langchain_centra.approval.card import digest, markdown, preview
from langchain_centra.cli.cards import card as shown_card
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools import TOOLS
from langchain_centra.tools.spec import WriteTool

FOLDER = Path(__file__).parents[1] / "snapshots" / "cards"
HOW = "If the change is wanted, run: UPDATE_SNAPSHOTS=1 pytest tests/tools/test_cards.py, and commit the result."
WIDTH, MOST_LINES = 80, 25
WRITES = {spec.name: spec for spec in TOOLS if isinstance(spec, WriteTool)}
VARIANTS = [f"{row.product.product_number}{row.variant_number}" for row in Sandbox().store.product_variants.values()]

CASES: dict[str, dict[str, Any]] = {
    "confirm_order": {"order_number": 1042},
    "cancel_order": {"order_number": 1042, "reason": "The customer changed her mind."},
    "cancel_order-everything": {
        "order_number": 1042,
        "stock": "remove_from_stock",
        "send_email": True,
        "void_authorization": True,
    },
    "cancel_order-wholesale": {"order_number": 1048},
    "cancel_order_lines": {
        "order_number": 1042,
        "lines": [{"sku": "TEE01ECRM", "quantity": 1}],
        "stock": "release",
        "reason": "Sold out in the shop.",
    },
    "set_order_hold": {"order_number": 1042, "on_hold": True, "reason": "Fraud check"},
    "set_order_hold-release": {"order_number": 1047, "on_hold": False},
    "add_order_note": {"order_number": 1042, "note": "She called, call back on Monday."},
    "create_shipment": {"order_number": 1043},
    "create_shipment-shipped_and_charged": {
        "order_number": 1043,
        "lines": [{"sku": "TEE01BLKM", "quantity": 1}],
        "tracking_number": "SE123456789",
        "carrier": "PostNord",
        "shipped": True,
        "send_email": True,
        "capture": True,
    },
    "complete_shipment": {"shipment_number": "1043-1"},
    "complete_shipment-told": {"shipment_number": "1043-1", "tracking_number": "SE1", "send_email": True},
    "set_stock": {"lines": [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 25}]},
    "set_stock-below_allocated": {
        "lines": [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 1}],
        "reason": "Count of 3 March",
    },
    "set_stock-100": {
        "lines": [
            {"sku": size.sku, "warehouse": "Stockholm", "quantity": 3 * number % 61}
            for number, size in enumerate(list(Sandbox().store.product_sizes.values())[:100])
        ]
    },
    "adjust_stock": {
        "lines": [{"sku": "TEE01BLKM", "change": 40}, {"sku": "TEE01BLKL", "change": 20}],
        "warehouse": "Stockholm",
        "reason": "Delivery 881",
    },
    "adjust_stock-loss": {"lines": [{"sku": "TEE01BLKM", "change": -11}], "warehouse": "Stockholm", "reason": "Damp"},
    "update_product": {"product": "TEE01", "name": "Alva T-shirt"},
    "update_product-everything": {
        "product": "TEE01",
        "name": "Alva T-shirt",
        "status": "INACTIVE",
        "product_number": "TSH01",
        "internal_comment": "Renamed for autumn, see the mail of 2 March.",
    },
    "update_customer": {"customer": "anna.berg@example.com", "status": "INACTIVE"},
    "update_customer-comment": {"customer": "anna.berg@example.com", "internal_comment": "Returns everything."},
    "create_category": {"name": "Linen", "parent": "Clothing"},
    "set_category_displays": {"category": "Gifts", "add": ["Alva Tee"]},
    "set_category_displays-20": {"category": "Gifts", "add": [f"#{2000 + number}" for number in range(1, 21)]},
    "set_attributes": {
        "object_type": "product",
        "changes": [{"objects": ["TEE01"], "attribute": "pr_fit", "values": ["Slim"]}],
    },
    "set_attributes-50": {
        "object_type": "variant",
        "changes": [{"objects": VARIANTS[:50], "attribute": "var_color_group", "values": ["Black"]}],
    },
    "set_voucher_status": {"vouchers": ["ALMA15"], "status": "INACTIVE"},
    "set_voucher_status-on_again": {"vouchers": ["SPRING", "STAFF"], "status": "ACTIVE"},
    "delete_voucher": {"voucher": "SPRING"},
    "set_campaign_status": {"campaign": "Outerwear Days", "status": "ACTIVE"},
    "set_price": {"lines": [{"product": "TEE01", "pricelist": "SEK", "price": 199, "currency": "SEK"}]},
    "set_price-nonsense": {"lines": [{"product": "TEE01", "pricelist": "SEK", "price": 2490, "currency": "SEK"}]},
    "set_price-collection": {
        "lines": [
            {"product": product.product_number, "pricelist": code, "price": 50 + product.id, "currency": code}
            for product in list(Sandbox().store.products.values())[:40]
            for code in ("SEK", "EUR")
        ],
        "override_variant_prices": True,
    },
}

every_card = pytest.mark.parametrize("case", CASES)


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


@every_card
async def test_a_card_is_as_its_snapshot_says(case: str, centra: AsyncCentra) -> None:
    asked = await action(centra, case)
    text = f"{terminal(asked)}\n{markdown(asked['preview'])}\n"
    path = FOLDER / f"{case}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{case} has no snapshot. {HOW}"
    assert path.read_text() == text, f"{case} differs from {path.name}. {HOW}"


@every_card
async def test_a_card_fits_the_screen_and_is_in_the_words_of_a_shop(case: str, centra: AsyncCentra) -> None:
    asked = await action(centra, case)
    for text in (terminal(asked), markdown(asked["preview"])):
        assert len(text.splitlines()) <= MOST_LINES
        assert not re.search(r"[{}]|\bnull\b|\bNone\b|\bTrue\b|\bFalse\b|Input\b|\w+_\w+\(", text)
        assert not re.search(r"\bid \d|\bids\b", text)
        assert not re.search(r"\b1 units\b", text)


def test_every_write_has_a_card_and_no_snapshot_is_left_of_one_that_is_gone() -> None:
    assert {case.partition("-")[0] for case in CASES} == WRITES.keys()
    assert {path.stem for path in FOLDER.glob("*.txt")} == CASES.keys()
