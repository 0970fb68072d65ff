"""Reading displays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.categories import MARKET_NAMES
from langchain_centra.operations.displays import (
    DISPLAYS_OF_PRODUCT,
    DISPLAYS_PER_PAGE,
    SEARCH_DISPLAYS,
    Display,
    DisplayConnection,
)
from langchain_centra.operations.kept import kept
from langchain_centra.operations.values import Named
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import cell, left_out, listed, table

# A filter that the API does not have is applied here, to so many displays at most.
_MOST_READ = 2_000
_PRODUCTS = 6
_SHOWN = 40


class SearchDisplays(Arguments):
    """What search_displays takes."""

    text: Text | None = None
    product: Text | None = Field(None, description="Number or name.")
    market: Text | None = None
    category: Text | None = None
    status: Literal["ACTIVE", "INACTIVE"] | None = None


@dataclass(frozen=True)
class _Found:
    rows: Sequence[Display]
    total: int
    withheld: frozenset[str]
    remarks: Sequence[str] = ()


@read_tool(group="catalogue", operations=[SEARCH_DISPLAYS], sometimes=[DISPLAYS_OF_PRODUCT, MARKET_NAMES])
async def search_displays(centra: AsyncCentra, arguments: SearchDisplays) -> Answer:
    """Find displays (products as shown in a store) with their markets and categories."""
    found = await (_of_product if arguments.product else _of_store)(centra, arguments)
    if not found.rows:
        return Answer(text="\n".join(["No display matches.", *found.remarks, *left_out(found.withheld)]))
    columns = ("display", "status", "store", "address", "product", "variants", "markets", "categories")
    listing = table(columns, [_row(display) for display in found.rows[:_SHOWN]])
    text = [_count(listing.shown, found), *found.remarks, listing.text, *left_out(found.withheld)]
    return Answer(text="\n".join(text), rows=found.rows[: listing.shown])


async def _of_product(centra: AsyncCentra, arguments: SearchDisplays) -> _Found:
    word = arguments.product or ""
    reply = await DISPLAYS_OF_PRODUCT(centra, word=word, limit=_PRODUCTS)
    products = reply.data.numbered or reply.data.named or []
    if not products:
        names = listed([_product(product) or "-" for product in reply.data.similar or ()])
        raise Impossible(f"No product has the number or name {cell(word)!r}. Close to it: {names or 'none'}.")
    _check(reply.withheld, arguments)
    tests = _tests(arguments, "text", "market", "status", "category")
    rows = [row for product in products for row in product.displays or () if all(test(row) for test in tests)]
    return _Found(rows, len(rows), reply.withheld)


async def _of_store(centra: AsyncCentra, arguments: SearchDisplays) -> _Found:
    where = await _filter(centra, arguments) or None
    if arguments.category:
        return await _in_category(centra, arguments, where)
    reply = await SEARCH_DISPLAYS(centra, where=where, first=_SHOWN, after=None)
    connection = reply.data.display_connection or DisplayConnection()
    rows = _nodes(connection)
    return _Found(rows, connection.total_count or len(rows), reply.withheld)


async def _in_category(centra: AsyncCentra, arguments: SearchDisplays, where: dict[str, Any] | None) -> _Found:
    [test] = _tests(arguments, "category")
    rows: list[Display] = []
    read, after = 0, None
    while True:
        reply = await SEARCH_DISPLAYS(centra, where=where, first=DISPLAYS_PER_PAGE, after=after)
        _check(reply.withheld, arguments)
        connection = reply.data.display_connection or DisplayConnection()
        page = _nodes(connection)
        read += len(page)
        rows += filter(test, page)
        more = connection.page_info is not None and connection.page_info.has_next_page
        if not more or read >= _MOST_READ:
            break
        after = connection.page_info.end_cursor if connection.page_info else None
    rest = f" of {connection.total_count}; narrow by text, market or status to see the rest" if more else ""
    remark = f"The API does not filter by category, so {read} displays{rest} were looked through."
    return _Found(rows, len(rows), reply.withheld, [remark])


def _nodes(connection: DisplayConnection) -> list[Display]:
    return [edge.node for edge in connection.edges or () if edge.node]


async def _filter(centra: AsyncCentra, arguments: SearchDisplays) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if arguments.text:
        where["search"] = arguments.text
    if arguments.status:
        where["status"] = [arguments.status]
    if arguments.market:
        markets = await kept(centra, "market names", lambda: _markets(centra))
        where["marketId"] = [one_named("market", arguments.market, markets, lambda market: market.name).id]
    return where


async def _markets(centra: AsyncCentra) -> list[Named]:
    return (await MARKET_NAMES(centra)).data.markets or []


def _tests(arguments: SearchDisplays, *names: str) -> list[Callable[[Display], bool]]:
    """Return the conditions of these arguments, to be looked at here and not by the API."""
    given = {name: str(getattr(arguments, name)).casefold() for name in names if getattr(arguments, name)}
    tests: dict[str, Callable[[Display, str], bool]] = {
        "text": lambda display, text: text in f"{display.name} {display.uri}".casefold(),
        "status": lambda display, status: (display.status or "").casefold() == status,
        "market": lambda display, name: _has(display.markets, name),
        "category": lambda display, name: _has(display.categories, name),
    }
    return [partial(_passes, tests[name], value) for name, value in given.items()]


def _passes(test: Callable[[Display, str], bool], value: str, display: Display) -> bool:
    return test(display, value)


def _has(rows: Sequence[Named] | None, name: str) -> bool:
    return any((row.name or "").casefold() == name for row in rows or ())


def _check(withheld: frozenset[str], arguments: SearchDisplays) -> None:
    needed = {"category": "Category:read", "market": "Market:read"}
    for name, permission in needed.items():
        if getattr(arguments, name) and permission in withheld:
            raise Impossible(f"To find displays by {name} the token needs {permission}; leave {name} out.")


def _count(shown: int, found: _Found) -> str:
    if shown >= found.total:
        return f"{found.total} display{'' if found.total == 1 else 's'}:"
    return f"{shown} of {found.total} displays; narrow by text, product, market, category or status to see others:"


def _product(product: Any) -> str | None:
    return f"{cell(product.name)} ({cell(product.product_number)})" if product else None


def _row(display: Display) -> list[Any]:
    return [
        display.name,
        display.status,
        display.store.name if display.store else None,
        display.uri,
        display.product.product_number if display.product else None,
        _names(display.product_variants),
        _names(display.markets),
        _names(display.categories),
    ]


def _names(rows: Sequence[Named] | None) -> str | None:
    return None if rows is None else ", ".join(row.name or "-" for row in rows) or "none"
