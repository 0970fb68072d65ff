"""The same conversations through each of the three ways in."""

from collections.abc import AsyncIterator

import pytest
from conversations import Mode, Start, Way

from ways import WAYS, starting


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    """Each way in, unless a test names its own."""
    way: Way = request.param
    return way


@pytest.fixture
def mode() -> Mode:
    """How the agent is run, unless a test is parametrized with both."""
    return "ainvoke"


@pytest.fixture
async def start(way: Way, mode: Mode) -> AsyncIterator[Start]:
    """Start a conversation with a model that plays a script; all histories are checked at the end."""
    async with starting(way, mode, None) as start:
        yield start
