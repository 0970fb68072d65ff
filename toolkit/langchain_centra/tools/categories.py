"""Reading categories, and finding one by its name or path."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.categories import (
    CATEGORIES_PER_PAGE,
    LIST_CATEGORIES,
    READ_CATEGORIES,
    Category,
    FilledCategories,
)
from langchain_centra.operations.operation import Reply
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import cell, left_out, listed, table

# So many pages of displays are counted, 200 displays a page.
_MOST_PAGES = 10
_SEPARATOR = re.compile(r"\s*[>/]\s*")


class ListCategories(Arguments):
    """What list_categories takes."""

    store: Text | None = None
    under: Text | None = Field(None, description="A category.")


class ListedCategory(Category):
    """A category with its path and the number of displays that stand right in it."""

    path: str
    displays: int | None = None


@dataclass(frozen=True)
class CategoryTree:
    """The categories of all stores, in the order in which they were read."""

    rows: Sequence[Category]

    @cached_property
    def _parents(self) -> dict[int, Category]:
        return {child.id: row for row in self.rows for child in row.child_categories or ()}

    @cached_property
    def _by_id(self) -> dict[int, Category]:
        return {row.id: row for row in self.rows}

    def line(self, category: Category) -> list[Category]:
        """Return a category and all above it, the top one first."""
        line = [category]
        while (parent := self._parents.get(line[0].id)) and parent not in line:
            line.insert(0, parent)
        return line

    def path(self, category: Category) -> str:
        """Return where a category stands, such as `Clothing > Knitwear`."""
        return " > ".join(cell(row.name) for row in self.line(category))

    def walk(self, rows: Sequence[Category] | None = None) -> Iterator[Category]:
        """Yield categories, each before those under it."""
        if rows is None:
            rows = [row for row in self.rows if row.id not in self._parents]
        for row in rows:
            yield row
            children = (self._by_id.get(child.id) for child in row.child_categories or ())
            yield from self.walk([child for child in children if child])

    def named(self, words: str, store: str | None = None) -> Category:
        """Return the category of a name or a path, whatever its case.

        Raises:
            Impossible: there is none, or several; the text lists the candidates.
        """
        rows = [row for row in self.rows if store is None or _is_of(row, store)]
        wanted = [part.casefold() for part in _SEPARATOR.split(words)]
        found = [row for row in rows if self._ends_with(row, wanted)]
        exact = [row for row in found if len(self.line(row)) == len(wanted)] if len(wanted) > 1 else found
        if len(exact or found) == 1:
            return (exact or found)[0]
        if found:
            raise Impossible(
                f"{len(found)} categories are called {cell(words)!r}: {self._candidates(found)}. "
                "Give the whole path, and the store where it matters."
            )
        close = [row for row in rows if wanted[-1] in (row.name or "").casefold()]
        intro = "Close to it" if close else "There are"
        raise Impossible(
            f"There is no category {cell(words)!r}{f' in store {cell(store)}' if store else ''}. "
            f"{intro}: {self._candidates(close or rows) or 'none'}."
        )

    def _ends_with(self, category: Category, names: Sequence[str]) -> bool:
        line = [(row.name or "").casefold() for row in self.line(category)]
        return line[-len(names) :] == list(names) or "/".join(names) == line[-1]

    def _candidates(self, rows: Sequence[Category]) -> str:
        several = len({row.store.id for row in rows if row.store}) > 1
        return listed([f"{self.path(row)}{f' in store {store_name(row)}' if several else ''}" for row in rows])


@read_tool(group="channels", operations=[LIST_CATEGORIES])
async def list_categories(centra: AsyncCentra, arguments: ListCategories) -> Answer:
    """Show the category tree with status and number of displays."""
    reply, tree, counts = await _count(centra)
    rows = [row for row in tree.walk() if arguments.store is None or _is_of(row, arguments.store)]
    if not rows:
        raise Impossible(_no_categories(tree, arguments.store))
    if arguments.under:
        top = tree.named(arguments.under, arguments.store)
        rows = [row for row in rows if top in tree.line(row)]
    columns = ("store", "category", "status", "address", "displays")
    listing = table(columns, [_row(tree, row, counts) for row in rows])
    more = "; narrow by store or under" if listing.shown < len(rows) else ""
    text = [f"{listing.shown} of {len(rows)} categories{more}:", listing.text, *left_out(reply.withheld)]
    if counts is None and "Display:read" not in reply.withheld:
        text.append(f"Displays are not counted: there are more than {_MOST_PAGES * CATEGORIES_PER_PAGE}.")
    return Answer(text="\n".join(text), rows=[_listed(tree, row, counts) for row in rows[: listing.shown]])


async def read_categories(centra: AsyncCentra) -> CategoryTree:
    """Read the categories of all stores, one request for 200."""
    found: list[Category] = []
    page = 1
    while True:
        reply = await READ_CATEGORIES(centra, limit=CATEGORIES_PER_PAGE, page=page)
        rows = reply.data.categories or []
        found += rows
        if len(rows) < CATEGORIES_PER_PAGE:
            return CategoryTree(found)
        page += 1


def store_name(category: Category) -> str:
    """Return the name of a category's store."""
    return cell(category.store.name) if category.store else "(not readable)"


def _is_of(category: Category, store: str) -> bool:
    return category.store is not None and (category.store.name or "").casefold() == store.casefold()


async def _count(centra: AsyncCentra) -> tuple[Reply[FilledCategories], CategoryTree, Counter[int] | None]:
    """Read all categories and, unless there are too many, all displays, a page of both at a time."""
    found: list[Category] = []
    counts: Counter[int] | None = Counter()
    page = 1
    while True:
        reply = await LIST_CATEGORIES(centra, limit=CATEGORIES_PER_PAGE, page=page)
        categories, displays = reply.data.categories or [], reply.data.displays
        found += categories
        if displays is None or page > _MOST_PAGES:
            counts = None
        if counts is not None:
            counts.update(category.id for display in displays or () for category in display.categories or ())
        full = [len(categories), len(displays or ()) if counts is not None else 0]
        if max(full) < CATEGORIES_PER_PAGE:
            return reply, CategoryTree(found), counts
        page += 1


def _no_categories(tree: CategoryTree, store: str | None) -> str:
    if not tree.rows:
        return "There are no categories."
    stores = listed(sorted({row.store.name or "" for row in tree.rows if row.store}))
    return f"No category belongs to a store {cell(store)!r}. Stores with categories: {stores or 'not readable'}."


def _row(tree: CategoryTree, row: Category, counts: Counter[int] | None) -> list[object]:
    number = counts[row.id] if counts is not None else None
    return [row.store.name if row.store else None, tree.path(row), row.status, row.uri, number]


def _listed(tree: CategoryTree, row: Category, counts: Counter[int] | None) -> ListedCategory:
    number = counts[row.id] if counts is not None else None
    return ListedCategory(**row.model_dump(), path=tree.path(row), displays=number)
