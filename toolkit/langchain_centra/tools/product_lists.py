"""Brands, collections and bundles."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.assortment import (
    LIST_BRANDS,
    LIST_BUNDLES,
    LIST_COLLECTIONS,
    ROWS_PER_PAGE,
    Bundle,
    Collection,
)
from langchain_centra.operations.kept import kept
from langchain_centra.operations.values import Named
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import cell, left_out, listed, table

NamedT = TypeVar("NamedT", Named, Collection)


class ListBrands(Arguments):
    """What list_brands takes."""

    name: Text | None = Field(None, description="Part of it.")


class ListCollections(ListBrands):
    """What list_collections takes."""


class ListBundles(ListBrands):
    """What list_bundles takes."""


@read_tool(group="catalogue", operations=[LIST_BRANDS])
async def list_brands(centra: AsyncCentra, arguments: ListBrands) -> Answer:
    """List the brands."""
    every = await kept(centra, "brands", lambda: _all_brands(centra))
    rows = _named(every, "brand", arguments.name)
    listing = table(("brand",), [(brand.name,) for brand in rows])
    return _answer("brands", listing.text, rows, listing.shown)


@read_tool(group="catalogue", operations=[LIST_COLLECTIONS])
async def list_collections(centra: AsyncCentra, arguments: ListCollections) -> Answer:
    """List the collections with status and number of products."""
    every, withheld = await kept(centra, "collections", lambda: _all_collections(centra))
    rows = _named(every, "collection", arguments.name)
    listing = table(("collection", "status", "products"), [(row.name, row.status, row.total_products) for row in rows])
    return _answer("collections", listing.text, rows, listing.shown, withheld)


@read_tool(group="catalogue", operations=[LIST_BUNDLES])
async def list_bundles(centra: AsyncCentra, arguments: ListBundles) -> Answer:
    """List the bundles: products sold as a set, with type, price type and sizes."""
    where = {"search": arguments.name} if arguments.name else None
    reply = await LIST_BUNDLES(centra, where=where, limit=ROWS_PER_PAGE)
    rows = reply.data.bundles or []
    if not rows:
        raise Impossible(f"No bundle matches {cell(arguments.name)!r}." if where else "The store has no bundles.")
    listing = table(("number", "bundle", "status", "type", "price type", "sizes"), [_bundle(row) for row in rows])
    return _answer("bundles", listing.text, rows, listing.shown, reply.withheld)


def _bundle(bundle: Bundle) -> Sequence[Any]:
    product = bundle.product
    name, number, status = (product.name, product.product_number, product.status) if product else (None, None, None)
    sizes = None if bundle.sizes is None else listed([size.name or "-" for size in bundle.sizes])
    return number, name, status, bundle.type, bundle.price_type, sizes


async def _all_brands(centra: AsyncCentra) -> list[Named]:
    found: list[Named] = []
    page = 1
    while True:
        rows = (await LIST_BRANDS(centra, limit=ROWS_PER_PAGE, page=page)).data.brands or []
        found += rows
        if len(rows) < ROWS_PER_PAGE:
            return found
        page += 1


async def _all_collections(centra: AsyncCentra) -> tuple[list[Collection], frozenset[str]]:
    found: list[Collection] = []
    page = 1
    while True:
        reply = await LIST_COLLECTIONS(centra, limit=ROWS_PER_PAGE, page=page)
        rows = reply.data.collections or []
        found += rows
        if len(rows) < ROWS_PER_PAGE:
            return found, reply.withheld
        page += 1


def _named(every: Sequence[NamedT], kind: str, name: str | None) -> list[NamedT]:
    part = (name or "").casefold()
    rows = [row for row in every if part in (row.name or "").casefold()]
    if not rows:
        raise Impossible(f"No {kind}'s name contains {cell(name)!r}." if part else f"The store has no {kind}s.")
    return rows


def _answer(kinds: str, text: str, rows: Sequence[Any], shown: int, withheld: frozenset[str] = frozenset()) -> Answer:
    many = "or more " if len(rows) == ROWS_PER_PAGE and kinds == "bundles" else ""
    more = "; narrow by a part of the name" if shown < len(rows) or many else ""
    lines = [f"{shown} of {len(rows)} {many}{kinds}{more}:", text, *left_out(withheld)]
    return Answer(text="\n".join(lines), rows=rows[:shown])
