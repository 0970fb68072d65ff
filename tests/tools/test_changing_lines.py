"""cancel_order_lines and set_order_hold: what they propose, and what sending it does."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal, Step
from langchain_centra.client import AsyncCentra, PermissionMissing, UserErrors
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.seed.known import KNOWN_ORDERS
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]
TEE, SOCKS = "TEE01ECRM", "SCK01NVYOS"


def cancelling(*lines: dict[str, Any], order_number: int = 1042, **more: Any) -> dict[str, Any]:
    return {"order_number": order_number, "lines": list(lines), "stock": "release", **more}


def some(sku: str, quantity: int | None = None) -> dict[str, Any]:
    return {"sku": sku} if quantity is None else {"sku": sku, "quantity": quantity}


def only(proposal: Proposal) -> Step:
    [step] = proposal.steps
    return step


def holds(expected: dict[str, Any], seen: dict[str, Any]) -> bool:
    return expected.items() <= seen.items()


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("cancel_order_lines", cancelling(some(TEE, 1))),
        ("cancel_order_lines", cancelling(some(TEE), reason="Sold out")),
        ("cancel_order_lines", cancelling(some(TEE, 1), some(SOCKS), stock="remove_from_stock")),
        ("cancel_order_lines", cancelling(some(TEE, 5), order_number=KNOWN_ORDERS["wholesale"])),
        ("cancel_order_lines", cancelling(some(SOCKS), order_number=KNOWN_ORDERS["processing"])),
        ("cancel_order_lines", cancelling(some(TEE, 1), order_number=KNOWN_ORDERS["on_hold"])),
        ("set_order_hold", {"order_number": 1042, "on_hold": True, "reason": "Fraud check"}),
        ("set_order_hold", {"order_number": KNOWN_ORDERS["on_hold"], "on_hold": False}),
        ("set_order_hold", {"order_number": KNOWN_ORDERS["wholesale"], "on_hold": True}),
    ],
)
async def test_sending_what_was_proposed_leads_from_before_to_after(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox, tool: str, arguments: dict[str, Any]
) -> None:
    step = only(await propose(tool, **arguments))
    assert not sandbox.mutations
    assert holds(step.before, await write(tool).observe(centra, step))
    assert not (await write(tool).send(centra, step)).warnings
    assert holds(step.after, await write(tool).observe(centra, step))
    assert len(sandbox.mutations) == 1


async def test_the_card_shows_units_the_new_total_and_what_becomes_of_the_stock(propose: Propose) -> None:
    proposal = await propose("cancel_order_lines", **cancelling(some(TEE, 1)))
    assert [(change.before, change.after) for change in proposal.changes] == [(2, 1), ("646.00 SEK", "397.00 SEK")]
    assert proposal.effects == {Effect.STOCK, Effect.MONEY}
    assert [(money.amount, money.currency) for money in proposal.money] == [(Decimal("249.00"), "SEK")]
    assert proposal.stock == (f"Up to 1 unit of {TEE} in Stockholm becomes free to sell again.",)
    assert proposal.undo is None
    assert proposal.measures == {"order_value": Decimal(646), "stock_delta": Decimal(1)}


async def test_the_total_is_what_the_card_said(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    step = only(await propose("cancel_order_lines", **cancelling(some(SOCKS))))
    await write("cancel_order_lines").send(centra, step)
    assert sandbox.store.orders[1042].grand_total_cents == 54700


async def test_a_line_is_found_by_its_ean(propose: Propose, sandbox: Sandbox) -> None:
    ean = sandbox.store.product_sizes[TEE].ean
    proposal = await propose("cancel_order_lines", **cancelling(some(ean, 1)))
    assert proposal.changes[0].object.startswith(TEE)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (cancelling(some("XYZ")), f"no line of XYZ. Its lines are {TEE}, {SOCKS}"),
        (cancelling(some(TEE, 3)), f"2 units of {TEE} in order 1042 are left"),
        (cancelling(some(TEE, 1), some(TEE.lower(), 1)), "given twice"),
        (cancelling(some(TEE), some(SOCKS)), "use cancel_order"),
        (cancelling(some(TEE), order_number=KNOWN_ORDERS["processing"]), f"0 units of {TEE}"),
        (cancelling(some(TEE), order_number=KNOWN_ORDERS["shipped"]), "is SHIPPED"),
        (cancelling(some(TEE), order_number=KNOWN_ORDERS["cancelled"]), "is CANCELLED"),
        (cancelling(some(TEE), order_number=999_999), "There is no order 999999"),
    ],
)
async def test_what_cannot_be_cancelled_is_answered_with_the_reason(
    propose: Propose, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Impossible, match=reason):
        await propose("cancel_order_lines", **arguments)


async def test_a_sku_on_two_lines_is_not_told_apart_by_guessing(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    order = sandbox.store.orders[1042]
    order.lines.append(replace(order.lines[0], id=77, quantity=1, unit_price_cents=100, allocations=[]))
    with pytest.raises(Impossible, match="on 2 lines"):
        await propose("cancel_order_lines", **cancelling(some(TEE, 1)))
    step = only(await propose("cancel_order_lines", **cancelling(some(TEE))))
    assert {f"units of {TEE}", f"units of {TEE} (line 3)"} <= step.after.keys()


async def test_a_shipment_in_between_shows_in_the_fingerprint(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    step = only(await propose("cancel_order_lines", **cancelling(some("TEE01BLKM", 1), order_number=1043)))
    ship = write("create_shipment")
    await ship.send(centra, only(await ship.propose(centra, ship.validate({"order_number": 1043}))))
    assert not holds(step.before, await write("cancel_order_lines").observe(centra, step))


async def test_money_that_is_captured_is_warned_of(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.orders[1042].payment_history[0].entry_type = "CAPTURE"
    warnings = (await propose("cancel_order_lines", **cancelling(some(TEE, 1)))).warnings
    assert warnings == (
        "More is captured than the order would cost then; the difference has to be refunded in Centra.",
    )


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("cancel_order_lines", {"lines": [some(TEE, 1)], "stock": "release"}), ("set_order_hold", {"on_hold": True})],
)
async def test_a_locked_order_is_warned_of_and_takes_a_permission_of_its_own(
    sandbox: Sandbox, write: Write, lacking: Callable[..., str], tool: str, arguments: dict[str, Any]
) -> None:
    async with AsyncCentra(sandbox.url, lacking(), transport=sandbox.transport()) as centra:
        given = {"order_number": KNOWN_ORDERS["locked"], **arguments}
        proposal = await write(tool).propose(centra, write(tool).validate(given))
        assert any("Order.isLocked:write" in warning for warning in proposal.warnings)
        with pytest.raises(PermissionMissing, match=r"Order\.isLocked:write"):
            await write(tool).send(centra, only(proposal))


async def test_what_cannot_be_read_is_said_on_the_card(
    sandbox: Sandbox, write: Write, lacking: Callable[..., str]
) -> None:
    token = lacking("PaymentHistory:read", "Allocation:read", "Customer:read", "ProductSize:read")
    async with AsyncCentra(sandbox.url, token, transport=sandbox.transport()) as centra:
        spec = write("cancel_order_lines")
        with pytest.raises(Impossible, match="Its lines are Alva Tee, Alva Socks"):
            await spec.propose(centra, spec.validate(cancelling(some(TEE, 1))))
    token = lacking("PaymentHistory:read", "Allocation:read")
    async with AsyncCentra(sandbox.url, token, transport=sandbox.transport()) as centra:
        proposal = await spec.propose(centra, spec.validate(cancelling(some(TEE, 1))))
    assert proposal.warnings == ("Whether the payment has been captured cannot be read.",)
    assert "how many cannot be read" in proposal.stock[0]


async def test_a_hold_is_a_flag_with_its_reason_and_its_way_back(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("set_order_hold", order_number=1042, on_hold=True, reason="Fraud check")
    assert proposal.effects == {Effect.STATUS}
    assert not proposal.warnings
    await write("set_order_hold").send(centra, only(proposal))
    order = sandbox.store.orders[1042]
    assert (order.status, order.is_on_hold, order.history[-1].data) == ("PENDING", True, {"reason": "Fraud check"})
    assert proposal.reverse is not None
    back = await propose(proposal.reverse.tool, **proposal.reverse.args)
    await write("set_order_hold").send(centra, only(back))
    assert order.is_on_hold is False


async def test_releasing_says_what_it_starts(propose: Propose, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[KNOWN_ORDERS["on_hold"]]
    order.is_waiting_for_payment = True
    warnings = (await propose("set_order_hold", order_number=order.number, on_hold=False)).warnings
    assert [text.split(",")[0] for text in warnings] == [
        "Released",
        "If it was held for a store's answer to an allocation request",
        "It still waits for payment.",
    ]


async def test_a_hold_that_is_there_already_is_not_written(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match="already on hold"):
        await propose("set_order_hold", order_number=KNOWN_ORDERS["on_hold"], on_hold=True)
    with pytest.raises(NothingToChange, match="not on hold"):
        await propose("set_order_hold", order_number=1042, on_hold=False)


@pytest.mark.parametrize("order", ["shipped", "cancelled"])
async def test_an_order_that_has_ended_is_not_held(propose: Propose, order: str) -> None:
    with pytest.raises(Impossible, match="has not ended"):
        await propose("set_order_hold", order_number=KNOWN_ORDERS[order], on_hold=True)


async def test_a_change_that_the_store_refuses_writes_nothing(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    step = only(await propose("set_order_hold", order_number=1042, on_hold=True))
    sandbox.store.orders[1042].status = "SHIPPED"
    with pytest.raises(UserErrors):
        await write("set_order_hold").send(centra, step)


@pytest.mark.parametrize(
    "arguments",
    [
        cancelling(),
        cancelling(some(TEE, 0)),
        cancelling(some(TEE, -1)),
        cancelling({"quantity": 1}),
        {"order_number": 1042, "lines": [some(TEE)]},
        cancelling(some(TEE), stock="burn"),
    ],
)
async def test_absurd_lines_are_explained(propose: Propose, sandbox: Sandbox, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArguments, match="cancel_order_lines"):
        await propose("cancel_order_lines", **arguments)
    assert not sandbox.requests
