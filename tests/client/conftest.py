from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import respx

from langchain_centra.client import AsyncCentra


class HandClock:
    """Stands still; sleeping moves it on at once."""

    def __init__(self) -> None:
        self.naps: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return sum(self.naps)

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def token() -> str:
    return "canary-5e3d0a77c1"


@pytest.fixture
async def centra(clock: HandClock, token: str) -> AsyncIterator[AsyncCentra]:
    async with AsyncCentra("https://acme.centra.com", token, clock=clock) as client:
        yield client


@pytest.fixture
def route(respx_mock: respx.MockRouter) -> respx.Route:
    """What acme.centra.com answers to POST /graphql."""
    return respx_mock.post("https://acme.centra.com/graphql")
