"""The client against a whole store, in process and over loopback."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

import pytest

from langchain_centra.client import (
    AsyncCentra,
    Centra,
    Clock,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    RequestRefused,
    TokenRejected,
    TransportFailed,
    UserErrors,
)
from langchain_centra.sandbox import Sandbox

NODES = """query ($first: Int, $after: String) {
  orderConnection(first: $first, after: $after) { edges { node { number } } pageInfo { hasNextPage endCursor } }
}"""
ROWS = "query ($limit: Int, $page: Int) { orders(limit: $limit, page: $page) { number } }"
CONFIRM = """mutation ($order: OrderInput!) {
  confirmOrder(input: { order: $order }) { userErrors { message path } userWarnings { message path } order { status } }
}"""
ORDER = {"order": {"number": 1042}}

Fault = Literal["drop_before", "drop_after", "rate_limited", "server_error", "slow", "half_answer"]
Connect = Callable[..., AsyncCentra]


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(clock=clock)


@pytest.fixture(params=["in process", "loopback"])
def connect(request: pytest.FixtureRequest, sandbox: Sandbox, clock: Clock) -> Iterator[Connect]:
    """Makes clients of the sandbox."""
    with ExitStack() as serving:
        if request.param == "loopback":
            where: dict[str, Any] = {"url": serving.enter_context(sandbox.serve())}
        else:
            where = {"url": sandbox.url, "transport": sandbox.transport()}
        yield lambda token=Sandbox.TOKEN, **more: AsyncCentra(token=token, **{"clock": clock, **where, **more})


@pytest.fixture
async def store(connect: Connect) -> AsyncIterator[AsyncCentra]:
    async with connect() as client:
        yield client


def times_confirmed(sandbox: Sandbox) -> int:
    return sum(mutation.name == "confirmOrder" and mutation.applied for mutation in sandbox.mutations)


async def test_both_ways_of_paging_read_every_order(store: AsyncCentra, sandbox: Sandbox) -> None:
    nodes = [node["number"] async for node in store.nodes(NODES)]
    rows = [row["number"] async for row in store.rows(ROWS)]
    assert len(nodes) == len(set(nodes)) == len(sandbox.store.orders)
    assert sorted(rows) == sorted(nodes)


async def test_a_change_is_made_once_and_then_refused(store: AsyncCentra, sandbox: Sandbox) -> None:
    response = await store.execute(CONFIRM, ORDER)
    assert response.data["confirmOrder"]["order"] == {"status": "CONFIRMED"}
    assert "Order:write" in response.extensions.permissions_used
    with pytest.raises(UserErrors, match="only a PENDING order"):
        await store.execute(CONFIRM, ORDER)
    assert times_confirmed(sandbox) == 1


@pytest.mark.parametrize(
    ("fault", "after", "confirmed"),
    [
        ("drop_before", False, 0),
        ("drop_after", False, 1),
        ("server_error", False, 0),
        ("server_error", True, 1),
        ("half_answer", False, 1),
    ],
)
async def test_a_change_without_a_clear_answer_is_unknown_and_asked_for_once(
    store: AsyncCentra, sandbox: Sandbox, fault: Fault, after: bool, confirmed: int
) -> None:
    sandbox.faults.add(fault, "confirmOrder", after=after)
    with pytest.raises(OutcomeUnknown):
        await store.execute(CONFIRM, ORDER)
    assert [request.fields for request in sandbox.requests] == [("confirmOrder",)]
    assert times_confirmed(sandbox) == confirmed


async def test_a_change_refused_by_the_rate_limit_is_made_once_when_the_limit_ends(
    store: AsyncCentra, sandbox: Sandbox
) -> None:
    sandbox.faults.add("rate_limited", "confirmOrder", seconds=3)
    await store.execute(CONFIRM, ORDER)
    assert [request.status for request in sandbox.requests] == [429, 200]
    assert times_confirmed(sandbox) == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "server_error", "rate_limited"])
async def test_a_read_gets_through(store: AsyncCentra, sandbox: Sandbox, fault: Fault) -> None:
    sandbox.faults.add(fault, "orders", times=2)
    assert (await store.execute(ROWS, {"limit": 1})).data["orders"]
    assert len(sandbox.requests) == 3


async def test_an_answer_that_comes_too_late_leaves_a_change_unknown(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.clock = Sandbox().clock
    sandbox.faults.add("slow", "confirmOrder", seconds=0.3)
    async with connect(timeout=0.1) as store:
        with pytest.raises(OutcomeUnknown, match=r"no answer within 0\.1 seconds"):
            await store.execute(CONFIRM, ORDER)
    await sandbox.clock.sleep(0.4)
    assert times_confirmed(sandbox) == 1


async def test_what_a_token_may_not_do_is_named(sandbox: Sandbox, connect: Connect) -> None:
    async with connect(sandbox.issue_token(["Order:read"])) as store:
        with pytest.raises(PermissionMissing) as caught:
            await store.execute(CONFIRM, ORDER)
    assert (caught.value.permission, caught.value.field) == ("Order:write", "confirmOrder")
    assert sandbox.mutations == []


async def test_a_permission_that_only_the_answer_needs_leaves_the_change_unknown(
    sandbox: Sandbox, connect: Connect
) -> None:
    async with connect(sandbox.issue_token(["Order:write"])) as store:
        with pytest.raises(OutcomeUnknown, match="Order:read"):
            await store.execute(CONFIRM, ORDER)
    assert times_confirmed(sandbox) == 1


async def test_tokens_that_are_revoked_expired_or_wrong_are_rejected(
    sandbox: Sandbox, connect: Connect, clock: Clock
) -> None:
    revoked = sandbox.issue_token()
    sandbox.revoke_token(revoked)
    expired = sandbox.issue_token(expires_at=clock.now() - timedelta(days=1))
    for token in (revoked, expired, "wrong"):
        async with connect(token) as store:
            with pytest.raises(TokenRejected):
                await store.execute(ROWS, {"limit": 1})


async def test_a_document_that_the_schema_does_not_know_is_refused(store: AsyncCentra) -> None:
    with pytest.raises(RequestRefused, match="Cannot query field 'nothing'"):
        await store.execute("query { nothing }")
    with pytest.raises(RequestRefused):
        await store.execute("query { orders( }")


async def test_the_zone_is_the_offset_of_the_store_s_newest_order(store: AsyncCentra, sandbox: Sandbox) -> None:
    zone: tzinfo = await store.store_timezone()
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert noon.astimezone(zone).utcoffset() == noon.astimezone(sandbox.zone).utcoffset() == timedelta(hours=1)


async def test_requests_beyond_our_share_wait_and_none_is_refused(store: AsyncCentra, sandbox: Sandbox) -> None:
    for _ in range(80):
        await store.execute("query { orders(limit: 1) { number } }")
    assert {request.status for request in sandbox.requests} == {200}


async def test_a_limit_that_ends_too_late_is_told_with_its_end(store: AsyncCentra, sandbox: Sandbox) -> None:
    sandbox.faults.add("rate_limited", "orders", seconds=3600)
    with pytest.raises(RateLimited) as caught:
        await store.execute(ROWS, {"limit": 1})
    assert caught.value.retry_at == sandbox.clock.now() + timedelta(hours=1)


def test_the_sync_client_works_over_loopback(sandbox: Sandbox) -> None:
    with sandbox.serve() as url, Centra(url, Sandbox.TOKEN) as store:
        assert store.execute(CONFIRM, ORDER).data["confirmOrder"]["order"] == {"status": "CONFIRMED"}
        assert len(list(store.nodes(NODES))) == len(sandbox.store.orders)


async def test_a_server_that_is_gone_changed_nothing(sandbox: Sandbox, clock: Clock) -> None:
    with sandbox.serve() as url:
        pass
    async with AsyncCentra(url, Sandbox.TOKEN, clock=clock) as store:
        with pytest.raises(TransportFailed, match="nothing was changed"):
            await store.execute(CONFIRM, ORDER)
