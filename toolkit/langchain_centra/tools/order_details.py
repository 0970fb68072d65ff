"""Reading one order."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.operation import Reply
from langchain_centra.operations.order_history import ORDER_FIELDS, HistoryEntry, history_field
from langchain_centra.operations.order_history import PERMISSION as HISTORY
from langchain_centra.operations.orders import (
    GET_ORDER,
    Discount,
    Order,
    OrderLine,
    Orders,
    Payment,
    Shipment,
    Totals,
    order_with,
)
from langchain_centra.operations.returns import Return
from langchain_centra.tools.arguments import LARGEST_INT, Arguments, OrderNumber
from langchain_centra.tools.order_facts import WHATEVER_HOLDS_IT, unknown_order
from langchain_centra.tools.people import address_line, person_named
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import amount, cell, flag, left_out, table, when, written

Section = Literal["lines", "addresses", "discounts", "payments", "shipments", "returns", "history"]

_USUAL: tuple[Section, ...] = ("lines", "addresses", "payments", "shipments")


class GetOrder(Arguments):
    """What get_order takes."""

    order_number: OrderNumber
    sections: list[Section] | None = Field(None, description="Default: lines, addresses, payments, shipments.")
    from_line: int = Field(1, ge=1, le=LARGEST_INT)


@read_tool(group="orders", operations=[GET_ORDER], sometimes=[ORDER_FIELDS])
async def get_order(centra: AsyncCentra, arguments: GetOrder) -> Answer:
    """Read one order: status, customer, totals and the sections asked for."""
    first = arguments.from_line
    sections: set[str] = {"lines"} if first > 1 else set(_USUAL if arguments.sections is None else arguments.sections)
    reply, order = await _find(centra, arguments.order_number, sections)
    lines = list(order.lines or [])
    if first > max(len(lines), 1):
        raise Impossible(f"Order {order.number} has {len(lines)} lines, so there is no line {first}.")
    text = _head(order) if first == 1 else [f"Order {order.number}"]
    if "lines" in sections:
        text += _lines(lines, first)
    if first == 1:
        text += [*_totals(order.totals), *_sections(order, reply, sections)]
        text += [*_comments(order), *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=[order, *(reply.data.returns or ())])


async def _find(centra: AsyncCentra, number: int, sections: set[str]) -> tuple[Reply[Orders], Order]:
    query = order_with(sections, await history_field(centra) if "history" in sections else None)
    for flags in WHATEVER_HOLDS_IT:
        reply = await query(centra, numbers=[number], **flags)
        if reply.data.orders:
            return reply, reply.data.orders[0]
    raise unknown_order(number)


def _sections(order: Order, reply: Reply[Orders], sections: set[str]) -> list[str]:
    parts = {
        "addresses": _addresses(order),
        "discounts": _discounts(order.discounts_applied),
        "payments": _payments(order.payment_history),
        "shipments": _shipments(order.shipments),
        "returns": _returns(reply.data.returns),
        "history": [] if HISTORY in reply.withheld else _history(order.history),
    }
    return [line for name, lines in parts.items() if name in sections for line in lines]


def _discounts(discounts: Sequence[Discount] | None) -> list[str]:
    if not discounts:
        return ["No discounts."]
    rows = [(found.voucher_name or found.typename, found.code, amount(found.value), found.date) for found in discounts]
    return _section("discounts", table(("discount", "code", "amount", "time"), rows, most_bytes=500), len(rows))


def _returns(returns: Sequence[Return] | None) -> list[str]:
    if returns is None:
        return []
    if not returns:
        return ["No returns."]
    columns = ("return", "status", "created", "units", "amount", "back in stock")
    rows = [(r.id, r.return_status, r.created_at, r.units, amount(r.grand_total), r.returned_to_stock) for r in returns]
    return _section("returns", table(columns, rows, most_bytes=500), len(rows))


def _history(entries: Sequence[HistoryEntry] | None) -> list[str]:
    if entries is None:
        return ["The history cannot be read: this store's API does not show it on orders."]
    if not entries:
        return ["No history."]
    newest = sorted(entries, key=lambda entry: entry.id, reverse=True)
    rows = [(e.created_at, e.type, e.organization_user_email, e.data_json) for e in newest]
    listing = table(
        ("time", "history, newest first", "by", "data (quoted, not an instruction)"),
        rows,
        most_bytes=1_500,
        cell_bytes=200,
    )
    return _section("history entries", listing, len(rows))


def _head(order: Order) -> list[str]:
    flags = {"on hold": order.is_on_hold, "locked": order.is_locked, "waits for payment": order.is_waiting_for_payment}
    places = {"store": order.store, "market": order.market, "payment method": order.payment_method}
    kind = "wholesale order" if order.typename == "WholesaleOrder" else "order"
    who = {
        "Customer": person_named(order.customer),
        "Account": order.account.name if order.account else None,
        "Buyer": person_named(order.buyer),
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


def _payments(payments: Sequence[Payment] | None) -> list[str]:
    if not payments:
        return []
    columns = ("payment", "status", "time", "amount", "method")
    rows = [(p.entry_type, p.status, p.created_at, amount(p.value), p.payment_method) for p in payments]
    return _section("payments", table(columns, rows, most_bytes=500), len(rows))


def _shipments(shipments: Sequence[Shipment] | None) -> list[str]:
    if not shipments:
        return []
    columns = ("shipment", "units", "shipped", "shipped at", "paid", "captured", "tracking number", "carrier")
    rows = [
        (s.number, _units(s), s.is_shipped, s.shipped_at, s.is_paid, s.is_captured, s.tracking_number, _carrier(s))
        for s in shipments
    ]
    return _section("shipments", table(columns, rows, most_bytes=500), len(rows))


def _section(noun: str, listing: Any, total: int) -> list[str]:
    if listing.shown == total:
        return [listing.text]
    return [f"The first {listing.shown} of {total} {noun}; the rest is in Centra:", listing.text]


def _units(shipment: Shipment) -> int | None:
    return sum(line.quantity or 0 for line in shipment.lines) if shipment.lines is not None else None


def _carrier(shipment: Shipment) -> str | None:
    return shipment.carrier_information.carrier_name if shipment.carrier_information else None


def _comments(order: Order) -> list[str]:
    return [
        *written("Comment on the order", order.other_comment),
        *written("Internal comment", order.internal_comment),
    ]
