"""Sums over orders: sales are the grand totals, tax included, of uncancelled orders; net is sales minus returns."""

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from langchain_centra.analysis.frames import MONEY

_LABELS = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Sums:
    """The sales of one group in one currency; without readable returns, what depends on them is None."""

    currency: str | None
    key: str | None
    orders: int
    units: int
    sales: Decimal
    average_order: Decimal
    returned: Decimal | None
    returned_units: int | None

    @property
    def net(self) -> Decimal | None:
        """Sales minus returns."""
        return None if self.returned is None else self.sales - self.returned

    @property
    def returns_rate(self) -> float | None:
        """Units returned of units sold, in percent."""
        return None if self.returned_units is None else round(100 * self.returned_units / (self.units or 1), 1)


@dataclass(frozen=True)
class Sales:
    """Groups, and each currency's total in which every order counts once; `cancelled` orders are in neither."""

    groups: list[Sums]
    totals: list[Sums]
    cancelled: int
    without_rate: int = 0


def by_time(rows: pl.DataFrame, by: str, zone: tzinfo) -> pl.DataFrame:
    """Group orders by their day, week or month in a time zone."""
    ordered = pl.col("ordered")
    if isinstance(zone, ZoneInfo):
        local = ordered.dt.convert_time_zone(zone.key)
    else:
        # A fixed offset has no name that polars knows.
        local = ordered + (zone.utcoffset(None) or timedelta(0))
    return rows.with_columns(key=local.dt.strftime(_LABELS[by]))


def summed(rows: pl.DataFrame, returned: pl.DataFrame | None, *, by_line: bool, base: str | None = None) -> Sales:
    """Sum up orders or their lines by key and currency.

    `base` is the code of the base currency, if every amount is to be converted to it by its own order's rate.
    """
    cancelled = rows.filter("cancelled")["number"].n_unique()
    sold = rows.lazy().filter(~pl.col("cancelled"))
    if by_line:
        sold = sold.filter(pl.col("line").is_not_null())
    sold = _with_returns(sold, returned, "line" if by_line else "number")
    without_rate = 0
    if base:
        without_rate = sold.filter(pl.col("rate").is_null()).select(pl.col("number").n_unique()).collect().item()
        sold = _converted(sold.filter(pl.col("rate").is_not_null()), base)
    once = sold if by_line else sold.unique("number")
    return Sales(
        groups=_sums(sold, ["currency", "key"]),
        totals=_sums(once.with_columns(key=pl.lit(None, pl.String)), ["currency", "key"]),
        cancelled=cancelled,
        without_rate=without_rate,
    )


def _with_returns(sold: pl.LazyFrame, returned: pl.DataFrame | None, key: str) -> pl.LazyFrame:
    if returned is None:
        return sold.with_columns(returned_units=pl.lit(None, pl.Int64), returned=pl.lit(None, MONEY))
    joined = sold.join(returned.lazy(), left_on=key, right_on="of", how="left")
    return joined.with_columns(
        pl.col("returned_units").fill_null(0), pl.col("returned").fill_null(pl.lit(Decimal(0), MONEY))
    )


def _converted(sold: pl.LazyFrame, base: str) -> pl.LazyFrame:
    amounts = [(pl.col(name) * pl.col("rate")).alias(name) for name in ("total", "value", "returned")]
    return sold.with_columns(*amounts, currency=pl.lit(base))


def _sums(rows: pl.LazyFrame, keys: list[str]) -> list[Sums]:
    sums = rows.group_by(keys).agg(
        orders=pl.col("number").n_unique(),
        units=pl.col("units").sum(),
        sales=pl.col("value").sum(),
        returned=_or_none("returned"),
        returned_units=_or_none("returned_units"),
    )
    # An order with several lines in a group has its total counted once.
    totals = rows.unique([*keys, "number"]).group_by(keys).agg(total=pl.col("total").sum())
    joined = sums.join(totals, on=keys, nulls_equal=True).collect()
    return [_as_sums(row) for row in joined.iter_rows(named=True)]


def _or_none(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_null().all()).then(None).otherwise(pl.col(name).sum())


def _as_sums(row: dict[str, Any]) -> Sums:
    returned = row["returned"]
    return Sums(
        currency=row["currency"],
        key=row["key"],
        orders=row["orders"],
        units=row["units"],
        sales=row["sales"].quantize(_CENT),
        average_order=(row["total"] / row["orders"]).quantize(_CENT),
        returned=None if returned is None else returned.quantize(_CENT),
        returned_units=row["returned_units"],
    )


def units_by_key(rows: pl.DataFrame) -> dict[str, int]:
    """Return the units sold of each key that is named, without cancelled orders."""
    sold = rows.filter(~pl.col("cancelled") & pl.col("key").is_not_null())
    return dict(sold.group_by("key").agg(pl.col("units").sum()).iter_rows())
