"""The stored conversations about a store, in a file that only the user can read."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

import typer
from langchain_core.messages import AnyMessage, HumanMessage
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from platformdirs import user_state_path
from rich.console import Console

from langchain_centra.cli.cards import local_time
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.cli.screen import table
from langchain_centra.cli.startup import chosen_store


@dataclass(frozen=True)
class Kept:
    """A conversation: when it last went on, what the person said first, and how many changes wait for a decision."""

    thread: str
    at: str
    began_with: str
    waiting: int


async def list_conversations(*, as_json: bool) -> None:
    """Write the conversations about the store of the environment, the latest first."""
    async with chosen_store() as toolkit, stored_conversations(toolkit.name) as saver:
        kept = await _kept(saver)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in kept], indent=2, ensure_ascii=False))
    elif kept:
        rows = [(one.thread, local_time(one.at), one.began_with, str(one.waiting or "-")) for one in kept]
        Console(highlight=False).print(table(("conversation", "last", "began with", "waiting"), rows))
        typer.echo("Go on with one: centra-agent chat --thread NAME")
    else:
        typer.echo("No conversation about this store is kept.")


async def is_kept(store: str, thread: str) -> bool:
    """Tell whether a conversation about a store is kept here."""
    async with stored_conversations(store) as saver:
        return await saver.aget_tuple({"configurable": {"thread_id": thread}}) is not None


@asynccontextmanager
async def stored_conversations(store: str) -> AsyncIterator[AsyncSqliteSaver]:
    """Open the conversations about one store; raises CommandFailed where they cannot be kept."""
    file = user_state_path("langchain-centra") / "conversations" / f"{quote(store, safe='')}.sqlite3"
    async with AsyncExitStack() as stack:
        try:
            await asyncio.to_thread(_create, file)
            saver = await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(str(file)))
            await saver.setup()
        except (OSError, sqlite3.Error) as error:
            raise CommandFailed(f"Conversations cannot be kept in {file} ({error}).") from error
        yield saver


def _create(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)


async def _kept(saver: AsyncSqliteSaver) -> list[Kept]:
    found: dict[str, Kept] = {}
    async for stored in saver.alist(None):
        thread = stored.config.get("configurable", {})["thread_id"]
        if thread not in found:
            questions = [value for _, channel, value in stored.pending_writes or () if channel == "__interrupt__"]
            waiting = sum(len(one.value["action_requests"]) for asked in questions for one in asked)
            messages = stored.checkpoint["channel_values"].get("messages", [])
            found[thread] = Kept(thread, stored.checkpoint["ts"], _first_words(messages), waiting)
    return sorted(found.values(), key=lambda one: one.at, reverse=True)


def _first_words(messages: list[AnyMessage]) -> str:
    return next((str(message.text) for message in messages if isinstance(message, HumanMessage)), "-")
