"""What every change of an order looks at: whether it is paid, whom it mails, what it is worth."""

from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from langchain_centra.approval.proposal import Impossible
from langchain_centra.operations.order_changes import MadeShipment, OrderBasics
from langchain_centra.operations.orders import Payment
from langchain_centra.tools.text import amount

OrderT = TypeVar("OrderT", bound=OrderBasics)

CAPTURES = ("CAPTURE", "CAPTURE_REQUEST", "CAPTURE_PENDING", "CAPTURE_GIFT_CARD", "MARKED_AS_PAID", "PREPAID")
REFUNDS = ("REFUND", "REFUND_GIFT_CARD", "MARKED_AS_UNPAID")
AUTHORIZATIONS = ("AUTH", "AUTH_GIFT_CARD")
CANCELS = ("CANCEL", "CANCEL_GIFT_CARD")

LOCKED = "The order is locked: Centra takes this only from a token with Order.isLocked:write."

# Whether a list leaves out orders that are held or wait for payment is not documented: they are asked for in turn.
WHATEVER_HOLDS_IT: tuple[dict[str, bool], ...] = ({}, {"isOnHold": True}, {"isWaitingForPayment": True})


def unknown_order(number: int) -> Impossible:
    """Return what to tell the model about an order that is not there."""
    return Impossible(f"There is no order {number} in this store. Use search_orders to find it by customer or day.")


async def first_order(
    read: Callable[[dict[str, Any]], Coroutine[Any, Any, Sequence[OrderT] | None]], where: dict[str, Any]
) -> OrderT | None:
    """Return the order that a filter finds, held or waiting as it may be."""
    for flags in WHATEVER_HOLDS_IT:
        if found := await read({**where, **flags}):
            return found[0]
    return None


def order_target(order: OrderBasics) -> str:
    """Return the name under which changes of an order exclude each other."""
    return f"order:{order.id}"


def basic_facts(order: OrderBasics) -> dict[str, Any]:
    """Return what a card watches of any order, without what cannot be read."""
    person = order.customer or order.buyer
    facts = {
        "status": order.status,
        "on hold": order.is_on_hold,
        "waiting for payment": order.is_waiting_for_payment,
        "total": amount(order.grand_total),
        "e-mail address": person.email if person else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def captured(order: OrderBasics, shipments: Sequence[MadeShipment] | None) -> str | None:
    """Return whether money was captured or asked for: yes, no, or None where it cannot be read."""
    if any(shipment.is_captured or shipment.is_paid for shipment in shipments or ()):
        return "yes"
    taken = captured_amount(order)
    if taken is None:
        return None
    return "yes" if taken > 0 else "no"


def captured_amount(order: OrderBasics) -> Decimal | None:
    """Return what was captured and not given back, or None where it cannot be read."""
    if order.payment_history is None:
        return None
    return paid(order.payment_history, CAPTURES) - paid(order.payment_history, REFUNDS)


def authorized_amount(order: OrderBasics) -> Decimal | None:
    """Return what is authorized and not given up, or None where it cannot be read."""
    if order.payment_history is None:
        return None
    return paid(order.payment_history, AUTHORIZATIONS) - paid(order.payment_history, CANCELS)


def paid(payments: Sequence[Payment], kinds: Sequence[str]) -> Decimal:
    """Return the sum of payment entries of these kinds that have not failed."""
    # Whether what goes back to the shopper has a sign of its own is not documented.
    counted = [payment.value for payment in payments if payment.entry_type in kinds and payment.status != "FAILED"]
    return sum((abs(value.value) for value in counted if value and value.value is not None), Decimal(0))


def currency_of(order: OrderBasics) -> str | None:
    """Return the code of the order's currency."""
    return order.grand_total.currency.code if order.grand_total and order.grand_total.currency else None


def recipient(order: OrderBasics) -> str:
    """Return whom Centra mails about the order."""
    person = order.customer or order.buyer
    return person.email if person and person.email else "the shopper (the address cannot be read)"


def mailed(order: OrderBasics, about: str, *, sends: bool) -> tuple[str, ...]:
    """Say what a change that may mail the shopper does, either way."""
    return (f"Centra tells {recipient(order)} {about}." if sends else "The shopper gets no e-mail about this.",)


def order_value(order: OrderBasics) -> dict[str, Decimal]:
    """Return the measure that a policy bounds an order by."""
    total = order.grand_total.value if order.grand_total else None
    return {"order_value": total} if total is not None else {}
