"""Lists that change slowly, read once in a few minutes: markets, stores, currencies, warehouses."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from cachetools import TTLCache

from langchain_centra.client import AsyncCentra

T = TypeVar("T")

_SECONDS = 300
_MOST_LISTS = 64
_KEPT: WeakKeyDictionary[AsyncCentra, TTLCache[str, Any]] = WeakKeyDictionary()


async def kept(centra: AsyncCentra, name: str, read: Callable[[], Awaitable[T]]) -> T:
    """Return what `read` returned under this name at most five minutes ago, for this client; else read.

    Never for what a card compares: the state before a write is always read anew.
    """
    lists = _lists(centra)
    if name in lists:
        found: T = lists[name]
        return found
    found = await read()
    lists[name] = found
    return found


def forget(centra: AsyncCentra, name: str) -> None:
    """Read a list anew the next time, because something was written to it."""
    _lists(centra).pop(name, None)


def _lists(centra: AsyncCentra) -> TTLCache[str, Any]:
    if centra not in _KEPT:
        _KEPT[centra] = TTLCache(_MOST_LISTS, _SECONDS, timer=centra.clock.monotonic)
    return _KEPT[centra]
