"""Finding customers and reading one with their orders."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.customers import (
    CUSTOMER_MARKETS,
    CUSTOMER_STATE,
    GET_CUSTOMER,
    SEARCH_CUSTOMERS,
    Customer,
    CustomerOrder,
    CustomerOrderConnection,
    CustomerRow,
    StatedCustomer,
)
from langchain_centra.operations.kept import kept
from langchain_centra.operations.values import Amount, Currency
from langchain_centra.tools.arguments import LARGEST_INT, Arguments, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.people import address_line
from langchain_centra.tools.periods import Moment, date_range, in_order, period_sentence
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import amount, cell, left_out, table, when

_SHOWN_ORDERS = 10


class SearchCustomers(Arguments):
    """What search_customers takes."""

    text: Text | None = Field(None, description="Name or e-mail address.")
    market: Text | None = None
    registered_from: Moment | None = None
    registered_to: Moment | None = None
    updated_from: Moment | None = None
    limit: int = Field(20, ge=1, le=50)

    @field_validator("registered_to")
    @classmethod
    def _in_order(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if not in_order(info.data.get("registered_from"), value):
            raise ValueError("It should be on or after registered_from")
        return value


class GetCustomer(Arguments):
    """What get_customer takes."""

    customer: Text = Field(description="E-mail address or id.")


@read_tool(group="customers", operations=[SEARCH_CUSTOMERS, CUSTOMER_MARKETS])
async def search_customers(centra: AsyncCentra, arguments: SearchCustomers) -> Answer:
    """Find customers. Days or ISO times."""
    wanted = await _wanted(centra, arguments)
    periods = [
        *period_sentence("Registered", wanted.get("registered", {})),
        *period_sentence("Changed", wanted.get("updated", {})),
    ]
    reply = await SEARCH_CUSTOMERS(centra, **wanted, limit=arguments.limit)
    rows = reply.data.customers or []
    if not rows:
        return Answer(text="\n".join(["No customer matches.", *periods, *left_out(reply.withheld)]))
    columns = ("id", "name", "e-mail", "status", "registered", "orders", "store")
    listing = table(columns, [_row(customer) for customer in rows])
    total = reply.data.counters.customers if reply.data.counters else None
    text = [_count(listing.shown, max(total or 0, len(rows))), *periods, listing.text, *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=rows[: listing.shown])


@read_tool(group="customers", operations=[GET_CUSTOMER, CUSTOMER_STATE])
async def get_customer(centra: AsyncCentra, arguments: GetCustomer) -> Answer:
    """Read one customer: status, contact, billing address, latest orders, and totals per currency."""
    number = customer_id(arguments.customer)
    if number is None:
        number = (await find_customer(centra, arguments.customer)).id
    reply = await GET_CUSTOMER(centra, customer=[number])
    if not reply.data.customers:
        raise unknown_customer()
    [customer] = reply.data.customers
    text = [*_head(customer), *_orders(reply.data.order_connection), *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=[customer, *_newest_first(reply.data.order_connection)])


def customer_id(named: str) -> int | None:
    """Return the id that a customer was named by, or None for anything else."""
    digits = named.removeprefix("#")
    return int(digits) if digits.isdecimal() and 0 < int(digits) <= LARGEST_INT else None


async def find_customer(centra: AsyncCentra, named: str) -> StatedCustomer:
    """Return the customer of an id or an e-mail address.

    Raises:
        Impossible: there is none, or the address is known in several stores; the text then lists their ids.
    """
    number = customer_id(named)
    if number is None and "@" not in named:
        raise Impossible("A customer is named by e-mail address or id; search_customers finds both by name.")
    wanted: dict[str, Any] = {"email": {"equals": named}} if number is None else {"id": [number]}
    found = (await CUSTOMER_STATE(centra, **wanted)).data.customers or []
    if not found:
        raise unknown_customer()
    if len(found) > 1:
        names = "; ".join(f"id {row.id} in {cell(row.store.name if row.store else None)}" for row in found)
        raise Impossible(f"{len(found)} customers have that e-mail address, so give an id: {names}.")
    return found[0]


def unknown_customer() -> Impossible:
    """Return what to tell the model about a customer who is not there."""
    return Impossible("No customer has that e-mail address or id. Use search_customers to find them by name.")


def person_name(customer: CustomerRow | StatedCustomer) -> str | None:
    """Return a customer's first and last name."""
    return f"{customer.first_name or ''} {customer.last_name or ''}".strip() or None


async def _wanted(centra: AsyncCentra, arguments: SearchCustomers) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if arguments.text:
        wanted |= {"email": {"contains": arguments.text}} if "@" in arguments.text else {"text": arguments.text}
    if arguments.market:
        wanted["market"] = [await _market(centra, arguments.market)]
    if bounds := await date_range(centra, arguments.registered_from, arguments.registered_to):
        wanted["registered"] = bounds
    if bounds := await date_range(centra, arguments.updated_from, None):
        wanted["updated"] = bounds
    return wanted


async def _market(centra: AsyncCentra, named: str) -> int:
    markets = (await kept(centra, "customer markets", lambda: CUSTOMER_MARKETS(centra))).data.markets
    if markets is None:
        raise Impossible("The token may not read markets (Market:read), so leave market out.")
    return one_named("market", named, markets, lambda market: market.name).id


def _count(shown: int, total: int) -> str:
    if shown >= total:
        return f"{total} customer{'' if total == 1 else 's'}:"
    return f"{shown} of {total} customers; narrow by text, market or dates, or ask for more with limit (50 at most):"


def _row(customer: CustomerRow) -> list[Any]:
    store = customer.store.name if customer.store else None
    return [
        customer.id,
        person_name(customer),
        customer.email,
        customer.status,
        customer.created_at,
        customer.total_orders,
        store,
    ]


def _head(customer: Customer) -> list[str]:
    address = customer.billing_address
    phones = dict.fromkeys(phone for phone in (customer.phone_number, customer.cell_phone_number) if phone)
    return [
        f"Customer {customer.id}: {cell(person_name(customer))} <{cell(customer.email)}>, "
        f"{customer.status or 'status not readable'}",
        f"Registered {when(customer.created_at)}, changed {when(customer.updated_at)}, "
        f"last login {when(customer.last_login_at)}",
        *([f"Store: {cell(customer.store.name)}"] if customer.store else []),
        *([f"Phone: {', '.join(map(cell, phones))}"] if phones else []),
        *([f"Billed to: {address_line(address)}"] if address else []),
    ]


def _newest_first(connection: CustomerOrderConnection | None) -> list[CustomerOrder]:
    edges = (connection.edges if connection else None) or []
    return [edge.node for edge in reversed(edges) if edge.node]


def _orders(connection: CustomerOrderConnection | None) -> list[str]:
    if connection is None:
        return []
    orders = _newest_first(connection)
    total = max(connection.total_count or 0, len(orders))
    if not orders:
        return ["No orders."]
    shown = orders[:_SHOWN_ORDERS]
    rows = [(order.number, order.status, order.created_at, amount(order.grand_total)) for order in shown]
    every = f"the newest {len(orders)} of " if len(orders) < total else ""
    newest = f"The newest {len(shown)} of {total} orders; search_orders has more:" if len(shown) < total else None
    return [
        f"Ordered for, cancelled orders not counted, over {every}{total} orders: {_sums(orders)}",
        newest or f"{total} order{'' if total == 1 else 's'}:",
        table(("order", "status", "created", "total"), rows).text,
    ]


def _sums(orders: Sequence[CustomerOrder]) -> str:
    sums: dict[str, tuple[Decimal, int]] = {}
    for order in orders:
        total = order.grand_total
        if order.status != "CANCELLED" and total and total.value is not None and total.currency:
            value, count = sums.get(total.currency.code or "", (Decimal(0), 0))
            sums[total.currency.code or ""] = value + total.value, count + 1
    return (
        "; ".join(
            f"{amount(Amount(value=value, currency=Currency(id=0, code=code)))} in {count} orders"
            for code, (value, count) in sorted(sums.items())
        )
        or "nothing"
    )
