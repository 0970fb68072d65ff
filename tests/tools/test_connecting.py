"""Connecting: what of the chosen tools a store and a token can do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.approval.journal import Journal
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.edits import Deprecated, Edit, Removed, Renamed
from langchain_centra.tools import TOOLS

PERMISSIONS = sorted(frozenset[str]().union(*(spec.needs | spec.optional for spec in TOOLS)))


@pytest.fixture(scope="module")
def store() -> Sandbox:
    """A store that no test changes."""
    return Sandbox(plan="unlimited")


def toolkit_of(store: Sandbox, token: str | None = None, **settings: Any) -> CentraToolkit:
    client = AsyncCentra(store.url, token or store.TOKEN, transport=store.transport(), **settings)
    return CentraToolkit(client, writes=True, journal=Journal.memory())


async def test_a_store_that_can_do_everything_is_active(store: Sandbox) -> None:
    async with toolkit_of(store) as toolkit:
        connection = await toolkit.aconnect()
        assert connection.state == "active"
        assert [check.name for check in connection.checks] == [
            "URL",
            "reachable",
            "token",
            "schema",
            "permissions",
            "rate limits",
        ]
        assert all(check.passed for check in connection.checks), connection.checks
        assert toolkit.unavailable() == {}
        assert {tool.name for tool in toolkit.get_tools()} == {*(spec.name for spec in TOOLS), "undo_change"}


async def test_a_missing_permission_takes_away_exactly_the_tools_that_need_it(store: Sandbox) -> None:
    token = store.issue_token(set(PERMISSIONS) - {"Warehouse:read"})
    async with toolkit_of(store, token) as toolkit:
        connection = await toolkit.aconnect()
        unavailable = toolkit.unavailable()
    assert connection.state == "limited"
    assert set(unavailable) == {spec.name for spec in TOOLS if "Warehouse:read" in spec.needs}
    assert "Warehouse:read" in unavailable["list_warehouses"]
    assert "System, API Tokens" in connection.next


async def test_a_token_that_is_wrong_ends_the_checks_there(store: Sandbox) -> None:
    async with toolkit_of(store, "canary-wrong-token") as toolkit:
        connection = await toolkit.aconnect()
    assert connection.state == "failed"
    assert [check.name for check in connection.checks] == ["URL", "reachable", "token"]
    assert "canary" not in str(connection)


async def test_a_token_whose_known_end_has_passed_is_expired(store: Sandbox) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    token = store.issue_token(expires_at=yesterday)
    async with toolkit_of(store, token, token_expires=yesterday) as toolkit:
        assert (await toolkit.aconnect()).state == "expired"


async def test_a_token_that_ends_within_a_week_is_warned_of(store: Sandbox) -> None:
    soon = datetime.now(UTC) + timedelta(days=6)
    async with toolkit_of(store, token_expires=soon) as toolkit:
        connection = await toolkit.aconnect()
    assert f"The token expires on {soon:%Y-%m-%d}" in connection.checks[2].text


async def test_a_host_that_is_not_there_fails_as_unreachable() -> None:
    async with CentraToolkit(AsyncCentra("http://127.0.0.1:9", "token"), journal=Journal.memory()) as toolkit:
        connection = await toolkit.aconnect()
    assert (connection.state, connection.checks[-1].name) == ("failed", "reachable")


async def test_what_does_not_fit_the_schema_is_switched_off_and_the_rest_goes_on() -> None:
    edits: list[Edit] = [
        Removed("Mutation.confirmOrder"),
        Renamed("Mutation.addOrderNote", "createOrderNote"),
        Deprecated("Order.isOnHold", "Replaced by holdStatus, date of removal: 2027-03-01"),
    ]
    store = Sandbox(plan="unlimited", schema=edits)
    async with toolkit_of(store) as toolkit:
        connection = await toolkit.aconnect()
        offered = {tool.name for tool in toolkit.get_tools()}
        unavailable = toolkit.unavailable()
    assert connection.state == "limited"
    assert "there is no mutation confirmOrder" in unavailable["confirm_order"]
    assert {"add_order_note", "cancel_order"} <= offered
    assert [(field["field"], field["date"]) for field in connection.deprecated] == [("Order.isOnHold", "2027-03-01")]


async def test_a_permission_that_a_later_answer_names_is_remembered(store: Sandbox) -> None:
    journal = Journal.memory()
    token = store.issue_token([name for name in PERMISSIONS if name.endswith(":read")])
    async with AsyncCentra(store.url, token, transport=store.transport()) as client:
        client.permissions.lack(["Order:write"], client.clock.now())
        toolkit = CentraToolkit(client, writes=True, journal=journal)
        await toolkit.aconnect()
        assert "confirm_order" in toolkit.unavailable()
        again = CentraToolkit(AsyncCentra(store.url, token, transport=store.transport()), writes=True, journal=journal)
        again.portal = toolkit.portal
        await again.aconnect()
        assert "confirm_order" in again.unavailable()
        await toolkit.aclose()
