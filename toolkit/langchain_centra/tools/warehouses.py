"""Reading warehouses, and finding one by its name."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.kept import kept
from langchain_centra.operations.stock import LIST_WAREHOUSES, WAREHOUSES_PER_PAGE, Warehouse
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import cell, table


class ListWarehouses(Arguments):
    """What list_warehouses takes."""

    name: Text | None = Field(None, description="Part of the name, to narrow the list.")


@read_tool(group="stock", operations=[LIST_WAREHOUSES])
async def list_warehouses(centra: AsyncCentra, arguments: ListWarehouses) -> Answer:
    """List the warehouses with status, country, threshold and who is master of their stock."""
    every = await all_warehouses(centra)
    part = (arguments.name or "").casefold()
    rows = [warehouse for warehouse in every if part in (warehouse.name or "").casefold()]
    if not rows:
        raise Impossible(
            f"No warehouse name contains {cell(arguments.name)!r}." if part else "The store has no warehouses."
        )
    columns = ("warehouse", "status", "country", "threshold", "stock master")
    listing = table(columns, [_row(warehouse) for warehouse in rows])
    shown = rows[: listing.shown]
    more = "; narrow by a part of the name" if len(shown) < len(rows) else ""
    return Answer(text=f"{len(shown)} of {len(rows)} warehouses{more}:\n{listing.text}", rows=shown)


async def all_warehouses(centra: AsyncCentra) -> list[Warehouse]:
    """Return every warehouse; the list is kept for some minutes."""
    return await kept(centra, "warehouses", lambda: _read_warehouses(centra))


async def _read_warehouses(centra: AsyncCentra) -> list[Warehouse]:
    found: list[Warehouse] = []
    page = 1
    while True:
        reply = await LIST_WAREHOUSES(centra, limit=WAREHOUSES_PER_PAGE, page=page)
        rows = reply.data.warehouses or []
        found += rows
        if len(rows) < WAREHOUSES_PER_PAGE:
            return found
        page += 1


def warehouse_named(name: str, warehouses: Sequence[Warehouse]) -> Warehouse:
    """Return the warehouse of that name, whatever its case; raises Impossible with the candidates."""
    return one_named("warehouse", name, warehouses, lambda warehouse: warehouse.name)


def _row(warehouse: Warehouse) -> list[Any]:
    country = warehouse.country.name if warehouse.country else None
    return [warehouse.name, warehouse.status, country, warehouse.threshold, warehouse.stock_master]
