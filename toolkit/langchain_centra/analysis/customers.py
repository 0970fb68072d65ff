"""Who bought in a period: new customers, those who had ordered before, and what each spent."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What customers spent in one currency; `customer` is one customer's id, else `returning` says which are meant."""

    currency: str | None
    customers: int
    orders: int
    sales: Decimal
    customer: int | None = None
    returning: bool | None = None

    @property
    def average_order(self) -> Decimal:
        """Sales by order."""
        return (self.sales / self.orders).quantize(_CENT)


def bought(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the uncancelled orders that have a customer, with `customer` as a number."""
    sold = rows.filter(~pl.col("cancelled") & pl.col("key").is_not_null())
    return sold.with_columns(customer=pl.col("key").cast(pl.Int64))


def by_kind(sold: pl.DataFrame, returning: Collection[int]) -> list[Spent]:
    """Sum up by currency, new customers and returning ones apart."""
    marked = sold.with_columns(returning=pl.col("customer").is_in(list(returning)))
    return [Spent(**row) for row in _sums(marked, ["currency", "returning"])]


def top(sold: pl.DataFrame, most: int) -> list[Spent]:
    """Return the customers of each currency who spent most, the first ones first."""
    sums = [Spent(**row) for row in _sums(sold, ["currency", "customer"])]
    ranked = sorted(sums, key=lambda spent: (-spent.sales, spent.customer or 0))
    currencies = dict.fromkeys(spent.currency for spent in ranked)
    return [spent for currency in currencies for spent in [s for s in ranked if s.currency == currency][:most]]


def _sums(sold: pl.DataFrame, keys: list[str]) -> list[dict[str, Any]]:
    sums = sold.group_by(keys).agg(
        customers=pl.col("customer").n_unique(), orders=pl.col("number").n_unique(), sales=pl.col("total").sum()
    )
    return [{**row, "sales": row["sales"].quantize(_CENT)} for row in sums.iter_rows(named=True)]
