"""Our share of the rate limits: used in full, never overdrawn, shared with others, and free when no limit is near."""

import asyncio
import heapq
import itertools
import json
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from langchain_centra.approval.journal import Journal
from langchain_centra.client import AsyncCentra, RateLimited, SettingsError
from langchain_centra.sandbox.limits import Plan, RateLimits

READ = "query { orders { id } }"
WRITE = "mutation { confirmOrder(input: {}) { userErrors { message path } userWarnings { message path } } }"
DONE: dict[str, Any] = {"orders": []}
WRITTEN: dict[str, Any] = {"confirmOrder": {"userErrors": [], "userWarnings": []}}


class Time:
    """Time that passes only when everybody sleeps, to the next who wakes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = itertools.count()

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self.seconds + seconds, next(self._numbers), woken))
        await woken.wait()

    async def run(self, *work: Awaitable[Any], pause: float = 0) -> list[Any]:
        """Let time pass until all work is done; `pause` is how long others than the event loop may be busy."""
        everything: asyncio.Future[list[Any]] = asyncio.gather(*work)
        while not everything.done():
            for _ in range(20):
                await asyncio.sleep(pause)
            if self._sleepers:
                self.seconds, _, woken = heapq.heappop(self._sleepers)
                woken.set()
        return everything.result()


class Server:
    """Answers everything, within the limits of a plan; `complexity` is what a read costs."""

    def __init__(self, clock: Time, plan: Plan = "growth", complexity: int = 100) -> None:
        self.limits = RateLimits(plan, clock)
        self.complexity = complexity
        self.statuses: list[int] = []
        self.looks = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = json.loads(request.content)["query"]
        looks, mutates = "rateLimits" in query, query.startswith("mutation")
        cost = 10 if looks else self.complexity
        resume = self.limits.take(mutations=int(mutates), complexity=cost)
        self.looks += looks
        self.statuses.append(429 if resume else 200)
        if resume:
            return httpx.Response(429, headers={"retry-after": resume.isoformat()})
        limits = {"rateLimits": [self._shown(bucket) for bucket in self.limits.buckets]}
        data = limits if looks else WRITTEN if mutates else DONE
        return httpx.Response(200, json={"data": data, "extensions": {"complexity": cost}})

    def _shown(self, bucket: Any) -> dict[str, Any]:
        shown = {"type": bucket.type, "intervalSeconds": bucket.interval_seconds}
        return shown | {"quota": bucket.quota, "remainingQuota": bucket.remaining_quota}


@pytest.fixture
def time() -> Time:
    return Time()


def client(server: Server, clock: Time, **settings: Any) -> AsyncCentra:
    transport = httpx.MockTransport(server)
    return AsyncCentra("https://acme.centra.com", "token", transport=transport, clock=clock, **settings)


async def reads(centra: AsyncCentra, number: int, document: str = READ) -> None:
    for _ in range(number):
        await centra.execute(document)


async def test_a_long_read_uses_our_share_of_the_short_window_in_full(time: Time) -> None:
    server = Server(time)
    async with client(server, time) as centra:
        await time.run(reads(centra, 600))
    assert set(server.statuses) == {200}
    assert 600 / (30 + 3 * time.seconds) > 0.95


@pytest.mark.slow
async def test_a_long_read_uses_our_share_of_the_hour_in_full(time: Time) -> None:
    server = Server(time)
    async with client(server, time) as centra:
        await time.run(reads(centra, 3_500))
    assert set(server.statuses) == {200}
    assert 3_500 / (2_500 + 2_500 / 3_600 * time.seconds) > 0.95


async def test_a_read_of_complex_pages_uses_our_share_of_the_complexity_in_full(time: Time) -> None:
    server = Server(time, complexity=25_000)
    async with client(server, time) as centra:
        await time.run(reads(centra, 200))
    assert set(server.statuses) == {200}
    assert 200 * 25_000 / (125_000 + 12_500 * time.seconds) > 0.95


async def test_parallel_calls_wait_their_turn_and_none_is_refused(time: Time) -> None:
    server = Server(time)
    async with client(server, time) as centra:
        await time.run(*(centra.execute(READ) for _ in range(150)))
    assert set(server.statuses) == {200}
    assert len(server.statuses) / (30 + 3 * time.seconds) > 0.95


async def test_mutations_have_a_limit_of_their_own(time: Time) -> None:
    server = Server(time)
    async with client(server, time) as centra:
        await time.run(reads(centra, 40, WRITE))
    assert set(server.statuses) == {200}
    assert 25 < time.seconds < 35


async def test_few_requests_ask_for_no_limit(time: Time) -> None:
    server = Server(time)
    async with client(server, time) as centra:
        for _ in range(100):
            await time.run(time.sleep(2), centra.execute(READ))
    assert server.looks == 0


async def test_without_a_limit_in_sight_the_server_s_count_is_read_once(time: Time) -> None:
    server = Server(time, plan="unlimited")
    async with client(server, time) as centra:
        await time.run(reads(centra, 1_000))
    assert server.looks == 1
    assert time.seconds == 0


async def test_what_others_use_is_left_to_them(time: Time) -> None:
    server = Server(time)
    async with client(server, time) as centra:
        for _ in range(45):
            server.limits.take(mutations=0, complexity=1)
        await time.run(reads(centra, 5))
        for _ in range(20):
            server.limits.take(mutations=0, complexity=1)
            await time.run(reads(centra, 3))
    assert server.statuses.count(429) == 0


async def test_four_clients_that_know_nothing_of_each_other_are_not_refused(time: Time) -> None:
    server = Server(time)
    clients = [client(server, time, rate_share=0.25) for _ in range(4)]
    await time.run(*(reads(one, 100) for one in clients))
    assert server.statuses.count(429) == 0


async def test_a_wait_longer_than_the_caller_s_patience_is_told_with_its_end(time: Time) -> None:
    server = Server(time)
    async with client(server, time) as centra:
        outcomes = await time.run(asyncio.gather(*(centra.execute(READ) for _ in range(300)), return_exceptions=True))
    refused = [outcome for outcome in outcomes[0] if isinstance(outcome, RateLimited)]
    assert 60 < len(refused) < 120
    assert all(error.ours and error.retry_at for error in refused)
    assert "Our share of Centra's rate limit is used up; nothing was done. Try again after 2026-03-01 12:0" in str(
        refused[0]
    )
    assert set(server.statuses) == {200}


async def test_clients_with_one_ledger_share_one_count(time: Time) -> None:
    server, journal = Server(time), Journal.memory(clock=time)
    clients = [client(server, time) for _ in range(3)]
    for one in clients:
        one.share_limits(journal)
    await time.run(*(reads(one, 25) for one in clients), pause=0.0002)
    await journal.aclose()
    assert set(server.statuses) == {200}
    assert 75 / (30 + 3 * time.seconds) > 0.9


async def test_a_ledger_that_cannot_be_used_leaves_each_to_its_own_count(time: Time) -> None:
    server, journal = Server(time), Journal.memory(clock=time)
    await journal.aclose()
    async with client(server, time) as centra:
        centra.share_limits(journal)
        await time.run(reads(centra, 60))
    assert set(server.statuses) == {200}
    assert server.looks > 0


async def test_where_the_limits_cannot_be_read_nothing_is_held_back(time: Time) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if b"rateLimits" in request.content:
            return httpx.Response(400, json={"errors": [{"message": "Cannot query field"}]})
        return httpx.Response(200, json={"data": DONE})

    transport = httpx.MockTransport(answer)
    async with AsyncCentra("https://acme.centra.com", "token", transport=transport, clock=time) as centra:
        await time.run(reads(centra, 100))
    assert time.seconds == 0


@pytest.mark.parametrize("share", [0, -1, 1.5])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(SettingsError, match="CENTRA_RATE_SHARE"):
        AsyncCentra("https://acme.centra.com", "token", rate_share=share)
