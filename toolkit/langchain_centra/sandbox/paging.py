"""Pages: `limit` and `page` of plain lists, cursors of connections."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Predicate = Callable[[Any], bool]

_LARGEST = 200
_DEFAULT = 20


def _in_range(value: int, name: str) -> int:
    if not 1 <= value <= _LARGEST:
        raise GraphQLError(f"{name} must be in range 1 - {_LARGEST}")
    return value


def page_of(rows: Iterable[Any], arguments: Mapping[str, Any], *, bounded: bool = True) -> list[Any]:
    """Return one page of a plain list.

    Args:
        rows: everything that matches.
        arguments: the field's arguments, of which `limit` and `page` count.
        bounded: False where the limit is optional: without it, all rows come.

    Raises:
        GraphQLError: the limit is not in range 1 - 200, or the page is not 1 or more.
    """
    limit, page = arguments.get("limit"), arguments.get("page")
    page = 1 if page is None else page
    if page < 1:
        raise GraphQLError("Page must be 1 or more")
    if limit is None:
        if not bounded:
            return list(rows)
        limit = _DEFAULT
    size = _in_range(limit, "Limit")
    return list(islice(rows, (page - 1) * size, page * size))


def sorted_by(rows: Iterable[Any], sort: Sequence[str] | None, keys: Mapping[str, Callable[[Any], Any]]) -> list[Any]:
    """Return rows in the order of sort values such as `orderDate_ASC`; the first value counts most.

    Raises:
        GraphQLError: a field that the sandbox cannot sort by.
    """
    ordered = list(rows)
    for value in reversed(sort or ()):
        field, _, direction = value.rpartition("_")
        if field not in keys:
            raise GraphQLError(f"Sorting by {field} is not in the sandbox yet.")
        ordered.sort(key=keys[field], reverse=direction == "DESC")
    return ordered


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page of a connection stands."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A row of a connection with its cursor."""

    node: Any
    cursor: str


@dataclass(frozen=True, slots=True)
class Connection:
    """One page of a Relay connection."""

    total_count: int
    edges: list[Edge]
    page_info: PageInfo


def _cursor(row: Any, identity: Callable[[Any], Any]) -> str:
    return base64.b64encode(str(identity(row)).encode()).decode()


def _position(rows: Sequence[Any], cursor: str, identity: Callable[[Any], Any]) -> int:
    try:
        wanted = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        wanted = ""
    for position, row in enumerate(rows):
        if str(identity(row)) == wanted:
            return position
    raise GraphQLError(f"Cursor {cursor!r} is not one of this list")


def connection_of(
    rows: Sequence[Any],
    matches: Predicate | None,
    arguments: Mapping[str, Any],
    identity: Callable[[Any], Any] = attrgetter("id"),
) -> Connection:
    """Return one page of a connection.

    A cursor names its row, so it holds when rows come, go, or stop matching the filter. Without `first` and `last`, the
    first 20 come (inferred); both are bounded as limits are.

    Args:
        rows: all rows in order, matching or not.
        matches: the filter.
        arguments: the field's arguments, of which `first`, `after`, `last` and `before` count.
        identity: what tells rows apart.

    Raises:
        GraphQLError: a bound is broken, or a cursor is not of this list.
    """
    after, before = arguments.get("after"), arguments.get("before")
    low = _position(rows, after, identity) if after else -1
    high = _position(rows, before, identity) if before else len(rows)
    matching = [(i, row) for i, row in enumerate(rows) if matches is None or matches(row)]
    between = [row for i, row in matching if low < i < high]
    earlier = sum(1 for i, _ in matching if i <= low)
    first, last = arguments.get("first"), arguments.get("last")
    start, stop = 0, len(between)
    if first is not None or last is None:
        stop = min(stop, _DEFAULT if first is None else _in_range(first, "First"))
    if last is not None:
        start = max(start, stop - _in_range(last, "Last"))
    edges = [Edge(row, _cursor(row, identity)) for row in between[start:stop]]
    info = PageInfo(
        has_next_page=earlier + stop < len(matching),
        has_previous_page=earlier + start > 0,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(len(matching), edges, info)
