"""Connecting: what of the chosen tools a store and a token can do."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from journals import HandClock

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.approval.journal import Journal
from langchain_centra.client import PermissionMissing
from langchain_centra.operations.order_changes import CONFIRM_ORDER
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.edits import Deprecated, Edit, Removed, Renamed, Required
from langchain_centra.tools.registry import TOOLS

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
    assert connection.checks[2].text == f"The token is accepted; it expires on {soon:%Y-%m-%d}."


async def test_a_token_that_works_after_the_end_that_was_told_shows_a_wrong_date(store: Sandbox) -> None:
    async with toolkit_of(store, token_expires=datetime(2026, 1, 1, tzinfo=UTC)) as toolkit:
        connection = await toolkit.aconnect()
    assert (connection.state, connection.checks[2].passed) == ("active", None)
    assert "says that it expired on 2026-01-01" in connection.checks[2].text


async def test_what_no_answer_has_needed_is_named(store: Sandbox) -> None:
    async with toolkit_of(store) as toolkit:
        [said] = [check.text for check in (await toolkit.aconnect()).checks if check.name == "permissions"]
        unseen = toolkit.centra.permissions.unknown(toolkit.required_permissions()["read"])
    assert unseen
    assert f"No answer has needed {', '.join(sorted(unseen))} yet." in said


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


async def test_what_the_owner_says_was_granted_leaves_out_what_needs_more(store: Sandbox) -> None:
    granted = set(PERMISSIONS) - {"StockChange:write"}
    async with toolkit_of(store, store.issue_token(granted), granted=granted) as toolkit:
        connection = await toolkit.aconnect()
        unavailable = toolkit.unavailable()
    assert connection.state == "limited"
    assert set(unavailable) == {spec.name for spec in TOOLS if "StockChange:write" in spec.needs}
    assert "StockChange:write" in unavailable["set_stock"]
    [said] = [check.text for check in connection.checks if check.name == "permissions"]
    assert "StockChange:write" in said


async def test_without_that_it_is_said_that_writes_are_not_known(store: Sandbox) -> None:
    async with toolkit_of(store) as toolkit:
        connection = await toolkit.aconnect()
    [said] = [check.text for check in connection.checks if check.name == "permissions"]
    assert "CENTRA_GRANTED" in said


async def test_a_permission_that_a_write_turns_out_to_lack_is_known_to_the_next_process_until_it_begins_anew(
    store: Sandbox, tmp_path: Path
) -> None:
    token = store.issue_token([name for name in PERMISSIONS if name.endswith(":read")])

    def process() -> CentraToolkit:
        client = AsyncCentra(store.url, token, transport=store.transport())
        journal = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
        return CentraToolkit(client, reads=["get_order"], writes=["confirm_order"], journal=journal)

    async with process() as first:
        with pytest.raises(PermissionMissing):
            await first.portal.acall(lambda: CONFIRM_ORDER(first.centra, input={"order": {"number": 1042}}))
    async with process() as second:
        assert (await second.aconnect()).state == "limited"
        assert "Order:write" in second.unavailable()["confirm_order"]
        assert (await second.aconnect(anew=True)).state == "active"
    async with process() as third:
        assert (await third.aconnect()).state == "active"


@pytest.mark.parametrize(
    ("why", "hint"),
    [
        ("[Errno -2] Name or service not known", "it cannot be found"),
        ("[Errno 8] nodename nor servname provided, or not known", "it cannot be found"),
        ("[Errno 11001] getaddrinfo failed", "it cannot be found"),
        ("All connection attempts failed", "Check the connection and CENTRA_URL"),
    ],
)
async def test_a_name_that_does_not_resolve_is_told_from_a_host_that_is_down(why: str, hint: str) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(why, request=request)

    client = AsyncCentra("https://acme.centra.com", "token", transport=httpx.MockTransport(refuse), clock=HandClock())
    async with CentraToolkit(client, journal=Journal.memory()) as toolkit:
        connection = await toolkit.aconnect()
    assert connection.state == "failed"
    assert hint in connection.next


async def test_a_certificate_that_nobody_vouches_for_is_named_and_the_token_stays_here(tmp_path: Path) -> None:
    received = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=self_signed(tmp_path))
    port = server.sockets[0].getsockname()[1]
    client = AsyncCentra(f"https://127.0.0.1:{port}", "canary-token", clock=HandClock())
    async with server, CentraToolkit(client, journal=Journal.memory()) as toolkit:
        connection = await toolkit.aconnect()
    assert connection.state == "failed"
    assert "Check the host's certificate" in connection.next
    assert b"canary" not in received


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate that it made for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = folder / "both.pem"
    pem.write_bytes(key.private_bytes(*form) + made.sign(key, hashes.SHA256()).public_bytes(form[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def test_an_input_that_newly_demands_a_field_switches_its_tool_off() -> None:
    store = Sandbox(plan="unlimited", schema=[Required("OrderConfirmInput", "reason", "String")])
    async with toolkit_of(store) as toolkit:
        assert (await toolkit.aconnect()).state == "limited"
        assert "OrderConfirmInput.reason" in toolkit.unavailable()["confirm_order"]
        assert len(toolkit.unavailable()) == 1
