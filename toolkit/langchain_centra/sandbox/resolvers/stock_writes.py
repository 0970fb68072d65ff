"""setStock and changeStock."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ariadne import MutationType

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.lookup import find_size, find_size_of_variant, find_variant, find_warehouse, read_money
from langchain_centra.sandbox.movements import Movement, move
from langchain_centra.sandbox.mutations import Refused, user_message, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state.catalogue import ProductSize
    from langchain_centra.sandbox.state.channels import MonetaryValue
    from langchain_centra.sandbox.state.stock import Warehouse

    Item = tuple[ProductSize, int, MonetaryValue | None]

mutations = MutationType()
BINDABLES = [mutations]


def _items(context: Context, given: Mapping[str, Any], sizes: str, quantity: str) -> Iterator[Item]:
    """Yield product size, number and unit cost of both kinds of lists; both may be sent (inferred)."""
    for i, entry in enumerate(given.get("productVariants") or ()):
        path = ("input", "productVariants", str(i))
        variant = find_variant(context.state, entry["productVariant"], *path, "productVariant")
        cost = read_money(context, entry.get("unitCost"), *path, "unitCost")
        for j, change in enumerate(entry[sizes]):
            size = find_size_of_variant(variant, change["size"], *path, sizes, str(j), "size")
            yield size, change[quantity], cost
    for i, entry in enumerate(given.get("productSizes") or ()):
        path = ("input", "productSizes", str(i))
        size = find_size(context.state, entry["productSize"], *path, "productSize")
        yield size, entry[quantity], read_money(context, entry.get("unitCost"), *path, "unitCost")


def _read(context: Context, given: Mapping[str, Any], sizes: str, quantity: str) -> list[Item]:
    if not given["description"].strip():
        raise Refused(messages.EMPTY_DESCRIPTION, "input", "description")
    items = list(_items(context, given, sizes, quantity))
    if not items:
        raise Refused(messages.NOTHING_TO_DO, "input")
    return items


@write(mutations, "setStock")
def set_stock(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Set physical levels; the difference to what was there becomes one stock change.

    Inferred: a level below what orders hold is raised to that, with a warning (an older API of the platform raises it
    silently); levels that change nothing make no stock change.
    """
    given, state = arguments["input"], context.state
    warehouse = find_warehouse(state, given["warehouse"], "input", "warehouse")
    items = _read(context, given, "sizeStockLevels", "quantity")
    if any(level < 0 for _, level, _ in items):
        raise Refused(messages.NEGATIVE_QUANTITY, "input")
    warnings, levels = [], {size.sku: (size, level, cost) for size, level, cost in items}
    movements = []
    for size, level, cost in levels.values():
        row = state.stock_at(size, warehouse)
        if level < row.allocated_quantity:
            text = messages.raised_to_allocated(size.sku, warehouse.name, row.allocated_quantity)
            warnings.append(user_message(text, "input"))
        difference = max(level, row.allocated_quantity) - row.physical_quantity
        if difference:
            movements.append(Movement(size, warehouse, difference, cost))
    changes = [move(state, context.now, given["description"], movements)] if movements else []
    return {"stockChanges": changes, "userWarnings": warnings}


def _warehouses(context: Context, given: Mapping[str, Any]) -> list[tuple[Warehouse, int]]:
    """Return the warehouses that lose (-1) and gain (+1)."""
    sides = []
    for name, sign in (("outFromWarehouse", -1), ("intoWarehouse", 1)):
        if given.get(name) is not None:
            sides.append((find_warehouse(context.state, given[name], "input", name), sign))
    if not sides:
        raise Refused(messages.NO_WAREHOUSE, "input")
    if sides[0][0] is sides[-1][0] and len(sides) == 2:
        raise Refused(messages.SAME_WAREHOUSE, "input")
    return sides


@write(mutations, "changeStock")
def change_stock(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Add to a warehouse, take from one, or move between two.

    A move is possible up to what is free to allocate; the same is assumed of a plain removal, and that a quantity has
    to be positive (both inferred).
    """
    given, state = arguments["input"], context.state
    sides = _warehouses(context, given)
    items = _read(context, given, "sizeChanges", "deliveredQuantity")
    if any(quantity <= 0 for _, quantity, _ in items):
        raise Refused(messages.NOT_POSITIVE, "input")
    movements = [Movement(s, house, sign * quantity, cost) for house, sign in sides for s, quantity, cost in items]
    leaving: Counter[tuple[str, int]] = Counter()
    for movement in movements:
        leaving[movement.size.sku, movement.warehouse.id] -= movement.quantity
        row = state.stock_at(movement.size, movement.warehouse)
        if leaving[movement.size.sku, movement.warehouse.id] > max(0, row.free_to_allocate_quantity):
            text = messages.not_enough(movement.size.sku, movement.warehouse.name, row.free_to_allocate_quantity)
            raise Refused(text, "input")
    return {"stockChange": move(state, context.now, given["description"], movements)}
