"""A seeded store in process, and ways to call a tool as an agent does."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra import CentraToolkit
from langchain_centra.approval.proposal import Proposal
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import WriteTool

Ask = Callable[..., Awaitable[ToolMessage]]
Propose = Callable[..., Awaitable[Proposal]]


@pytest.fixture
def sandbox() -> Sandbox:
    """A fresh store."""
    return Sandbox()


@pytest.fixture
async def centra(sandbox: Sandbox) -> AsyncIterator[AsyncCentra]:
    """A client of the store."""
    async with AsyncCentra(sandbox.url, sandbox.TOKEN, transport=sandbox.transport()) as client:
        yield client


@pytest.fixture
async def toolkit(sandbox: Sandbox) -> AsyncIterator[CentraToolkit]:
    """Every tool of the store."""
    client = AsyncCentra(sandbox.url, sandbox.TOKEN, transport=sandbox.transport(), timezone=sandbox.zone)
    async with CentraToolkit(client, writes=True) as toolkit:
        yield toolkit


@pytest.fixture
def ask(toolkit: CentraToolkit) -> Ask:
    """Call a tool as an agent does and get its message."""
    tools = {tool.name: tool for tool in toolkit.get_tools()}

    async def call(tool: str, **arguments: Any) -> ToolMessage:
        message = await tools[tool].ainvoke({"type": "tool_call", "id": "call-1", "name": tool, "args": arguments})
        assert isinstance(message, ToolMessage)
        return message

    return call


@pytest.fixture
def write() -> Callable[[str], WriteTool]:
    """The declaration of a write by its name."""
    return {spec.name: spec for spec in TOOLS if isinstance(spec, WriteTool)}.__getitem__


@pytest.fixture
def propose(centra: AsyncCentra, write: Callable[[str], WriteTool]) -> Propose:
    """Work out what a write would do."""

    async def work_out(tool: str, **arguments: Any) -> Proposal:
        return await write(tool).propose(centra, write(tool).validate(arguments))

    return work_out


@pytest.fixture
def lacking(sandbox: Sandbox) -> Callable[..., str]:
    """A token with all that the tools could use but these permissions."""
    every = frozenset[str]().union(*(tool.needs | tool.optional for tool in TOOLS))
    return lambda *permissions: sandbox.issue_token(every - set(permissions))
