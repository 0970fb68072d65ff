"""create_shipment and complete_shipment: what they propose, and what sending it does."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal, Step
from langchain_centra.client import AsyncCentra, PermissionMissing, UserErrors
from langchain_centra.sandbox import DEMO_SKU, Sandbox
from langchain_centra.sandbox.seed.known import KNOWN_ORDERS
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]
CAPTURED = "payment of the new shipment captured"
ONE = [{"sku": DEMO_SKU, "quantity": 1}]


def only(proposal: Proposal) -> Step:
    [step] = proposal.steps
    return step


def holds(expected: dict[str, Any], seen: dict[str, Any]) -> bool:
    return expected.items() <= seen.items()


@pytest.fixture
def send(propose: Propose, write: Write, centra: AsyncCentra) -> Callable[..., Awaitable[Any]]:
    """Propose a write and send it; tells what was sent and what is promised but not seen."""

    async def carry_out(tool: str, **arguments: Any) -> Any:
        step = only(await propose(tool, **arguments))
        assert holds(step.before, await write(tool).observe(centra, step))
        sent = await write(tool).send(centra, step)
        seen = await write(tool).observe(centra, step)
        return sent, {name for name, value in step.after.items() if seen.get(name) != value}

    return carry_out


Send = Callable[..., Awaitable[Any]]


async def test_a_shipment_of_all_that_is_left_neither_charges_nor_mails(
    propose: Propose, send: Send, sandbox: Sandbox
) -> None:
    proposal = await propose("create_shipment", order_number=1043)
    assert proposal.effects == {Effect.STATUS, Effect.STOCK}
    assert [(money.what, money.amount) for money in proposal.money] == [("not charged by this", Decimal("547.00"))]
    assert proposal.messages == ("The shopper gets no e-mail about this.",)
    assert proposal.stock[-1] == "Unshipped afterwards: nothing."
    assert proposal.undo
    sent, missing = await send("create_shipment", order_number=1043)
    assert (sent.facts, missing, sandbox.emails) == ({"shipment": "1043-1"}, set(), [])
    given = sandbox.mutations[-1].arguments["input"]
    assert (given["capture"], given["sendEmail"], given.get("shippedAt")) == (False, False, None)
    [shipment] = sandbox.store.orders[1043].shipments
    assert (shipment.is_captured, shipment.is_shipped, shipment.grand_total_cents) == (False, False, 54700)


async def test_a_part_says_what_stays_and_charges_what_the_card_said(
    propose: Propose, send: Send, sandbox: Sandbox
) -> None:
    arguments = {"order_number": 1043, "lines": ONE, "tracking_number": "T1", "carrier": "PostNord", "capture": True}
    proposal = await propose("create_shipment", **arguments)
    assert proposal.effects == {Effect.STATUS, Effect.STOCK, Effect.MONEY}
    assert proposal.stock[-1] == f"Unshipped afterwards: 1 unit of {DEMO_SKU}."
    assert proposal.undo is None
    sent, missing = await send("create_shipment", **arguments)
    assert (sent.facts, missing) == ({"shipment": "1043-1", CAPTURED: "yes"}, set())
    assert sandbox.store.orders[1043].captured_cents == int(proposal.money[0].amount * 100) == 29800
    rest = await propose("create_shipment", order_number=1043, capture=True)
    assert rest.money[0].amount == Decimal("249.00")


async def test_a_failed_charge_leaves_the_shipment_and_is_told(propose: Propose, send: Send, sandbox: Sandbox) -> None:
    sandbox.store.orders[1043].payment_method.fails = True
    proposal = await propose("create_shipment", order_number=1043, capture=True)
    assert proposal.warnings == ("If the charge fails, the shipment is made all the same, unpaid.",)
    sent, missing = await send("create_shipment", order_number=1043, capture=True)
    assert (sent.facts[CAPTURED], missing) == ("no", {CAPTURED})
    assert sent.warnings
    assert len(sandbox.store.orders[1043].shipments) == 1


async def test_more_than_is_authorized_is_warned_of(propose: Propose) -> None:
    warnings = (await propose("create_shipment", order_number=KNOWN_ORDERS["wholesale"], capture=True)).warnings
    assert any("Only 0.00 EUR is authorized" in text for text in warnings)


async def test_what_has_left_already_may_be_mailed_about(propose: Propose, send: Send, sandbox: Sandbox) -> None:
    arguments = {"order_number": 1043, "shipped": True, "send_email": True}
    proposal = await propose("create_shipment", **arguments)
    assert proposal.effects == {Effect.STATUS, Effect.STOCK, Effect.EMAIL}
    assert "It leaves without being charged." in proposal.warnings
    _, missing = await send("create_shipment", **arguments)
    [mail] = sandbox.emails
    assert not missing
    assert mail.to is not None
    assert mail.to in proposal.messages[0]
    assert sandbox.store.orders[1043].status == "SHIPPED"


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("pending", "confirm_order"),
        ("on_hold", "release it first with set_order_hold"),
        ("shipped", "is SHIPPED"),
        ("cancelled", "is CANCELLED"),
    ],
)
async def test_an_order_that_cannot_ship_is_answered_with_what_to_do_first(
    propose: Propose, order: str, reason: str
) -> None:
    with pytest.raises(Impossible, match=reason):
        await propose("create_shipment", order_number=KNOWN_ORDERS[order])


async def test_nothing_left_to_ship_is_answered_with_the_shipments(propose: Propose, send: Send) -> None:
    await send("create_shipment", order_number=1043)
    with pytest.raises(Impossible, match=r"Nothing of order 1043 is left to ship; its shipments: 1043-1"):
        await propose("create_shipment", order_number=1043)


async def test_a_locked_order_and_units_without_stock_are_warned_of(propose: Propose, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[KNOWN_ORDERS["locked"]]
    order.lines[0].allocations = []
    assert (await propose("create_shipment", order_number=order.number)).warnings == (
        "Not all units are allocated; Centra allocates them now, or refuses the shipment.",
        "The order is locked; Centra may refuse this.",
    )


async def test_another_shipment_in_between_shows_in_the_fingerprint(
    propose: Propose, send: Send, write: Write, centra: AsyncCentra
) -> None:
    step = only(await propose("create_shipment", order_number=1043, lines=ONE))
    await send("create_shipment", order_number=1043, lines=ONE)
    seen = await write("create_shipment").observe(centra, step)
    assert not holds(step.before, seen)
    assert holds(step.after, seen), "an answer that was lost is settled by the shipment that appeared"


async def test_making_a_shipment_needs_to_read_shipments(
    sandbox: Sandbox, write: Write, lacking: Callable[..., str]
) -> None:
    spec = write("create_shipment")
    async with AsyncCentra(sandbox.url, lacking("Shipment:read"), transport=sandbox.transport()) as centra:
        with pytest.raises(PermissionMissing, match="Shipment:read"):
            await spec.propose(centra, spec.validate({"order_number": 1043}))
    async with AsyncCentra(sandbox.url, lacking("Shipment:write"), transport=sandbox.transport()) as centra:
        step = only(await spec.propose(centra, spec.validate({"order_number": 1043})))
        with pytest.raises(PermissionMissing, match="Shipment:write"):
            await spec.send(centra, step)
    assert not sandbox.store.orders[1043].shipments


async def test_the_last_shipment_completes_the_order(propose: Propose, send: Send, sandbox: Sandbox) -> None:
    await send("create_shipment", order_number=1043, capture=True)
    arguments = {"shipment_number": "1043-1", "tracking_number": "T9", "carrier": "DHL", "send_email": True}
    proposal = await propose("complete_shipment", **arguments)
    assert [(money.what, money.amount) for money in proposal.money] == [("paid already", Decimal(547))]
    assert proposal.effects == {Effect.STATUS, Effect.STOCK, Effect.EMAIL}
    assert [(change.field, change.after) for change in proposal.changes] == [
        ("shipped", "yes"),
        ("tracking number", "T9"),
        ("carrier", "DHL"),
        ("status", "SHIPPED"),
    ]
    assert proposal.undo is None
    _, missing = await send("complete_shipment", **arguments)
    assert not missing
    assert [mail.to in proposal.messages[0] for mail in sandbox.emails if mail.to] == [True]
    with pytest.raises(NothingToChange, match="has shipped already"):
        await propose("complete_shipment", shipment_number="1043-1")


async def test_one_of_several_shipments_leaves_the_order_in_process(propose: Propose, send: Send) -> None:
    await send("create_shipment", order_number=1043, lines=ONE, capture=True)
    step = only(await propose("complete_shipment", shipment_number="#1043-1"))
    assert step.after == {"shipped": True}
    _, missing = await send("complete_shipment", shipment_number="1043-1")
    assert not missing


async def test_an_unpaid_shipment_is_warned_of_and_may_be_refused(
    propose: Propose, write: Write, centra: AsyncCentra, send: Send, sandbox: Sandbox
) -> None:
    await send("create_shipment", order_number=1043)
    proposal = await propose("complete_shipment", shipment_number="1043-1")
    assert proposal.warnings == ("The shipment is not paid; Centra asks for that first and may refuse.",)
    with pytest.raises(UserErrors):
        await write("complete_shipment").send(centra, only(proposal))
    assert not sandbox.store.orders[1043].shipments[0].is_shipped


async def test_a_hold_in_between_shows_in_the_fingerprint(
    propose: Propose, write: Write, centra: AsyncCentra, send: Send, sandbox: Sandbox
) -> None:
    await send("create_shipment", order_number=1043, capture=True)
    step = only(await propose("complete_shipment", shipment_number="1043-1"))
    sandbox.store.orders[1043].is_on_hold = True
    assert not holds(step.before, await write("complete_shipment").observe(centra, step))
    with pytest.raises(Impossible, match="set_order_hold"):
        await propose("complete_shipment", shipment_number="1043-1")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("1043-1", "it has none; create_shipment makes one"),
        ("1044-9", "Order 1044 has no shipment 1044-9: it has 1044-1"),
        ("parcel", "is no shipment number"),
        ("999999-1", "There is no order 999999"),
        ("99999999999-1", "is no shipment number"),
    ],
)
async def test_an_unknown_shipment_is_answered_with_those_that_exist(
    propose: Propose, number: str, reason: str
) -> None:
    with pytest.raises(Impossible, match=reason):
        await propose("complete_shipment", shipment_number=number)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("create_shipment", {"order_number": 1043, "send_email": True}),
        ("create_shipment", {"order_number": 1043, "lines": []}),
        ("create_shipment", {"order_number": 1043, "lines": [{"sku": DEMO_SKU, "quantity": 0}]}),
        ("create_shipment", {}),
        ("complete_shipment", {"shipment_number": ""}),
        ("complete_shipment", {"shipment_number": "1" * 1_000}),
    ],
)
async def test_absurd_arguments_are_explained(
    propose: Propose, sandbox: Sandbox, tool: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArguments, match=tool) as explained:
        await propose(tool, **arguments)
    assert len(str(explained.value)) < 300
    assert not sandbox.requests
