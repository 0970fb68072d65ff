"""Holding orders and releasing them."""

from pydantic import Field

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.order_changes import (
    ORDER_STATE,
    UPDATE_DIRECT_TO_CONSUMER_ORDER,
    UPDATE_WHOLESALE_ORDER,
    OrderState,
    order_update,
)
from langchain_centra.tools.arguments import Arguments, OrderNumber, Text
from langchain_centra.tools.order_changes import find_order, noted, observe_order, some_facts
from langchain_centra.tools.order_facts import LOCKED, order_target, order_value
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import amount

_ENDED = ("SHIPPED", "ARCHIVED", "CANCELLED")


class SetOrderHold(Arguments):
    """What set_order_hold takes."""

    order_number: OrderNumber
    on_hold: bool = Field(description="False releases.")
    reason: Text | None = None


@write_tool(
    group="orders",
    operations=[ORDER_STATE, UPDATE_DIRECT_TO_CONSUMER_ORDER, UPDATE_WHOLESALE_ORDER],
    effects=[Effect.STATUS],
    observe=observe_order,
)
async def set_order_hold(centra: AsyncCentra, arguments: SetOrderHold) -> Proposal:
    """Put an order on hold, so that nothing ships or is charged, or release it."""
    order = await find_order(centra, arguments.order_number)
    _refuse(order, arguments.on_hold)
    options = {"isOnHold": arguments.on_hold, "holdStatusChangeReason": arguments.reason}
    step = Step(
        operation=order_update(order).name,
        variables={
            "order": {"id": order.id},
            "input": {name: value for name, value in options.items() if value is not None},
        },
        targets=(order_target(order),),
        before=some_facts(order, "status", "on hold", "waiting for payment"),
        after={"on hold": arguments.on_hold},
    )
    back = {"order_number": order.number, "on_hold": not arguments.on_hold, "reason": "Taken back"}
    verb = "Put order {} on hold" if arguments.on_hold else "Release order {} from its hold"
    return Proposal(
        sentence=f"{verb.format(order.number)} ({amount(order.grand_total)}, {order.status})",
        changes=(_change(order, arguments.on_hold), *noted(order, "reason in the history", arguments.reason)),
        effects=frozenset({Effect.STATUS}),
        steps=(step,),
        undo="release it again" if arguments.on_hold else "put it on hold again, if nothing has shipped by then",
        reverse=Reverse(tool="set_order_hold", args=back),
        warnings=_warnings(order, on_hold=arguments.on_hold),
        measures=order_value(order),
    )


def _refuse(order: OrderState, on_hold: bool) -> None:
    if order.is_on_hold is on_hold:
        raise NothingToChange(f"Order {order.number} is {'already' if on_hold else 'not'} on hold.")
    if order.status in _ENDED:
        raise Impossible(f"Order {order.number} is {order.status}; only an order that has not ended can be held.")


def _change(order: OrderState, on_hold: bool) -> Change:
    words = {True: "yes", False: "no", None: None}
    return Change(object=f"order {order.number}", field="on hold", before=words[order.is_on_hold], after=words[on_hold])


def _warnings(order: OrderState, *, on_hold: bool) -> tuple[str, ...]:
    warnings = {
        "Released, the order can be shipped and charged at once, by people or other systems.": not on_hold,
        "If it was held for a store's answer to an allocation request, releasing turns the request down.": not on_hold,
        "It still waits for payment.": not on_hold and bool(order.is_waiting_for_payment),
        LOCKED: bool(order.is_locked),
    }
    return tuple(text for text, true in warnings.items() if true)
