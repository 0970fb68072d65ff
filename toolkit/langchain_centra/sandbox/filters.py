"""Filters: what a `where` lets through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .context import Context

    Getter = Callable[[Any], Any]
    Predicate = Callable[[Any], bool]

_RULES = ("search", "notNull", "negate")


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)


def _in_range(low: Any, high: Any) -> Predicate:
    """Both ends belong to the range (inferred); what is not set is in none."""

    def test(value: Any) -> bool:
        return value is not None and (low is None or value >= low) and (high is None or value <= high)

    return test


def _text_test(condition: Mapping[str, str]) -> Predicate:
    """Case does not matter (inferred)."""
    if "equals" in condition:
        wanted = _folded(condition["equals"])
        return lambda value: _folded(value) == wanted
    part = _folded(condition["contains"])
    return lambda value: value is not None and part in _folded(value)


def _test(condition: Any, context: Context) -> Predicate:
    """Return the test that one filter field makes of a value."""
    match condition:
        case {"equals": str()} | {"contains": str()}:
            return _text_test(condition)
        case dict():
            low, high = (
                context.date(bound) if isinstance(bound, str) else bound
                for bound in (condition.get("from"), condition.get("to"))
            )
            return _in_range(low, high)
        case list():
            wanted = set(condition)
            return lambda value: value in wanted
        case _:
            return lambda value: value == condition


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of one type.

    Args:
        name: the GraphQL input type.
        fields: for each filter field, the value that it looks at; a list means any of its members.
        text: what `search` looks into.
    """

    name: str
    fields: Mapping[str, Getter]
    text: Callable[[Any], Iterable[Any]] = lambda _row: ()

    def predicate(self, where: Mapping[str, Any] | None, context: Context) -> Predicate | None:
        """Return what a row must satisfy, or None when anything will do.

        All conditions together narrow the result; `negate` turns round the conditions of the fields it names.

        Raises:
            GraphQLError: a filter field that the sandbox does not have, or a bad date.
        """
        given = {name: value for name, value in (where or {}).items() if value is not None}
        negated = set(given.get("negate", ()))
        tests = [
            self._condition(name, value, context, negated=name in negated)
            for name, value in given.items()
            if name not in _RULES
        ]
        tests += [self._set(name) for name in given.get("notNull", ())]
        if given.get("search"):
            tests.append(self._search(_folded(given["search"]), negated="search" in negated))
        if not tests:
            return None
        return lambda row: all(test(row) for test in tests)

    def _getter(self, name: str) -> Getter:
        if name not in self.fields:
            raise GraphQLError(f"{self.name}.{name} is not in the sandbox yet.")
        return self.fields[name]

    def _condition(self, name: str, value: Any, context: Context, *, negated: bool) -> Predicate:
        getter, test = self._getter(name), _test(value, context)
        return lambda row: any(test(_comparable(item)) for item in _each(getter(row))) is not negated

    def _set(self, name: str) -> Predicate:
        getter = self._getter(name)
        return lambda row: getter(row) not in (None, [], "")

    def _search(self, words: str, *, negated: bool) -> Predicate:
        return lambda row: any(words in str(text).casefold() for text in self.text(row) if text) is not negated


def _comparable(value: Any) -> Any:
    """Dates compare as the moments that callers see: whole seconds."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value
