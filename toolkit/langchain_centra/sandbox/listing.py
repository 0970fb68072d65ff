"""Lists and connections over the state's objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .context import Info, context_of
from .paging import Connection, connection_of, page_of, sorted_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .filters import Filter
    from .state.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Listing:
    """How one type is filtered, sorted and paged.

    Args:
        filter: its filter.
        sort_keys: by the name before `_ASC` and `_DESC`, what to sort by.
        bounded: False where the limit is optional.
    """

    filter: Filter
    sort_keys: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    bounded: bool = True

    def matching(self, rows: Iterable[Any], info: Info, where: Mapping[str, Any] | None) -> Iterable[Any]:
        """Return the rows that a filter lets through."""
        matches = self.filter.predicate(where, context_of(info))
        return rows if matches is None else (row for row in rows if matches(row))

    def page(self, rows: Iterable[Any], info: Info, arguments: Mapping[str, Any]) -> list[Any]:
        """Return a page of a plain list."""
        found = self.matching(rows, info, arguments.get("where"))
        if arguments.get("sort"):
            found = sorted_by(found, arguments["sort"], self.sort_keys)
        return page_of(found, arguments, bounded=self.bounded)

    def connection(
        self,
        rows: Iterable[Any],
        info: Info,
        arguments: Mapping[str, Any],
        identity: Callable[[Any], Any] = attrgetter("id"),
    ) -> Connection:
        """Return a page of a connection."""
        ordered = sorted_by(rows, arguments.get("sort"), self.sort_keys)
        return connection_of(ordered, self._predicate(info, arguments), arguments, identity)

    def connection_over(
        self, timeline: Timeline, info: Info, arguments: Mapping[str, Any], bounds: range
    ) -> Connection:
        """Return a page of a connection over rows that stand in order already, of which `bounds` can match."""
        matches = self._predicate(info, arguments)
        return connection_of(timeline.orders, matches, arguments, span=bounds, locate=timeline.position)

    def _predicate(self, info: Info, arguments: Mapping[str, Any]) -> Callable[[Any], bool] | None:
        return self.filter.predicate(arguments.get("where"), context_of(info))
