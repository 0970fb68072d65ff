"""The zone that the store's dates are in."""

from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import respx

from langchain_centra.client import AsyncCentra, CentraError, TokenRejected


def orders(*created: str) -> dict[str, Any]:
    return {"data": {"orderConnection": {"edges": [{"node": {"createdAt": moment}} for moment in created]}}}


@pytest.mark.parametrize(
    ("body", "zone"),
    [
        (orders("2026-03-01T10:00:00+01:00"), timezone(timedelta(hours=1))),
        (orders("2026-03-01T10:00:00Z"), UTC),
        (orders("2026-03-01 10:00:00"), UTC),
        (orders(), UTC),
        ({"errors": [{"message": "You need Order:read permission to access orderConnection."}]}, UTC),
    ],
)
async def test_the_zone_is_the_offset_of_the_newest_order_else_utc(
    centra: AsyncCentra, route: respx.Route, body: dict[str, Any], zone: tzinfo
) -> None:
    route.respond(json=body)
    assert await centra.store_timezone() == zone
    assert await centra.store_timezone() == zone
    assert route.call_count == 1


async def test_a_zone_that_was_given_is_not_asked_for(token: str) -> None:
    async with AsyncCentra("https://acme.centra.com", token, timezone=ZoneInfo("Europe/Stockholm")) as centra:
        assert await centra.store_timezone() == ZoneInfo("Europe/Stockholm")


async def test_a_zone_that_could_not_be_read_is_asked_for_again(centra: AsyncCentra, route: respx.Route) -> None:
    route.side_effect = [httpx.Response(403), httpx.Response(200, json=orders("2026-03-01T10:00:00+02:00"))]
    with pytest.raises(TokenRejected) as caught:
        await centra.store_timezone()
    assert isinstance(caught.value, CentraError)
    assert await centra.store_timezone() == timezone(timedelta(hours=2))
