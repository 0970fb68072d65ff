"""Customers of a period: new and returning ones, and who spent most."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from langchain_centra.client import AsyncCentra
from langchain_centra.operations.report_rows import CustomerName
from langchain_centra.operations.reports import (
    COUNT_ORDERS,
    CUSTOMER_NAMES,
    CUSTOMERS_PER_REQUEST,
    EARLIER_ORDERS,
    NAMES_PER_REQUEST,
    SALES_BY_CUSTOMER,
    earlier_orders,
)
from langchain_centra.tools.reporting import ReportPeriod, Span, load_analysis, money, span_of, tables
from langchain_centra.tools.spec import Answer, read_tool

if TYPE_CHECKING:
    from langchain_centra.analysis.customers import Spent

_NO_CURRENCY = "(currency not readable)"
_MOST = 25


class CustomerReport(ReportPeriod):
    """What customer_report takes."""

    top: int = Field(10, ge=1, le=_MOST, description=f"How many customers to name, {_MOST} at most.")


class CustomerRow(BaseModel):
    """What new customers, returning ones, or one customer spent in one currency, in its whole units."""

    currency: str
    who: str
    customer_id: int | None = None
    customers: int
    orders: int
    sales: Decimal
    average_order: Decimal


@read_tool(
    group="analysis",
    operations=[SALES_BY_CUSTOMER, EARLIER_ORDERS, CUSTOMER_NAMES],
    sometimes=[COUNT_ORDERS],
)
async def customer_report(centra: AsyncCentra, arguments: CustomerReport) -> Answer:
    """Report who bought in a period: new and returning customers, and those who spent most."""
    await load_analysis()
    from langchain_centra.analysis.customers import bought, by_kind, top
    from langchain_centra.analysis.grouping import BY_CUSTOMER
    from langchain_centra.analysis.reading import orders_of

    span = await span_of(centra, arguments)
    orders = await orders_of(centra, BY_CUSTOMER, span.period)
    sold = await asyncio.to_thread(bought, orders.rows)
    if sold.is_empty():
        return Answer(text=f"No customer ordered from {span.text}.")
    returning = await _returning(centra, span, sold["customer"].unique().sort().to_list())
    kinds = await asyncio.to_thread(by_kind, sold, returning)
    best = await asyncio.to_thread(top, sold, arguments.top)
    names = await _names(centra, [spent.customer for spent in best if spent.customer])
    kinds.sort(key=lambda spent: (-spent.orders, spent.currency or ""))
    currencies = list(dict.fromkeys(spent.currency for spent in kinds))
    ranked = sorted([*kinds, *best], key=lambda spent: (currencies.index(spent.currency), bool(spent.customer)))
    rows = [_row(spent, names) for spent in ranked]
    return _answer(span, rows, orders.rows["key"].null_count())


async def _returning(centra: AsyncCentra, span: Span, customers: Sequence[int]) -> set[int]:
    """Return the customers who had ordered before the period, many a request."""
    before = (span.start - timedelta(seconds=1)).isoformat(timespec="seconds")
    found: set[int] = set()
    for start in range(0, len(customers), CUSTOMERS_PER_REQUEST):
        chunk = customers[start : start + CUSTOMERS_PER_REQUEST]
        variables: dict[str, Any] = {f"c{n}": customer for n, customer in enumerate(chunk)}
        reply = await earlier_orders(len(chunk))(centra, before=before, **variables)
        first = (reply.data.root.get(f"c{n}") for n in range(len(chunk)))
        found |= {customer for customer, order in zip(chunk, first, strict=True) if order and order.edges}
    return found


async def _names(centra: AsyncCentra, customers: Sequence[int]) -> dict[int, CustomerName]:
    rows = (await CUSTOMER_NAMES(centra, ids=sorted(set(customers)), limit=NAMES_PER_REQUEST)).data.rows
    return {row.id: row for row in rows or ()}


def _row(spent: "Spent", names: dict[int, CustomerName]) -> CustomerRow:
    if spent.customer is None:
        who = "returning customers" if spent.returning else "new customers"
    else:
        who = _named(names.get(spent.customer), spent.customer)
    return CustomerRow(
        currency=spent.currency or _NO_CURRENCY,
        who=who,
        customer_id=spent.customer,
        customers=spent.customers,
        orders=spent.orders,
        sales=spent.sales,
        average_order=spent.average_order,
    )


def _named(customer: CustomerName | None, number: int) -> str:
    if customer is None:
        return f"customer {number}"
    name = f"{customer.first_name or ''} {customer.last_name or ''}".strip()
    return f"{name} <{customer.email}>" if customer.email else name or f"customer {number}"


def _line(row: CustomerRow) -> list[Any]:
    return [row.who, row.customers, row.orders, money(row.sales), money(row.average_order)]


def _answer(span: Span, rows: list[CustomerRow], accounts: int) -> Answer:
    by_currency: dict[str, list[CustomerRow]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(row)
    listing, shown = tables(
        lambda currency: ("who", "customers", "orders", f"sales {currency}", f"average order {currency}"),
        {
            currency: [
                [row.who, row.customers, row.orders, money(row.sales), money(row.average_order)] for row in found
            ]
            for currency, found in by_currency.items()
        },
        "ask for fewer with top",
    )
    text = [
        f"Customers with uncancelled orders, ordered {span.text}; grand totals with tax. New: no order before.",
        *listing,
        *([f"{accounts} orders of wholesale accounts, which have no customer, are not counted."] if accounts else []),
    ]
    return Answer(
        text="\n".join(text), rows=[row for name, found in by_currency.items() for row in found[: shown[name]]]
    )
