"""Setting stock levels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from pydantic import Field

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.stock import (
    LIST_WAREHOUSES,
    SIMILAR_SKUS,
    STOCK_BY_CODE,
    STOCK_LEVELS,
    Level,
    LeveledSize,
    StockedSize,
    Warehouse,
)
from langchain_centra.operations.stock_changes import SET_STOCK
from langchain_centra.tools.arguments import Arguments, Quantity, Sku, Text
from langchain_centra.tools.choice import refuse
from langchain_centra.tools.codes import described, one_size_each
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import cell, moved, units
from langchain_centra.tools.warehouses import all_warehouses, warehouse_named

UNUSUAL_UNITS = 100_000


class StockLine(Arguments):
    """The level that one SKU is to have in one warehouse."""

    sku: Sku = Field(description="SKU or EAN.")
    warehouse: Text = Field(description="Its name.")
    quantity: Quantity


class SetStock(Arguments):
    """What set_stock takes."""

    lines: list[StockLine] = Field(min_length=1, max_length=100)
    reason: Text | None = Field(None, description="Kept with the stock change.")


@dataclass(frozen=True, kw_only=True)
class _Level:
    size: StockedSize
    sku: str
    warehouse: Warehouse
    physical: int
    allocated: int
    quantity: int

    @property
    def place(self) -> str:
        return f"{self.sku} in {cell(self.warehouse.name)}"


async def observe_stock(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the physical and allocated units of a step's product sizes again, in one request."""
    warehouse = step.variables["input"]["warehouse"]["id"]
    ids = [item["productSize"]["id"] for item in step.variables["input"]["productSizes"]]
    stock = {"warehouseId": [warehouse]}
    reply = await STOCK_LEVELS(centra, ids=ids, stock=stock, limit=len(ids))
    skus = {number: target.split(":", 2)[2] for number, target in zip(ids, step.targets, strict=True)}
    seen: dict[str, Any] = {}
    for size in reply.data.product_sizes or ():
        for level in _rows(size):
            seen |= level_facts(skus[size.id], level.physical_quantity, level.allocated_quantity)
    return {name: value for name, value in seen.items() if value is not None}


@write_tool(
    group="stock",
    operations=[STOCK_BY_CODE, SIMILAR_SKUS, STOCK_LEVELS, LIST_WAREHOUSES, SET_STOCK],
    effects=[Effect.STOCK],
    observe=observe_stock,
)
async def set_stock(centra: AsyncCentra, arguments: SetStock) -> Proposal:
    """Set the physical stock of SKUs in warehouses to given numbers, 100 lines at most. Not for adding to a level."""
    levels = await _levels(centra, arguments.lines)
    changed = [level for level in levels if level.quantity != level.physical]
    if not changed:
        raise NothingToChange("The stock is already at the requested level in every line.")
    deltas = [level.quantity - level.physical for level in changed]
    return Proposal(
        sentence=_sentence(changed),
        changes=tuple(map(_change, changed)),
        effects=frozenset({Effect.STOCK}),
        steps=tuple(_step(list(group), arguments.reason) for _, group in groupby(changed, _warehouse_id)),
        stock=(_movement(deltas), *_thresholds(changed), *noted(arguments.reason)),
        undo="set the levels back to what they were",
        reverse=_reverse(changed),
        warnings=tuple(_warnings(changed)),
        rows=len(changed),
        measures={"stock_delta": Decimal(max(map(abs, deltas)))},
    )


async def _levels(centra: AsyncCentra, lines: Sequence[StockLine]) -> list[_Level]:
    warehouses = await all_warehouses(centra)
    places = {line.warehouse: warehouse_named(line.warehouse, warehouses) for line in lines}
    skus = list(dict.fromkeys(line.sku for line in lines))
    ids = list(dict.fromkeys(place.id for place in places.values()))
    sizes = await one_size_each(centra, skus, ids)
    levels: dict[tuple[int, int], _Level] = {}
    twice: list[str] = []
    for line in lines:
        size, place = sizes[line.sku], places[line.warehouse]
        physical, allocated = present(size, place)
        level = _Level(
            size=size,
            sku=size.sku or str(size.id),
            warehouse=place,
            physical=physical,
            allocated=allocated,
            quantity=line.quantity,
        )
        known = levels.setdefault((level.warehouse.id, level.size.id), level)
        if known.quantity != level.quantity:
            twice.append(f"{level.place} is given twice, with {known.quantity} and {level.quantity}; give it once.")
    refuse(twice)
    return [levels[key] for key in sorted(levels)]


def _rows(size: LeveledSize) -> list[Level]:
    # A size without a row in a warehouse has never had stock there.
    none = Level(physical_quantity=0, allocated_quantity=0)
    return [] if size.stock is None else size.stock or [none]


def present(size: StockedSize, warehouse: Warehouse) -> tuple[int, int]:
    """Return the physical and the allocated units of a product size in a warehouse; raises Impossible if unreadable."""
    row = next((row for row in size.stock or () if row.warehouse and row.warehouse.id == warehouse.id), None)
    physical, allocated = (row.physical_quantity, row.allocated_quantity) if row else (0, 0)
    if physical is None or allocated is None:
        raise Impossible(f"The present stock of {cell(size.sku)} in {cell(warehouse.name)} cannot be read.")
    return physical, allocated


def _step(levels: Sequence[_Level], reason: str | None) -> Step:
    warehouse = levels[0].warehouse.id
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for level in levels:
        before |= level_facts(level.sku, level.physical, level.allocated)
        after |= {physical_fact(level.sku): level.quantity}
    return Step(
        operation=SET_STOCK.name,
        variables={
            "input": {
                "warehouse": {"id": warehouse},
                "description": reason or "Stock levels set by langchain-centra",
                "stockQuantityType": "PHYSICAL",
                "productSizes": [
                    {"productSize": {"id": level.size.id}, "quantity": level.quantity} for level in levels
                ],
            }
        },
        targets=tuple(f"stock:{warehouse}:{level.sku}" for level in levels),
        before=before,
        after=after,
    )


def _reverse(levels: Sequence[_Level]) -> Reverse:
    lines = [
        {"sku": level.sku, "warehouse": level.warehouse.name or "", "quantity": level.physical} for level in levels
    ]
    return Reverse(tool="set_stock", args={"lines": lines})


def level_facts(sku: str, physical: int | None, allocated: int | None) -> dict[str, Any]:
    """Return what a card watches of one level, by name."""
    return {physical_fact(sku): physical, f"allocated units of {sku}": allocated}


def physical_fact(sku: str) -> str:
    """Return the name under which the physical units of a SKU are watched."""
    return f"physical units of {sku}"


def _sentence(levels: Sequence[_Level]) -> str:
    if len(levels) == 1:
        [level] = levels
        return f"Set the physical stock of {level.place} from {level.physical} to {units(level.quantity)}"
    names = {cell(level.warehouse.name) for level in levels}
    places = names.pop() if len(names) == 1 else f"{len(names)} warehouses"
    return f"Set {len(levels)} physical stock levels in {places}"


def _movement(deltas: Sequence[int]) -> str:
    if len(deltas) == 1:
        return f"The level changes by {moved(deltas[0])}."
    return f"{len(deltas)} levels change, by {moved(sum(deltas))} together."


def _thresholds(levels: Iterable[_Level]) -> Iterable[str]:
    for warehouse in {level.warehouse.id: level.warehouse for level in levels}.values():
        if warehouse.threshold:
            yield f"{cell(warehouse.name)} keeps back {units(warehouse.threshold)} of each SKU (its threshold)."


def noted(reason: str | None) -> list[str]:
    """Say which reason a stock change is booked with."""
    return [f"Booked with the reason: {reason}"] if reason else []


def _change(level: _Level) -> Change:
    return Change(
        object=f"{described(level.size)} in {cell(level.warehouse.name)}",
        field="physical stock",
        before=level.physical,
        after=level.quantity,
        unit="units",
    )


def _warnings(levels: Iterable[_Level]) -> Iterable[str]:
    for level in levels:
        threshold, warehouse = level.warehouse.threshold or 0, cell(level.warehouse.name)
        if level.quantity >= UNUSUAL_UNITS:
            yield f"{level.place}: {units(level.quantity)} is an unusually high level."
        if level.quantity < level.allocated:
            uncovered = f"{level.allocated - level.quantity} of the {units(level.allocated)} allocated to orders"
            yield f"{level.place}: {uncovered} would not be covered; Centra may raise the level to that."
        elif level.quantity - level.allocated < threshold <= level.physical - level.allocated:
            yield f"{level.place} falls under the threshold of {units(threshold)} that {warehouse} keeps back."


def _warehouse_id(level: _Level) -> int:
    return level.warehouse.id
