"""Each story is told twice: to the conversation of the command line, and to a LangGraph server.

What stood on the terminal is kept in `tests/snapshots/stories`, for people to read; after a change made on purpose run
`UPDATE_SNAPSHOTS=1 pytest tests/stories -k terminal` and commit the result.
"""

import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dev_server import configure, dev_server
from journals import HandClock
from langgraph.checkpoint.memory import InMemorySaver
from langgraph_sdk import get_client
from storytelling import AtTheTerminal, Merchant, OnAServer, StoryModel

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import WriteTool
from langchain_centra_graphs import build_store_agent

SUPPORT = Path(__file__).parents[1] / "support"
TRANSCRIPTS = Path(__file__).parents[1] / "snapshots" / "stories"
WRITES = ",".join(sorted({spec.group for spec in TOOLS if isinstance(spec, WriteTool)}))


@pytest.fixture(scope="session")
def served() -> Sandbox:
    """The store that the server's agent works on; it lives in this process."""
    return Sandbox(plan="unlimited")


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the script of the story that is told lies."""
    return tmp_path_factory.mktemp("stories") / "scripts.json"


@pytest.fixture(scope="session")
def server(served: Sandbox, scripts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all stories; yields its URL."""
    folder = tmp_path_factory.mktemp("langgraph-dev")
    settings = {"CENTRA_WRITES": WRITES, "STORY_SCRIPTS": str(scripts), "PYTHONPATH": str(SUPPORT)}
    configure(folder, f"{SUPPORT / 'story_graph.py'}:graph")
    with served.serve() as store, dev_server(folder, store, settings) as server:
        yield server.url


@pytest.fixture(params=["terminal", pytest.param("server", marks=pytest.mark.slow)])
async def merchant(request: pytest.FixtureRequest, scripts: Path) -> AsyncIterator[Merchant]:
    """The merchant, with a store as if new."""
    if request.param == "server":
        url, served = request.getfixturevalue("server"), request.getfixturevalue("served")
        async with on_a_server(url, served, scripts) as merchant:
            yield merchant
        return
    request.getfixturevalue("utc")
    async with at_the_terminal(scripts) as merchant:
        yield merchant
        check(merchant.transcript, TRANSCRIPTS / f"{request.node.path.stem.removeprefix('test_')}.txt")


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The terminal shows times in the zone of its machine."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@asynccontextmanager
async def at_the_terminal(scripts: Path) -> AsyncIterator[AtTheTerminal]:
    clock = HandClock()
    shop = Sandbox(clock=clock)
    centra = AsyncCentra(shop.url, shop.TOKEN, name="shop", transport=shop.transport(), clock=clock)
    async with CentraToolkit(centra, writes=True, journal="sqlite://") as toolkit:
        graph = build_store_agent(StoryModel(scripts=scripts), toolkit, checkpointer=InMemorySaver())
        yield AtTheTerminal(graph, shop, scripts)


@asynccontextmanager
async def on_a_server(url: str, served: Sandbox, scripts: Path) -> AsyncIterator[OnAServer]:
    served.store = Sandbox().store
    served.mutations.clear()
    served.emails.clear()
    client = get_client(url=url)
    try:
        yield OnAServer(client, (await client.threads.create())["thread_id"], served, scripts)
    finally:
        await client.aclose()


def check(transcript: str, path: Path) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(transcript)
    assert path.exists(), f"{path.name} is missing; see tests/stories/conftest.py."
    assert path.read_text() == transcript, f"The terminal shows something else than {path.name}."
