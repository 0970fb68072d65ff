"""An agent on a fresh store, with its conversation in SQLite and its journal in a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from conversations import Mode, Start

from ways import starting


@pytest.fixture
def mode() -> Mode:
    """How the graph is run, unless a test is parametrized with both ways."""
    return "ainvoke"


@pytest.fixture
async def start(mode: Mode, tmp_path: Path) -> AsyncIterator[Start]:
    """Start a conversation with a model that plays a script; all histories are checked at the end."""
    async with starting("graph", mode, tmp_path) as start:
        yield start
