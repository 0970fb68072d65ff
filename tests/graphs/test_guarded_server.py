"""The server of docs/production.md, made of the files that the page shows, and what it lets whom do."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from dev_server import GRAPH, DevServer, dev_server
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from typer.testing import CliRunner

from langchain_centra.cli.app import app
from langchain_centra.sandbox import Sandbox

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "production.md"
BLOCK = re.compile(r"^```(?:python|json)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
KEYS = {"anna": "key-of-anna", "bo": "key-of-bo", "cy": "key-of-cy"}
POLICY = "four_eyes = true\n"


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    """The store that the server's agent works on."""
    return Sandbox()


@pytest.fixture(scope="module")
def server(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """The page's server, with a third person beside its two."""
    folder = tmp_path_factory.mktemp("guarded")
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    for name, part in {"agent.py": 'checkpointer="server"', "langgraph.json": '"graphs"', "auth.py": "Auth()"}.items():
        [block] = [block for block in blocks if part in block]
        (folder / name).write_text(block.replace('("anna", "bo")', '("anna", "bo", "cy")'))
    (folder / "policy.toml").write_text(POLICY)
    settings = {f"KEY_OF_{name.upper()}": key for name, key in KEYS.items()}
    settings |= {"CENTRA_WRITES": "orders", "CENTRA_POLICY": str(folder / "policy.toml")}
    with sandbox.serve() as store, dev_server(folder, store, settings) as server:
        yield server


@pytest.fixture
async def people(server: DevServer) -> AsyncIterator[dict[str, LangGraphClient]]:
    """A client for each person."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(client(server, key)) for name, key in KEYS.items()}


def client(server: DevServer, key: str) -> LangGraphClient:
    return get_client(url=server.url, headers={"authorization": f"Bearer {key}"})


async def asked(anna: LangGraphClient, order: int) -> str:
    """A thread of Anna's in which a card waits."""
    thread = (await anna.threads.create())["thread_id"]
    message: Any = {"role": "user", "content": f"Confirm order {order}"}
    await anna.runs.wait(thread, GRAPH, input={"messages": [message]})
    assert (await anna.threads.get(thread))["status"] == "interrupted"
    return thread


async def refused(call: Awaitable[Any]) -> int:
    """The status with which the server refuses a call."""
    with pytest.raises(httpx.HTTPStatusError) as refusal:
        await call
    return refusal.value.response.status_code


def confirmed(sandbox: Sandbox) -> list[Any]:
    return [record.name for record in sandbox.mutations if record.applied]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer key"}, {"x-auth-scheme": "langsmith"}])
async def test_without_a_key_nothing_is_reached(server: DevServer, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as nobody:
        for path in ("/threads/search", "/assistants/search", "/runs/crons/search", "/store/items/search"):
            assert (await nobody.post(path, json={"namespace_prefix": []})).status_code == 401


async def test_a_person_sees_and_touches_only_their_own_threads(people: dict[str, LangGraphClient]) -> None:
    thread = await asked(people["anna"], 1042)
    cy = people["cy"]
    assert thread not in [found["thread_id"] for found in await cy.threads.search()]
    assert thread in [found["thread_id"] for found in await people["anna"].threads.search()]
    assert await refused(cy.threads.get_state(thread)) == 404
    assert await refused(cy.runs.wait(thread, GRAPH, command={"resume": {"decisions": [{"type": "approve"}]}})) == 404
    assert await refused(cy.threads.delete(thread)) == 404


async def test_what_no_rule_allows_is_refused(people: dict[str, LangGraphClient]) -> None:
    anna = people["anna"]
    assert await anna.assistants.search(graph_id=GRAPH)
    message: Any = {"messages": [{"role": "user", "content": "Show order 1042"}]}
    for call in (
        anna.crons.search(),
        anna.crons.create(GRAPH, schedule="0 0 * * *", input=message),
        anna.store.search_items(()),
        anna.store.put_item(("anna",), key="a", value={}),
        anna.assistants.create(GRAPH),
    ):
        assert await refused(call) == 403


async def test_an_approver_answers_a_card_of_somebody_else_on_the_server(
    people: dict[str, LangGraphClient], sandbox: Sandbox
) -> None:
    thread = await asked(people["anna"], 1042)
    yes: Any = {"resume": {"decisions": [{"type": "approve"}]}}
    await people["anna"].runs.wait(thread, GRAPH, command=yes)
    state: Any = await people["anna"].threads.get_state(thread)
    assert "Another person" in state["interrupts"][0]["value"]["error"]
    assert confirmed(sandbox) == []
    await people["bo"].runs.wait(thread, GRAPH, command=yes)
    assert confirmed(sandbox) == ["confirmOrder"]
    assert thread in [found["thread_id"] for found in await people["anna"].threads.search()]


async def test_an_approver_answers_at_the_command_line_and_the_server_goes_on(
    people: dict[str, LangGraphClient], server: DevServer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.store = Sandbox().store
    sandbox.mutations.clear()
    thread = await asked(people["anna"], 1042)
    state: Any = await people["anna"].threads.get_state(thread)
    card = state["interrupts"][0]["value"]["action_requests"][0]["proposal_id"]
    for name, value in server.environment.items():
        if name.startswith("CENTRA_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOGNAME", "bo")
    command = ["approvals", "answer", card[:8], "approve", "--server", server.url, "--thread", thread]
    without = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert "Set CENTRA_SERVER_KEY" in str(without.exception)
    monkeypatch.setenv("CENTRA_SERVER_KEY", KEYS["cy"])
    unseen = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert "there is no conversation" in str(unseen.exception)
    assert confirmed(sandbox) == []
    monkeypatch.setenv("CENTRA_SERVER_KEY", KEYS["bo"])
    told = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert told.output.splitlines()[-1:] == [f"Resumed the conversation {thread}."], told.exception
    assert confirmed(sandbox) == ["confirmOrder"]
