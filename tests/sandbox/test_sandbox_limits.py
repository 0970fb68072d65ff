from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from sandbox_api import Api, ManualClock

from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.limits import RetryAfter

READ = "{ stores { id } }"
NOTE = 'mutation { addOrderNote(input: {order: {number: 1042}, note: "x"}) { userErrors { message } } }'


@pytest.fixture
def sandbox(clock: ManualClock) -> Sandbox:
    return Sandbox(clock=clock)


async def quotas(api: Api) -> dict[tuple[str, str], dict[str, Any]]:
    limits = await api.data("{ rateLimits { type intervalSeconds quota usedQuota remainingQuota } }")
    return {(limit["type"], limit["intervalSeconds"]): limit for limit in limits}


async def test_six_buckets_show_quota_as_used_plus_remaining(api: Api) -> None:
    await api.data(READ)
    await api.data(NOTE)
    limits = await quotas(api)
    assert len(limits) == 6
    assert all(limit["quota"] == limit["usedQuota"] + limit["remainingQuota"] for limit in limits.values())
    assert limits["REQUEST_COUNT", "TEN_SECONDS"]["quota"] == 60
    assert limits["REQUEST_COUNT", "ONE_HOUR"]["usedQuota"] == 3
    assert limits["MUTATION_COUNT", "ONE_HOUR"]["usedQuota"] == 1
    assert limits["QUERY_COMPLEXITY", "ONE_HOUR"]["quota"] == 30_000_000


async def test_the_limits_are_filtered_by_type(api: Api) -> None:
    limits = await api.data("{ rateLimits(where: {type: MUTATION_COUNT}) { type } }")
    assert limits == [{"type": "MUTATION_COUNT"}] * 2


async def test_too_many_requests_are_answered_with_429_until_the_time_named(api: Api, clock: ManualClock) -> None:
    for _ in range(60):
        assert (await api.post(READ)).status_code == 200
    refused = await api.post(READ)
    assert refused.status_code == 429
    resume = int(refused.headers["Retry-After"])
    assert 0 < resume - clock.now().timestamp() <= 1
    clock.advance(resume - clock.now().timestamp())
    assert (await api.post(READ)).status_code == 200


async def test_tokens_come_back_at_a_constant_rate_and_never_above_the_quota(api: Api, clock: ManualClock) -> None:
    for _ in range(60):
        await api.post(READ)
    clock.advance(1)
    answers = [(await api.post(READ)).status_code for _ in range(7)]
    assert answers == [200] * 6 + [429]
    clock.advance(3600)
    limits = await quotas(api)
    assert limits["REQUEST_COUNT", "TEN_SECONDS"]["remainingQuota"] == 59


async def test_each_mutation_of_a_request_counts_and_a_refused_one_is_not_executed(api: Api, sandbox: Sandbox) -> None:
    many = "mutation {" + "".join(
        f'm{i}: addOrderNote(input: {{order: {{number: 1042}}, note: "x"}}) {{ userErrors {{ message }} }}'
        for i in range(15)
    )
    assert (await api.post(many + "}")).status_code == 200
    assert (await api.post(many + "}")).status_code == 429
    assert len(sandbox.mutations) == 15


async def test_complexity_is_limited_too(api: Api) -> None:
    nested = "orders(where: {number: 1}, limit: 200) { lines { allocations { id } } }"
    heavy = "{ " + " ".join(f"a{i}: {nested}" for i in range(200)) + " }"
    statuses = [(await api.post(heavy)).status_code for _ in range(5)]
    assert 429 in statuses


async def test_all_tokens_share_the_limits(api: Api, sandbox: Sandbox) -> None:
    other = sandbox.issue_token()
    for _ in range(60):
        await api.post(READ, token=other)
    assert (await api.post(READ)).status_code == 429


@pytest.mark.parametrize("form", ["epoch", "http_date", "iso", "seconds"])
async def test_the_time_to_try_again_is_written_as_chosen(clock: ManualClock, form: RetryAfter) -> None:
    sandbox = Sandbox(clock=clock, retry_after=form)
    sandbox.faults.add("rate_limited", "stores", seconds=30)
    headers = {"Authorization": f"Bearer {Sandbox.TOKEN}"}
    async with httpx.AsyncClient(transport=sandbox.transport(), headers=headers) as client:
        written = (await client.post(sandbox.url, json={"query": READ})).headers["Retry-After"]
    expected = clock.now().timestamp() + 30
    match form:
        case "epoch":
            assert int(written) == expected
        case "http_date":
            assert parsedate_to_datetime(written).timestamp() == expected
        case "iso":
            assert written == "2026-03-02T09:30:30+00:00"
        case "seconds":
            assert written == "30"
