"""The agent behind a real `langgraph dev`, which refuses blocking calls, driven through its SDK."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from dev_server import GRAPH, dev_server
from langgraph_sdk import get_client
from typer.testing import CliRunner

from langchain_centra.cli.app import app
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.seed.known import DEMO_SKU

pytestmark = pytest.mark.slow

WRITES = "orders,stock"
APPROVE = {"type": "approve"}


@pytest.fixture(scope="module")
def served() -> Sandbox:
    """The store that the server's agent works on; it lives in this process."""
    return Sandbox()


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """The same, as if new."""
    served.store = Sandbox().store
    for log in (served.mutations, served.requests):
        log.clear()
    return served


@pytest.fixture(scope="module")
def server(served: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own in an empty folder, with the offline model; yields its URL."""
    spec = find_spec("langchain_centra_graphs.studio")
    assert spec
    folder = tmp_path_factory.mktemp("langgraph-dev")
    with served.serve() as store, dev_server(folder, f"{spec.origin}:graph", store, {"CENTRA_WRITES": WRITES}) as url:
        yield url


class Conversation:
    """One thread on the server."""

    def __init__(self, url: str) -> None:
        self.client = get_client(url=url)
        self.thread_id = ""

    async def __aenter__(self) -> "Conversation":
        self.thread_id = (await self.client.threads.create())["thread_id"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def say(self, text: str, **options: Any) -> None:
        """Send a message and wait until the run ends or asks."""
        message: Any = {"role": "user", "content": text}
        await self.client.runs.wait(self.thread_id, GRAPH, input={"messages": [message]}, **options)

    async def answer(self, *decisions: dict[str, Any]) -> None:
        """Answer the cards and wait until the run ends or asks again."""
        await self.client.runs.wait(self.thread_id, GRAPH, command={"resume": {"decisions": list(decisions)}})

    async def request(self) -> dict[str, Any]:
        """The request that waits for a decision."""
        state: Any = await self.client.threads.get_state(self.thread_id)
        [interrupt] = state["interrupts"]
        request: dict[str, Any] = interrupt["value"]
        return request

    async def messages(self) -> list[dict[str, Any]]:
        state: Any = await self.client.threads.get_state(self.thread_id)
        messages: list[dict[str, Any]] = state["values"]["messages"]
        return messages

    async def status(self) -> str:
        return (await self.client.threads.get(self.thread_id))["status"]

    async def run_statuses(self) -> set[str]:
        return {run["status"] for run in await self.client.runs.list(self.thread_id)}


@pytest.fixture
async def conversation(server: str, sandbox: Sandbox) -> AsyncIterator[Conversation]:
    async with Conversation(server) as conversation:
        yield conversation


def written(sandbox: Sandbox) -> list[str]:
    """The names of the mutations that were applied."""
    return [record.name for record in sandbox.mutations if record.applied]


async def test_a_read_is_answered_without_asking(conversation: Conversation) -> None:
    await conversation.say("Show order 1045")
    assert await conversation.status() == "idle"
    assert "Order 1045: SHIPPED" in (await conversation.messages())[-1]["content"]


async def test_an_approved_write_is_written_once_and_reported(conversation: Conversation, sandbox: Sandbox) -> None:
    await conversation.say("Cancel order 1042, the customer changed her mind")
    assert await conversation.status() == "interrupted"
    [card] = (await conversation.request())["action_requests"]
    changes = [(change["before"], change["after"]) for change in card["preview"]["changes"]]
    assert changes == [("PENDING", "CANCELLED"), ("-", "the customer changed her mind")]
    assert written(sandbox) == []
    await conversation.answer({**APPROVE, "proposal_id": card["proposal_id"]})
    assert await conversation.status() == "idle"
    assert written(sandbox) == ["cancelDirectToConsumerOrder"]
    assert sandbox.store.orders[1042].status == "CANCELLED"
    assert "Written" in (await conversation.messages())[-1]["content"]
    assert one_result_per_call(await conversation.messages())


async def test_a_wrong_answer_shows_the_same_card_again_with_the_reason(
    conversation: Conversation, sandbox: Sandbox
) -> None:
    await conversation.say("Put the stock of TEE01BLKM in the Stockholm warehouse to 25")
    asked = await conversation.request()
    await conversation.answer(APPROVE, APPROVE)
    asked_again = await conversation.request()
    assert "decide each card exactly once" in asked_again["error"]
    assert asked_again["action_requests"][0]["proposal_id"] == asked["action_requests"][0]["proposal_id"]
    assert written(sandbox) == []
    await conversation.answer(APPROVE)
    assert await conversation.status() == "idle"
    assert written(sandbox) == ["setStock"]
    assert sandbox.store.stock[DEMO_SKU, 1].physical_quantity == 25
    assert await conversation.run_statuses() == {"success"}


async def test_a_note_that_nobody_is_asked_about_is_written_once(conversation: Conversation, sandbox: Sandbox) -> None:
    await conversation.say("Add a note to order 1043: call back on Monday")
    assert await conversation.status() == "idle"
    assert written(sandbox) == ["addOrderNote"]


async def test_a_double_click_decides_the_card_that_was_shown_and_no_other(
    conversation: Conversation, sandbox: Sandbox
) -> None:
    await conversation.say("Confirm order 1042 and cancel order 1042")
    [card] = (await conversation.request())["action_requests"]
    assert card["name"] == "confirm_order"
    await asyncio.gather(conversation.answer(APPROVE), conversation.answer(APPROVE))
    assert written(sandbox) == ["confirmOrder"]
    [card] = (await conversation.request())["action_requests"]
    assert card["name"] == "cancel_order"


async def test_a_message_that_interrupts_a_write_gets_its_outcome(conversation: Conversation, sandbox: Sandbox) -> None:
    await conversation.say("Confirm order 1042")
    sandbox.faults.add("slow", "confirmOrder", after=True, seconds=2)
    approving = asyncio.create_task(conversation.answer(APPROVE))
    while not written(sandbox):
        await asyncio.sleep(0.05)
    await conversation.say("Show order 1042", multitask_strategy="interrupt")
    await asyncio.wait([approving])
    assert written(sandbox) == ["confirmOrder"]
    assert "Order 1042: CONFIRMED" in (await conversation.messages())[-1]["content"]
    assert one_result_per_call(await conversation.messages())


def one_result_per_call(messages: list[dict[str, Any]]) -> bool:
    calls = [call["id"] for message in messages for call in message.get("tool_calls", [])]
    return calls == [message["tool_call_id"] for message in messages if message["type"] == "tool"]


async def test_a_second_person_answers_at_the_command_line_and_resumes_the_thread(
    conversation: Conversation,
    server: str,
    sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await conversation.say("Confirm order 1042")
    [card] = (await conversation.request())["action_requests"]
    [journal] = tmp_path_factory.getbasetemp().glob("langgraph-dev[0-9]/journal.sqlite3")
    answer = ["approvals", "answer", card["proposal_id"][:8], "approve"]
    with sandbox.serve() as store:
        settings = {"URL": store, "TOKEN": sandbox.TOKEN, "WRITES": WRITES, "JOURNAL": f"sqlite:///{journal}"}
        for name, value in settings.items():
            monkeypatch.setenv(f"CENTRA_{name}", value)
        command = [*answer, "--server", server, "--thread", conversation.thread_id]
        told = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, f"Resumed the conversation {conversation.thread_id}.")
    assert (written(sandbox), await conversation.status()) == (["confirmOrder"], "idle")
