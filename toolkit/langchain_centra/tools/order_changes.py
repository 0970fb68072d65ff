"""Confirming and cancelling orders, and notes on them."""

from collections import Counter
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, Money, NothingToChange, Proposal, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.order_changes import (
    ADD_ORDER_NOTE,
    CANCEL_DIRECT_TO_CONSUMER_ORDER,
    CANCEL_WHOLESALE_ORDER,
    CONFIRM_ORDER,
    ORDER_STATE,
    OrderBasics,
    OrderState,
)
from langchain_centra.tools.arguments import Arguments, OrderNumber, Text
from langchain_centra.tools.order_facts import (
    authorized_amount,
    basic_facts,
    captured,
    currency_of,
    first_order,
    mailed,
    order_target,
    order_value,
    recipient,
    unknown_order,
)
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import amount, cell, units

StockAction = Literal["release", "remove_from_stock"]
STOCK_ACTIONS = {"release": "releaseItemsBackToWarehouse", "remove_from_stock": "removeItemsFromStock"}


class ConfirmOrder(Arguments):
    """What confirm_order takes."""

    order_number: OrderNumber


class CancelOrder(Arguments):
    """What cancel_order takes."""

    order_number: OrderNumber
    reason: Text | None = Field(None, description="Kept as a comment on the order.")
    stock: StockAction = Field(
        "release",
        description="release (the default) makes the units sellable again; remove_from_stock writes them off.",
    )
    send_email: bool = Field(False, description="Tell the shopper; only if asked for.")
    void_authorization: bool = Field(False, description="Give up the payment authorization; only if asked for.")


class AddOrderNote(Arguments):
    """What add_order_note takes."""

    order_number: OrderNumber
    note: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


async def observe_order(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the order of a step again, as far as the token may."""
    found = await _read(centra, {"id": [step.targets[0].removeprefix("order:")]})
    facts = _facts(found) if found else {}
    return {name: facts[name] for name in {**step.before, **step.after} if name in facts}


async def observe_nothing(_centra: AsyncCentra, _step: Step) -> dict[str, Any]:
    """Read nothing: under which field an order's history stands is not documented, so a note cannot be read back."""
    return {}


@write_tool(
    group="orders",
    operations=[ORDER_STATE, CONFIRM_ORDER],
    effects=[Effect.STATUS, Effect.EMAIL],
    observe=observe_order,
)
async def confirm_order(centra: AsyncCentra, arguments: ConfirmOrder) -> Proposal:
    """Confirm a pending order, so that it can be shipped. The shopper always gets a confirmation e-mail."""
    order = await find_order(centra, arguments.order_number)
    _refuse_confirming(order)
    step = Step(
        operation=CONFIRM_ORDER.name,
        variables={"input": {"order": {"id": order.id}}},
        targets=(order_target(order),),
        before=some_facts(order, "status", "on hold", "waiting for payment", "total", "e-mail address"),
        after={"status": "CONFIRMED"},
    )
    waits = "The order is waiting for payment."
    return Proposal(
        sentence=f"Confirm order {order.number} ({amount(order.grand_total)})",
        changes=(_status_change(order, "CONFIRMED"),),
        effects=frozenset({Effect.STATUS, Effect.EMAIL}),
        steps=(step,),
        messages=(f"Centra sends the order confirmation to {recipient(order)}.",),
        warnings=(waits,) if order.is_waiting_for_payment else (),
        measures=order_value(order),
    )


@write_tool(
    group="orders",
    operations=[ORDER_STATE, CANCEL_DIRECT_TO_CONSUMER_ORDER, CANCEL_WHOLESALE_ORDER],
    effects=[Effect.STATUS, Effect.STOCK, Effect.MONEY, Effect.EMAIL],
    observe=observe_order,
)
async def cancel_order(centra: AsyncCentra, arguments: CancelOrder) -> Proposal:
    """Cancel a whole order that has no shipment and whose payment is not captured. This cannot be undone."""
    order = await find_order(centra, arguments.order_number)
    _refuse_cancelling(order)
    effects = {Effect.STATUS, Effect.STOCK}
    effects |= {Effect.EMAIL} if arguments.send_email else set()
    effects |= {Effect.MONEY} if arguments.void_authorization else set()
    quantity = order.totals.quantity if order.totals else None
    return Proposal(
        sentence=f"Cancel order {order.number} ({amount(order.grand_total)}, {units(quantity)})",
        changes=(_status_change(order, "CANCELLED"), *noted(order, "comment", arguments.reason)),
        effects=frozenset(effects),
        steps=(_cancellation(order, arguments),),
        money=_money(order, void=arguments.void_authorization),
        messages=mailed(order, "about the cancellation", sends=arguments.send_email),
        stock=_stock(order, arguments.stock),
        warnings=_cancelling_warnings(order),
        measures=order_value(order) | ({"stock_delta": Decimal(quantity)} if quantity is not None else {}),
    )


@write_tool(group="orders", operations=[ORDER_STATE, ADD_ORDER_NOTE], effects=[Effect.NOTE], observe=observe_nothing)
async def add_order_note(centra: AsyncCentra, arguments: AddOrderNote) -> Proposal:
    """Add a note for the staff to an order's history. The shopper does not see it."""
    order = await find_order(centra, arguments.order_number)
    step = Step(
        operation=ADD_ORDER_NOTE.name,
        variables={"input": {"order": {"id": order.id}, "note": arguments.note}},
        targets=(order_target(order),),
        before={},
        after={"note": arguments.note},
    )
    return Proposal(
        sentence=f"Add a note to order {order.number}",
        changes=noted(order, "new note in the history", arguments.note),
        effects=frozenset({Effect.NOTE}),
        steps=(step,),
        measures=order_value(order),
    )


async def find_order(centra: AsyncCentra, number: int) -> OrderState:
    """Return what decides about an order; raises Impossible if there is none of this number."""
    order = await _read(centra, {"number": [number]})
    if order is None:
        raise unknown_order(number)
    return order


async def _read(centra: AsyncCentra, where: dict[str, Any]) -> OrderState | None:
    async def orders(filters: dict[str, Any]) -> list[OrderState] | None:
        return (await ORDER_STATE(centra, where=filters)).data.orders

    return await first_order(orders, where)


def _facts(order: OrderState) -> dict[str, Any]:
    facts = {
        **basic_facts(order),
        "units": order.totals.quantity if order.totals else None,
        "captured": captured(order, order.shipments),
        "shipments": [shipment.number for shipment in order.shipments] if order.shipments is not None else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def some_facts(order: OrderState, *names: str) -> dict[str, Any]:
    """Return those of an order's facts that a card watches, as far as they can be read."""
    return {name: value for name, value in _facts(order).items() if name in names}


def _refuse_confirming(order: OrderState) -> None:
    if order.status == "CONFIRMED":
        raise NothingToChange(f"Order {order.number} is already confirmed.")
    if order.status != "PENDING":
        raise Impossible(
            f"Order {order.number} is {order.status or 'in a status that cannot be read'}; "
            "only a PENDING order can be confirmed."
        )
    if order.is_on_hold is None:
        raise Impossible(f"Whether order {order.number} is on hold cannot be read; ask a person to look in Centra.")
    if order.is_on_hold:
        raise Impossible(f"Order {order.number} is on hold; release it with set_order_hold before it is confirmed.")


def _refuse_cancelling(order: OrderState) -> None:
    if order.status == "CANCELLED":
        raise NothingToChange(f"Order {order.number} is already cancelled.")
    if order.status == "SHIPPED" or any(shipment.is_shipped for shipment in order.shipments or ()):
        raise Impossible(
            f"Order {order.number} has shipped, so it cannot be cancelled; a return has to be made in Centra."
        )
    if order.shipments or order.status == "PROCESSING":
        numbers = ", ".join(str(shipment.number) for shipment in order.shipments or ()) or "numbers not readable"
        raise Impossible(
            f"Order {order.number} has prepared shipments ({numbers}); they have to be deleted in Centra "
            "before the order can be cancelled."
        )
    if order.status not in ("PENDING", "CONFIRMED"):
        raise Impossible(
            f"Order {order.number} is {order.status or 'in a status that cannot be read'}, "
            "so it cannot be cancelled here; ask a person to look in Centra."
        )
    if captured(order, order.shipments) == "yes":
        raise Impossible(
            f"The payment of order {order.number} has been captured or its capture was asked for, so it must not be "
            "cancelled; a return and a refund have to be made in Centra."
        )


def _cancellation(order: OrderState, arguments: CancelOrder) -> Step:
    wholesale = order.typename == "WholesaleOrder"
    operation = CANCEL_WHOLESALE_ORDER if wholesale else CANCEL_DIRECT_TO_CONSUMER_ORDER
    options = {
        "emailOptions": {"sendEmail": arguments.send_email},
        "stockAction": {STOCK_ACTIONS[arguments.stock]: True},
        "comment": arguments.reason,
        "cancelAuthorization": True if arguments.void_authorization else None,
    }
    watched = ["status", "total", "units", "captured", "shipments"] + ["e-mail address"] * arguments.send_email
    return Step(
        operation=operation.name,
        variables={"id": order.id, "input": {name: value for name, value in options.items() if value is not None}},
        targets=(order_target(order),),
        before=some_facts(order, *watched),
        after={"status": "CANCELLED"},
    )


def _money(order: OrderState, *, void: bool) -> tuple[Money, ...]:
    authorized, currency = authorized_amount(order), currency_of(order)
    if authorized is None or currency is None:
        return ()
    if not authorized:
        return (Money(what="authorized at the payment provider", amount=authorized, currency=currency),)
    what = "authorization given up at the payment provider" if void else "authorization kept at the payment provider"
    return (Money(what=what, amount=authorized, currency=currency),)


def _stock(order: OrderState, action: StockAction) -> tuple[str, ...]:
    if order.lines is None or any(line.allocations is None for line in order.lines):
        return (f"The units allocated to the order {what_becomes(action)}; how many cannot be read.",)
    places: Counter[str] = Counter()
    for allocation in (allocation for line in order.lines for allocation in line.allocations or ()):
        places[cell(allocation.warehouse.name) if allocation.warehouse else "a warehouse"] += allocation.quantity or 0
    if not places:
        return ("No units are allocated to the order.",)
    return tuple(f"{units(count)} in {place} {what_becomes(action, count)}." for place, count in places.items())


def what_becomes(action: StockAction, count: int | None = None) -> str:
    """Say what becomes of units that an order lets go; how many may not be known."""
    verb, rest = ("become", "free to sell again") if action == "release" else ("leave", "the stock for good")
    return f"{verb}{'s' if count == 1 else ''} {rest}"


def _cancelling_warnings(order: OrderState) -> tuple[str, ...]:
    warnings = {
        "Whether the payment has been captured cannot be read.": captured(order, order.shipments) is None,
        "Whether a shipment has been made cannot be read.": order.shipments is None,
        "The order is locked.": bool(order.is_locked),
    }
    return tuple(text for text, true in warnings.items() if true)


def noted(order: OrderBasics, field: str, text: str | None) -> tuple[Change, ...]:
    """Return what a change of an order adds to it in words, if anything."""
    return (Change(object=f"order {order.number}", field=field, before="-", after=text),) if text else ()


def _status_change(order: OrderState, after: str) -> Change:
    return Change(object=f"order {order.number}", field="status", before=order.status, after=after)
