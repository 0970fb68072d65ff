"""A PostgreSQL server for tests, where one is installed."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

POSTGRES = pytest.param("postgres_url", marks=pytest.mark.slow, id="postgres")

IN_BOTH = pytest.mark.parametrize("desk", [pytest.param("memory_url", id="memory"), POSTGRES], indirect=True)
"""Run a test of a desk with its journal in either kind of database."""


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh database, which is gone after the test: removing them all at the end takes long."""
    psycopg = pytest.importorskip("psycopg")
    name = f"test_{uuid4().hex}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{postgres_server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
        self._directory = Path(tempfile.mkdtemp(prefix="postgres-"))
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
