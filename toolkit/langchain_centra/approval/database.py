"""The journal's database: opened on first use, and used in whole transactions only."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_state_path
from sqlalchemy import URL, Connection, event, exc, func, make_url, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from tenacity import retry, retry_if_exception_message, stop_after_delay, wait_random

from langchain_centra.approval.journal_errors import JournalError, JournalUnavailable
from langchain_centra.approval.tables import migrate
from langchain_centra.client import SettingsError

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_BUSY_SECONDS = 30
_MIGRATION_LOCK = 0x43454E545241
"""Any number that other users of the same PostgreSQL server are unlikely to lock."""


class Database:
    """Runs work in transactions, readers on one snapshot, writers one after the other.

    Work is finished even if its caller is cancelled: a connection that is cancelled in mid statement is thrown away,
    and a database in memory would go with it.
    """

    def __init__(self, url: str | None) -> None:
        self._url = None if url is None else _async_url(url)
        self._engine: AsyncEngine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which reads only."""
        return await self._finish(work, writes=False)

    async def write(self, work: Work[T]) -> T:
        """Run `work` as the only writer, then commit; if it raises, nothing is stored."""
        return await self._finish(work, writes=True)

    async def aclose(self) -> None:
        """Finish what is running and close the connections."""
        self._closed = True
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    async def _finish(self, work: Work[T], *, writes: bool) -> T:
        if self._closed:
            raise JournalError("The journal is closed.", hint="Open another one.")
        self._loop = self._loop or asyncio.get_running_loop()
        if self._loop is not asyncio.get_running_loop():
            hint = "Give each toolkit a journal of its own; they may have the same URL."
            raise JournalError("The journal is already used by another toolkit or event loop.", hint=hint)
        task = asyncio.create_task(self._run(work, writes=writes))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _run(self, work: Work[T], *, writes: bool) -> T:
        try:
            engine = await self._open()
            async with _transaction(engine, writes).connect() as connection:
                result = await work(connection)
                await connection.commit()
                return result
        except (exc.DBAPIError, exc.TimeoutError, OSError) as error:
            cause = type(error.orig if isinstance(error, exc.DBAPIError) else error).__name__
            raise JournalUnavailable(f"The approval journal cannot be used ({cause}).") from error

    async def _open(self) -> AsyncEngine:
        async with self._opening:
            if self._engine is None:
                self._engine = await _connect(self._url)
            return self._engine


def _async_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        return parsed.set(drivername=_DRIVERS[parsed.drivername])
    except (exc.ArgumentError, KeyError):
        raise SettingsError(
            "CENTRA_JOURNAL",
            "is not the URL of a journal",
            hint="Set it to sqlite:///<path> or postgresql://<user>@<host>/<database>.",
        ) from None


# Of processes that make the same SQLite file at once, those that come second fail to switch it to WAL.
@retry(
    retry=retry_if_exception_message(match=".*database is locked"),
    stop=stop_after_delay(_BUSY_SECONDS),
    wait=wait_random(0, 0.1),
    reraise=True,
)
async def _connect(url: URL | None) -> AsyncEngine:
    engine = await asyncio.to_thread(_engine, url)
    try:
        async with _transaction(engine, writes=True).begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            await connection.run_sync(migrate)
    except BaseException:
        await engine.dispose()
        raise
    return engine


def _engine(url: URL | None) -> AsyncEngine:
    """Make the engine, and for SQLite the file; blocks on the file system."""
    if url is None:
        directory = user_state_path("langchain-centra")
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        url = URL.create("sqlite+aiosqlite", database=str(directory / "journal.sqlite3"))
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgres(url)


def _postgres(url: URL) -> AsyncEngine:
    try:
        # Whoever waits for the head row has to see what was committed meanwhile, whatever the server's default is.
        engine = create_async_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise JournalError("PostgreSQL's driver is missing.", hint="Install langchain-centra[postgres].") from error
    event.listen(engine.sync_engine, "connect", _prepare_postgres)
    return engine


def _prepare_postgres(connection: Any, _record: Any) -> None:
    # A process that stops in mid transaction may not keep all others from writing.
    cursor = connection.cursor()
    for setting in ("lock_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute(f"SET {setting} = '{_BUSY_SECONDS}s'")
    cursor.close()
    connection.commit()


def _sqlite(url: URL) -> AsyncEngine:
    if url.database and url.database != ":memory:":
        _private_file(Path(url.database))
    engine = create_async_engine(
        url,
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
        hide_parameters=True,
        # One connection: writers of one process queue here, fairly, instead of polling SQLite's lock.
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=None,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _private_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # The driver begins no transaction for reads, and lets two writers begin of which one then fails.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _transaction(engine: AsyncEngine, writes: bool) -> AsyncEngine:
    if engine.dialect.name == "sqlite":
        return engine.execution_options(writes=writes)
    return engine if writes else engine.execution_options(isolation_level="REPEATABLE READ")
