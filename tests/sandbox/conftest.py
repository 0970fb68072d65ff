"""A sandbox with a clock that is moved by hand, and a short way to ask it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sandbox_api import Api, ManualClock

from langchain_centra.sandbox import Sandbox


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Sandbox:
    return Sandbox(clock=clock, plan="unlimited")


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(transport=sandbox.transport()) as client:
        yield Api(client, sandbox.url, Sandbox.TOKEN)
