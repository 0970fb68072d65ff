"""What the reports have in common: their period, the columns that they sum up, the names of groups."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationInfo, field_validator

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations import reports
from langchain_centra.operations.kept import kept
from langchain_centra.operations.operation import Operation
from langchain_centra.operations.report_rows import ProductName, VariantName
from langchain_centra.tools.arguments import Arguments
from langchain_centra.tools.periods import Moment, date_range, in_order
from langchain_centra.tools.text import Table, table

if TYPE_CHECKING:
    from langchain_centra.analysis.shelf import Period

DAYS = 30
NAMED_ROWS = 100
_ALL_TABLES_BYTES = 4_000


class ReportPeriod(Arguments):
    """The period of a report."""

    date_from: Moment | None = Field(None, description=f"Date or ISO time; {DAYS} days back when not given.")
    date_to: Moment | None = None

    @field_validator("date_to")
    @classmethod
    def _in_order(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if not in_order(info.data.get("date_from"), value):
            raise ValueError("It should be on or after date_from")
        return value


@dataclass(frozen=True)
class Span:
    """A report's period in the store's time zone, and how to say it."""

    period: "Period"
    zone: tzinfo
    start: datetime
    text: str


async def load_analysis() -> None:
    """Import what reports need, off the event loop.

    Raises:
        Impossible: it is not installed.
    """
    try:
        await asyncio.to_thread(import_module, "langchain_centra.analysis.reading")
    except ModuleNotFoundError as error:
        if error.name != "polars":
            raise
        raise Impossible(
            "Reports need the package polars, which is not installed: pip install 'langchain-centra[analysis]'."
        ) from None


async def span_of(centra: AsyncCentra, arguments: ReportPeriod) -> Span:
    """Return the period that was asked for; the last 30 days when there is none."""
    from langchain_centra.analysis.shelf import Period

    zone = await centra.store_timezone()
    end = arguments.date_to
    last_day = end or centra.clock.now().astimezone(zone)
    start = arguments.date_from or (last_day - timedelta(days=DAYS - 1))
    if arguments.date_from is None and isinstance(start, datetime):
        start = start.date()
    bounds = await date_range(centra, start, end)
    moments = [datetime.fromisoformat(bounds[side]) if side in bounds else None for side in ("from", "to")]
    assert moments[0]  # noqa: S101 (there always is a start)
    said = [moment.isoformat(timespec="minutes") if moment else "now" for moment in moments]
    return Span(Period.between(*moments), zone, moments[0], f"{said[0]} to {said[1]}")


_NAMES: dict[str, Operation[Any]] = {
    "market": reports.MARKET_NAMES,
    "store": reports.STORE_NAMES,
    "country": reports.COUNTRY_NAMES,
    "product": reports.PRODUCT_NAMES,
    "variant": reports.VARIANT_NAMES,
    "brand": reports.BRAND_NAMES,
    "category": reports.CATEGORY_NAMES,
}


async def names_of(centra: AsyncCentra, by: str, keys: Collection[str]) -> dict[str, str]:
    """Return the names of what a report is grouped by; what has no name there is called by its id."""
    operation = _NAMES.get(by)
    if operation is None or not keys:
        return {}
    limit = reports.NAMES_PER_REQUEST
    if operation in (reports.STORE_NAMES, reports.BRAND_NAMES):
        reply = await kept(centra, f"names by {by}", lambda: operation(centra, limit=limit))
    else:
        reply = await operation(centra, ids=sorted(map(int, keys)), limit=limit)
    names = {str(row.id): _named(row) for row in reply.data.rows or () if str(row.id) in keys}
    times = Counter(names.values())
    return {key: name if times[name] == 1 else f"{name} (id {key})" for key, name in names.items()}


def _named(row: Any) -> str:
    name = row.name or f"(no name, id {row.id})"
    if isinstance(row, VariantName) and row.product:
        return f"{row.product.name}, {name}"
    if isinstance(row, ProductName) and row.product_number:
        return f"{name} ({row.product_number})"
    return name


def tables(
    columns: Callable[[str], Sequence[str]], rows: dict[str, list[list[Any]]], more: str
) -> tuple[list[str], dict[str, int]]:
    """Lay out one table for each currency, and say of each what did not fit; also return how many rows each shows."""
    text, shown = [], {}
    room = _ALL_TABLES_BYTES // max(len(rows), 1)
    for currency, lines in rows.items():
        listing: Table = table(columns(currency), lines, most_bytes=room)
        shown[currency] = listing.shown
        if listing.shown < len(lines):
            text.append(f"The first {listing.shown} of {len(lines)} rows; {more}:")
        text.append(listing.text)
    return text, shown


def money(value: Decimal | None) -> str | None:
    """Write an amount whose currency stands above it."""
    return None if value is None else f"{value:.2f}"
