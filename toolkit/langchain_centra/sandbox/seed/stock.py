"""Stock: what is on the shelves beyond what orders hold."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.stock import StockChange, StockChangeLine

from .chance import free_units
from .known import DEMO_PHYSICAL, DEMO_SKU

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from langchain_centra.sandbox.state import State

_STOCKHOLM = 1
_FIRST_MOVEMENT = 10_000
# Days ago, the comment, and whether units came (1) or left (-1).
_MOVEMENTS = (
    (28, "Delivery from Porto, purchase order 2231", 1),
    (23, "Count of the shelves", -1),
    (19, "Delivery from Porto, purchase order 2240", 1),
    (12, "Samples for the photo studio", -1),
    (9, "Delivery from Vilnius, purchase order 2252", 1),
    (5, "Water damage in aisle 4", -1),
    (2, "Delivery from Porto, purchase order 2259", 1),
)


def opening_line(state: State, sku: str, warehouse_id: int) -> StockChangeLine:
    """Return the line that brought a size's opening stock to a warehouse."""
    size = state.product_sizes[sku]
    return state.stock_changes[warehouse_id].lines[size.id - next(iter(state.product_sizes.values())).id]


def open_stock(state: State, opened: datetime) -> None:
    """Record one stock change a warehouse, with a line for every size and no units yet."""
    line_id = 1
    for warehouse in state.warehouses.values():
        change = StockChange(id=warehouse.id, created_at=opened, comment="Opening stock", warehouse=warehouse)
        for size in state.product_sizes.values():
            state.stock_at(size, warehouse)
            line = StockChangeLine(
                id=line_id, stock_change=change, product_size=size, warehouse=warehouse, delivered_quantity=0
            )
            change.lines.append(line)
            line_id += 1
        state.stock_changes[change.id] = change


def fill_stock(state: State, seed: int) -> None:
    """Put on the shelves what orders hold and some more; what is there counts as opening stock."""
    rows = zip(state.stock.items(), free_units(seed, len(state.stock)), strict=True)
    for ((sku, warehouse_id), row), free in rows:
        row.physical_quantity = row.allocated_quantity + free
        if sku == DEMO_SKU and warehouse_id == _STOCKHOLM:
            row.physical_quantity = DEMO_PHYSICAL
        opening_line(state, sku, warehouse_id).delivered_quantity = row.physical_quantity


def record_movements(state: State, today: datetime, rng: Random) -> None:
    """Record deliveries and corrections of the last weeks: parts of the levels that came after the opening stock."""
    sizes = list(state.product_sizes.values())
    warehouses = list(state.warehouses.values())
    for i, (days, comment, sign) in enumerate(_MOVEMENTS):
        warehouse = warehouses[i % len(warehouses)]
        change = StockChange(
            id=_FIRST_MOVEMENT + i,
            created_at=today - timedelta(days=days, hours=-9),
            comment=comment,
            warehouse=warehouse,
        )
        for size in rng.sample(sizes, 3 if sign < 0 else 8):
            opening = opening_line(state, size.sku, warehouse.id)
            moved = sign * (rng.randint(1, 2) if sign < 0 else min(opening.delivered_quantity, rng.randint(5, 25)))
            if size.sku == DEMO_SKU or not moved:
                continue
            opening.delivered_quantity -= moved
            line_id = _FIRST_MOVEMENT * (i + 1) + len(change.lines)
            change.lines.append(
                StockChangeLine(
                    id=line_id, stock_change=change, product_size=size, warehouse=warehouse, delivered_quantity=moved
                )
            )
        state.stock_changes[change.id] = change
