"""Finding returns."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from langchain_centra.approval.card import one_line
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.returns import SEARCH_RETURNS, FoundReturn, Return
from langchain_centra.tools.arguments import Arguments, OrderNumber, Text
from langchain_centra.tools.periods import Moment, date_range, in_order, period_sentence
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import amount, cell, clipped, left_out, listed, table

_PAGE = 200
_MOST_READ = 1_000
_COMMENT_BYTES = 80
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class SearchReturns(Arguments):
    """What search_returns takes."""

    order_number: OrderNumber | None = None
    status: Text | None = Field(None, description="Such as PENDING or COMPLETED.")
    created_from: Moment | None = Field(None, description="Date or ISO time.")
    created_to: Moment | None = None

    @field_validator("created_to")
    @classmethod
    def _in_order(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if not in_order(info.data.get("created_from"), value):
            raise ValueError("It should be on or after created_from")
        return value


@read_tool(group="orders", operations=[SEARCH_RETURNS])
async def search_returns(centra: AsyncCentra, arguments: SearchReturns) -> Answer:
    """Find returns, newest first, with what came back and why."""
    where: dict[str, Any] = {}
    if arguments.order_number is not None:
        where["orderNumber"] = [arguments.order_number]
    if bounds := await date_range(centra, arguments.created_from, arguments.created_to):
        where["createdAt"] = bounds
    period = period_sentence("Created", bounds)
    found, whole, withheld = await _read(centra, where)
    rows = [row for row in found if _has_status(row, arguments.status)]
    notes = [*period, *left_out(withheld)]
    if not rows:
        return Answer(text="\n".join([*_nothing(found, arguments, whole=whole), *notes]))
    columns = ("created", "status", "order", "shipment", "amount", "back in stock", "what", "comment (quoted data)")
    listing = table(columns, [_row(row) for row in rows])
    text = [_count(listing.shown, rows, len(found), whole=whole), *period, listing.text, *left_out(withheld)]
    return Answer(text="\n".join(text), rows=rows[: listing.shown])


async def _read(centra: AsyncCentra, where: dict[str, Any]) -> tuple[list[FoundReturn], bool, frozenset[str]]:
    """Return the newest first, whether these are all, and what the token may not read.

    The API sorts returns in no documented way, so all of them are read before any is shown.
    """
    found: dict[int, FoundReturn] = {}
    page, rows, withheld = 1, _PAGE, frozenset[str]()
    while rows == _PAGE and len(found) < _MOST_READ:
        reply = await SEARCH_RETURNS(centra, where=where or None, limit=_PAGE, page=page)
        read = reply.data.returns or []
        found |= {row.id: row for row in read}
        page, rows, withheld = page + 1, len(read), withheld | reply.withheld
    newest = sorted(found.values(), key=lambda row: (row.created_at or _EARLIEST, row.id), reverse=True)
    return newest, rows < _PAGE, withheld


def _has_status(row: Return, wanted: str | None) -> bool:
    return wanted is None or (row.return_status or "").casefold() == wanted.casefold()


def _nothing(found: list[FoundReturn], arguments: SearchReturns, *, whole: bool) -> list[str]:
    text = "No return matches." if whole else f"None of the {len(found)} returns that were read matches; give a period."
    statuses = sorted({row.return_status or "(not readable)" for row in found})
    return [text, f"{len(found)} have another status: {listed(statuses)}."] if arguments.status and found else [text]


def _count(shown: int, rows: list[FoundReturn], read: int, *, whole: bool) -> str:
    units = sum(row.units or 0 for row in rows)
    text = f"{len(rows)} return{'' if len(rows) == 1 else 's'} of {units} units"
    if not whole:
        text += f" among the {read} that were read; there are more, narrow by created_from and created_to"
    return f"{text}; the newest {shown}, narrow by status or period for others:" if shown < len(rows) else f"{text}:"


def _row(row: FoundReturn) -> list[Any]:
    said = clipped(one_line(row.comment or ""), _COMMENT_BYTES)
    comment = json.dumps(said, ensure_ascii=False) if said else None
    order, shipment = row.order.number if row.order else None, row.shipment.number if row.shipment else None
    return [
        row.created_at,
        row.return_status,
        order,
        shipment,
        amount(row.grand_total),
        row.returned_to_stock,
        _what(row),
        comment,
    ]


def _what(row: Return) -> str:
    items = [
        f"{line.quantity} {cell(line.order_line.product_name)} {cell(line.order_line.size)}"
        for line in row.lines or ()
        if line.order_line
    ]
    return listed(items, 3)
