"""Orders as columns: ids, dates and amounts, nothing that names a person."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from langchain_centra.operations.report_rows import ReportOrder
from langchain_centra.operations.values import Amount

MONEY = pl.Decimal(38, 4)
_RATE = pl.Decimal(38, 8)
_MOMENT = pl.Datetime("us", "UTC")
COLUMNS: dict[str, pl.DataType] = {
    "number": pl.Int64(),
    "ordered": _MOMENT,
    "updated": _MOMENT,
    "cancelled": pl.Boolean(),
    "currency": pl.String(),
    "rate": _RATE,
    "total": MONEY,
    "key": pl.String(),
    "line": pl.Int64(),
    "units": pl.Int64(),
    "value": MONEY,
}

_CANCELLED = ("CANCELLED", "CANCELED")
_ROWS_PER_CHUNK = 4_000


class Part(NamedTuple):
    """What one order adds to one group: `line` is the order line, `value` its amount, else the order's total."""

    key: str | None
    units: int
    value: Decimal
    line: int | None = None


class Collector:
    """Gathers rows and turns them into columns by and by, so that no whole order is kept."""

    def __init__(self) -> None:
        self._rows: list[tuple[object, ...]] = []
        self._chunks: list[pl.DataFrame] = []

    def add(self, order: ReportOrder, parts: Iterable[Part]) -> None:
        """Add an order; one without parts keeps a row, so that its later changes are known."""
        head = (
            order.number,
            _micros(order.order_date),
            _micros(order.updated_at),
            order.status in _CANCELLED,
            currency(order.grand_total),
            order.currency_base_rate,
            decimal(order.grand_total),
        )
        for part in _or_empty(parts):
            self._rows.append((*head, part.key, part.line, part.units, part.value))
        if len(self._rows) >= _ROWS_PER_CHUNK:
            self._flush()

    def frame(self) -> pl.DataFrame:
        """Return all rows."""
        self._flush()
        return pl.concat([empty(), *self._chunks])

    def _flush(self) -> None:
        if self._rows:
            columns = dict(zip(COLUMNS, zip(*self._rows, strict=True), strict=True))
            self._chunks.append(pl.DataFrame(columns, schema=COLUMNS))
            self._rows = []


def empty() -> pl.DataFrame:
    """Return no rows, with all columns."""
    return pl.DataFrame(schema=COLUMNS)


def without(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of orders that are not among the others."""
    if rows.is_empty() or others.is_empty():
        return rows
    return rows.join(others.select("number").unique(), on="number", how="anti")


def decimal(amount: Amount | None) -> Decimal:
    """Return an amount; one that is not readable counts as nothing."""
    return amount.value if amount and amount.value is not None else Decimal(0)


def currency(amount: Amount | None) -> str | None:
    """Return the currency's code."""
    return amount.currency.code if amount and amount.currency else None


def _or_empty(parts: Iterable[Part]) -> Iterator[Part]:
    none = True
    for part in parts:
        none = False
        yield part
    if none:
        yield Part(None, 0, Decimal(0))


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp()) * 1_000_000
