"""Changing a product: its name, status, number and internal comment."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.displays import DISPLAY_NAME, UPDATE_DISPLAY
from langchain_centra.operations.products import FIND_PRODUCT, PRODUCT_STATE, UPDATE_PRODUCT, StatedProduct
from langchain_centra.tools.arguments import ActiveStatus, Arguments, Comment, Text
from langchain_centra.tools.display_names import (
    differently_named,
    live_on,
    naming,
    naming_step,
    observe_name,
    one_name,
    renamed,
)
from langchain_centra.tools.products import find_product
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import cell, listed

_SENT_AS = {
    "name": "name",
    "status": "status",
    "product number": "productNumber",
    "internal comment": "internalComment",
}
_ON_DISPLAYS = "live on"
_DISPLAY_NAMES = "display names"


class UpdateProduct(Arguments):
    """What update_product takes."""

    product: Text = Field(description="Number, name or a SKU of it.")
    name: Text | None = Field(None, description="New name.")
    display_name: Text | None = Field(None, description="What shoppers read: new name of all its displays.")
    status: ActiveStatus | None = None
    product_number: Text | None = Field(None, description="New; changes all SKUs.")
    internal_comment: Comment | None = Field(None, description="Replaces the present one.")


async def observe_product(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the product or the display of a step again, as far as the token may."""
    if step.operation == UPDATE_DISPLAY.name:
        return await observe_name(centra, step)
    product, withheld = await _state(centra, step.variables["id"])
    facts = _facts(product, withheld) if product else {}
    return {name: facts[name] for name in {**step.before, **step.after} if name in facts}


@write_tool(
    group="products",
    operations=[FIND_PRODUCT, PRODUCT_STATE, UPDATE_PRODUCT],
    sometimes=[DISPLAY_NAME, UPDATE_DISPLAY],
    effects=[Effect.CONTENT, Effect.STATUS],
    observe=observe_product,
)
async def update_product(centra: AsyncCentra, arguments: UpdateProduct) -> Proposal:
    """Change a product in all stores and markets."""
    wanted = _wanted(arguments)
    product, withheld = await _state(centra, (await find_product(centra, arguments.product)).id)
    if product is None:
        raise Impossible(f"The product {cell(arguments.product)!r} is not there any more.")
    facts = _facts(product, withheld)
    after = {name: value for name, value in wanted.items() if facts.get(name) != value}
    shown = arguments.display_name or ""
    displays = differently_named(product, arguments.display_name)
    if not after and not displays:
        raise NothingToChange(f"The {_called(product)} already is as requested.")
    await _refuse_taken_number(centra, product, after.get("product number"))
    renames = [_DISPLAY_NAMES] if displays else []
    statuses = {Effect.STATUS} if "status" in after else set()
    contents = {Effect.CONTENT} if displays or after.keys() - {"status"} else set()
    # The displays come first: a token that may not change them then writes nothing at all.
    steps = [naming_step(display, shown) for display in displays]
    steps += [_step(product, _facts(renamed(product, arguments.display_name), withheld), after)] if after else []
    return Proposal(
        sentence=f"Change the {_joined([*after, *renames])} of {_called(product)}",
        changes=(
            *(_change(product, name, facts, value) for name, value in after.items()),
            *(naming(display, shown) for display in displays),
        ),
        effects=frozenset(statuses | contents),
        steps=tuple(steps),
        undo=_undo([*(name for name in after if name in facts), *renames]),
        reverse=_reverse(product, facts, after, renames=bool(displays)),
        warnings=tuple(_warnings(product, facts, after, keeps_names=arguments.display_name is None)),
        rows=len(steps),
    )


async def _state(centra: AsyncCentra, number: int) -> tuple[StatedProduct | None, frozenset[str]]:
    reply = await PRODUCT_STATE(centra, id=number)
    return reply.data.product, reply.withheld


def _wanted(arguments: UpdateProduct) -> dict[str, str]:
    given = {
        "name": arguments.name,
        "status": arguments.status,
        "product number": arguments.product_number,
        "internal comment": arguments.internal_comment,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    if not wanted and arguments.display_name is None:
        raise Impossible("Say what to change: name, display_name, status, product_number or internal_comment.")
    return wanted


def _facts(product: StatedProduct, withheld: Collection[str]) -> dict[str, str]:
    facts = {
        "name": product.name,
        "status": product.status,
        "product number": product.product_number,
        "internal comment": None if "Product.internalComment:read" in withheld else product.internal_comment or "",
        _ON_DISPLAYS: None if product.displays is None else live_on(product.displays),
    }
    return {name: value for name, value in facts.items() if value is not None}


async def _refuse_taken_number(centra: AsyncCentra, product: StatedProduct, number: str | None) -> None:
    if number is None:
        return
    found = (await FIND_PRODUCT(centra, product=number)).data.by_number or []
    others = [cell(other.name) for other in found if other.id != product.id]
    if others:
        raise Impossible(f"Product number {cell(number)} is already used by {listed(others)}; choose another.")


def _joined(names: Sequence[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if names[:-1] else []), names[-1]])


def _called(product: StatedProduct) -> str:
    return f"product {cell(product.product_number)} ({cell(product.name)})"


def _change(product: StatedProduct, name: str, facts: Mapping[str, str], value: str) -> Change:
    before = facts.get(name)
    return Change(
        object=_called(product), field=name, before="(empty)" if before == "" else before, after=value or "(empty)"
    )


def _step(product: StatedProduct, facts: Mapping[str, str], after: Mapping[str, str]) -> Step:
    watched = [*after, *([_ON_DISPLAYS] if _seen_by_shoppers(after) else [])]
    return Step(
        operation=UPDATE_PRODUCT.name,
        variables={"id": product.id, **{_SENT_AS[name]: value for name, value in after.items()}},
        targets=(f"product:{product.id}",),
        before={name: facts[name] for name in watched if name in facts},
        after=dict(after),
    )


def _seen_by_shoppers(after: Mapping[str, str]) -> bool:
    return bool(after.keys() - {"internal comment"})


def _undo(known: Sequence[str]) -> str | None:
    if not known:
        return None
    several = len(known) > 1 or known[0] == _DISPLAY_NAMES
    return f"set the {_joined(known)} back to what {'they were' if several else 'it was'}"


def _reverse(
    product: StatedProduct, facts: Mapping[str, str], after: Mapping[str, str], *, renames: bool
) -> Reverse | None:
    shown = one_name(product.displays or ()) if renames else None
    if not after.keys() <= facts.keys() or (renames and shown is None):
        return None
    found_by = after.get("product number") or product.product_number or after.get("name") or product.name
    back = {name.replace(" ", "_"): facts[name] for name in after} | ({"display_name": shown} if renames else {})
    return Reverse(tool="update_product", args={"product": found_by, **back})


def _warnings(
    product: StatedProduct, facts: Mapping[str, str], after: Mapping[str, str], *, keeps_names: bool
) -> Iterator[str]:
    if "product number" in after:
        yield _sku_warning(product, after["product number"])
    if _seen_by_shoppers(after) or not keeps_names:
        keeps = " Displays keep names of their own." if keeps_names and "name" in after else ""
        yield from (f"{text}{keeps}" for text in _liveness(product, facts.get(_ON_DISPLAYS), after.get("status")))
    if "internal comment" in after and "internal comment" not in facts:
        yield "The present internal comment cannot be read; it is replaced."


def _liveness(product: StatedProduct, live: str | None, status: str | None) -> Iterator[str]:
    """Say where the product is live, or would be with another status."""
    if live is None:
        yield "Where the product is live cannot be read."
    elif status == "ACTIVE":
        yield f"It becomes live on {live}." if live else "It becomes live nowhere: no active display shows it."
    elif live and product.status == "ACTIVE":
        yield f"It is {'no longer ' if status else ''}live on {live}."


def _sku_warning(product: StatedProduct, number: str) -> str:
    variants = product.variants
    if variants is None or any(variant.product_sizes is None for variant in variants):
        return "All SKUs of the product change with its number; which they are cannot be read."
    skus = [size.sku for variant in variants for size in variant.product_sizes or () if size.sku]
    if not skus:
        return "The SKUs of sizes that are added later start with the new number."
    old = product.product_number or ""
    such = f", such as {cell(skus[0])} to {cell(number + skus[0].removeprefix(old))}" if skus[0].startswith(old) else ""
    all_of_them = f"All {len(skus)} SKUs of the product change" if len(skus) > 1 else "The SKU of the product changes"
    return f"{all_of_them} with its number{such}; other systems may know {'the old ones' if len(skus) > 1 else 'it'}."
