"""Adding units to stock and taking units away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from secrets import token_hex
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.stock import (
    LIST_WAREHOUSES,
    SIMILAR_SKUS,
    STOCK_BY_CODE,
    StockedSize,
    Warehouse,
)
from langchain_centra.operations.stock_changes import CHANGE_STOCK, FIND_STOCK_CHANGE
from langchain_centra.tools.arguments import LARGEST_INT, Arguments, Sku, Text, whole_number
from langchain_centra.tools.choice import refuse
from langchain_centra.tools.codes import described, one_size_each, sizes_of
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.stock_changes import UNUSUAL_UNITS, level_facts, noted, physical_fact, present
from langchain_centra.tools.text import cell, moved, units
from langchain_centra.tools.warehouses import all_warehouses, warehouse_named

_MARKED = "stock change "
_INTO, _OUT = "intoWarehouse", "outFromWarehouse"

Delta = Annotated[int, BeforeValidator(whole_number)]


class Adjustment(Arguments):
    """By how many units the stock of one SKU changes."""

    sku: Sku = Field(description="SKU or EAN.")
    change: Delta = Field(description="Negative takes away.")

    @field_validator("change")
    @classmethod
    def _some(cls, value: int) -> int:
        if value == 0 or abs(value) > LARGEST_INT:
            raise ValueError("It should be a number of units that is not 0")
        return value


class AdjustStock(Arguments):
    """What adjust_stock takes."""

    lines: list[Adjustment] = Field(min_length=1, max_length=100)
    warehouse: Text = Field(description="Its name.")
    reason: Text

    @field_validator("lines")
    @classmethod
    def _one_direction(cls, value: list[Adjustment]) -> list[Adjustment]:
        if len({line.change > 0 for line in value}) > 1:
            raise ValueError("Add and take away in two calls")
        return value


@dataclass(frozen=True, kw_only=True)
class _Level:
    size: StockedSize
    sku: str
    physical: int
    allocated: int
    change: int

    @property
    def after(self) -> int:
        return self.physical + self.change


async def observe_adjustment(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the levels of a step again, and whether a stock change with its mark is booked."""
    [marked] = (name for name in step.before if name.startswith(_MARKED))
    [warehouse] = {int(target.split(":", 2)[1]) for target in step.targets}
    skus = [target.split(":", 2)[2] for target in step.targets]
    found, _ = await sizes_of(centra, skus, stock={"warehouseId": [warehouse]}, limit=1)
    seen: dict[str, Any] = {}
    for sku, sizes in found.items():
        for size in sizes:
            row = next(iter(size.stock or ()), None)
            levels = (row.physical_quantity, row.allocated_quantity) if row else (0, 0)
            seen |= level_facts(sku, *levels)
    changes = (await FIND_STOCK_CHANGE(centra, mark=marked.removeprefix(_MARKED))).data.stock_change_connection
    seen[marked] = "booked" if changes and changes.edges else "not booked"
    return {name: value for name, value in seen.items() if value is not None}


@write_tool(
    group="stock",
    operations=[STOCK_BY_CODE, SIMILAR_SKUS, LIST_WAREHOUSES, FIND_STOCK_CHANGE, CHANGE_STOCK],
    effects=[Effect.STOCK],
    observe=observe_adjustment,
)
async def adjust_stock(centra: AsyncCentra, arguments: AdjustStock) -> Proposal:
    """Add units to a stock or take them away: a delivery, a loss. For a count use set_stock."""
    warehouse = warehouse_named(arguments.warehouse, await all_warehouses(centra))
    levels = await _levels(centra, arguments.lines, warehouse)
    total = sum(level.change for level in levels)
    place = cell(warehouse.name)
    return Proposal(
        sentence=_sentence(levels, place),
        changes=tuple(_change(level, place) for level in levels),
        effects=frozenset({Effect.STOCK}),
        steps=(_step(levels, warehouse, arguments.reason),),
        stock=(
            f"{moved(total)} in {place}.",
            *noted(arguments.reason),
            "Doing this again adds or takes away the same units once more.",
        ),
        undo="book the same units the other way round",
        reverse=_reverse(levels, warehouse, arguments.reason),
        warnings=tuple(_warnings(levels, place)),
        rows=len(levels),
        measures={"stock_delta": Decimal(max(abs(level.change) for level in levels))},
    )


async def _levels(centra: AsyncCentra, lines: Sequence[Adjustment], warehouse: Warehouse) -> list[_Level]:
    sizes = await one_size_each(centra, list(dict.fromkeys(line.sku for line in lines)), [warehouse.id])
    changes: dict[int, int] = {}
    by_id = {size.id: size for size in sizes.values()}
    for line in lines:
        size_id = sizes[line.sku].id
        changes[size_id] = changes.get(size_id, 0) + line.change
    levels = [_level(by_id[size_id], warehouse, change) for size_id, change in changes.items()]
    short = [level for level in levels if level.after < 0]
    place = cell(warehouse.name)
    refuse(
        [
            f"{cell(level.sku)} has {units(level.physical)} in {place}, so {-level.change} cannot be taken away."
            for level in short
        ]
    )
    return levels


def _level(size: StockedSize, warehouse: Warehouse, change: int) -> _Level:
    physical, allocated = present(size, warehouse)
    if size.sku is None or size.size is None or size.product_variant is None:
        raise Impossible(
            f"The variant of {described(size)} cannot be read, which a stock change needs (permission "
            "ProductVariant:read); set its level with set_stock."
        )
    return _Level(size=size, sku=size.sku, physical=physical, allocated=allocated, change=change)


def _step(levels: Sequence[_Level], warehouse: Warehouse, reason: str) -> Step:
    mark = token_hex(4)
    before: dict[str, Any] = {f"{_MARKED}{mark}": "not booked"}
    after: dict[str, Any] = {f"{_MARKED}{mark}": "booked"}
    for level in levels:
        before |= level_facts(level.sku, level.physical, level.allocated)
        after[physical_fact(level.sku)] = level.after
    side = _INTO if levels[0].change > 0 else _OUT
    return Step(
        operation=CHANGE_STOCK.name,
        variables={
            "input": {
                side: {"id": warehouse.id},
                "description": f"{reason} [{mark}]",
                "productVariants": _by_variant(levels),
            }
        },
        targets=tuple(f"stock:{warehouse.id}:{level.sku}" for level in levels),
        before=before,
        after=after,
    )


def _by_variant(levels: Sequence[_Level]) -> list[dict[str, Any]]:
    variants: dict[int, list[dict[str, Any]]] = {}
    for level in levels:
        size, variant = level.size.size, level.size.product_variant
        if size and variant:
            entry = {"size": {"id": size.id}, "deliveredQuantity": abs(level.change)}
            variants.setdefault(variant.id, []).append(entry)
    return [{"productVariant": {"id": key}, "sizeChanges": changes} for key, changes in variants.items()]


def _reverse(levels: Sequence[_Level], warehouse: Warehouse, reason: str) -> Reverse:
    lines = [{"sku": level.sku, "change": -level.change} for level in levels]
    args = {"lines": lines, "warehouse": warehouse.name or "", "reason": f"Taken back: {reason}"[:200]}
    return Reverse(tool="adjust_stock", args=args)


def _sentence(levels: Sequence[_Level], place: str) -> str:
    adds = levels[0].change > 0
    verb, side = ("Add", "to") if adds else ("Take", "out of")
    if len(levels) == 1:
        [level] = levels
        return f"{verb} {units(abs(level.change))} of {level.sku} {side} the stock in {place}"
    total = sum(abs(level.change) for level in levels)
    return f"{verb} {units(total)} of {len(levels)} SKUs {side} the stock in {place}"


def _change(level: _Level, place: str) -> Change:
    return Change(
        object=f"{described(level.size)} in {place}",
        field=f"physical stock ({level.change:+d})",
        before=level.physical,
        after=level.after,
        unit="units",
    )


def _warnings(levels: Iterable[_Level], place: str) -> Iterable[str]:
    for level in levels:
        if abs(level.change) >= UNUSUAL_UNITS:
            yield f"{level.sku} in {place}: {units(abs(level.change))} is an unusually large change."
        if level.change < 0 and level.after < level.allocated:
            yield (
                f"{level.sku} in {place}: orders hold {units(level.allocated)}, more than would be left; "
                "Centra may refuse this."
            )
