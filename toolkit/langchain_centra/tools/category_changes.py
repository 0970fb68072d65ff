"""Making categories, and putting displays into them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.categories import (
    CATEGORIES_OF_NAME,
    CREATE_CATEGORY,
    READ_CATEGORIES,
    STORES_AND_MARKETS,
    Category,
    StoresAndMarkets,
)
from langchain_centra.operations.displays import PLACED_DISPLAYS, UPDATE_DISPLAY, PlacedDisplay, placed_displays
from langchain_centra.operations.values import Named
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.categories import CategoryTree, read_categories, store_name
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.lookups import Where, by_id, equal_to, one_each
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import cell, listed

_MOST_DISPLAYS = 50
_CANDIDATES = 6
_SAME_NAME = 10


class CreateCategory(Arguments):
    """What create_category takes."""

    name: Text
    parent: Text | None = Field(None, description="Name or path, e.g. Clothing > Tops.")
    store: Text | None = None
    status: Literal["ACTIVE", "INACTIVE"] = "ACTIVE"


class SetCategoryDisplays(Arguments):
    """What set_category_displays takes."""

    category: Text = Field(description="Name or path, e.g. Clothing > Tops.")
    store: Text | None = None
    add: list[Text] = Field([], max_length=_MOST_DISPLAYS, description="Display names.")
    remove: list[Text] = Field([], max_length=_MOST_DISPLAYS)

    @model_validator(mode="after")
    def _something(self) -> "SetCategoryDisplays":
        if not self.add and not self.remove:
            raise ValueError("Name displays to add or to remove")
        return self


async def observe_category(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read whether the category of a step is there, and with which status."""
    wanted = step.variables
    rows = await _of_name(centra, wanted["name"], wanted["store"]["id"], wanted.get("parent", {}).get("id"))
    [fact] = step.before
    return {fact: ", ".join(sorted(row or "not readable" for row in rows)) or "none"}


@write_tool(
    group="categories",
    operations=[READ_CATEGORIES, STORES_AND_MARKETS, CATEGORIES_OF_NAME, CREATE_CATEGORY],
    effects=[Effect.CONTENT],
    observe=observe_category,
)
async def create_category(centra: AsyncCentra, arguments: CreateCategory) -> Proposal:
    """Make a category, under a parent or at the top; it can never be deleted. ACTIVE unless status says otherwise."""
    tree = await read_categories(centra)
    stores = (await STORES_AND_MARKETS(centra)).data
    parent = tree.named(arguments.parent, arguments.store) if arguments.parent else None
    store = _store(stores, parent, arguments.store)
    path = " > ".join([*([tree.path(parent)] if parent else []), cell(arguments.name)])
    existing = await _of_name(centra, arguments.name, store.id, parent.id if parent else None)
    if existing:
        status = existing[0] or "status not readable"
        raise NothingToChange(f"{path} is already there in store {cell(store.name)} ({status}).")
    fact = f"category {path} in store {cell(store.name)}"
    variables = {"name": arguments.name, "status": arguments.status, "store": {"id": store.id}}
    step = Step(
        operation=CREATE_CATEGORY.name,
        variables=variables | ({"parent": {"id": parent.id}} if parent else {}),
        targets=(f"category:{store.id}:{path.casefold()}",),
        before={fact: "none"},
        after={fact: arguments.status},
    )
    seen_in = _seen_in(stores, store, arguments.status)
    return Proposal(
        sentence=f"Create the category {path} in store {cell(store.name)}",
        changes=(
            Change(object=f"category {path}", field="status", before="not there", after=arguments.status),
            Change(object=f"category {path}", field="seen by shoppers in", before="no market", after=seen_in),
        ),
        effects=frozenset({Effect.CONTENT}),
        steps=(step,),
        undo="make it inactive in Centra; a category cannot be deleted from here",
        warnings=tuple(_creation_warnings(tree, parent, store, arguments.name)),
    )


async def observe_placement(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read whether the display of a step stands in the category."""
    rows = (await PLACED_DISPLAYS(centra, where0={"id": [step.variables["id"]]}, limit=1)).data.root.get("found0")
    [category] = next(iter(step.variables["input"].values()))
    [fact] = step.before
    seen = [row for row in rows or () if row.categories is not None]
    return {fact: _yes(_stands_in(seen[0], category["id"]))} if seen else {}


@write_tool(
    group="categories",
    operations=[READ_CATEGORIES, PLACED_DISPLAYS, UPDATE_DISPLAY],
    effects=[Effect.CONTENT],
    observe=observe_placement,
)
async def set_category_displays(centra: AsyncCentra, arguments: SetCategoryDisplays) -> Proposal:
    """Put displays into a category or take them out; its others stay."""
    tree = await read_categories(centra)
    category = tree.named(arguments.category, arguments.store)
    found = await _displays(centra, [*arguments.add, *arguments.remove], category)
    added = _distinct(found[word] for word in arguments.add)
    removed = _distinct(found[word] for word in arguments.remove)
    if both := [display for number, display in added.items() if number in removed]:
        raise Impossible(f"{cell(both[0].name)} is to be added and removed; name it once.")
    added = {number: d for number, d in added.items() if not _stands_in(d, category.id)}
    removed = {number: d for number, d in removed.items() if _stands_in(d, category.id)}
    path, changed = tree.path(category), added | removed
    if not changed:
        raise NothingToChange(f"The displays of {path} are already as requested.")
    return Proposal(
        sentence=f"{_sentence([*added.values()], [*removed.values()], path)} in store {store_name(category)}",
        changes=tuple(_placement(display, path, after=number in added) for number, display in changed.items()),
        effects=frozenset({Effect.CONTENT}),
        steps=tuple(_step(display, category, path, after=number in added) for number, display in changed.items()),
        undo=_undo(len(added), len(removed)),
        reverse=_reverse(tree, category, list(removed), list(added)),
        warnings=tuple(_placement_warnings(category, path, added, removed)),
        rows=len(changed),
    )


async def _of_name(centra: AsyncCentra, name: str, store_id: int, parent_id: int | None) -> list[str | None]:
    """Return the status of each category of that name under a parent, or at the top of a store."""
    place: Where = {"parentId": [parent_id]} if parent_id else {"isTopCategory": True}
    where = {"name": {"equals": name}, "storeId": [store_id], **place}
    rows = (await CATEGORIES_OF_NAME(centra, where=where, limit=_SAME_NAME)).data.categories or []
    return [row.status for row in rows if (row.name or "").casefold() == name.casefold()]


def _store(data: StoresAndMarkets, parent: Category | None, name: str | None) -> Named:
    if parent is not None and parent.store is not None:
        return parent.store
    stores = data.stores or []
    if name is None and len(stores) != 1:
        raise Impossible(
            f"Say in which store: {listed([store.name or '-' for store in stores]) or 'none is readable'}."
        )
    return stores[0] if name is None else one_named("store", name, stores, lambda store: store.name)


def _seen_in(data: StoresAndMarkets, store: Named, status: str) -> str:
    if status != "ACTIVE":
        return "no market until it is active"
    if data.markets is None:
        return "the markets of the store (not readable)"
    return _names([market for market in data.markets if market.store and market.store.id == store.id])


def _creation_warnings(tree: CategoryTree, parent: Category | None, store: Named, name: str) -> Iterator[str]:
    same = [row for row in tree.rows if row.store and row.store.id == store.id]
    same = [row for row in same if (row.name or "").casefold() == name.casefold()]
    if same:
        yield f"The store already has a category of this name: {listed([tree.path(row) for row in same])}."
    if parent and parent.status != "ACTIVE":
        yield f"{tree.path(parent)}, under which it would stand, is {parent.status or 'of unknown status'}."


async def _displays(centra: AsyncCentra, words: Sequence[str], category: Category) -> Mapping[str, PlacedDisplay]:
    """Return the display of the category's store that each word names; raises Impossible with candidates."""
    store: Where = {"storeId": [category.store.id]} if category.store else {}

    async def ask(filters: Sequence[Where]) -> list[list[PlacedDisplay]]:
        variables = {f"where{n}": where for n, where in enumerate(filters)}
        reply = await placed_displays(len(filters))(centra, **variables, limit=_CANDIDATES)
        return [reply.data.root.get(f"found{n}") or [] for n in range(len(filters))]

    filters = [by_id, equal_to("name", **store), equal_to("uri", **store)]
    found = await one_each("display", words, filters, ask, _candidate, within=store)
    for row in found.values():
        if row.store and category.store and row.store.id != category.store.id:
            raise Impossible(f"{_candidate(row)} is not of the category's store, {store_name(category)}.")
    return found


def _candidate(display: PlacedDisplay) -> str:
    store = f", store {cell(display.store.name)}" if display.store else ""
    return f"{cell(display.name)} (#{display.id}, address {cell(display.uri)}{store})"


def _distinct(rows: Iterable[PlacedDisplay]) -> dict[int, PlacedDisplay]:
    return {row.id: row for row in rows}


def _stands_in(display: PlacedDisplay, category_id: int) -> bool:
    if display.categories is None:
        raise Impossible(f"The categories of {cell(display.name)} cannot be read.")
    return any(category.id == category_id for category in display.categories)


def _yes(true: bool) -> str:
    return "yes" if true else "no"


def _step(display: PlacedDisplay, category: Category, path: str, *, after: bool) -> Step:
    fact = f"{cell(display.name)} (#{display.id}) in {path}"
    return Step(
        operation=UPDATE_DISPLAY.name,
        variables={
            "id": display.id,
            "input": {"addCategories" if after else "removeCategories": [{"id": category.id}]},
        },
        targets=(f"display:{display.id}",),
        before={fact: _yes(not after)},
        after={fact: _yes(after)},
    )


def _placement(display: PlacedDisplay, path: str, *, after: bool) -> Change:
    seen = "markets not readable" if display.markets is None else _names(display.markets)
    return Change(
        object=f"{cell(display.name)} ({display.status or 'status not readable'}, {seen})",
        field=f"in {path}",
        before=_yes(not after),
        after=_yes(after),
    )


def _names(rows: Sequence[Any]) -> str:
    return listed([row.name or "-" for row in rows]) or "no market"


def _sentence(added: Collection[PlacedDisplay], removed: Collection[PlacedDisplay], path: str) -> str:
    parts = [f"add {_counted(added)} to {path}"] if added else []
    parts += [f"take {_counted(removed)} out of {'it' if added else path}"] if removed else []
    sentence = " and ".join(parts)
    return sentence[0].upper() + sentence[1:]


def _counted(displays: Collection[PlacedDisplay]) -> str:
    [first, *others] = displays
    return f"{len(displays)} displays" if others else f"the display {cell(first.name)}"


def _undo(added: int, removed: int) -> str:
    parts = [f"take {'it' if added == 1 else 'them'} out again"] if added else []
    parts += [f"put {'it' if removed == 1 else 'them'} back"] if removed else []
    return " and ".join(parts)


def _placement_warnings(
    category: Category, path: str, added: Mapping[int, PlacedDisplay], removed: Mapping[int, PlacedDisplay]
) -> Iterator[str]:
    if added and category.status != "ACTIVE":
        yield f"{path} is {category.status or 'of unknown status'}, so shoppers may not see it."
    if hidden := [cell(display.name) for display in added.values() if display.status != "ACTIVE"]:
        yield f"Not active, so shoppers do not see them: {listed(hidden)}."
    if nowhere := [cell(display.name) for display in added.values() if display.markets == []]:
        yield f"In no market, so shoppers do not see them: {listed(nowhere)}."
    canonical = [d for d in removed.values() if d.canonical_category and d.canonical_category.id == category.id]
    if canonical:
        names = listed([cell(display.name) for display in canonical])
        yield f"{path} is the canonical category of {names}; what becomes of that is not documented."


def _reverse(tree: CategoryTree, category: Category, add: Sequence[int], remove: Sequence[int]) -> Reverse:
    named = {"add": add, "remove": remove}
    lists = {name: [f"#{number}" for number in numbers] for name, numbers in named.items() if numbers}
    path = " > ".join(row.name or "" for row in tree.line(category))
    store = {"store": category.store.name} if category.store and category.store.name else {}
    return Reverse(tool="set_category_displays", args={"category": path, **store, **lists})
