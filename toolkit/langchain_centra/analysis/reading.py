"""Reading the orders of a period, page by page, and only those that changed since the last time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from langchain_centra.analysis.frames import Collector, empty, without
from langchain_centra.analysis.grouping import Grouping
from langchain_centra.analysis.progress import Progress, report
from langchain_centra.analysis.shelf import Kept, Period, shelf_of
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.reports import COUNT_ORDERS, ORDERS_PER_PAGE

# Whether a list leaves out orders that are held or wait for payment is not documented: they are asked for in turn.
_WHATEVER_HOLDS_IT: tuple[dict[str, bool], ...] = ({}, {"isOnHold": True}, {"isWaitingForPayment": True})
_SECOND = timedelta(seconds=1)
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Orders:
    """The orders of a period as columns, and how many of them had to be read now."""

    rows: pl.DataFrame
    read: int


async def orders_of(centra: AsyncCentra, grouping: Grouping, period: Period) -> Orders:
    """Return the orders of a period; what is kept of them is brought up to date by `updatedAt`."""
    shelf, name = shelf_of(centra), grouping.operation.name
    async with shelf.lock:
        others = await shelf.load(name)
        known = next((kept for kept in others if kept.period.touches(period)), None)
        reading = _Reading(centra, grouping)
        if known is None or known.watermark is None:
            rows = await reading.of(period)
            known = Kept(period, rows, None)
        else:
            others.remove(known)
            known = await _brought_up_to_date(reading, known, period)
        known = replace(known, watermark=reading.watermark(known.rows))
        await shelf.save(name, [known, *others])
    return Orders(period.of(known.rows), reading.read)


async def _brought_up_to_date(reading: "_Reading", kept: Kept, period: Period) -> Kept:
    changed = await reading.of(kept.period, updated_from=kept.watermark)
    rows = pl.concat([without(kept.rows, changed), changed])
    for missing in kept.period.missing(period):
        added = await reading.of(missing)
        rows = pl.concat([without(rows, added), added])
    return Kept(kept.period.with_(period), rows.rechunk(), None)


class _Reading:
    """Reads orders from the store, and remembers when it began."""

    def __init__(self, centra: AsyncCentra, grouping: Grouping) -> None:
        self._centra = centra
        self._grouping = grouping
        self._began = centra.clock.now()
        self._began_at = centra.clock.monotonic()
        self.read = 0

    async def of(self, period: Period, *, updated_from: datetime | None = None) -> pl.DataFrame:
        """Read the orders of a period, each once."""
        where: dict[str, Any] = {}
        if bounds := period.bounds():
            where["orderDate"] = bounds
        if updated_from:
            where["updatedAt"] = {"from": updated_from.isoformat(timespec="seconds")}
        rows = empty()
        for held in _WHATEVER_HOLDS_IT:
            found = await self._collected({**where, **held})
            rows = pl.concat([rows, without(found, rows)])
        return rows

    def watermark(self, rows: pl.DataFrame) -> datetime | None:
        """Return a moment, by the server's clock, before which all changes are in the rows; None if it is not known.

        The newest change that was seen is not later than the end of the reading, so that moment less the time that the
        reading took is not later than its beginning.
        """
        newest: Any = rows["updated"].max()
        if newest is None:
            return None
        took = timedelta(seconds=self._centra.clock.monotonic() - self._began_at)
        moment: datetime = min(newest - took, self._began.astimezone(UTC) - _CLOCKS_DIFFER)
        return moment - _SECOND

    async def _collected(self, where: dict[str, Any]) -> pl.DataFrame:
        collector = Collector()
        async for page in self._pages(where):
            for order in page:
                collector.add(order, self._grouping.parts(order))
        return collector.frame()

    async def _pages(self, where: dict[str, Any]) -> AsyncIterator[Sequence[Any]]:
        after, done, total = None, 0, None
        while True:
            reply = await self._grouping.operation(
                self._centra, where=where or None, first=ORDERS_PER_PAGE, after=after
            )
            connection = reply.data.order_connection
            page = [edge.node for edge in (connection.edges if connection else None) or () if edge.node]
            yield page
            done += len(page)
            self.read += len(page)
            info = connection.page_info if connection else None
            if not (info and info.has_next_page and info.end_cursor and info.end_cursor != after):
                return
            after = info.end_cursor
            if total is None:
                total = await self._count(where)
            report(Progress("orders", done, total))

    async def _count(self, where: dict[str, Any]) -> int | None:
        counters = (await COUNT_ORDERS(self._centra, where=where or None)).data.counters
        return counters.orders if counters else None
