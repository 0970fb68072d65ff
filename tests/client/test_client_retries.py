"""When a request is sent again, and when it never is."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx
import pytest
import respx

from langchain_centra.client import AsyncCentra, Clock, OutcomeUnknown, RateLimited, TransportFailed

READ = "query { orders { id } }"
WRITE = "mutation { confirmOrder(input: {}) { userErrors { message path } userWarnings { message path } } }"
READ_DONE = httpx.Response(200, json={"data": {"orders": []}})
WRITE_DONE = httpx.Response(200, json={"data": {"confirmOrder": {"userErrors": [], "userWarnings": []}}})

NEVER_ARRIVED = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout]
MAY_HAVE_ARRIVED = [
    httpx.ReadTimeout,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.ProxyError,
    httpx.DecodingError,
]


class Naps(Clock, Protocol):
    naps: list[float]


@pytest.mark.parametrize("lost", [*NEVER_ARRIVED, *MAY_HAVE_ARRIVED])
async def test_a_read_is_sent_again_after_a_lost_connection(
    centra: AsyncCentra, route: respx.Route, clock: Naps, lost: type[Exception]
) -> None:
    route.side_effect = [lost("gone"), READ_DONE]
    assert (await centra.execute(READ)).data == {"orders": []}
    assert route.call_count == 2
    assert len(clock.naps) == 1


@pytest.mark.parametrize("status", [429, 499, 500, 502, 503, 504])
async def test_a_read_is_sent_again_after_a_passing_status(
    centra: AsyncCentra, route: respx.Route, status: int
) -> None:
    route.side_effect = [httpx.Response(status), READ_DONE]
    await centra.execute(READ)
    assert route.call_count == 2


@pytest.mark.parametrize("status", [302, 400, 403, 404, 405, 410])
async def test_a_read_is_not_sent_again_after_a_lasting_status(
    centra: AsyncCentra, route: respx.Route, status: int
) -> None:
    route.respond(status)
    with pytest.raises(Exception, match=r"."):
        await centra.execute(READ)
    assert route.call_count == 1


async def test_a_read_gives_up_after_four_attempts_with_growing_pauses(
    centra: AsyncCentra, route: respx.Route, clock: Naps
) -> None:
    route.respond(503)
    with pytest.raises(TransportFailed) as caught:
        await centra.execute(READ)
    assert caught.value.retryable
    assert caught.value.status == 503
    assert route.call_count == 4
    assert clock.naps == sorted(clock.naps)


@pytest.mark.parametrize("lost", NEVER_ARRIVED)
async def test_a_mutation_that_never_left_is_sent_again(
    centra: AsyncCentra, route: respx.Route, lost: type[Exception]
) -> None:
    route.side_effect = [lost("gone"), WRITE_DONE]
    await centra.execute(WRITE)
    assert route.call_count == 2


@pytest.mark.parametrize("lost", NEVER_ARRIVED)
async def test_a_mutation_that_never_leaves_changed_nothing(
    centra: AsyncCentra, route: respx.Route, lost: type[Exception]
) -> None:
    route.side_effect = lost("gone")
    with pytest.raises(TransportFailed, match=r"nothing was changed: no connection to acme\.centra\.com \(gone\)"):
        await centra.execute(WRITE)


@pytest.mark.parametrize("lost", MAY_HAVE_ARRIVED)
async def test_a_mutation_that_may_have_arrived_is_never_sent_again(
    centra: AsyncCentra, route: respx.Route, lost: type[Exception]
) -> None:
    route.side_effect = lost("gone")
    with pytest.raises(OutcomeUnknown) as caught:
        await centra.execute(WRITE)
    assert route.call_count == 1
    assert not caught.value.retryable


async def test_a_mutation_refused_by_the_rate_limit_is_sent_again_when_the_limit_ends(
    centra: AsyncCentra, route: respx.Route, clock: Naps
) -> None:
    route.side_effect = [httpx.Response(429, headers={"retry-after": "9"}), WRITE_DONE]
    await centra.execute(WRITE)
    assert len(clock.naps) == 1
    assert clock.naps[0] >= 9


async def test_a_mutation_is_over_with_its_timeout_also_when_the_rate_limit_ends_later(
    centra: AsyncCentra, route: respx.Route, clock: Naps
) -> None:
    route.respond(429, headers={"retry-after": "16"})
    with pytest.raises(RateLimited):
        await centra.execute(WRITE)
    assert route.call_count == 1
    assert clock.naps == []


async def test_a_read_does_not_wait_for_the_hourly_limit(centra: AsyncCentra, route: respx.Route, clock: Naps) -> None:
    route.respond(429, headers={"retry-after": "1800"})
    with pytest.raises(RateLimited, match="Try again after 2026-03-01 12:30:00 UTC"):
        await centra.execute(READ)
    assert clock.naps == []


async def test_a_rate_limit_is_waited_for_as_often_as_it_takes_while_patience_lasts(
    centra: AsyncCentra, route: respx.Route, clock: Naps
) -> None:
    limited = httpx.Response(429, headers={"retry-after": "1"})
    route.side_effect = [*[limited] * 6, READ_DONE]
    await centra.execute(READ)
    route.side_effect = None
    route.mock(return_value=limited)
    with pytest.raises(RateLimited):
        await centra.execute(READ)


async def test_a_second_attempt_is_logged(
    centra: AsyncCentra, route: respx.Route, caplog: pytest.LogCaptureFixture
) -> None:
    route.side_effect = [httpx.Response(503), READ_DONE]
    with caplog.at_level(logging.INFO, logger="langchain_centra.client"):
        await centra.execute(READ)
    assert "the answer was HTTP 503" in caplog.text


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "retry_at"),
    [
        ("1772370000", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("Sun, 01 Mar 2026 13:00:00 GMT", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("2026-03-01T13:00:00Z", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("2026-03-01T14:00:00+01:00", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("2026-03-01 13:00:00", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        (" 3600 ", NOON + timedelta(hours=1)),
        ("3600.5", NOON + timedelta(hours=1, seconds=0.5)),
        ("1e30", None),
        ("nan", None),
        ("inf", None),
        ("later", None),
        ("", None),
    ],
)
async def test_retry_after_is_read_as_a_point_in_time(
    centra: AsyncCentra, route: respx.Route, header: str, retry_at: datetime | None
) -> None:
    route.respond(429, headers={"retry-after": header})
    with pytest.raises(RateLimited) as caught:
        await centra.execute(READ)
    assert caught.value.retry_at == retry_at
    assert caught.value.retryable
