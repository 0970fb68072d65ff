"""What holds for every tool that writes: the card shows what is there, and what it promises is there afterwards."""

from typing import Any

import pytest
from cells import prepare
from examples import ARGUMENTS, CASES

from langchain_centra.approval.proposal import CannotPropose, Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import WriteTool

WRITES = {spec.name: spec for spec in TOOLS if isinstance(spec, WriteTool)}
REPEATABLE = ("adjust_stock", "add_order_note", "cancel_order_lines", "create_shipment-", "update_customer-comment")
"""Those that take or add a number of units or a text, or whose result cannot be read: they can be meant once more."""
TRACELESS = ("add_order_note", "update_customer-comment")
"""Those that leave nothing that the API shows."""
ELSEWHERE = ("adjust_stock-loss", "set_stock-below")
"""Those that the store refuses or carries out in its own way."""
NOBODY = "nobody@example.com"
"""Whom no error repeats: it would stand in logs."""

UNKNOWN: dict[str, Any] = {
    "order_number": 999_999,
    "shipment_number": "1043-999",
    "sku": "ATLANTIS",
    "warehouse": "Atlantis",
    "product": "Atlantis",
    "variant": "Atlantis",
    "pricelist": "Atlantis",
    "voucher": "Atlantis",
    "vouchers": ["Atlantis"],
    "campaign": "Atlantis",
    "customer": NOBODY,
    "category": "Atlantis",
    "parent": "Atlantis",
    "store": "Atlantis",
    "add": ["Atlantis"],
    "remove": ["Atlantis"],
    "objects": ["Atlantis"],
    "attribute": "Atlantis",
    "element": "Atlantis",
}
"""What names something that is not there, by argument."""


@pytest.fixture
def sandbox() -> Sandbox:
    """A fresh store that is never asked too much."""
    return Sandbox(plan="unlimited")


@pytest.fixture(scope="module")
def untouched() -> Sandbox:
    """A store that no test changes."""
    return Sandbox(plan="unlimited")


@pytest.mark.parametrize("case", [case for case in CASES if not case.startswith(ELSEWHERE)])
async def test_a_card_says_what_is_there_before_and_after_and_is_not_repeated_unseen(
    case: str, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    spec = WRITES[case.partition("-")[0]]
    await prepare(spec.name, sandbox)
    arguments = spec.validate(CASES[case])
    proposal = await spec.propose(centra, arguments)
    assert not sandbox.mutations
    for step in proposal.steps:
        seen = await spec.observe(centra, step)
        assert {name: seen[name] for name in step.before if name in seen} == {
            name: value for name, value in step.before.items() if name in seen
        }
        sent = await spec.send(centra, step)
        now = await spec.observe(centra, step)
        shown = {**now, **sent.facts}
        assert not sent.warnings
        assert {name: shown[name] for name in step.after if name in shown} == {
            name: value for name, value in step.after.items() if name in shown
        }
        assert step.after.keys() <= shown.keys() or case.startswith(("add_order_note", "update_customer"))
        assert case.startswith(TRACELESS) or any(now.get(name) != value for name, value in step.before.items())
        assert sandbox.mutations[-1].applied
    assert len(sandbox.mutations) == len(proposal.steps)
    if case.startswith(REPEATABLE):
        assert (await spec.propose(centra, arguments)).steps
    else:
        with pytest.raises(CannotPropose):
            await spec.propose(centra, arguments)


def replaced(value: Any, name: str, unknown: Any) -> Any:
    """Arguments with one of them, wherever it stands, naming something else."""
    if isinstance(value, dict):
        return {key: unknown if key == name else replaced(inner, name, unknown) for key, inner in value.items()}
    return [replaced(inner, name, unknown) for inner in value] if isinstance(value, list) else value


NAMING = [
    (tool, name) for tool in WRITES for name in UNKNOWN if replaced(ARGUMENTS[tool], name, None) != ARGUMENTS[tool]
]
"""Each tool with each of its arguments that names something of the store."""


@pytest.mark.parametrize(("tool", "name"), NAMING)
async def test_what_is_not_there_is_named_and_nobody_is_asked(tool: str, name: str, untouched: Sandbox) -> None:
    given = replaced(ARGUMENTS[tool], name, UNKNOWN[name])
    async with AsyncCentra(untouched.url, untouched.TOKEN, transport=untouched.transport()) as centra:
        with pytest.raises(Impossible) as refused:
            await WRITES[tool].propose(centra, WRITES[tool].validate(given))
    word = UNKNOWN[name][0] if isinstance(UNKNOWN[name], list) else str(UNKNOWN[name])
    assert (word in str(refused.value)) == (word != NOBODY)
    assert not untouched.mutations


TEE_TWICE = [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": number} for number in (1, 2)]
MANY_WRONG = [
    ("set_stock", {"lines": [*TEE_TWICE, *({**line, "sku": "TEE01BLKL"} for line in TEE_TWICE)]}, "given twice"),
    (
        "set_attributes",
        {
            "object_type": "product",
            "changes": [{"objects": ["TEE01"], "attribute": "pr_fit", "values": [word]} for word in ("Wide", "Narrow")],
        },
        "has no value",
    ),
    (
        "cancel_order_lines",
        {"order_number": 1042, "lines": [{"sku": "ATLANTIS"}, {"sku": "AVALON"}], "stock": "release"},
        "has no line of",
    ),
]


@pytest.mark.parametrize(("tool", "given", "said"), MANY_WRONG)
async def test_all_that_is_wrong_is_told_at_once(
    tool: str, given: dict[str, Any], said: str, untouched: Sandbox
) -> None:
    async with AsyncCentra(untouched.url, untouched.TOKEN, transport=untouched.transport()) as centra:
        with pytest.raises(Impossible) as refused:
            await WRITES[tool].propose(centra, WRITES[tool].validate(given))
    assert str(refused.value).count(said) == 2


def stocked(**line: Any) -> dict[str, Any]:
    return {"lines": [{"sku": "TEE01BLKM", "warehouse": "Stockholm"} | line]}


def adjusted(change: Any) -> dict[str, Any]:
    return {"lines": [{"sku": "TEE01BLKM", "change": change}], "warehouse": "Stockholm", "reason": "Count"}


def priced(price: Any, pricelist: str = "SEK", currency: str = "SEK") -> dict[str, Any]:
    return {"lines": [{"product": "TEE01", "pricelist": pricelist, "price": price, "currency": currency}]}


def cancelled(quantity: Any) -> dict[str, Any]:
    return {"order_number": 1042, "lines": [{"sku": "TEE01ECRM", "quantity": quantity}], "stock": "release"}


def shipped(quantity: Any) -> dict[str, Any]:
    return {"order_number": 1043, "lines": [{"sku": "TEE01BLKM", "quantity": quantity}], "capture": True}


NONSENSE = [
    ("set_stock", stocked(quantity=-1), "greater than or equal to 0"),
    ("set_stock", stocked(quantity=1_000_000), "unusually high"),
    ("adjust_stock", adjusted(0), "not 0"),
    ("adjust_stock", adjusted(1_000_000), "unusually large"),
    ("adjust_stock", adjusted(-1_000_000), "cannot be taken away"),
    ("set_price", priced(-1), "greater than or equal to 0"),
    ("set_price", priced(0), "would be free"),
    ("set_price", priced(2_490), "10 times the present price"),
    ("set_price", priced(24), "only 10 % of the present price"),
    ("set_price", priced(1_000_000, "Archive Sale EUR", "EUR"), "no price yet to compare"),
    ("set_price", priced(199, "SEK", "EUR"), "is in SEK, not in EUR"),
    ("cancel_order_lines", cancelled(-1), "greater than or equal to 1"),
    ("cancel_order_lines", cancelled(1_000_000), "2 units of TEE01ECRM in order 1042 are left"),
    ("create_shipment", shipped(0), "greater than or equal to 1"),
    ("create_shipment", shipped(3), "2 units of TEE01BLKM in order 1043 are left"),
]
COUNTING = ("quantity", "change", "price", "lines")
"""The arguments that say how many or how much."""


@pytest.mark.parametrize(("tool", "given", "said"), NONSENSE)
async def test_an_absurd_quantity_or_price_is_refused_or_warned_of(
    tool: str, given: dict[str, Any], said: str, untouched: Sandbox
) -> None:
    async with AsyncCentra(untouched.url, untouched.TOKEN, transport=untouched.transport()) as centra:
        try:
            answers = list((await WRITES[tool].propose(centra, WRITES[tool].validate(given))).warnings)
        except CannotPropose as refused:
            answers = [str(refused)]
    assert [text for text in answers if said in text]


def test_every_write_that_counts_is_held_to_absurd_numbers() -> None:
    counting = {tool for tool, spec in WRITES.items() if spec.args.model_fields.keys() & set(COUNTING)}
    assert {tool for tool, _, _ in NONSENSE} == counting


def test_every_write_names_something_of_the_store() -> None:
    assert {tool for tool, _ in NAMING} == WRITES.keys()
