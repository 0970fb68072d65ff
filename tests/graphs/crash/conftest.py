"""Stores with agents in processes of their own."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres import postgres_server as postgres_server
from postgres import postgres_url as postgres_url
from processes import Shop, open_shop


@pytest.fixture
def saver() -> str:
    """Where conversations are kept, unless a test is parametrized with others."""
    return "sqlite"


@pytest.fixture
def shop(tmp_path: Path, saver: str) -> Iterator[Shop]:
    """A store, and databases for its agents."""
    with ExitStack() as stack:
        yield stack.enter_context(open_shop(tmp_path, saver))
