"""Renaming the displays of a product, which have names of their own, one for each store."""

from collections.abc import Iterable, Sequence
from typing import Any

from langchain_centra.approval.proposal import Change, Impossible, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.displays import DISPLAY_NAME, UPDATE_DISPLAY
from langchain_centra.operations.products import DISPLAYS_STATED, StatedDisplay, StatedProduct
from langchain_centra.tools.text import cell, listed


def differently_named(product: StatedProduct, name: str | None) -> list[StatedDisplay]:
    """Return the displays of a product that would get a new name; raises Impossible where they are not known."""
    if name is None:
        return []
    if product.displays is None:
        raise Impossible("The product's displays cannot be read (permission Display:read); leave display_name out.")
    if not product.displays:
        raise Impossible(f"{cell(product.name)} has no displays; leave display_name out.")
    if len(product.displays) >= DISPLAYS_STATED:
        raise Impossible(f"{cell(product.name)} has {DISPLAYS_STATED} displays or more; rename them in Centra.")
    return [display for display in product.displays if display.name != name]


def renamed(product: StatedProduct, name: str | None) -> StatedProduct:
    """Return a product as it is once its displays have a name."""
    if name is None:
        return product
    displays = [display.model_copy(update={"name": name}) for display in product.displays or ()]
    return product.model_copy(update={"displays": displays})


def naming_step(display: StatedDisplay, name: str) -> Step:
    """Return the mutation that renames one display."""
    fact = f"name of display {cell(display.name)} (#{display.id})"
    return Step(
        operation=UPDATE_DISPLAY.name,
        variables={"id": display.id, "input": {"name": name}},
        targets=(f"display:{display.id}",),
        before={} if display.name is None else {fact: display.name},
        after={fact: name},
    )


async def observe_name(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the name of a step's display again."""
    rows = (await DISPLAY_NAME(centra, id=step.variables["id"])).data.displays
    [fact] = step.after
    return {fact: rows[0].name} if rows and rows[0].name is not None else {}


def naming(display: StatedDisplay, name: str) -> Change:
    """Return the new name as a card shows it."""
    status = "" if display.status == "ACTIVE" else f"{display.status or 'status not readable'}, "
    called = f"display {cell(display.name)} ({status}{seen_in(display)})"
    return Change(object=called, field="name", before=display.name, after=name)


def live_on(displays: Iterable[StatedDisplay]) -> str:
    """Say on which displays, in which markets, shoppers see a product."""
    active = (display for display in displays if display.status == "ACTIVE")
    return "; ".join(f"{cell(display.name)} ({seen_in(display)})" for display in active)


def seen_in(display: StatedDisplay) -> str:
    """Name the markets of a display."""
    if display.markets is None:
        return "markets not readable"
    return listed([market.name or "-" for market in display.markets]) or "no market"


def one_name(displays: Sequence[StatedDisplay]) -> str | None:
    """Return the name that all displays have, if it is one."""
    names = {display.name for display in displays}
    return names.pop() if len(names) == 1 else None
