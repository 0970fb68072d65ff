"""The lines of an order as people name them, and what of them is left to ship."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.shipments import ORDER_LINES, Line, LinedOrder
from langchain_centra.tools.arguments import LARGEST_INT, Arguments, Sku, whole_number
from langchain_centra.tools.choice import refuse
from langchain_centra.tools.order_facts import first_order, unknown_order
from langchain_centra.tools.text import cell, listed, units

Some = Annotated[int, Field(ge=1, le=LARGEST_INT), BeforeValidator(whole_number)]


class LineChoice(Arguments):
    """Units of one SKU of an order."""

    sku: Sku = Field(description="SKU or EAN.")
    quantity: Some | None = Field(None, description="Default: all that is left.")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Units of an order line that a change is about; `left` are the line's units that are in no shipment."""

    line: Line
    label: str
    quantity: int
    left: int

    @property
    def value(self) -> Decimal | None:
        """What the units cost, tax included."""
        price = self.line.unit_price.value if self.line.unit_price else None
        return None if price is None else price * self.quantity

    @property
    def described(self) -> str:
        """The label, with the product's name."""
        names = (self.line.product_name, self.line.product_variant_name, self.line.size)
        named = ", ".join(cell(name) for name in names if name)
        return f"{self.label} ({named})" if named else self.label


async def find_lines(centra: AsyncCentra, number: int) -> LinedOrder:
    """Return an order with its lines and shipments; raises Impossible if there is none of this number."""
    order = await read_lines(centra, {"number": [number]})
    if order is None:
        raise unknown_order(number)
    return order


async def read_lines(centra: AsyncCentra, where: dict[str, Any]) -> LinedOrder | None:
    """Return the order that a filter finds, with its lines and shipments."""

    async def orders(filters: dict[str, Any]) -> list[LinedOrder] | None:
        return (await ORDER_LINES(centra, where=filters)).data.orders

    return await first_order(orders, where)


def left_to_ship(order: LinedOrder) -> dict[int, int]:
    """Return by line how many of its units are in no shipment."""
    left = {line.id: line.quantity or 0 for line in order.lines or ()}
    for shipment in order.shipments or ():
        for packed in shipment.lines or ():
            if packed.order_line and packed.order_line.id in left:
                left[packed.order_line.id] -= packed.quantity or 0
    return {line_id: max(0, count) for line_id, count in left.items()}


def labels(order: LinedOrder) -> dict[int, str]:
    """Return by line what it is called: its SKU, and its place in the order where that is not enough."""
    called: dict[int, str] = {}
    for place, line in enumerate(order.lines or (), 1):
        name = cell((line.product_size.sku if line.product_size else None) or line.product_name or f"line {place}")
        called[line.id] = name if name not in called.values() else f"{name} (line {place})"
    return called


def line_facts(order: LinedOrder) -> dict[str, Any]:
    """Return by name the units of each line, and those that are in no shipment."""
    left, called = left_to_ship(order), labels(order)
    facts: dict[str, Any] = {}
    for line in order.lines or ():
        facts |= {units_fact(called[line.id]): line.quantity, left_fact(called[line.id]): left[line.id]}
    return facts


def units_fact(label: str) -> str:
    """Return the name under which the units of a line are watched."""
    return f"units of {label}"


def left_fact(label: str) -> str:
    """Return the name under which the units of a line that are in no shipment are watched."""
    return f"units of {label} left to ship"


def every_unit(order: LinedOrder) -> list[Chosen]:
    """Return all that is in no shipment yet."""
    left, called = left_to_ship(order), labels(order)
    return [
        Chosen(line=line, label=called[line.id], quantity=left[line.id], left=left[line.id])
        for line in order.lines or ()
        if left[line.id]
    ]


def choose(order: LinedOrder, wanted: Sequence[LineChoice]) -> list[Chosen]:
    """Return the units that are meant.

    Raises:
        Impossible: a SKU is not in the order, not that many units of it are left, or several lines could be meant.
    """
    open_lines = every_unit(order)
    chosen: dict[int, Chosen] = {}
    problems: list[str] = []
    for choice in wanted:
        try:
            rows = _chosen(order, open_lines, choice)
        except Impossible as error:
            problems.append(str(error))
            continue
        problems += [f"{found.label} is given twice; give it once." for found in rows if found.line.id in chosen]
        chosen |= {found.line.id: found for found in rows}
    refuse(problems)
    return list(chosen.values())


def _chosen(order: LinedOrder, open_lines: Sequence[Chosen], choice: LineChoice) -> list[Chosen]:
    known = [line for line in order.lines or () if choice.sku.casefold() in _codes(line)]
    if not known:
        there = listed(list(labels(order).values()))
        raise Impossible(f"Order {order.number} has no line of {cell(choice.sku)}. Its lines are {there or 'none'}.")
    lines = [found for found in open_lines if found.line in known]
    left = sum(found.left for found in lines)
    wanted = left if choice.quantity is None else choice.quantity
    if not left or wanted > left:
        raise Impossible(
            f"{units(left).capitalize()} of {cell(choice.sku)} in order {order.number} "
            f"{'is' if left == 1 else 'are'} left that {'is' if left == 1 else 'are'} in no shipment and not cancelled."
        )
    if len(lines) > 1 and wanted < left:
        raise Impossible(
            f"{cell(choice.sku)} is on {len(lines)} lines of order {order.number}, so it is not clear which is meant; "
            f"all {left} units together are possible, parts of them a person has to choose in Centra."
        )
    if len(lines) > 1:
        return lines
    [found] = lines
    return [Chosen(line=found.line, label=found.label, quantity=wanted, left=found.left)]


def _codes(line: Line) -> set[str]:
    size = line.product_size
    return {code.casefold() for code in ((size.sku, size.ean) if size else ()) if code}


def allocated(chosen: Chosen) -> Mapping[str, int] | None:
    """Return by warehouse how many units of a line are allocated, or None where that cannot be read."""
    if chosen.line.allocations is None:
        return None
    places: dict[str, int] = {}
    for allocation in chosen.line.allocations:
        place = cell(allocation.warehouse.name) if allocation.warehouse else "a warehouse"
        places[place] = places.get(place, 0) + (allocation.quantity or 0)
    return places
