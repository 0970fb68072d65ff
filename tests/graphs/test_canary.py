"""The token of a store appears nowhere that is kept, shown or sent elsewhere."""

import logging
from pathlib import Path
from typing import Any

import pytest
from langchain_core.tracers.run_collector import RunCollectorCallbackHandler
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.sandbox import Sandbox
from langchain_centra_graphs import build_store_agent
from langchain_centra_graphs.offline_model import OfflineModel

CANARY = "canary-90f2c1d7e4"


async def test_the_token_is_in_no_checkpoint_journal_trace_log_or_repr(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Sandbox()
    store.issue_token(token=CANARY)
    saver, tracer = InMemorySaver(), RunCollectorCallbackHandler()
    client = AsyncCentra(store.url, CANARY, transport=store.transport())
    config: Any = {"configurable": {"thread_id": "t"}, "callbacks": [tracer]}
    with caplog.at_level(logging.DEBUG):
        async with CentraToolkit(client, writes=True, journal=f"sqlite:///{tmp_path / 'journal.sqlite3'}") as toolkit:
            connection = await toolkit.aconnect()
            agent = build_store_agent(OfflineModel(), toolkit, checkpointer=saver)
            asked: Any = {"messages": [("user", "Cancel order 1042")]}
            await agent.ainvoke(asked, config)
            answer: Any = Command(resume={"decisions": [{"type": "approve"}]})
            done = await agent.ainvoke(answer, config)
            store.revoke_token(CANARY)
            asked = {"messages": [("user", "Show order 1042")]}
            failed = await agent.ainvoke(asked, config)
            shown = f"{toolkit!r} {vars(toolkit)} {client!r} {vars(client)} {toolkit.get_tools()}"
    assert store.mutations
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240
    stored = repr(dict(saver.storage)) + repr(dict(saver.blobs)) + repr(dict(saver.writes))
    traced = "".join(
        run.model_dump_json() if hasattr(run, "model_dump_json") else repr(run) for run in tracer.traced_runs
    )
    told = [shown, str(connection), str(done), str(failed), stored, traced, caplog.text, str(kept)]
    assert [place for place in told if CANARY in place] == []
