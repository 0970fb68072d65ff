from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from journals import HandClock, OpenJournal
from postgres import POSTGRES
from postgres import postgres_server as postgres_server
from postgres import postgres_url as postgres_url
from shelf import BusyJournal, Desk, Shelf

from langchain_centra.approval.journal import Journal
from langchain_centra.client import AsyncCentra


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


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
async def desk(request: pytest.FixtureRequest, hand_clock: HandClock) -> AsyncIterator[Desk]:
    """The approval of a shelf with three items; its journal is in memory unless a test says IN_BOTH."""
    journal = BusyJournal(request.getfixturevalue(getattr(request, "param", "memory_url")), clock=hand_clock)
    centra = AsyncCentra("http://127.0.0.1:9", "no-token", clock=hand_clock, timeout=30)
    yield Desk(Shelf({"A": 1, "B": 2, "C": 3}), hand_clock, journal, centra)
    await journal.aclose()


@pytest.fixture
def memory_url() -> str:
    return "sqlite://"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'journal.sqlite3'}"
