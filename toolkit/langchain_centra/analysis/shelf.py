"""What was read of orders, kept for the next report: ids, dates and amounts only, apart for each store and token.

Files lie in the user's cache directory, under `langchain-centra/reports/`. A store on this machine (a sandbox) can be
made anew under the same address, so what was read of one is kept in memory, as everything is with `cache=False`.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import polars as pl
from platformdirs import user_cache_path

from langchain_centra.analysis.frames import COLUMNS
from langchain_centra.client import AsyncCentra

_FORMAT = "1"
_MOST_PERIODS = 4
_SECOND = timedelta(seconds=1)
_EVER = datetime.min.replace(tzinfo=UTC)
_FOREVER = datetime.max.replace(tzinfo=UTC, microsecond=0)


@dataclass(frozen=True)
class Period:
    """A time in whole seconds, both ends included."""

    start: datetime = _EVER
    end: datetime = _FOREVER

    @classmethod
    def between(cls, start: datetime | None, end: datetime | None) -> "Period":
        """Return the period between two moments; None leaves a side open."""
        return cls(*(moment.astimezone(UTC) if moment else side for moment, side in ((start, _EVER), (end, _FOREVER))))

    def bounds(self) -> dict[str, str]:
        """Return it as the API's DateRange."""
        sides = {"from": self.start if self.start > _EVER else None, "to": self.end if self.end < _FOREVER else None}
        return {side: moment.isoformat(timespec="seconds") for side, moment in sides.items() if moment}

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of orders of this period."""
        return rows.filter(pl.col("ordered").is_between(self.start, self.end))

    def touches(self, other: "Period") -> bool:
        """Whether together they are one period."""
        return self.start <= _after(other.end) and other.start <= _after(self.end)

    def missing(self, other: "Period") -> Iterator["Period"]:
        """Yield the parts of another period that this one does not have."""
        if other.start < self.start:
            yield Period(other.start, self.start - _SECOND)
        if other.end > self.end:
            yield Period(self.end + _SECOND, other.end)

    def with_(self, other: "Period") -> "Period":
        """Return both as one."""
        return Period(min(self.start, other.start), max(self.end, other.end))


def _after(moment: datetime) -> datetime:
    return moment if moment >= _FOREVER else moment + _SECOND


@dataclass(frozen=True, eq=False)
class Kept:
    """Every order of a period, with all changes before the watermark."""

    period: Period
    rows: pl.DataFrame
    watermark: datetime | None


class Shelf(Protocol):
    """Where the orders of one store and one token are kept; `lock` is held from loading to saving."""

    lock: asyncio.Lock

    async def load(self, name: str) -> list[Kept]:
        """Return what is kept of one document's orders, the latest first."""
        ...

    async def save(self, name: str, kept: list[Kept]) -> None:
        """Keep the latest periods of one document's orders."""
        ...


class MemoryShelf:
    """Keeps orders as long as the client lives."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self._kept: dict[str, list[Kept]] = {}

    async def load(self, name: str) -> list[Kept]:
        """Return what is kept of one document's orders, the latest first."""
        return list(self._kept.get(name, ()))

    async def save(self, name: str, kept: list[Kept]) -> None:
        """Keep the latest periods of one document's orders."""
        self._kept[name] = kept[:_MOST_PERIODS]


class FileShelf:
    """Keeps orders in files that only the user can read, one for each document and period."""

    def __init__(self, folder: Path) -> None:
        self.lock = asyncio.Lock()
        self._folder = folder

    async def load(self, name: str) -> list[Kept]:
        """Return what is kept of one document's orders, the latest first; a broken file counts as none."""
        return await asyncio.to_thread(self._load, name)

    async def save(self, name: str, kept: list[Kept]) -> None:
        """Keep the latest periods of one document's orders; where no file can be written, nothing is kept."""
        with suppress(OSError):
            await asyncio.to_thread(self._save, name, kept[:_MOST_PERIODS])

    def _files(self, name: str) -> list[Path]:
        return [self._folder / f"{name}-{number}.parquet" for number in range(_MOST_PERIODS)]

    def _load(self, name: str) -> list[Kept]:
        return [kept for file in self._files(name) if file.exists() and (kept := _read(file))]

    def _save(self, name: str, kept: list[Kept]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file, one in zip(self._files(name), kept, strict=False):
            unfinished = file.with_suffix(f".{os.getpid()}-{id(self)}")
            one.rows.write_parquet(unfinished, metadata=_described(one))
            unfinished.replace(file)


def _described(kept: Kept) -> dict[str, str]:
    moments = {"start": kept.period.start, "end": kept.period.end, "watermark": kept.watermark}
    return {"format": _FORMAT, **{name: moment.isoformat() if moment else "" for name, moment in moments.items()}}


def _read(file: Path) -> Kept | None:
    try:
        said = pl.read_parquet_metadata(file)
        rows = pl.read_parquet(file)
        moments = [datetime.fromisoformat(said[name]) for name in ("start", "end", "watermark")]
    except (OSError, KeyError, ValueError, pl.exceptions.PolarsError):
        return None
    if said.get("format") != _FORMAT or rows.schema != COLUMNS:
        return None
    return Kept(Period(moments[0], moments[1]), rows, moments[2])


_SHELVES: WeakKeyDictionary[AsyncCentra, Shelf] = WeakKeyDictionary()


def shelf_of(centra: AsyncCentra) -> Shelf:
    """Return where a client's orders are kept."""
    if centra not in _SHELVES:
        secure = urlsplit(centra.url).scheme == "https"
        folder = user_cache_path("langchain-centra") / "reports" / centra.fingerprint
        _SHELVES[centra] = FileShelf(folder) if secure and centra.cache else MemoryShelf()
    return _SHELVES[centra]
