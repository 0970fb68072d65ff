"""A store in the test's process, and agents on it in processes of their own."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Any

import agent_process
import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.records import Card, Verified
from langchain_centra.sandbox import Sandbox

TIMEOUT = 1.5
"""Seconds for a request of an agent: a claim is held as long, a turn half as long."""

Seen = dict[str, Any]
"""What a client sees of a thread: its cards, the calls, their results, the error of its last request."""


@cache
def _forks() -> ForkServerContext:
    """Each process is the copy of one that has imported everything: importing takes two seconds."""
    forks = get_context("forkserver")
    forks.set_forkserver_preload(["warm_process"])
    with pytest.MonkeyPatch.context() as patch:
        # The server of forks looks for modules here and not, before Python 3.12.4, where this process does.
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        ensure_running()
    return forks


class Died(Exception):
    """The process ended instead of answering."""


@dataclass
class AgentProcess:
    """One process with an agent; each request is one `invoke`, and gives what the thread then looks like."""

    process: ForkServerProcess
    connection: Connection

    async def say(self, thread: str, text: str, **options: Any) -> Seen:
        return await self.ask(thread, give={"say": text}, **options)

    async def resume(self, thread: str, *decisions: dict[str, Any], **options: Any) -> Seen:
        return await self.ask(thread, give={"resume": {"decisions": decisions}}, **options)

    async def go_on(self, thread: str, **options: Any) -> Seen:
        return await self.ask(thread, give={}, **options)

    async def look(self, thread: str) -> Seen:
        return await self.ask(thread)

    async def ask(self, thread: str, **command: Any) -> Seen:
        """Send a command: `durability` is the run's, and it begins at the time `not_before`."""
        self.connection.send({"thread": thread, **command})
        return await self.answer()

    async def answer(self) -> Seen:
        try:
            seen: Seen = await asyncio.to_thread(self.connection.recv)
        except EOFError:
            raise Died from None
        return seen

    def wake(self) -> None:
        """Let a stopped process go on."""
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGCONT)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.connection.close()


@dataclass
class Shop:
    """A store, and the databases that agents on it share."""

    sandbox: Sandbox
    url: str
    checkpoints: str
    journal: str
    saver: str = "sqlite"

    @asynccontextmanager
    async def agent(self, **settings: Any) -> AsyncIterator[AgentProcess]:
        """Start an agent.

        `die_at` or `stop_at` name a point, `nth` which time it counts; `save_seconds` makes saving a checkpoint slow.
        """
        shared = {"url": self.url, "checkpoints": self.checkpoints, "journal": self.journal, "saver": self.saver}
        connection, theirs = _forks().Pipe()
        arguments = (shared | {"timeout": TIMEOUT} | settings, theirs)
        process = _forks().Process(target=agent_process.run, args=arguments)
        process.start()
        theirs.close()
        agent = AgentProcess(process, connection)
        try:
            await agent.answer()
            yield agent
        finally:
            agent.end()

    def written(self, mutation: str) -> int:
        """How often a mutation was applied."""
        return sum(record.applied for record in self.sandbox.mutations if record.name == mutation)

    async def cards(self, thread: str) -> list[Card]:
        """Every revision of every card, after the journal has proved to be as it was written."""
        journal = Journal(self.journal)
        try:
            assert isinstance(await journal.verify(), Verified)
            return await journal.cards("sandbox", thread)
        finally:
            await journal.aclose()


@contextmanager
def open_shop(folder: Path, saver: str = "sqlite") -> Iterator[Shop]:
    """A fresh store on loopback, with databases in a folder."""
    folder.mkdir(exist_ok=True)
    checkpoints = str(folder / "checkpoints.sqlite3")
    with SqliteSaver.from_conn_string(checkpoints) as set_up:
        set_up.setup()
    sandbox = Sandbox(plan="unlimited")
    with sandbox.serve() as url:
        yield Shop(sandbox, url, checkpoints, f"sqlite:///{folder / 'journal.sqlite3'}", saver)


def script(*lines: Any) -> str:
    """What the user says so that the model says these lines: texts, and lists of calls as (tool, arguments)."""
    return json.dumps(lines)


def approve(card: dict[str, Any]) -> dict[str, Any]:
    """A yes to this card and no other."""
    return {"type": "approve", "proposal_id": card["proposal_id"]}


def one_result_per_call(seen: Seen) -> bool:
    """Whether the stored history and all that the model was shown have one result for each call."""
    return bool(seen["in_place"]) and sorted(seen["calls"]) == sorted(call for call, _ in seen["results"])
