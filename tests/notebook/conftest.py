"""Agents on a fresh store, with what stands between a person and them in a notebook."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conversations import Way
from langgraph.checkpoint.memory import InMemorySaver
from scripted import ScriptedModel

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.sandbox import Sandbox
from ways import Agent, build

CONVERSATION: Any = {"configurable": {"thread_id": "thread", "approver": "Kim"}}

Asked = Callable[..., Agent]


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def asked(sandbox: Sandbox) -> Iterator[Asked]:
    """An agent of one of the ways, after a message to it; the script follows the message."""
    centra = AsyncCentra(sandbox.url, sandbox.TOKEN, name="sandbox", transport=sandbox.transport())
    with CentraToolkit(centra, writes=True, journal="sqlite://") as toolkit:

        def ask(*script: Any, way: Way = "graph") -> Agent:
            agent = build(way, ScriptedModel(script=list(script)), toolkit, InMemorySaver())
            agent.invoke({"messages": [("user", "Go on.")]}, CONVERSATION)
            return agent

        yield ask
