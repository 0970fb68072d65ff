"""What came back of orders; returns have no `updatedAt`, so they are read anew each time."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import polars as pl

from langchain_centra.analysis.frames import MONEY, decimal
from langchain_centra.analysis.progress import Progress, report
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.operation import Operation
from langchain_centra.operations.reports import READ_RETURNED_LINES, READ_RETURNS, RETURNS_PER_PAGE

_SCHEMA = {"row": pl.Int64(), "of": pl.Int64(), "returned_units": pl.Int64(), "returned": MONEY}


async def returned_of(centra: AsyncCentra, since: datetime | None, *, by_line: bool) -> pl.DataFrame:
    """Return the units and the value that came back since a moment, by order number or by order line id (`of`)."""
    operation = READ_RETURNED_LINES if by_line else READ_RETURNS
    rows = [
        row
        async for back in _returns(centra, operation, since)
        for row in (_lines(back) if by_line else [_whole(back)])
    ]
    # A return that is made or deleted meanwhile shifts the pages of a plain list, so that one may come twice.
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").unique("row")
    return frame.group_by("of").agg(pl.col("returned_units").sum(), pl.col("returned").sum())


async def _returns(centra: AsyncCentra, operation: Operation[Any], since: datetime | None) -> AsyncIterator[Any]:
    where = {"createdAt": {"from": since.isoformat(timespec="seconds")}} if since else None
    page = 1
    while True:
        found = (await operation(centra, where=where, limit=RETURNS_PER_PAGE, page=page)).data.returns or []
        for back in found:
            yield back
        if len(found) < RETURNS_PER_PAGE:
            return
        report(Progress("returns", page * RETURNS_PER_PAGE))
        page += 1


def _whole(back: Any) -> tuple[Any, ...]:
    units = back.totals.quantity if back.totals else None
    return back.id, back.order.number if back.order else None, units or 0, decimal(back.grand_total)


def _lines(back: Any) -> list[tuple[Any, ...]]:
    return [
        (line.id, line.order_line.id if line.order_line else None, line.quantity or 0, decimal(line.line_value))
        for line in back.lines or ()
    ]
