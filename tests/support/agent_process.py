"""A process with an agent in it, which a test drives through a pipe, and kills or stops where it likes.

The user's first message is the model's script, so that any process can go on with any thread.
"""

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from multiprocessing.connection import Connection
from typing import Any

import httpx
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command
from scripted import ScriptedModel, calls

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.approval.journal import Journal
from langchain_centra.sandbox import Sandbox
from langchain_centra_graphs import build_store_agent


class Points:
    """The one point at which the process dies or stops, named in its settings, and which time it counts."""

    def __init__(self, settings: dict[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._action = "die" if "die_at" in settings else "stop"
        self._name = settings.get("die_at") or settings.get("stop_at")
        self._left = settings.get("nth", 1)

    def reach(self, name: str) -> None:
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0 and self._action == "die":
            os._exit(9)
        if self._left == 0:
            self._connection.send({"stopped": name})
            os.kill(os.getpid(), signal.SIGSTOP)


class PointedJournal(Journal):
    """A journal with a point after each step on the way to a write, and before the ones that may come too late."""

    def __init__(self, url: str, points: Points) -> None:
        super().__init__(url)
        self._points = points

    async def cards(self, *args: Any, **options: Any) -> Any:
        self._points.reach("looking")
        return await super().cards(*args, **options)

    async def take_turn(self, *args: Any, **options: Any) -> Any:
        self._points.reach("taking")
        return await super().take_turn(*args, **options)

    async def add(self, *args: Any, **options: Any) -> Any:
        card = await super().add(*args, **options)
        self._points.reach("proposed")
        return card

    async def decide(self, *args: Any, **options: Any) -> Any:
        cards = await super().decide(*args, **options)
        self._points.reach("decided")
        return cards

    async def claim(self, *args: Any, **options: Any) -> Any:
        claim = await super().claim(*args, **options)
        self._points.reach("claimed")
        return claim

    async def send(self, *args: Any, **options: Any) -> bool:
        self._points.reach("compared")
        won = await super().send(*args, **options)
        self._points.reach("sent")
        return won

    async def finish(self, *args: Any, **options: Any) -> bool:
        stored = await super().finish(*args, **options)
        self._points.reach("finished")
        return stored


class PointedTransport(httpx.AsyncHTTPTransport):
    """The network, with a point after the answer to a mutation arrived, or was lost."""

    def __init__(self, points: Points) -> None:
        super().__init__()
        self._points = points

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        mutates = b"mutation" in await request.aread()
        try:
            response = await super().handle_async_request(request)
        except httpx.TransportError:
            self._points.reach("lost")
            raise
        if mutates:
            await response.aread()
            self._points.reach("answered")
        return response


class PointedModel(ScriptedModel):
    """A model with a point before it answers; its script is the first thing that the user said."""

    script: list[Any] = []
    points: Any = None

    def _generate(self, messages: list[BaseMessage], *args: Any, **options: Any) -> Any:
        self.points.reach("thinking")
        return super()._generate(messages, *args, **options)


class SlowSaver(SqliteSaver):
    """Takes its time for each checkpoint."""

    def __init__(self, connection: sqlite3.Connection, seconds: float) -> None:
        super().__init__(connection)
        self._seconds = seconds

    def put(self, *args: Any, **options: Any) -> Any:
        time.sleep(self._seconds)
        return super().put(*args, **options)


def line(messages: Sequence[BaseMessage]) -> AIMessage:
    """What the script says next."""
    script = json.loads(str(next(message for message in messages if isinstance(message, HumanMessage)).content))
    spoken = sum(isinstance(message, AIMessage) for message in messages)
    said = script[min(spoken, len(script) - 1)]
    return AIMessage(said) if isinstance(said, str) else calls(*map(tuple, said))


def in_place(messages: Sequence[BaseMessage]) -> bool:
    """Whether each call is followed at once by its one result, and no result stands anywhere else."""
    due: list[str] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            if message.tool_call_id not in due:
                return False
            due.remove(message.tool_call_id)
        elif due:
            return False
        elif isinstance(message, AIMessage):
            due = [str(call["id"]) for call in message.tool_calls]
    return not due


class Agent:
    """The graph, for commands as a client gives them."""

    def __init__(self, graph: Any, model: ScriptedModel, *, is_async: bool) -> None:
        self._graph = graph
        self._model = model
        self._is_async = is_async

    async def carry_out(self, command: dict[str, Any]) -> dict[str, Any]:
        config = {"configurable": {"thread_id": command["thread"], "approver": "Bo"}}
        time.sleep(max(0.0, command.get("not_before", 0) - time.time()))  # noqa: ASYNC251 (nothing else runs)
        error = None
        if "give" in command:
            try:
                await self._call("invoke", _input(command["give"]), config, **_options(command))
            except Exception as raised:
                error = f"{type(raised).__name__}: {raised}"
        return _seen(await self._call("get_state", config), self._model.seen) | {"error": error}

    async def _call(self, method: str, *args: Any, **options: Any) -> Any:
        if self._is_async:
            return await getattr(self._graph, f"a{method}")(*args, **options)
        return await asyncio.to_thread(getattr(self._graph, method), *args, **options)


def _input(given: dict[str, Any]) -> Any:
    if "say" in given:
        return {"messages": [("user", given["say"])]}
    return Command(resume=given["resume"]) if "resume" in given else None


def _options(command: dict[str, Any]) -> dict[str, Any]:
    return {"durability": command["durability"]} if "durability" in command else {}


def _seen(state: Any, views: Sequence[Sequence[BaseMessage]]) -> dict[str, Any]:
    messages = state.values.get("messages", [])
    return {
        "cards": [card for interrupt in state.interrupts for card in interrupt.value["action_requests"]],
        "complaint": next((interrupt.value.get("error") for interrupt in state.interrupts), None),
        "next": list(state.next),
        "calls": [call["id"] for message in messages if message.type == "ai" for call in message.tool_calls],
        "results": [[message.tool_call_id, message.text] for message in messages if message.type == "tool"],
        "last": [messages[-1].type, messages[-1].text] if messages else None,
        "in_place": all(map(in_place, views)),
    }


@asynccontextmanager
async def checkpointer(settings: dict[str, Any]) -> AsyncIterator[Any]:
    """The saver that the settings name, on a database that is set up already."""
    where = settings["checkpoints"]
    if settings["saver"] == "async-sqlite":
        async with AsyncSqliteSaver.from_conn_string(where) as saver:
            yield saver
    elif settings["saver"] == "postgres":
        from langgraph.checkpoint.postgres import PostgresSaver

        with PostgresSaver.from_conn_string(where) as saver:
            yield saver
    else:
        with closing(sqlite3.connect(where, check_same_thread=False)) as connection:
            yield SlowSaver(connection, settings.get("save_seconds", 0.0))


async def _serve(settings: dict[str, Any], connection: Connection) -> None:
    points = Points(settings, connection)
    transport = PointedTransport(points)
    centra = AsyncCentra(
        settings["url"], Sandbox.TOKEN, name="sandbox", transport=transport, timeout=settings["timeout"]
    )
    journal = PointedJournal(settings["journal"], points)
    model = PointedModel(script=[line], points=points)
    async with CentraToolkit(centra, writes=True, journal=journal) as toolkit, checkpointer(settings) as saver:
        graph = build_store_agent(model, toolkit, checkpointer=saver)
        agent = Agent(graph, model, is_async=settings["saver"].startswith("async"))
        connection.send({"ready": True})
        while command := await asyncio.to_thread(connection.recv):
            connection.send(await agent.carry_out(command))


def run(settings: dict[str, Any], connection: Connection) -> None:
    """Carry out commands until there is an empty one."""
    asyncio.run(_serve(settings, connection))
