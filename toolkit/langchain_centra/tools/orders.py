"""Reading orders."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.operation import Reply
from langchain_centra.operations.orders import (
    GET_ORDER,
    SEARCH_ORDERS,
    Address,
    FoundOrders,
    Order,
    OrderLine,
    OrderRow,
    Payment,
    Person,
    Shipment,
    Totals,
)
from langchain_centra.tools.arguments import LARGEST_INT, Arguments, OrderNumber, Text
from langchain_centra.tools.periods import Moment, date_range, in_order, period_sentence
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import amount, cell, clipped, flag, left_out, table, when, written

# Whether a list leaves out orders that are held or wait for payment is not documented: they are asked for in turn.
WHATEVER_HOLDS_IT: tuple[dict[str, bool], ...] = ({}, {"isOnHold": True}, {"isWaitingForPayment": True})

_SPOKEN = {"COMPLETED": "SHIPPED", "CANCELED": "CANCELLED"}


def _status(value: Any) -> Any:
    return _SPOKEN.get(value.strip().upper(), value.strip().upper()) if isinstance(value, str) else value


Status = Annotated[Literal["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "CANCELLED"], BeforeValidator(_status)]


class SearchOrders(Arguments):
    """What search_orders takes."""

    status: Status | None = Field(None, description="SHIPPED is what the back office calls Completed.")
    customer: Text | None = Field(None, description="E-mail address or name.")
    created_from: Moment | None = Field(None, description="Date or ISO time; a date is a day in the store's time zone.")
    created_to: Moment | None = Field(None, description="As created_from; the whole day is included.")
    on_hold: bool | None = None
    limit: int = Field(20, ge=1, le=50, description="20 when not given, 50 at most.")

    @field_validator("created_to")
    @classmethod
    def _in_order(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if not in_order(info.data.get("created_from"), value):
            raise ValueError("It should be on or after created_from")
        return value


class GetOrder(Arguments):
    """What get_order takes."""

    order_number: OrderNumber
    from_line: int = Field(1, ge=1, le=LARGEST_INT, description="For the rest of a long order.")


@read_tool(group="orders", operations=[SEARCH_ORDERS])
async def search_orders(centra: AsyncCentra, arguments: SearchOrders) -> Answer:
    """Find orders, newest first, by status, customer, day or hold. Use get_order when the number is known."""
    where = await _filter(centra, arguments)
    period = period_sentence("Created", where.get("createdAt", {}))
    reply = await SEARCH_ORDERS(centra, where=where or None, last=arguments.limit)
    rows = _newest_first(reply)
    if not rows:
        return Answer(text="\n".join(["No order matches.", *period, *left_out(reply.withheld)]))
    columns = ("order", "status", "created", "total", "customer", "market", "remarks")
    listing = table(columns, [_row(order) for order in rows])
    total = reply.data.order_connection.total_count if reply.data.order_connection else None
    text = [_count(listing.shown, total or len(rows)), *period, listing.text, *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=rows[: listing.shown])


@read_tool(group="orders", operations=[GET_ORDER])
async def get_order(centra: AsyncCentra, arguments: GetOrder) -> Answer:
    """Read one order: status, customer, lines, totals, addresses, payments and shipments."""
    reply, order = await _find(centra, arguments.order_number)
    first = arguments.from_line
    lines = list(order.lines or [])
    if first > max(len(lines), 1):
        raise Impossible(f"Order {order.number} has {len(lines)} lines, so there is no line {first}.")
    text = _head(order) if first == 1 else [f"Order {order.number}"]
    text += _lines(lines, first)
    if first == 1:
        text += [*_totals(order.totals), *_addresses(order), *_payments(order.payment_history)]
        text += [*_shipments(order.shipments), *_comments(order), *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=[order])


async def _find(centra: AsyncCentra, number: int) -> tuple[Reply[Any], Order]:
    for flags in WHATEVER_HOLDS_IT:
        reply = await GET_ORDER(centra, where={"number": [number], **flags})
        if reply.data.orders:
            return reply, reply.data.orders[0]
    raise unknown_order(number)


def unknown_order(number: int) -> Impossible:
    """Return what to tell the model about an order that is not there."""
    return Impossible(f"There is no order {number} in this store. Use search_orders to find it by customer or day.")


async def _filter(centra: AsyncCentra, arguments: SearchOrders) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if arguments.status:
        where["status"] = [arguments.status]
    if arguments.customer:
        where["search"] = arguments.customer
    if arguments.on_hold is not None:
        where["isOnHold"] = arguments.on_hold
    if bounds := await date_range(centra, arguments.created_from, arguments.created_to):
        where["createdAt"] = bounds
    return where


def _newest_first(reply: Reply[FoundOrders]) -> list[OrderRow]:
    connection = reply.data.order_connection
    edges = (connection.edges if connection else None) or []
    return [edge.node for edge in reversed(edges) if edge.node]


def _count(shown: int, total: int) -> str:
    if shown >= total:
        return f"{total} order{'' if total == 1 else 's'}:"
    return (
        f"The newest {shown} of {total} orders; narrow by status, customer, created_from and created_to, "
        "or ask for more with limit (50 at most):"
    )


def _row(order: OrderRow) -> list[Any]:
    remarks = [
        text
        for text, true in (("on hold", order.is_on_hold), ("waits for payment", order.is_waiting_for_payment))
        if true
    ]
    buyer = _person(order.customer) or (order.account.name if order.account else None)
    market = order.market.name if order.market else None
    return [order.number, order.status, order.created_at, amount(order.grand_total), buyer, market, ", ".join(remarks)]


def _head(order: Order) -> list[str]:
    flags = {"on hold": order.is_on_hold, "locked": order.is_locked, "waits for payment": order.is_waiting_for_payment}
    places = {"store": order.store, "market": order.market, "payment method": order.payment_method}
    kind = "wholesale order" if order.typename == "WholesaleOrder" else "order"
    who = {
        "Customer": _person(order.customer),
        "Account": order.account.name if order.account else None,
        "Buyer": _person(order.buyer),
        "Their purchase order": order.purchase_order_number,
    }
    return [
        f"{kind.capitalize()} {order.number}: {order.status}, {amount(order.grand_total)}, "
        f"created {when(order.created_at)}, changed {when(order.updated_at)}",
        "; ".join(f"{name}: {flag(value)}" for name, value in flags.items()),
        *(f"{label}: {cell(name)}" for label, name in who.items() if name),
        "; ".join(f"{label}: {cell(place.name)}" for label, place in places.items() if place),
    ]


def _lines(lines: Sequence[OrderLine], first: int) -> list[str]:
    if not lines:
        return ["No lines."]
    columns = ("SKU", "product", "variant", "size", "quantity", "unit price", "value", "remarks")
    listing = table(columns, [_line(line) for line in lines[first - 1 :]], most_bytes=1_700)
    last = first - 1 + listing.shown
    if first == 1 and last == len(lines):
        return [listing.text]
    rest = f"; call get_order with from_line={last + 1} for more" if last < len(lines) else ""
    return [f"Lines {first} to {last} of {len(lines)}{rest}:", listing.text]


def _line(line: OrderLine) -> list[Any]:
    sku = line.product_size.sku if line.product_size else None
    counts = {"cancelled": line.cancelled_quantity, "returned": line.returned_quantity}
    remarks = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return [
        sku or line.product_number,
        line.product_name,
        line.product_variant_name,
        line.size,
        line.quantity,
        amount(line.unit_price),
        amount(line.line_value),
        remarks,
    ]


def _totals(totals: Totals | None) -> list[str]:
    if totals is None:
        return []
    sums = {
        "lines": totals.line_values,
        "shipping": totals.shipping,
        "handling": totals.handling,
        "discounts": totals.discounts,
        "tax included": totals.tax_included,
        "tax added": totals.tax_added,
    }
    named = [f"{name} {amount(value)}" for name, value in sums.items() if value and value.value]
    return [f"Totals: {totals.quantity} units; {'; '.join(named)}"]


def _addresses(order: Order) -> list[str]:
    labelled = (("Ships to", order.shipping_address), ("Billed to", order.billing_address))
    return [f"{label}: {address_line(address)}" for label, address in labelled if address]


def address_line(address: Address) -> str:
    """Write an address on one line."""
    parts = [
        f"{address.first_name or ''} {address.last_name or ''}".strip(),
        address.company_name,
        address.address1,
        address.address2,
        f"{address.zip_code or ''} {address.city or ''}".strip(),
        address.state_or_province,
        address.country.name if address.country else None,
        address.email,
        address.phone_number,
    ]
    return clipped(", ".join(cell(part) for part in parts if part), 250)


def _payments(payments: Sequence[Payment] | None) -> list[str]:
    if not payments:
        return []
    columns = ("payment", "status", "time", "amount", "method")
    rows = [(p.entry_type, p.status, p.created_at, amount(p.value), p.payment_method) for p in payments]
    return _section("payments", table(columns, rows, most_bytes=500), len(rows))


def _shipments(shipments: Sequence[Shipment] | None) -> list[str]:
    if not shipments:
        return []
    columns = ("shipment", "units", "shipped", "shipped at", "paid", "captured", "tracking number")
    rows = [
        (s.number, _units(s), s.is_shipped, s.shipped_at, s.is_paid, s.is_captured, s.tracking_number)
        for s in shipments
    ]
    return _section("shipments", table(columns, rows, most_bytes=500), len(rows))


def _section(noun: str, listing: Any, total: int) -> list[str]:
    if listing.shown == total:
        return [listing.text]
    return [f"The first {listing.shown} of {total} {noun}; the rest is in Centra:", listing.text]


def _units(shipment: Shipment) -> int | None:
    return sum(line.quantity or 0 for line in shipment.lines) if shipment.lines is not None else None


def _comments(order: Order) -> list[str]:
    return [
        *written("Comment on the order", order.other_comment),
        *written("Internal comment", order.internal_comment),
    ]


def _person(person: Person | None) -> str | None:
    if person is None:
        return None
    name = f"{person.first_name or ''} {person.last_name or ''}".strip()
    return f"{name} <{person.email}>" if person.email else name or None
