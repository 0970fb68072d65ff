"""Every write goes through the state machine, many in one turn: approved, overtaken by others, and not permitted."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from cells import ASK_ALWAYS, WRITES, prepare
from conversations import APPROVE, Conversation, Start, Turn
from examples import ARGUMENTS
from langchain_core.messages import ToolMessage
from scripted import calls

from langchain_centra import AsyncCentra
from langchain_centra.approval.card import stored_step
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS

SPECS = {spec.name: spec for spec in WRITES}
EVERY = frozenset[str]().union(*(tool.needs | tool.optional for tool in TOOLS))
SEED = "StockChange Order OrderHistory Shipment Product Customer Attribute Category Price Voucher"
UNREADABLE = {"add_order_note"}
"""Those whose result the API does not show: they leave no trace by which somebody else's write is noticed either."""

SOMEWHERE = {"sku": "CHI01CLY30", "warehouse": "Rotterdam"}
APART: dict[str, dict[str, Any]] = {
    "cancel_order": {"order_number": 1050},
    "cancel_order_lines": {"order_number": 1048, "lines": [{"sku": "TEE01ECRM", "quantity": 1}], "stock": "release"},
    "set_order_hold": {"order_number": 1047, "on_hold": False},
    "set_attributes": {
        "object_type": "product",
        "changes": [{"objects": ["TEE02"], "attribute": "pr_fit", "values": ["Slim"]}],
    },
    "add_order_note": {"order_number": 1045, "note": "call back"},
    "set_stock": {"lines": [{**SOMEWHERE, "quantity": 7}]},
    "adjust_stock": {
        "lines": [{"sku": SOMEWHERE["sku"], "change": 5}],
        "warehouse": "New Jersey",
        "reason": "Delivery",
    },
}
"""Arguments of those that would otherwise touch what another one of the same turn touches."""

NAMES = list(SPECS)
FIRST = [name for name in NAMES[:10] if name != "complete_shipment"]
BATCHES = [FIRST, [name for name in NAMES if name not in FIRST]]
"""All writes, in turns of at most ten, complete_shipment apart from create_shipment."""

both_batches = pytest.mark.parametrize("batch", BATCHES, ids=["some", "others"])


def arguments(tool: str) -> dict[str, Any]:
    return APART.get(tool, ARGUMENTS[tool])


async def begin(start: Start, batch: list[str], **options: Any) -> Conversation:
    """A conversation in which the model makes all calls in one message."""
    script = calls(*((name, arguments(name)) for name in batch))
    talk = await start(script, "Done.", plan="unlimited", policy=ASK_ALWAYS, **options)
    for name in batch:
        await prepare(name, talk.sandbox)
    return talk


def told(turn: Turn) -> dict[str, str]:
    """The results of a turn by tool."""
    return {str(message.name): message.text for message in turn.messages if isinstance(message, ToolMessage)}


async def seen(sandbox: Sandbox, tool: str, step: Any) -> Mapping[str, Any]:
    """What another client reads of a step."""
    async with AsyncCentra(sandbox.url, sandbox.TOKEN, transport=sandbox.transport()) as centra:
        return await SPECS[tool].observe(centra, stored_step(step))


@both_batches
async def test_what_was_approved_is_in_the_store_as_the_cards_said(start: Start, batch: list[str]) -> None:
    talk = await begin(start, batch)
    turn = await talk.say()
    assert [card["name"] for card in turn.cards] == batch
    turn = await talk.answer(*[APPROVE] * len(batch))
    for tool, result in told(turn).items():
        assert "Written." in result
        assert ("Verified by reading it back." in result) == (tool not in UNREADABLE)
    cards = await talk.cards()
    assert len(talk.written) == sum(len(card.steps) for card in cards)
    for card in cards:
        for step in card.steps:
            assert step.after
            promised = {} if card.tool in UNREADABLE else step.after
            found = await seen(talk.sandbox, card.tool, step)
            assert {name: found[name] for name in promised} == promised


@both_batches
async def test_what_others_did_meanwhile_is_noticed_and_nothing_is_written(start: Start, batch: list[str]) -> None:
    batch = [name for name in batch if name not in UNREADABLE]
    talk = await begin(start, batch)
    await talk.say()
    async with AsyncCentra(talk.sandbox.url, talk.sandbox.TOKEN, transport=talk.sandbox.transport()) as centra:
        for name in batch:
            for step in (await SPECS[name].propose(centra, SPECS[name].validate(arguments(name)))).steps:
                await SPECS[name].send(centra, step)
    by_others = list(talk.written)
    await talk.answer(*[APPROVE] * len(batch))
    assert talk.written == by_others
    first = [card for card in await talk.cards() if card.revision == 1]
    assert [(card.tool, card.state) for card in first] == [(name, "drifted") for name in batch]


@both_batches
async def test_a_permission_that_is_missing_is_named_with_the_tool_and_nothing_is_written(
    start: Start, batch: list[str]
) -> None:
    writing = {
        name: {needed for one in SPECS[name].operations for needed in one.needs if needed.endswith(":write")}
        for name in batch
    }
    talk = await begin(start, batch, grant=EVERY - set[str]().union(*writing.values()))
    await talk.say()
    turn = await talk.answer(*[APPROVE] * len(batch))
    assert told(turn).keys() == writing.keys()
    for tool, result in told(turn).items():
        assert f"{tool} lacks a permission. You need " in result
        assert set(re.findall(r"[A-Za-z.]+:write", result)) == writing[tool]
    assert not [record for record in talk.sandbox.mutations if record.applied]


def test_the_ten_write_permissions_are_each_used() -> None:
    assert {f"{name}:write" for name in SEED.split()} <= frozenset[str]().union(*(spec.needs for spec in WRITES))
