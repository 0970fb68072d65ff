import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sandbox_api import Api, ManualClock

from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.faults import FaultKind

CONFIRM = "mutation { confirmOrder(input: {order: {number: 1042}}) { order { status } userErrors { message } } }"
READ = "{ orders(where: {number: 1042}) { status } }"


def status(sandbox: Sandbox) -> str:
    return sandbox.store.orders[1042].status


async def test_a_connection_lost_before_leaves_nothing_done(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.add("drop_before")
    with pytest.raises(httpx.RemoteProtocolError):
        await api.post(CONFIRM)
    assert (status(sandbox), sandbox.mutations) == ("PENDING", [])


async def test_a_connection_lost_after_leaves_it_done(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.add("drop_after")
    with pytest.raises(httpx.RemoteProtocolError):
        await api.post(CONFIRM)
    assert (status(sandbox), len(sandbox.mutations)) == ("CONFIRMED", 1)
    assert sandbox.requests[-1].status == 0


async def test_a_fault_waits_for_the_operation_it_is_meant_for(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.add("server_error", "cancelDirectToConsumerOrder")
    assert (await api.post(CONFIRM)).status_code == 200


async def test_a_fault_without_operation_meets_mutations_only(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.add("server_error")
    assert (await api.post(READ)).status_code == 200
    assert (await api.post(CONFIRM)).status_code == 500


async def test_a_fault_happens_as_often_as_asked(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.add("rate_limited", "orders", times=2)
    assert [(await api.post(READ)).status_code for _ in range(3)] == [429, 429, 200]


async def test_faults_are_forgotten_when_cleared(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.add("drop_before")
    sandbox.faults.clear()
    assert (await api.post(CONFIRM)).status_code == 200


@pytest.mark.parametrize(("after", "expected"), [(False, "PENDING"), (True, "CONFIRMED")])
async def test_a_server_error_comes_before_or_after_the_write(
    api: Api, sandbox: Sandbox, after: bool, expected: Any
) -> None:
    sandbox.faults.add("server_error", after=after)
    assert (await api.post(CONFIRM)).status_code == 500
    assert status(sandbox) == expected


async def test_half_an_answer_has_data_and_errors_and_the_write_is_done(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.add("half_answer")
    body = await api.answer(CONFIRM)
    assert body["data"] == {"confirmOrder": {"order": None, "userErrors": []}}
    assert body["errors"] == [{"message": "Internal server error", "path": ["confirmOrder", "order"]}]
    assert status(sandbox) == "CONFIRMED"


@pytest.mark.parametrize("after", [False, True])
async def test_a_slow_answer_takes_its_time_by_the_clock(
    api: Api, sandbox: Sandbox, clock: ManualClock, after: bool
) -> None:
    sandbox.faults.add("slow", "orders", seconds=90, after=after)
    before = clock.monotonic()
    assert (await api.post(READ)).status_code == 200
    assert clock.monotonic() - before == 90


class StoppedClock(ManualClock):
    """Sleeps until it is woken."""

    def __init__(self) -> None:
        super().__init__()
        self.woken = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await self.woken.wait()


async def test_a_request_goes_on_when_its_caller_gave_up() -> None:
    clock = StoppedClock()
    sandbox = Sandbox(clock=clock)
    sandbox.faults.add("slow")
    headers = {"Authorization": f"Bearer {Sandbox.TOKEN}"}
    async with httpx.AsyncClient(transport=sandbox.transport(), headers=headers, timeout=0.02) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(sandbox.url, json={"query": CONFIRM})
    assert status(sandbox) == "PENDING"
    clock.woken.set()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
    assert status(sandbox) == "CONFIRMED"


class TestOverLoopback:
    """The same over a real connection."""

    @pytest.fixture
    def client(self, sandbox: Sandbox) -> Iterator[httpx.Client]:
        with sandbox.serve() as base, httpx.Client(base_url=base) as client:
            client.headers["Authorization"] = f"Bearer {Sandbox.TOKEN}"
            yield client

    @staticmethod
    def post(client: httpx.Client, document: str) -> httpx.Response:
        return client.post("/graphql", json={"query": document})

    def test_reads_and_writes_are_answered(self, client: httpx.Client, sandbox: Sandbox) -> None:
        assert self.post(client, READ).json()["data"] == {"orders": [{"status": "PENDING"}]}
        assert self.post(client, CONFIRM).json()["data"]["confirmOrder"]["order"] == {"status": "CONFIRMED"}
        assert status(sandbox) == "CONFIRMED"

    def test_a_wrong_token_is_answered_with_403(self, client: httpx.Client) -> None:
        client.headers["Authorization"] = "Bearer nobody"
        assert self.post(client, READ).status_code == 403

    @pytest.mark.parametrize(("kind", "expected"), [("drop_before", "PENDING"), ("drop_after", "CONFIRMED")])
    def test_a_dropped_connection_is_a_real_one(
        self, client: httpx.Client, sandbox: Sandbox, kind: FaultKind, expected: Any
    ) -> None:
        sandbox.faults.add(kind)
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            self.post(client, CONFIRM)
        assert status(sandbox) == expected
        assert self.post(client, READ).status_code == 200

    def test_the_time_to_try_again_is_in_the_header(
        self, client: httpx.Client, sandbox: Sandbox, clock: ManualClock
    ) -> None:
        sandbox.faults.add("rate_limited", "orders", seconds=30)
        response = self.post(client, READ)
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) == clock.now().timestamp() + 30
