"""Cancelling a part of an order."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, Money, Proposal, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.order_changes import (
    UPDATE_DIRECT_TO_CONSUMER_ORDER,
    UPDATE_WHOLESALE_ORDER,
    order_update,
)
from langchain_centra.operations.shipments import ORDER_LINES, LinedOrder
from langchain_centra.operations.values import Amount
from langchain_centra.tools.arguments import Arguments, OrderNumber, Text
from langchain_centra.tools.order_changes import STOCK_ACTIONS, StockAction, noted, what_becomes
from langchain_centra.tools.order_facts import (
    LOCKED,
    basic_facts,
    captured_amount,
    currency_of,
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
    units_fact,
)
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import amount, units

_OPEN = ("PENDING", "CONFIRMED", "PROCESSING")


class CancelOrderLines(Arguments):
    """What cancel_order_lines takes."""

    order_number: OrderNumber
    lines: list[LineChoice] = Field(min_length=1)
    stock: StockAction = Field(description="release: sellable again; else written off.")
    reason: Text | None = None


async def observe_lines(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the order of a step and its lines again, as far as the token may."""
    order = await read_lines(centra, {"id": [step.targets[0].removeprefix("order:")]})
    facts = {**basic_facts(order), **line_facts(order)} if order else {}
    return {name: facts[name] for name in {**step.before, **step.after} if facts.get(name) is not None}


@write_tool(
    group="orders",
    operations=[ORDER_LINES, UPDATE_DIRECT_TO_CONSUMER_ORDER, UPDATE_WHOLESALE_ORDER],
    effects=[Effect.STOCK, Effect.MONEY],
    observe=observe_lines,
)
async def cancel_order_lines(centra: AsyncCentra, arguments: CancelOrderLines) -> Proposal:
    """Cancel a part of an order that has not shipped. This cannot be undone."""
    order = await find_lines(centra, arguments.order_number)
    if order.status not in _OPEN:
        raise Impossible(f"Order {order.number} is {order.status or 'in an unknown status'}; nothing can be cancelled.")
    chosen = choose(order, arguments.lines)
    if not order.shipments and sum(one.quantity for one in chosen) == sum(one.left for one in every_unit(order)):
        raise Impossible(f"That is all of order {order.number}; use cancel_order, which also settles the payment.")
    count = sum(one.quantity for one in chosen)
    return Proposal(
        sentence=f"Cancel {units(count)} of order {order.number}",
        changes=(*map(_change, chosen), *_new_total(order, chosen), *noted(order, "comment", arguments.reason)),
        effects=frozenset({Effect.STOCK, Effect.MONEY}),
        steps=(_step(order, chosen, arguments),),
        money=_money(order, chosen),
        stock=tuple(_stock(chosen, arguments.stock)),
        warnings=_warnings(order, chosen),
        rows=len(chosen),
        measures=order_value(order) | {"stock_delta": Decimal(count)},
    )


def _step(order: LinedOrder, chosen: Sequence[Chosen], arguments: CancelOrderLines) -> Step:
    before = {name: value for name, value in basic_facts(order).items() if name in ("status", "total")}
    after: dict[str, Any] = {}
    for one in chosen:
        held = one.line.quantity or 0
        before |= {units_fact(one.label): held, left_fact(one.label): one.left}
        after |= {units_fact(one.label): held - one.quantity, left_fact(one.label): one.left - one.quantity}
    lines = [
        {
            "line": {"id": one.line.id},
            "quantity": one.quantity,
            "stockActionPolicy": {STOCK_ACTIONS[arguments.stock]: True},
        }
        for one in chosen
    ]
    comment = {"cancellationComment": arguments.reason} if arguments.reason else {}
    return Step(
        operation=order_update(order).name,
        variables={"order": {"id": order.id}, "input": {"cancelLines": lines, **comment}},
        targets=(order_target(order),),
        before=before,
        after=after,
    )


def _change(one: Chosen) -> Change:
    held = one.line.quantity or 0
    return Change(object=one.described, field="units ordered", before=held, after=held - one.quantity, unit="units")


def _taken_off(chosen: Sequence[Chosen]) -> Decimal | None:
    values = [one.value for one in chosen]
    return None if None in values else sum((value for value in values if value is not None), Decimal(0))


def _total_after(order: LinedOrder, chosen: Sequence[Chosen]) -> Decimal | None:
    total, less = order.grand_total.value if order.grand_total else None, _taken_off(chosen)
    return None if total is None or less is None else total - less


def _new_total(order: LinedOrder, chosen: Sequence[Chosen]) -> tuple[Change, ...]:
    total = _total_after(order, chosen)
    if total is None or order.grand_total is None:
        return ()
    after = amount(Amount(value=total, currency=order.grand_total.currency))
    field = "total, if discounts and shipping stay as they are"
    return (Change(object=f"order {order.number}", field=field, before=amount(order.grand_total), after=after),)


def _money(order: LinedOrder, chosen: Sequence[Chosen]) -> tuple[Money, ...]:
    less, currency = _taken_off(chosen), currency_of(order)
    if less is None or currency is None:
        return ()
    return (Money(what="taken off what can be charged for the order", amount=less, currency=currency),)


def _stock(chosen: Sequence[Chosen], action: StockAction) -> list[str]:
    said = []
    for one in chosen:
        places = allocated(one)
        if places is None:
            said.append(f"What of {one.label} is allocated {what_becomes(action)}; how many cannot be read.")
        elif not places:
            said.append(f"No units of {one.label} are allocated.")
        else:
            where = " and ".join(places)
            said.append(f"Up to {units(one.quantity)} of {one.label} in {where} {what_becomes(action, one.quantity)}.")
    return said


def _warnings(order: LinedOrder, chosen: Sequence[Chosen]) -> tuple[str, ...]:
    taken, total = captured_amount(order), _total_after(order, chosen)
    warnings = {
        "More is captured than the order would cost then; the difference has to be refunded in Centra.": (
            taken is not None and total is not None and taken > total
        ),
        "Whether the payment has been captured cannot be read.": taken is None,
        LOCKED: bool(order.is_locked),
    }
    return tuple(text for text, true in warnings.items() if true)
