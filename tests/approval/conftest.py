import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from journals import HandClock, OpenJournal
from shelf import BusyJournal, Desk, Shelf

from langchain_centra.approval.journal import Journal
from langchain_centra.client import AsyncCentra


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


POSTGRES = pytest.param("postgres_url", marks=[pytest.mark.slow, pytest.mark.timeout(90)], id="postgres")


@pytest.fixture(params=[pytest.param("memory_url", id="memory"), POSTGRES])
async def journal(request: pytest.FixtureRequest, hand_clock: HandClock) -> AsyncIterator[Journal]:
    """One fresh journal."""
    opened = Journal(request.getfixturevalue(request.param), clock=hand_clock)
    yield opened
    await opened.aclose()


@pytest.fixture(params=[pytest.param("sqlite_url", id="sqlite"), POSTGRES])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database that several journals can open."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
async def open_journal(hand_clock: HandClock) -> AsyncIterator[OpenJournal]:
    """Opens journals that are closed at the end of the test."""
    opened: list[Journal] = []

    def open_one(url: str) -> Journal:
        opened.append(Journal(url, clock=hand_clock))
        return opened[-1]

    yield open_one
    for journal in opened:
        await journal.aclose()


@pytest.fixture
async def desk(hand_clock: HandClock) -> AsyncIterator[Desk]:
    """The approval of a shelf with three items."""
    journal = BusyJournal.memory(hand_clock)
    centra = AsyncCentra("http://127.0.0.1:9", "no-token", clock=hand_clock, timeout=30)
    yield Desk(Shelf({"A": 1, "B": 2, "C": 3}), hand_clock, journal, centra)
    await journal.aclose()


@pytest.fixture
def memory_url() -> str:
    return "sqlite://"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'journal.sqlite3'}"


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    psycopg = pytest.importorskip("psycopg")
    name = f"journal_{uuid4().hex}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgres_server}/{name}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of its own on loopback; the server refuses to run as root."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(binaries[-1]) if binaries else None)
    if initdb is None:
        pytest.skip("PostgreSQL's initdb is not installed")
    as_root = os.geteuid() == 0
    if as_root and not (shutil.which("runuser") and shutil.which("postgres", path=str(Path(initdb).resolve().parent))):
        pytest.skip("running as root, PostgreSQL needs runuser and a user named postgres")
    server = PostgresServer(Path(initdb).resolve().parent, ["runuser", "-u", "postgres", "--"] if as_root else [])
    try:
        yield server.start()
    finally:
        server.stop()


class PostgresServer:
    """initdb and pg_ctl in a directory that is removed at the end."""

    def __init__(self, binaries: Path, prefix: list[str]) -> None:
        self._binaries = binaries
        self._prefix = prefix
        self._directory = Path(tempfile.mkdtemp(prefix="journal-postgres-"))
        if prefix:
            shutil.chown(self._directory, "postgres")

    def start(self) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync")
        options = f"-p {port} -k {self._directory} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self._directory / "log"), "start")
        return f"postgresql://postgres@127.0.0.1:{port}"

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop", check=False)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _run(self, tool: str, *arguments: str, check: bool = True) -> None:
        command = [*self._prefix, str(self._binaries / tool), "-D", str(self._directory / "data"), *arguments]
        subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._directory)
