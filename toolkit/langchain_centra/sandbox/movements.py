"""How stock moves: recorded changes, and what happens to units that orders let go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import messages
from .lookup import find_warehouse
from .mutations import Refused
from .state.orders import Allocation
from .state.stock import StockChange, StockChangeLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from .context import Context
    from .state import State
    from .state.catalogue import ProductSize
    from .state.channels import MonetaryValue
    from .state.orders import ProductOrderLine
    from .state.stock import Warehouse


@dataclass(frozen=True, slots=True)
class Movement:
    """Units of a product size into (positive) or out of (negative) a warehouse."""

    size: ProductSize
    warehouse: Warehouse
    quantity: int
    unit_cost: MonetaryValue | None = None


def move(state: State, now: datetime, comment: str, movements: Iterable[Movement]) -> StockChange:
    """Change physical stock and record it as one stock change.

    A move between warehouses is one change with lines for both, at the warehouse that receives (inferred).
    """
    moved = list(movements)
    change = StockChange(id=state.new_id(), created_at=now, comment=comment, warehouse=moved[-1].warehouse)
    for movement in moved:
        state.stock_at(movement.size, movement.warehouse).physical_quantity += movement.quantity
        change.lines.append(
            StockChangeLine(
                id=state.new_id(),
                stock_change=change,
                product_size=movement.size,
                warehouse=movement.warehouse,
                delivered_quantity=movement.quantity,
                unit_cost=movement.unit_cost,
                currency_base_rate=movement.unit_cost.conversion_rate if movement.unit_cost else 1.0,
            )
        )
    state.stock_changes[change.id] = change
    return change


def can_allocate(state: State, units: Sequence[tuple[ProductOrderLine, int]]) -> bool:
    """Tell whether one warehouse of the rule has, for each product size, what all lines of it need."""
    needed: Counter[str] = Counter()
    for line, quantity in units:
        needed[line.product_size.sku] += quantity
    return all(
        any(
            state.stock_at(line.product_size, state.warehouses[i]).free_to_allocate_quantity
            >= needed[line.product_size.sku]
            for i in line.order.allocation_rule.warehouse_ids
        )
        for line, _ in units
    )


def allocate(state: State, line: ProductOrderLine, quantity: int) -> None:
    """Reserve units of a line, which `can_allocate` found, in the first warehouse of its rule that has them all."""
    size, warehouses = line.product_size, [state.warehouses[i] for i in line.order.allocation_rule.warehouse_ids]
    warehouse = next(w for w in warehouses if state.stock_at(size, w).free_to_allocate_quantity >= quantity)
    state.stock_at(size, warehouse).allocated_quantity += quantity
    state.stock_at(size, warehouses[0]).demand_quantity -= quantity
    line.allocations.append(
        Allocation(
            id=state.new_id(),
            quantity=quantity,
            order_line=line,
            warehouse=warehouse,
            stock_change_line=state.latest_line(size, warehouse),
        )
    )


def ship(state: State, line: ProductOrderLine, quantity: int) -> None:
    """Take units of a line off the shelves, from its oldest allocations first (inferred)."""
    left = quantity
    for allocation in line.allocations:
        units = min(allocation.quantity, left)
        allocation.quantity -= units
        left -= units
        row = state.stock_at(line.product_size, allocation.warehouse)
        row.allocated_quantity -= units
        row.physical_quantity -= units
    line.allocations[:] = [allocation for allocation in line.allocations if allocation.quantity]


@dataclass(slots=True)
class StockAction:
    """What becomes of units that an order lets go: back on the shelf, out of stock, or to another warehouse.

    Units that leave their warehouse are recorded as a stock change (inferred).
    """

    state: State
    remove: bool = False
    target: Warehouse | None = None
    _movements: list[Movement] = field(default_factory=list)

    @classmethod
    def of(cls, context: Context, given: Mapping[str, Any], *path: str) -> StockAction:
        """Read a StockPolicyActionInput.

        Raises:
            Refused: the warehouse is unknown, or the action is given as false.
        """
        if given.get("sendItemsToDifferentWarehouse") is not None:
            reference = given["sendItemsToDifferentWarehouse"]
            target = find_warehouse(context.state, reference, *path, "sendItemsToDifferentWarehouse")
            return cls(context.state, target=target)
        if not (given.get("releaseItemsBackToWarehouse") or given.get("removeItemsFromStock")):
            raise Refused(messages.NO_STOCK_ACTION, *path)
        return cls(context.state, remove=bool(given.get("removeItemsFromStock")))

    def let_go(self, line: ProductOrderLine, quantity: int) -> None:
        """Let go of units of a line: those that no warehouse holds first, then the latest allocations (inferred)."""
        size, rule = line.product_size, line.order.allocation_rule
        missing = min(quantity, line.demand_quantity)
        self.state.stock_at(size, self.state.warehouses[rule.warehouse_ids[0]]).demand_quantity -= missing
        left = quantity - missing
        for allocation in reversed(line.allocations):
            units = min(allocation.quantity, left)
            allocation.quantity -= units
            left -= units
            self._free(size, allocation.warehouse, units)
        line.allocations[:] = [allocation for allocation in line.allocations if allocation.quantity]

    def _free(self, size: ProductSize, warehouse: Warehouse, units: int) -> None:
        self.state.stock_at(size, warehouse).allocated_quantity -= units
        if units and (self.remove or self.target not in (None, warehouse)):
            self._movements.append(Movement(size, warehouse, -units))
            if self.target is not None:
                self._movements.append(Movement(size, self.target, units))

    def record(self, now: datetime, comment: str) -> None:
        """Carry out what leaves its warehouse."""
        if self._movements:
            move(self.state, now, comment, self._movements)
