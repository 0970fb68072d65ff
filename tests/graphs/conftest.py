"""An agent on a fresh store, with its conversation in SQLite and its journal in a file."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from conversations import Conversation, Mode, Start
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from scripted import ScriptedModel

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.client import Clock
from langchain_centra.sandbox import Sandbox
from langchain_centra_graphs import build_store_agent


@pytest.fixture
def mode() -> Mode:
    """How the graph is run, unless a test is parametrized with both ways."""
    return "ainvoke"


@pytest.fixture
async def start(mode: Mode, tmp_path: Path) -> AsyncIterator[Start]:
    """Start a conversation with a model that plays a script; all histories are checked at the end."""
    conversations: list[Conversation] = []
    async with AsyncExitStack() as stack:

        async def start_one(
            *script: Any,
            clock: Clock | None = None,
            timeout: float = 20,
            grant: Collection[str] | None = None,
            model: type[ScriptedModel] = ScriptedModel,
            **options: Any,
        ) -> Conversation:
            sandbox = Sandbox(clock=clock)
            saver = await _saver(mode, tmp_path / f"thread-{len(conversations)}.sqlite3", stack)
            settings: dict[str, Any] = {"clock": clock} if clock else {}
            token = sandbox.issue_token(grant) if grant else sandbox.TOKEN
            centra = AsyncCentra(
                sandbox.url, token, name="sandbox", transport=sandbox.transport(), timeout=timeout, **settings
            )
            journal = options.pop("journal", f"sqlite:///{tmp_path / f'journal-{len(conversations)}.sqlite3'}")
            toolkit = await stack.enter_async_context(CentraToolkit(centra, writes=True, journal=journal, **options))
            speaker = model(script=list(script))
            graph = build_store_agent(speaker, toolkit, checkpointer=saver)
            conversations.append(Conversation(graph, speaker, toolkit, sandbox, mode))
            return conversations[-1]

        yield start_one
        for conversation in conversations:
            await conversation.check_histories()


async def _saver(mode: Mode, path: Path, stack: AsyncExitStack) -> Any:
    if mode == "ainvoke":
        return await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(str(path)))
    return stack.enter_context(SqliteSaver.from_conn_string(str(path)))
