"""confirm_order, cancel_order and add_order_note: what they propose, and what sending it does."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal, Step
from langchain_centra.client import AsyncCentra, PermissionMissing
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.seed.known import KNOWN_ORDERS
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]
TOOL_WITH_ORDER = ["confirm_order", "cancel_order", "add_order_note"]


def pending(sandbox: Sandbox) -> Any:
    """The order of a shopper that waits to be confirmed."""
    return sandbox.store.orders[1042]


def only(proposal: Proposal) -> Step:
    [step] = proposal.steps
    return step


def holds(expected: dict[str, Any], seen: dict[str, Any]) -> bool:
    return expected.items() <= seen.items()


async def test_confirming_is_a_status_and_an_e_mail(propose: Propose, sandbox: Sandbox) -> None:
    order = pending(sandbox)
    proposal = await propose("confirm_order", order_number=1042)
    assert proposal.effects == {Effect.STATUS, Effect.EMAIL}
    assert [(c.object, c.field, c.before, c.after) for c in proposal.changes] == [
        ("order 1042", "status", "PENDING", "CONFIRMED")
    ]
    assert proposal.messages == (f"Centra sends the order confirmation to {order.customer.email}.",)
    assert proposal.measures == {"order_value": Decimal(order.grand_total_cents) / 100}
    assert proposal.targets == {f"order:{order.id}"}
    assert proposal.undo is None
    assert not sandbox.mutations


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("confirm_order", {"order_number": 1042}),
        ("cancel_order", {"order_number": 1042}),
        ("cancel_order", {"order_number": 1042, "stock": "remove_from_stock", "send_email": True, "reason": "Fraud"}),
        ("cancel_order", {"order_number": 1042, "void_authorization": True}),
        ("cancel_order", {"order_number": KNOWN_ORDERS["wholesale"]}),
        ("cancel_order", {"order_number": KNOWN_ORDERS["on_hold"]}),
    ],
)
async def test_sending_what_was_proposed_leads_from_before_to_after(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox, tool: str, arguments: dict[str, Any]
) -> None:
    step = only(await propose(tool, **arguments))
    assert holds(step.before, await write(tool).observe(centra, step))
    assert not (await write(tool).send(centra, step)).warnings
    assert holds(step.after, await write(tool).observe(centra, step))
    assert len(sandbox.mutations) == 1


async def test_confirming_sends_the_announced_mail(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("confirm_order", order_number=1042)
    await write("confirm_order").send(centra, only(proposal))
    [mail] = sandbox.emails
    assert proposal.messages[0].endswith(f" {mail.to}.")


@pytest.mark.parametrize("field", ["status", "is_on_hold", "is_waiting_for_payment", "shipping_cents"])
async def test_a_change_behind_the_back_shows_in_the_fingerprint(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox, field: str
) -> None:
    step = only(await propose("confirm_order", order_number=1042))
    changed = {"status": "CONFIRMED", "is_on_hold": True, "is_waiting_for_payment": True, "shipping_cents": 12345}
    setattr(sandbox.store.orders[1042], field, changed[field])
    assert not holds(step.before, await write("confirm_order").observe(centra, step))


async def test_another_address_of_the_shopper_shows_in_the_fingerprint(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    step = only(await propose("confirm_order", order_number=1042))
    pending(sandbox).customer.email = "somebody.else@example.com"
    assert not holds(step.before, await write("confirm_order").observe(centra, step))


async def test_an_order_that_waits_for_payment_is_confirmed_with_a_warning(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.orders[1042].is_waiting_for_payment = True
    assert (await propose("confirm_order", order_number=1042)).warnings == ("The order is waiting for payment.",)


@pytest.mark.parametrize(
    ("tool", "order", "reason"),
    [
        ("confirm_order", "processing", "only a PENDING order"),
        ("confirm_order", "shipped", "only a PENDING order"),
        ("confirm_order", "cancelled", "only a PENDING order"),
        ("cancel_order", "processing", "a return has to be made in Centra"),
        ("cancel_order", "shipped", "a return has to be made in Centra"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_what_to_do_instead(
    propose: Propose, tool: str, order: str, reason: str
) -> None:
    with pytest.raises(Impossible, match=reason):
        await propose(tool, order_number=KNOWN_ORDERS[order])


async def test_an_order_on_hold_is_not_confirmed(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.orders[1042].is_on_hold = True
    with pytest.raises(Impossible, match="on hold; release it with set_order_hold"):
        await propose("confirm_order", order_number=1042)


async def test_an_order_whose_hold_is_not_known_is_not_confirmed(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.orders[1042].is_on_hold = None  # type: ignore[assignment]
    with pytest.raises(Impossible, match="cannot be read"):
        await propose("confirm_order", order_number=1042)


async def test_a_confirmed_order_is_not_confirmed_again(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match="already confirmed"):
        await propose("confirm_order", order_number=KNOWN_ORDERS["confirmed"])


async def test_a_cancelled_order_is_not_cancelled_again(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match="already cancelled"):
        await propose("cancel_order", order_number=KNOWN_ORDERS["cancelled"])


async def test_a_captured_order_is_not_cancelled(propose: Propose, sandbox: Sandbox) -> None:
    [entry, *_] = sandbox.store.orders[1042].payment_history
    entry.entry_type = "CAPTURE"
    with pytest.raises(Impossible, match="a return and a refund"):
        await propose("cancel_order", order_number=1042)


async def test_an_order_with_an_unshipped_shipment_is_not_cancelled(propose: Propose, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[KNOWN_ORDERS["processing"]]
    order.shipments = [shipment for shipment in order.shipments if not shipment.is_shipped]
    with pytest.raises(Impossible, match="prepared shipments"):
        await propose("cancel_order", order_number=order.number)


async def test_cancelling_is_careful_unless_told_otherwise(propose: Propose) -> None:
    proposal = await propose("cancel_order", order_number=1042)
    assert only(proposal).variables["input"] == {
        "emailOptions": {"sendEmail": False},
        "stockAction": {"releaseItemsBackToWarehouse": True},
    }
    assert proposal.effects == {Effect.STATUS, Effect.STOCK}
    assert proposal.messages == ("The shopper gets no e-mail about this.",)
    assert [money.what for money in proposal.money] == ["authorization kept at the payment provider"]


async def test_cancelling_shows_the_amount_the_authorization_and_the_units(propose: Propose, sandbox: Sandbox) -> None:
    order = pending(sandbox)
    proposal = await propose("cancel_order", order_number=1042, void_authorization=True, send_email=True)
    count = sum(line.quantity for line in order.lines)
    total = Decimal(order.grand_total_cents) / 100
    assert proposal.sentence == f"Cancel order 1042 ({total:.2f} SEK, {count} units)"
    assert proposal.effects == {Effect.STATUS, Effect.STOCK, Effect.MONEY, Effect.EMAIL}
    [money] = proposal.money
    assert (money.what, money.amount) == ("authorization given up at the payment provider", total)
    assert proposal.stock == (f"{count} units in Stockholm become free to sell again.",)
    assert proposal.measures == {"order_value": total, "stock_delta": Decimal(count)}
    assert order.customer.email in proposal.messages[0]


async def test_a_refused_void_is_a_warning_and_the_order_is_cancelled(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    sandbox.store.orders[1042].payment_method.fails = True
    step = only(await propose("cancel_order", order_number=1042, void_authorization=True))
    [warning] = (await write("cancel_order").send(centra, step)).warnings
    assert "authorization" in warning.message
    assert holds(step.after, await write("cancel_order").observe(centra, step))


async def test_a_note_is_added_and_cannot_be_verified(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("add_order_note", order_number=1042, note="Call back")
    assert proposal.effects == {Effect.NOTE}
    step = only(proposal)
    assert step.after == {"note": "Call back"}
    await write("add_order_note").send(centra, step)
    assert await write("add_order_note").observe(centra, step) == {}
    assert sandbox.store.orders[1042].history[-1].data["note"] == "Call back"


@pytest.mark.parametrize("tool", TOOL_WITH_ORDER)
async def test_an_unknown_order_is_not_proposed(propose: Propose, tool: str) -> None:
    arguments = {"note": "hello"} if tool == "add_order_note" else {}
    with pytest.raises(Impossible, match="There is no order 999999"):
        await propose(tool, order_number=999_999, **arguments)


async def test_what_cannot_be_read_is_said_on_the_card(
    sandbox: Sandbox, write: Write, lacking: Callable[..., str]
) -> None:
    token = lacking("Customer:read", "PaymentHistory:read", "Shipment:read", "Allocation:read")
    async with AsyncCentra(sandbox.url, token, transport=sandbox.transport()) as centra:
        spec = write("cancel_order")
        proposal = await spec.propose(centra, spec.validate({"order_number": 1042, "send_email": True}))
        step = only(proposal)
        assert holds(step.before, await spec.observe(centra, step))
        await spec.send(centra, step)
        assert holds(step.after, await spec.observe(centra, step))
    assert proposal.warnings == (
        "Whether the payment has been captured cannot be read.",
        "Whether a shipment has been made cannot be read.",
    )
    assert "cannot be read" in proposal.messages[0]
    assert "cannot be read" in proposal.stock[0]
    assert not proposal.money
    assert {"captured", "shipments", "e-mail address"}.isdisjoint(step.before)


async def test_a_mutation_without_its_permission_writes_nothing(
    sandbox: Sandbox, write: Write, lacking: Callable[..., str]
) -> None:
    async with AsyncCentra(sandbox.url, lacking("Order:write"), transport=sandbox.transport()) as centra:
        spec = write("confirm_order")
        proposal = await spec.propose(centra, spec.validate({"order_number": 1042}))
        with pytest.raises(PermissionMissing, match="Order:write"):
            await spec.send(centra, only(proposal))
    assert sandbox.store.orders[1042].status == "PENDING"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("add_order_note", {"order_number": 1042, "note": ""}),
        ("add_order_note", {"order_number": 1042, "note": "   "}),
        ("add_order_note", {"order_number": 1042, "note": "x" * 10_000}),
        ("add_order_note", {"order_number": 1042}),
        ("cancel_order", {"order_number": 1042, "stock": "burn"}),
        ("cancel_order", {"order_number": 1042, "reason": "x" * 10_000}),
        ("cancel_order", {"order_number": 1042, "send_email": "perhaps"}),
        ("confirm_order", {"order_number": -1}),
        ("confirm_order", {}),
    ],
)
async def test_absurd_arguments_are_explained_in_a_sentence(
    propose: Propose, tool: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArguments) as explained:
        await propose(tool, **arguments)
    assert tool in str(explained.value)
    assert len(str(explained.value)) < 200
