"""The agent behind a real `langgraph dev`, which refuses blocking calls, driven through its SDK."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from dev_server import GRAPH, DevServer, configure, dev_server
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
def server(served: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server of its own in an empty folder, with the offline model."""
    spec = find_spec("langchain_centra_graphs.studio")
    assert spec
    folder = tmp_path_factory.mktemp("langgraph-dev")
    configure(folder, f"{spec.origin}:graph")
    with served.serve() as store, dev_server(folder, store, {"CENTRA_WRITES": WRITES}) as server:
        yield server


class Conversation:
    """One thread on the server, worked on by the graph's own assistant or by one made of it."""

    def __init__(self, url: str, assistant: str = GRAPH) -> None:
        self.client = get_client(url=url)
        self.assistant = assistant
        self.thread_id = ""

    async def __aenter__(self) -> "Conversation":
        self.thread_id = (await self.client.threads.create())["thread_id"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def say(self, text: str, **options: Any) -> None:
        """Send a message and wait until the run ends or asks."""
        message: Any = {"role": "user", "content": text}
        await self.client.runs.wait(self.thread_id, self.assistant, input={"messages": [message]}, **options)

    async def answer(self, *decisions: dict[str, Any], **options: Any) -> None:
        """Answer the cards and wait until the run ends or asks again."""
        resume: Any = {"resume": {"decisions": list(decisions)}}
        await self.client.runs.wait(self.thread_id, self.assistant, command=resume, **options)

    async def cards(self) -> list[dict[str, Any]]:
        """The cards that wait; none if nothing is asked."""
        state: Any = await self.client.threads.get_state(self.thread_id)
        return [card for interrupt in state["interrupts"] for card in interrupt["value"]["action_requests"]]

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
async def conversation(server: DevServer, sandbox: Sandbox) -> AsyncIterator[Conversation]:
    async with Conversation(server.url) as conversation:
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


async def test_an_edit_is_written_as_edited(conversation: Conversation, sandbox: Sandbox) -> None:
    await conversation.say("Put the stock of TEE01BLKM in the Stockholm warehouse to 25")
    [card] = await conversation.cards()
    args = {"lines": [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 20}]}
    await conversation.answer({"type": "edit", "edited_action": {"name": card["name"], "args": args}})
    assert sandbox.store.stock[DEMO_SKU, 1].physical_quantity == 20
    assert "A person changed the arguments" in (await conversation.messages())[-2]["content"]


async def test_a_rejected_write_is_not_written_and_the_agent_reads_why(
    conversation: Conversation, sandbox: Sandbox
) -> None:
    await conversation.say("Confirm order 1042")
    await conversation.answer({"type": "reject", "message": "Not before Monday."})
    assert await conversation.status() == "idle"
    assert "Not before Monday." in (await conversation.messages())[-1]["content"]
    assert written(sandbox) == []


async def test_a_new_message_closes_the_card_that_waits(conversation: Conversation, sandbox: Sandbox) -> None:
    await conversation.say("Confirm order 1042")
    await conversation.say("Show order 1045")
    assert await conversation.cards() == []
    messages = await conversation.messages()
    assert "Order 1045: SHIPPED" in messages[-1]["content"]
    assert one_result_per_call(messages)
    assert written(sandbox) == []


async def test_two_conversations_do_not_touch_each_other(server: DevServer, sandbox: Sandbox) -> None:
    async with Conversation(server.url) as one, Conversation(server.url) as other:
        asked = "Put the stock of TEE01BLKM in the Stockholm warehouse to 25"
        await asyncio.gather(one.say("Confirm order 1042"), other.say(asked))
        assert [card["name"] for card in await one.cards() + await other.cards()] == ["confirm_order", "set_stock"]
        await asyncio.gather(one.answer(APPROVE), other.answer({"type": "reject"}))
        assert [await one.status(), await other.status()] == ["idle", "idle"]
    assert written(sandbox) == ["confirmOrder"]


async def test_a_context_takes_writes_away_and_gives_none(conversation: Conversation, sandbox: Sandbox) -> None:
    narrow: dict[str, Any] = {"writes": ["stock", "customers"]}
    await conversation.say("Confirm order 1042", context=narrow)
    assert await conversation.cards() == []
    assert "confirm_order is not available here" in (await conversation.messages())[-1]["content"]
    await conversation.say("Confirm order 1042")
    await conversation.answer(APPROVE, context=narrow)
    assert "no longer allows this" in (await conversation.messages())[-2]["content"]
    assert written(sandbox) == []


async def test_an_assistant_with_a_context_is_as_narrow(server: DevServer, sandbox: Sandbox) -> None:
    client = get_client(url=server.url)
    context: Any = {"policy": {"effects": {"note": {"verdict": "ask"}}}, "approver": "anna"}
    made = await client.assistants.create(GRAPH, context=context)
    async with Conversation(server.url, made["assistant_id"]) as careful:
        await careful.say("Add a note to order 1043: call back on Monday")
        [card] = await careful.cards()
        await careful.answer({**APPROVE, "proposal_id": card["proposal_id"]})
        assert "Only anna may approve" in (await careful.request())["error"]
        await careful.answer({"type": "reject"})
    await client.aclose()
    assert written(sandbox) == []


async def test_the_server_shows_what_can_be_set_and_how_the_nodes_hang_together(server: DevServer) -> None:
    client = get_client(url=server.url)
    [assistant] = await client.assistants.search(graph_id=GRAPH, metadata={"created_by": "system"})
    schemas = await client.assistants.get_schemas(assistant["assistant_id"])
    drawn: Any = await client.assistants.get_graph(assistant["assistant_id"])
    await client.aclose()
    assert set((schemas["context_schema"] or {})["properties"]) == {"writes", "policy", "approver"}
    assert set((schemas["input_schema"] or {})["properties"]) == {"messages"}
    named = {node["id"] for node in drawn["nodes"]}
    assert named == {"__start__", "agent", "read", "propose", "gather", "review", "apply", "__end__"}
    said = {(edge["source"], edge["target"]): edge["data"] for edge in drawn["edges"] if edge.get("data")}
    assert said["gather", "review"] == "a person decides"


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


async def test_a_card_outlives_the_server_which_has_not_found_a_blocking_call(
    server: DevServer, conversation: Conversation, sandbox: Sandbox
) -> None:
    await conversation.say("Confirm order 1042")
    [shown] = await conversation.cards()
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    [card] = await conversation.cards()
    assert card == shown
    await conversation.answer({**APPROVE, "proposal_id": card["proposal_id"]})
    assert await conversation.status() == "idle"
    assert written(sandbox) == ["confirmOrder"]
    assert "blocking" not in server.log.lower()


def one_result_per_call(messages: list[dict[str, Any]]) -> bool:
    calls = [call["id"] for message in messages for call in message.get("tool_calls", [])]
    return calls == [message["tool_call_id"] for message in messages if message["type"] == "tool"]


async def test_a_second_person_answers_at_the_command_line_and_resumes_the_thread(
    conversation: Conversation,
    server: DevServer,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await conversation.say("Confirm order 1042")
    [card] = (await conversation.request())["action_requests"]
    answer = ["approvals", "answer", card["proposal_id"][:8], "approve"]
    with sandbox.serve() as store:
        settings = {
            "URL": store,
            "TOKEN": sandbox.TOKEN,
            "WRITES": WRITES,
            "JOURNAL": f"sqlite:///{server.folder}/journal.sqlite3",
        }
        for name, value in settings.items():
            monkeypatch.setenv(f"CENTRA_{name}", value)
        command = [*answer, "--server", server.url, "--thread", conversation.thread_id]
        told = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, f"Resumed the conversation {conversation.thread_id}.")
    assert (written(sandbox), await conversation.status()) == (["confirmOrder"], "idle")
