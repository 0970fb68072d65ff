"""Pages: `limit` and `page` of plain lists, cursors of connections."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
class Edge:
    """A row of a connection with its cursor."""

    node: Any
    cursor: str


@dataclass(frozen=True)
class Window:
    """Which part of a list's rows a page shows, and what lies around it; counted only when it is asked for.

    Args:
        rows: all rows in order, matching or not.
        matches: the filter.
        span: the positions between which rows can match.
        start: the position of the first row shown.
        stop: the position after the last one.
    """

    rows: Sequence[Any]
    matches: Predicate | None
    span: range
    start: int
    stop: int

    def matching(self, positions: Iterable[int]) -> Iterator[int]:
        """Return the positions of rows that match."""
        matches = self.matches
        return (i for i in positions if matches is None or matches(self.rows[i]))

    @cached_property
    def has_next_page(self) -> bool:
        """Whether a row that matches comes after the page."""
        return any(True for _ in self.matching(range(max(self.stop, self.span.start), self.span.stop)))

    @cached_property
    def has_previous_page(self) -> bool:
        """Whether a row that matches comes before the page."""
        return any(True for _ in self.matching(range(self.span.start, min(self.start, self.span.stop))))

    @cached_property
    def total_count(self) -> int:
        """How many rows match."""
        return len(self.span) if self.matches is None else sum(1 for _ in self.matching(self.span))


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page of a connection stands."""

    window: Window
    start_cursor: str | None
    end_cursor: str | None

    @property
    def has_next_page(self) -> bool:
        """Whether more comes after it."""
        return self.window.has_next_page

    @property
    def has_previous_page(self) -> bool:
        """Whether something comes before it."""
        return self.window.has_previous_page


@dataclass(frozen=True, slots=True)
class Connection:
    """One page of a Relay connection."""

    window: Window
    edges: list[Edge]

    @property
    def total_count(self) -> int:
        """How many rows match the filter."""
        return self.window.total_count

    @property
    def page_info(self) -> PageInfo:
        """Where the page stands."""
        cursors = [edge.cursor for edge in self.edges]
        return PageInfo(self.window, cursors[0] if cursors else None, cursors[-1] if cursors else None)


def _cursor(row: Any, identity: Callable[[Any], Any]) -> str:
    return base64.b64encode(str(identity(row)).encode()).decode()


def _position(cursor: str, locate: Callable[[str], int | None]) -> int:
    try:
        found = locate(base64.b64decode(cursor, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        found = None
    if found is None:
        raise GraphQLError(f"Cursor {cursor!r} is not one of this list")
    return found


def _shown(arguments: Mapping[str, Any], matching: Callable[[bool], Iterator[int]]) -> list[int]:
    """Return the positions that `first` and `last` let through; `matching` yields them, backwards if told to."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is not None:
        return list(islice(matching(True), _in_range(last, "Last")))[::-1]
    shown = list(islice(matching(False), _DEFAULT if first is None else _in_range(first, "First")))
    return shown if last is None else shown[-_in_range(last, "Last") :]


def connection_of(
    rows: Sequence[Any],
    matches: Predicate | None,
    arguments: Mapping[str, Any],
    identity: Callable[[Any], Any] = attrgetter("id"),
    *,
    span: range | None = None,
    locate: Callable[[str], int | None] | None = None,
) -> Connection:
    """Return one page of a connection.

    A cursor names its row, so it holds when rows come, go, or stop matching the filter. Without `first` and `last`, the
    first 20 come (inferred); both are bounded as limits are.

    Args:
        rows: all rows in order, matching or not.
        matches: the filter.
        arguments: the field's arguments, of which `first`, `after`, `last` and `before` count.
        identity: what tells rows apart.
        span: the positions between which rows can match, where that is known.
        locate: finds the position of the row with an identity, where that is known to be faster than a search.

    Raises:
        GraphQLError: a bound is broken, or a cursor is not of this list.
    """

    def search(wanted: str) -> int | None:
        return next((i for i, row in enumerate(rows) if str(identity(row)) == wanted), None)

    after, before = arguments.get("after"), arguments.get("before")
    low = _position(after, locate or search) + 1 if after else 0
    high = _position(before, locate or search) if before else len(rows)
    whole = range(len(rows)) if span is None else span
    between = range(max(low, whole.start), max(low, whole.start, min(high, whole.stop)))
    finder = Window(rows, matches, whole, 0, 0)
    shown = _shown(arguments, lambda backwards: finder.matching(reversed(between) if backwards else between))
    start, stop = (shown[0], shown[-1] + 1) if shown else (low, low)
    edges = [Edge(rows[i], _cursor(rows[i], identity)) for i in shown]
    return Connection(Window(rows, matches, whole, start, stop), edges)
