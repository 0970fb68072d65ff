"""Reading long lists page by page, both ways that Centra offers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from langchain_centra.client.errors import RequestRefused
from langchain_centra.client.response import Response

Row = dict[str, Any]
Execute = Callable[[str, Mapping[str, Any]], Awaitable[Response]]

_MOST_ROWS = 200


async def node_pages(
    execute: Execute, document: str, variables: Mapping[str, Any] | None, connection: str, page_size: int
) -> AsyncIterator[list[Row]]:
    """Read a Relay connection forwards; the document takes `$first` and `$after`.

    A cursor stays right while rows are added or removed, so this is the way to read a long list.
    """
    after = None
    while True:
        response = await execute(document, {**(variables or {}), "first": page_size, "after": after})
        edges, info = _connection(response.data.get(connection), connection)
        yield [edge["node"] for edge in edges]
        if not info.get("hasNextPage"):
            return
        if info.get("endCursor") in (None, after):
            raise RequestRefused([f"{connection} says that there is a next page, but not where (pageInfo.endCursor)"])
        after = info["endCursor"]


async def row_pages(
    execute: Execute, document: str, variables: Mapping[str, Any] | None, field: str, page_size: int
) -> AsyncIterator[list[Row]]:
    """Read a plain list; the document takes `$limit` and `$page`, and a page holds 200 rows at most.

    Rows that are added or removed meanwhile shift the pages: one may come twice, another not at all.
    """
    if not 1 <= page_size <= _MOST_ROWS:
        raise RequestRefused([f"A page holds 1 to {_MOST_ROWS} rows, not {page_size}"])
    page = 1
    while True:
        response = await execute(document, {**(variables or {}), "limit": page_size, "page": page})
        rows = response.data.get(field)
        if not isinstance(rows, list):
            raise RequestRefused([f"The answer has no list {field}"])
        yield rows
        if len(rows) < page_size:
            return
        page += 1


def _connection(found: Any, name: str) -> tuple[list[Row], Row]:
    if not isinstance(found, dict) or not {"edges", "pageInfo"} <= found.keys():
        raise RequestRefused(
            [f"The answer has no {name} with edges {{ node }} and pageInfo {{ hasNextPage endCursor }}"]
        )
    return found["edges"], found["pageInfo"]
