"""Marking shipments as shipped."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, Money, NothingToChange, Proposal, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.shipments import COMPLETE_SHIPMENT, ORDER_LINES, LinedOrder, LinedShipment
from langchain_centra.tools.arguments import LARGEST_INT, Arguments, Text
from langchain_centra.tools.order_facts import basic_facts, currency_of, mailed, order_target, order_value
from langchain_centra.tools.order_lines import every_unit, find_lines, read_lines
from langchain_centra.tools.shipment_changes import LOCKED, refuse_shipping, shipment_info
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import cell, listed, units

_NUMBER = re.compile(r"#?(?P<order>\d{1,10})-\d+")


class CompleteShipment(Arguments):
    """What complete_shipment takes."""

    shipment_number: Annotated[str, StringConstraints(min_length=1, max_length=30)] = Field(
        description="Such as 1042-1."
    )
    tracking_number: Text | None = None
    carrier: Text | None = None
    send_email: bool = Field(False, description="Tell the shopper; only if asked for.")


async def observe_completion(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the shipment of a step and its order again, as far as the token may."""
    order = await read_lines(centra, {"id": [step.targets[0].removeprefix("order:")]})
    shipment = _by_id(order, step.variables["id"]) if order else None
    facts = _facts(order, shipment) if order and shipment else {}
    return {name: facts[name] for name in {**step.before, **step.after} if facts.get(name) is not None}


@write_tool(
    group="shipments",
    operations=[ORDER_LINES, COMPLETE_SHIPMENT],
    effects=[Effect.STATUS, Effect.STOCK, Effect.EMAIL],
    observe=observe_completion,
)
async def complete_shipment(centra: AsyncCentra, arguments: CompleteShipment) -> Proposal:
    """Mark an existing shipment as shipped."""
    order, shipment = await _find(centra, arguments.shipment_number)
    if shipment.is_shipped:
        raise NothingToChange(f"Shipment {shipment.number} has shipped already.")
    refuse_shipping(order)
    count = sum(line.quantity or 0 for line in shipment.lines or ())
    effects = {Effect.STATUS, Effect.STOCK} | ({Effect.EMAIL} if arguments.send_email else set())
    step = _step(order, shipment, arguments)
    return Proposal(
        sentence=f"Mark shipment {shipment.number} ({units(count)}) of order {order.number} as shipped",
        changes=_changes(order, shipment, step, arguments),
        effects=frozenset(effects),
        steps=(step,),
        money=_money(order, shipment),
        messages=mailed(order, "that it has shipped", sends=arguments.send_email),
        stock=(f"{units(count)} {'leave' if count != 1 else 'leaves'} the stock.",),
        warnings=_warnings(order, shipment),
        measures=order_value(order) | {"stock_delta": Decimal(count)},
    )


async def _find(centra: AsyncCentra, number: str) -> tuple[LinedOrder, LinedShipment]:
    parts = _NUMBER.fullmatch(number)
    if parts is None or not 1 <= int(parts["order"]) <= LARGEST_INT:
        raise Impossible(f"{cell(number)!r} is no shipment number: the order's number, a dash and a running number.")
    order = await find_lines(centra, int(parts["order"]))
    wanted = number.removeprefix("#")
    found = next((shipment for shipment in order.shipments or () if shipment.number == wanted), None)
    if found is None:
        numbers = listed([shipment.number or "(no number)" for shipment in order.shipments or ()])
        made = f"it has {numbers}" if numbers else "it has none; create_shipment makes one"
        raise Impossible(f"Order {order.number} has no shipment {wanted}: {made}.")
    return order, found


def _by_id(order: LinedOrder, shipment_id: int) -> LinedShipment | None:
    return next((shipment for shipment in order.shipments or () if shipment.id == shipment_id), None)


def _facts(order: LinedOrder, shipment: LinedShipment) -> dict[str, Any]:
    return {
        **{name: value for name, value in basic_facts(order).items() if name != "total"},
        "shipped": shipment.is_shipped,
        "good to go": shipment.is_good_to_go,
        "paid": shipment.is_paid,
        "tracking number": shipment.tracking_number,
        "units": sum(line.quantity or 0 for line in shipment.lines or ()),
    }


def _step(order: LinedOrder, shipment: LinedShipment, arguments: CompleteShipment) -> Step:
    watched = ["status", "on hold", "shipped", "good to go", "paid", "units"]
    watched += ["e-mail address"] * arguments.send_email
    facts = _facts(order, shipment)
    after: dict[str, Any] = {"shipped": True}
    after |= {"tracking number": arguments.tracking_number} if arguments.tracking_number else {}
    after |= {"status": "SHIPPED"} if _is_last(order, shipment) else {}
    info = shipment_info(arguments.tracking_number, arguments.carrier)
    return Step(
        operation=COMPLETE_SHIPMENT.name,
        variables={"id": shipment.id, "input": {"sendEmail": arguments.send_email, **info}},
        targets=(order_target(order),),
        before={name: facts[name] for name in watched if facts.get(name) is not None},
        after=after,
    )


def _is_last(order: LinedOrder, shipment: LinedShipment) -> bool:
    others = [other for other in order.shipments or () if other.id != shipment.id]
    return all(other.is_shipped for other in others) and not every_unit(order)


def _changes(order: LinedOrder, shipment: LinedShipment, step: Step, arguments: CompleteShipment) -> tuple[Change, ...]:
    name = f"shipment {shipment.number}"
    changes = [Change(object=name, field="shipped", before="no", after="yes")]
    if arguments.tracking_number:
        before = shipment.tracking_number or "-"
        changes.append(Change(object=name, field="tracking number", before=before, after=arguments.tracking_number))
    if arguments.carrier:
        changes.append(Change(object=name, field="carrier", before=None, after=arguments.carrier))
    if "status" in step.after:
        changes.append(
            Change(object=f"order {order.number}", field="status", before=order.status, after=step.after["status"])
        )
    return tuple(changes)


def _money(order: LinedOrder, shipment: LinedShipment) -> tuple[Money, ...]:
    total, currency = shipment.grand_total.value if shipment.grand_total else None, currency_of(order)
    if total is None or currency is None:
        return ()
    what = "paid already" if shipment.is_paid else "not charged by this"
    return (Money(what=what, amount=total, currency=currency),)


def _warnings(order: LinedOrder, shipment: LinedShipment) -> tuple[str, ...]:
    warnings = {
        "The shipment is not paid; Centra asks for that first and may refuse.": shipment.is_paid is False,
        "The shipment is not marked as good to go; Centra asks for that first and may refuse.": (
            shipment.is_good_to_go is False
        ),
        LOCKED: bool(order.is_locked),
    }
    return tuple(text for text, true in warnings.items() if true)
