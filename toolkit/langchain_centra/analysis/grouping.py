"""What sales can be grouped by, and which document reads it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from langchain_centra.analysis.frames import Part, decimal
from langchain_centra.operations import reports
from langchain_centra.operations.operation import Operation

TIMES = ("day", "week", "month")

Parts = Callable[[Any], Iterator[Part]]


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """A document that reads orders, and what each order adds to which group.

    With `by_line` the parts are order lines, else whole orders.
    """

    operation: Operation[Any]
    parts: Parts
    by_line: bool = False


def _whole(order: Any) -> Iterator[Part]:
    yield _of(order, None)


def _by(field: str) -> Parts:
    def parts(order: Any) -> Iterator[Part]:
        found = getattr(order, field)
        yield _of(order, found and str(found.id))

    return parts


def _by_voucher(order: Any) -> Iterator[Part]:
    codes = {used.code or used.voucher_name for used in order.discounts_applied or ()} - {None}
    for code in sorted(codes) or [None]:
        yield _of(order, code)


def _of(order: Any, key: str | None) -> Part:
    units = order.totals.quantity if order.totals else None
    return Part(key, units or 0, decimal(order.grand_total))


def _by_line(field: str) -> Parts:
    def parts(order: Any) -> Iterator[Part]:
        for line in order.lines or ():
            found = getattr(line, field)
            yield Part(found and str(found.id), line.quantity or 0, decimal(line.line_value), line.id)

    return parts


ORDERS = Grouping(operation=reports.SALES, parts=_whole)
BY_CUSTOMER = Grouping(operation=reports.SALES_BY_CUSTOMER, parts=_by("customer"))
BY_SIZE = Grouping(operation=reports.SALES_BY_SIZE, parts=_by_line("product_size"), by_line=True)

GROUPINGS: dict[str, Grouping] = {
    **dict.fromkeys(TIMES, ORDERS),
    "market": Grouping(operation=reports.SALES_BY_MARKET, parts=_by("market")),
    "store": Grouping(operation=reports.SALES_BY_STORE, parts=_by("store")),
    "country": Grouping(operation=reports.SALES_BY_COUNTRY, parts=_by("country")),
    "voucher": Grouping(operation=reports.SALES_BY_VOUCHER, parts=_by_voucher),
    "product": Grouping(operation=reports.SALES_BY_PRODUCT, parts=_by_line("product"), by_line=True),
    "variant": Grouping(operation=reports.SALES_BY_VARIANT, parts=_by_line("product_variant"), by_line=True),
    "brand": Grouping(operation=reports.SALES_BY_BRAND, parts=_by_line("brand"), by_line=True),
    "category": Grouping(operation=reports.SALES_BY_CATEGORY, parts=_by_line("category"), by_line=True),
}
