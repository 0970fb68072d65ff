"""Sales of a period, summed up."""

import asyncio
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra, PermissionMissing
from langchain_centra.operations import reports
from langchain_centra.operations.kept import kept
from langchain_centra.tools.reporting import (
    NAMED_ROWS,
    ReportPeriod,
    Span,
    load_analysis,
    money,
    names_of,
    span_of,
    tables,
)
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import left_out

if TYPE_CHECKING:
    from langchain_centra.analysis.grouping import Grouping
    from langchain_centra.analysis.sales import Sales, Sums

By = Literal["day", "week", "month", "market", "store", "country", "product", "variant", "brand", "category", "voucher"]
_TIMES = ("day", "week", "month")
_NO_CURRENCY = "(currency not readable)"


class SalesReport(ReportPeriod):
    """What sales_report takes."""

    by: By | None = None
    in_base_currency: bool | None = Field(None, description="Convert by each order's own rate.")


class SalesRow(BaseModel):
    """The sales of one group in one currency; without `group` the total. Amounts are in whole units of the currency."""

    currency: str
    group: str | None
    orders: int
    units: int
    sales: Decimal
    returned: Decimal | None
    net: Decimal | None
    average_order: Decimal
    returns_rate: float | None


@read_tool(
    group="analysis",
    operations=[reports.SALES],
    sometimes=[
        reports.SALES_BY_MARKET,
        reports.SALES_BY_STORE,
        reports.SALES_BY_COUNTRY,
        reports.SALES_BY_VOUCHER,
        reports.SALES_BY_PRODUCT,
        reports.SALES_BY_VARIANT,
        reports.SALES_BY_BRAND,
        reports.SALES_BY_CATEGORY,
        reports.COUNT_ORDERS,
        reports.READ_RETURNS,
        reports.READ_RETURNED_LINES,
        reports.BASE_CURRENCY,
        reports.MARKET_NAMES,
        reports.STORE_NAMES,
        reports.COUNTRY_NAMES,
        reports.PRODUCT_NAMES,
        reports.VARIANT_NAMES,
        reports.BRAND_NAMES,
        reports.CATEGORY_NAMES,
    ],
)
async def sales_report(centra: AsyncCentra, arguments: SalesReport) -> Answer:
    """Sum up the sales of a period, in all or by one grouping: orders, units, sales, returns, net, average order value.

    Each currency apart. Not for finding single orders.
    """
    await load_analysis()
    from langchain_centra.analysis.grouping import GROUPINGS, ORDERS
    from langchain_centra.analysis.reading import orders_of

    grouping = GROUPINGS[arguments.by] if arguments.by else ORDERS
    span = await span_of(centra, arguments)
    base = await _base_currency(centra) if arguments.in_base_currency else None
    orders = await orders_of(centra, grouping, span.period)
    returned, withheld = await _returned(centra, span, grouping)
    sales = await asyncio.to_thread(_summed, orders.rows, returned, grouping, arguments.by, span, base)
    if not sales.totals:
        return Answer(text=_nothing(span, sales), rows=[])
    return await _answer(centra, arguments.by, span, sales, _notes(arguments.by, grouping, sales, base), withheld)


async def _base_currency(centra: AsyncCentra) -> str:
    reply = await kept(centra, "base currency", lambda: reports.BASE_CURRENCY(centra, limit=1))
    found = reply.data.currencies
    if not found or not found[0].code:
        raise Impossible("The store does not say which currency is its base. Leave in_base_currency out.")
    return found[0].code


async def _returned(centra: AsyncCentra, span: Span, grouping: "Grouping") -> tuple[Any, Collection[str]]:
    from langchain_centra.analysis.returns import returned_of

    try:
        return await returned_of(centra, span.start, by_line=grouping.by_line), ()
    except PermissionMissing as error:
        return None, error.permissions


def _summed(rows: Any, returned: Any, grouping: "Grouping", by: str | None, span: Span, base: str | None) -> "Sales":
    from langchain_centra.analysis.sales import by_time, summed

    if by in _TIMES:
        rows = by_time(rows, by, span.zone)
    return summed(rows, returned, by_line=grouping.by_line, base=base)


def _nothing(span: Span, sales: "Sales") -> str:
    cancelled = f" {sales.cancelled} cancelled ones are not counted." if sales.cancelled else ""
    return f"No orders from {span.text}.{cancelled}"


def _notes(by: str | None, grouping: "Grouping", sales: "Sales", base: str | None) -> list[str]:
    notes = []
    if grouping.by_line:
        notes.append("Here sales are the lines' values: without shipping and discounts on whole orders.")
    if by in ("product", "variant", "brand", "category", "voucher"):
        notes.append(f"An order with several {_plural(by)} counts in each; the total counts it once.")
    if base:
        notes.append(f"Converted to {base} by each order's own conversion rate.")
    if sales.without_rate:
        notes.append(f"{sales.without_rate} orders without a readable rate are left out.")
    if any(total.returned for total in sales.totals):
        notes.append("Returned is what came back of these orders up to now, handled or not.")
    if sales.cancelled:
        notes.append(f"{sales.cancelled} cancelled orders are not counted.")
    return notes


async def _answer(
    centra: AsyncCentra, by: str | None, span: Span, sales: "Sales", notes: list[str], withheld: Collection[str]
) -> Answer:
    ranked = sorted(sales.totals, key=lambda total: (-total.orders, total.currency or ""))
    currencies = [total.currency for total in ranked]
    groups = {currency: _in_order(sales.groups, currency, by) if by else [] for currency in currencies}
    keys = {sums.key for found in groups.values() for sums in found[:NAMED_ROWS] if sums.key}
    names = await names_of(centra, by or "", keys)
    rows = {
        total.currency or _NO_CURRENCY: [
            _row(total, None),
            *(_row(sums, _name(sums, by, names)) for sums in groups[total.currency]),
        ]
        for total in ranked
    }
    rates = not withheld
    more = "ask for a shorter period, or by week or month" if by in _TIMES else "those with the most sales"
    listing, shown = tables(
        lambda currency: _columns(currency, by, rates),
        {currency: [_line(row, by, rates) for row in found] for currency, found in rows.items()},
        more,
    )
    title = f"Sales{f' by {by}' if by else ''}, ordered {span.text}; grand totals with tax of uncancelled orders:"
    return Answer(
        text="\n".join([title, *listing, *notes, *left_out(withheld)]),
        rows=[row for currency, found in rows.items() for row in found[: shown[currency]]],
    )


def _in_order(groups: list["Sums"], currency: str | None, by: str | None) -> list["Sums"]:
    found = [sums for sums in groups if sums.currency == currency]
    if by in _TIMES:
        return sorted(found, key=lambda sums: sums.key or "")
    return sorted(found, key=lambda sums: (-sums.sales, sums.key or ""))


def _name(sums: "Sums", by: str | None, names: Mapping[str, str]) -> str:
    if sums.key is None:
        return f"(no {by})"
    return names.get(sums.key, sums.key)


def _row(sums: "Sums", group: str | None) -> SalesRow:
    return SalesRow(
        currency=sums.currency or _NO_CURRENCY,
        group=group,
        orders=sums.orders,
        units=sums.units,
        sales=sums.sales,
        returned=sums.returned,
        net=sums.net,
        average_order=sums.average_order,
        returns_rate=sums.returns_rate,
    )


def _columns(currency: str, by: str | None, rates: bool) -> list[str]:
    amounts = ["sales", "returned", "net", "average order"] if rates else ["sales", "average order"]
    rate = ["units returned"] if rates else []
    return [*([by] if by else []), "orders", "units", *(f"{amount} {currency}" for amount in amounts), *rate]


def _line(row: SalesRow, by: str | None, rates: bool) -> list[Any]:
    amounts = [row.sales, row.returned, row.net, row.average_order] if rates else [row.sales, row.average_order]
    rate = [f"{row.returns_rate}%"] if rates else []
    return [*([row.group or "all"] if by else []), row.orders, row.units, *map(money, amounts), *rate]


def _plural(by: str | None) -> str:
    return "categories" if by == "category" else f"{by}s"
