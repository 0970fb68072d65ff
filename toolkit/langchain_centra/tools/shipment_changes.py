"""Creating shipments."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Self

from pydantic import Field, model_validator

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, Money, Proposal, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.shipments import CREATE_SHIPMENT, ORDER_LINES, LinedOrder, ShipmentCreated
from langchain_centra.tools.arguments import Arguments, OrderNumber, Text
from langchain_centra.tools.order_facts import (
    authorized_amount,
    basic_facts,
    captured_amount,
    currency_of,
    mailed,
    order_target,
    order_value,
)
from langchain_centra.tools.order_lines import (
    Chosen,
    LineChoice,
    allocated,
    choose,
    every_unit,
    find_lines,
    left_fact,
    line_facts,
    read_lines,
)
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import listed, units

_CAPTURED = "payment of the new shipment captured"
_POLICIES = ("shippingCostPolicy", "handlingCostPolicy", "discountValuePolicy")

LOCKED = "The order is locked; Centra may refuse this."


class CreateShipment(Arguments):
    """What create_shipment takes."""

    order_number: OrderNumber
    lines: list[LineChoice] | None = Field(None, min_length=1, description="Default: all that is left.")
    tracking_number: Text | None = None
    carrier: Text | None = None
    shipped: bool = Field(False, description="It has left already.")
    send_email: bool = Field(False, description="Tell the shopper, with shipped; only if asked for.")
    capture: bool = Field(False, description="Charge the shopper; only if asked for.")

    @model_validator(mode="after")
    def _mail_goes_with_shipping(self) -> Self:
        if self.send_email and not self.shipped:
            raise ValueError("send_email needs shipped: Centra mails only about what has left")
        return self


async def observe_shipments(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the order of a step, its lines and shipments again, as far as the token may."""
    order = await read_lines(centra, {"id": [step.targets[0].removeprefix("order:")]})
    facts = {**basic_facts(order), **line_facts(order), **_shipment_facts(order)} if order else {}
    return {name: facts[name] for name in {**step.before, **step.after} if facts.get(name) is not None}


def _shipment_facts(order: LinedOrder) -> dict[str, Any]:
    made = order.shipments or []
    newest = max(made, key=lambda shipment: shipment.id, default=None)
    return {"shipments": len(made), _CAPTURED: _yes(newest.is_captured) if newest else "no"}


def shown_shipment(step: Step, data: ShipmentCreated) -> Mapping[str, Any]:
    """Take from the answer to CREATE_SHIPMENT which shipment was made, and whether its payment was captured."""
    made = data.create_shipment.shipment if data.create_shipment else None
    if made is None:
        return {}
    captured = {_CAPTURED: _yes(made.is_captured)} if step.variables["input"]["capture"] else {}
    return {"shipment": made.number, **captured}


def _yes(flag: bool | None) -> str:
    return "yes" if flag else "no"


@write_tool(
    group="shipments",
    operations=[ORDER_LINES, CREATE_SHIPMENT],
    effects=[Effect.STATUS, Effect.STOCK, Effect.MONEY, Effect.EMAIL],
    observe=observe_shipments,
    facts=shown_shipment,
)
async def create_shipment(centra: AsyncCentra, arguments: CreateShipment) -> Proposal:
    """Make a shipment of a confirmed order."""
    order = await find_lines(centra, arguments.order_number)
    refuse_shipping(order)
    chosen = choose(order, arguments.lines) if arguments.lines else every_unit(order)
    if not chosen:
        numbers = listed([shipment.number or "(no number)" for shipment in order.shipments or ()])
        raise Impossible(f"Nothing of order {order.number} is left to ship; its shipments: {numbers or 'none'}.")
    rest = _rest(order, chosen)
    count = sum(one.quantity for one in chosen)
    effects = {Effect.STATUS, Effect.STOCK}
    effects |= {Effect.EMAIL} if arguments.send_email else set()
    effects |= {Effect.MONEY} if arguments.capture else set()
    kept = not (arguments.shipped or arguments.capture)
    return Proposal(
        sentence=f"Ship {units(count)} of order {order.number}, {'the rest later' if rest else 'all that is left'}",
        changes=(*map(_change, chosen), *_status(order, arguments), *shipping_details(order, arguments)),
        effects=frozenset(effects),
        steps=(_step(order, chosen, arguments),),
        money=_money(order, rest, capture=arguments.capture),
        messages=mailed(order, "that it has shipped", sends=arguments.send_email),
        stock=_stock(count, rest, shipped=arguments.shipped),
        undo="delete the shipment in Centra, as long as it has not shipped and is not paid" if kept else None,
        warnings=_warnings(order, chosen, rest, arguments),
        rows=len(chosen),
        measures=order_value(order) | {"stock_delta": Decimal(count)},
    )


def refuse_shipping(order: LinedOrder) -> None:
    """Raise Impossible where the order is in no state to ship, with what to do first."""
    if order.status == "PENDING":
        raise Impossible(f"Order {order.number} is PENDING; confirm it first with confirm_order.")
    if order.status not in ("CONFIRMED", "PROCESSING"):
        raise Impossible(
            f"Order {order.number} is {order.status or 'in an unknown status'}, so nothing of it can ship."
        )
    if order.is_on_hold is None:
        raise Impossible(f"Whether order {order.number} is on hold cannot be read; ask a person to look in Centra.")
    if order.is_on_hold:
        raise Impossible(f"Order {order.number} is on hold; release it first with set_order_hold.")


def _rest(order: LinedOrder, chosen: Sequence[Chosen]) -> list[Chosen]:
    taken = {one.line.id: one.quantity for one in chosen}
    rest = [(one, one.left - taken.get(one.line.id, 0)) for one in every_unit(order)]
    return [Chosen(line=one.line, label=one.label, quantity=left, left=left) for one, left in rest if left]


def _step(order: LinedOrder, chosen: Sequence[Chosen], arguments: CreateShipment) -> Step:
    watched = ["status", "on hold"] + ["total"] * arguments.capture + ["e-mail address"] * arguments.send_email
    before = {name: value for name, value in basic_facts(order).items() if name in watched}
    before |= {"shipments": len(order.shipments or ())}
    after: dict[str, Any] = {"shipments": len(order.shipments or ()) + 1}
    after |= {} if arguments.shipped else {"status": "PROCESSING"}
    after |= {_CAPTURED: "yes"} if arguments.capture else {}
    for one in chosen:
        before[left_fact(one.label)] = one.left
        after[left_fact(one.label)] = one.left - one.quantity
    return Step(
        operation=CREATE_SHIPMENT.name,
        variables={"input": _input(order, chosen, arguments)},
        targets=(order_target(order),),
        before=before,
        after=after,
    )


def _input(order: LinedOrder, chosen: Sequence[Chosen], arguments: CreateShipment) -> dict[str, Any]:
    return {
        "order": {"id": order.id},
        "lines": [{"orderLine": {"id": one.line.id}, "quantity": one.quantity} for one in chosen],
        "isGoodToGo": True,
        "allocateDemand": True,
        "capture": arguments.capture,
        "sendEmail": arguments.send_email,
        **{policy: {"allRemaining": True} for policy in _POLICIES},
        **({"shippedAt": "now"} if arguments.shipped else {}),
        **shipment_info(arguments.tracking_number, arguments.carrier),
    }


def shipment_info(tracking_number: str | None, carrier: str | None) -> dict[str, Any]:
    """Return the part of a mutation's input that says how a shipment goes, empty where nothing is given."""
    given = {"trackingNumber": tracking_number, "carrier": carrier}
    info = {name: value for name, value in given.items() if value is not None}
    return {"shipmentInfo": info} if info else {}


def _change(one: Chosen) -> Change:
    return Change(
        object=one.described, field="left to ship", before=one.left, after=one.left - one.quantity, unit="units"
    )


def _status(order: LinedOrder, arguments: CreateShipment) -> tuple[Change, ...]:
    if order.status == "PROCESSING" or arguments.shipped:
        return ()
    return (Change(object=f"order {order.number}", field="status", before=order.status, after="PROCESSING"),)


def shipping_details(order: LinedOrder, arguments: CreateShipment) -> tuple[Change, ...]:
    """Return what the new shipment says of itself, as changes from nothing."""
    details = {
        "good to go": "yes",
        "shipped": "yes" if arguments.shipped else None,
        "tracking number": arguments.tracking_number,
        "carrier": arguments.carrier,
    }
    name = f"new shipment of order {order.number}"
    return tuple(Change(object=name, field=field, before="-", after=value) for field, value in details.items() if value)


def _charged(order: LinedOrder, rest: Sequence[Chosen]) -> Decimal | None:
    """Return what the shipment costs: of the order's total all that neither earlier shipments nor the rest take."""
    total = order.grand_total.value if order.grand_total else None
    earlier = [shipment.grand_total.value if shipment.grand_total else None for shipment in order.shipments or ()]
    later = [one.value for one in rest]
    known = [value for value in (*earlier, *later) if value is not None]
    if total is None or len(known) < len(earlier) + len(later):
        return None
    return total - sum(known, Decimal(0))


def _money(order: LinedOrder, rest: Sequence[Chosen], *, capture: bool) -> tuple[Money, ...]:
    charged, currency = _charged(order, rest), currency_of(order)
    if charged is None or currency is None:
        return ()
    what = "charged to the shopper, with the remaining shipping and discounts" if capture else "not charged by this"
    return (Money(what=what, amount=charged, currency=currency),)


def _stock(count: int, rest: Sequence[Chosen], *, shipped: bool) -> tuple[str, ...]:
    leaves = f"{units(count)} {'leave' if count != 1 else 'leaves'} the stock."
    packed = f"{units(count)} {'stay' if count != 1 else 'stays'} in stock until the shipment is completed."
    remaining = listed([f"{units(one.quantity)} of {one.label}" for one in rest], 10)
    return (leaves if shipped else packed, f"Unshipped afterwards: {remaining or 'nothing'}.")


def _warnings(
    order: LinedOrder, chosen: Sequence[Chosen], rest: Sequence[Chosen], arguments: CreateShipment
) -> tuple[str, ...]:
    charged, authorized, taken = _charged(order, rest), authorized_amount(order), captured_amount(order)
    free = None if authorized is None or taken is None else authorized - taken
    warnings = {
        "If the charge fails, the shipment is made all the same, unpaid.": arguments.capture,
        f"Only {_sum(order, free)} is authorized and not charged yet, so the charge will probably fail.": (
            arguments.capture and free is not None and charged is not None and charged > free
        ),
        "What is to be charged cannot be worked out from what can be read.": arguments.capture and charged is None,
        "It leaves without being charged.": arguments.shipped and not arguments.capture and not (taken or 0) > 0,
        "The order is waiting for payment.": bool(order.is_waiting_for_payment),
        "Not all units are allocated; Centra allocates them now, or refuses the shipment.": any(map(_short, chosen)),
        LOCKED: bool(order.is_locked),
    }
    return tuple(text for text, true in warnings.items() if true)


def _sum(order: LinedOrder, value: Decimal | None) -> str:
    return f"{value or 0:.2f} {currency_of(order) or ''}".strip()


def _short(one: Chosen) -> bool:
    places = allocated(one)
    return places is not None and sum(places.values()) < one.quantity
