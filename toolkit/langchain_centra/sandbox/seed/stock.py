"""Stock: what is on the shelves beyond what orders hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.stock import StockChange, StockChangeLine

from .known import DEMO_PHYSICAL, DEMO_SKU

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from langchain_centra.sandbox.state import State

_STOCKHOLM = 1


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


def fill_stock(state: State, rng: Random) -> None:
    """Put on the shelves what orders hold and some more; what is there counts as opening stock."""
    for (sku, warehouse_id), row in state.stock.items():
        free = rng.choice((0, 3, 8, 14, 22, 35)) if rng.random() < 0.7 else rng.randint(1, 60)
        row.physical_quantity = row.allocated_quantity + free
        if sku == DEMO_SKU and warehouse_id == _STOCKHOLM:
            row.physical_quantity = DEMO_PHYSICAL
        opening_line(state, sku, warehouse_id).delivered_quantity = row.physical_quantity
