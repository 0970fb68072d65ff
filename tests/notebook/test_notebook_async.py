"""Waiting cards of an agent whose checkpointer can only be used asynchronously."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from conversations import set_stock
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from scripted import ScriptedModel, calls

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.notebook import AsyncReview, areview
from langchain_centra.notebook.form import Form
from langchain_centra.sandbox import Sandbox
from ways import Agent, build

CONVERSATION: Any = {"configurable": {"thread_id": "thread", "approver": "Kim"}}


@pytest.fixture
async def agent(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Agent]:
    """An agent that has been asked for two changes."""
    centra = AsyncCentra(sandbox.url, sandbox.TOKEN, name="sandbox", transport=sandbox.transport())
    async with (
        AsyncSqliteSaver.from_conn_string(str(tmp_path / "thread.sqlite3")) as saver,
        CentraToolkit(centra, writes=True, journal="sqlite://") as toolkit,
    ):
        script = [calls(set_stock(25), set_stock(7, "TEE01BLKL")), "Done."]
        agent = build("graph", ScriptedModel(script=script), toolkit, saver)
        await agent.ainvoke({"messages": [("user", "Go on.")]}, CONVERSATION)
        yield agent


async def test_what_is_shown_is_answered_by_awaiting(agent: Agent, sandbox: Sandbox, capsys: Any) -> None:
    shown = await areview(agent, CONVERSATION)
    assert "Change 1 of 2: set_stock" in capsys.readouterr().out
    await shown.reject("Count again first.", card=2)
    assert not sandbox.mutations
    await shown.edit(lines=[{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 24}])
    assert capsys.readouterr().out == "Done.\n"
    await shown.approve()
    assert len(sandbox.mutations) == 1
    [place] = [place for place in sandbox.store.warehouses.values() if place.name == "Stockholm"]
    assert sandbox.store.stock[("TEE01BLKM", place.id)].physical_quantity == 24


async def test_the_form_answers_once_and_then_shows_the_text(agent: Agent, sandbox: Sandbox) -> None:
    waiting = (await agent.aget_state(CONVERSATION)).interrupts
    form = Form(AsyncReview(agent, CONVERSATION, waiting))
    for card in form.cards:
        card.choice.value = "approve"
    form.button.click()
    form.button.click()
    while form.cards:
        await asyncio.sleep(0.01)
    assert form.message.value == "<p>Done.</p>"
    assert len(sandbox.mutations) == 2
