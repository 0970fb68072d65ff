"""The history of an order, whatever the store calls its field."""

import pytest

from langchain_centra import CentraToolkit
from langchain_centra.approval.journal import Journal
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.edits import Added
from langchain_centra.tools.registry import TOOLS

PERMISSIONS = frozenset[str]().union(*(spec.needs | spec.optional for spec in TOOLS))
NOTE = "Called: the parcel may stand at the door"


def store_with(*fields: tuple[str, str]) -> Sandbox:
    return Sandbox(schema=[Added(f"Order.{name}", kind, "history", "OrderHistory:read") for name, kind in fields])


async def history(store: Sandbox, token: str | None = None) -> str:
    async with AsyncCentra(store.url, token or store.TOKEN, transport=store.transport()) as client:
        noted = await client.execute(
            "mutation Note($input: OrderNoteAddInput!) { addOrderNote(input: $input) { userErrors { message } } }",
            {"input": {"order": {"number": 1042}, "note": NOTE}},
        )
        assert noted.data["addOrderNote"] == {"userErrors": []}
        async with CentraToolkit(client, writes=False, reads=["get_order"], journal=Journal.memory()) as toolkit:
            [get_order] = toolkit.get_tools()
            return str(await get_order.ainvoke({"order_number": 1042, "sections": ["history"]}))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("history", "[OrderHistoryEntry!]!"), ("events", "[OrderHistoryEntry!]"), ("log", "[OrderHistoryEntry]")],
)
async def test_the_field_that_lists_history_entries_is_found_by_its_type(name: str, kind: str) -> None:
    text = await history(store_with((name, kind)))
    assert "history, newest first" in text
    assert f'USER_NOTE_ADDED | - | {{"note": "{NOTE}"}}' in text


async def test_a_field_with_one_entry_is_not_the_history() -> None:
    store = store_with(("latestEvent", "OrderHistoryEntry"))
    assert "The history cannot be read: this store's API does not show it on orders." in await history(store)


async def test_a_schema_without_such_a_field_is_said_to_show_no_history() -> None:
    assert "The history cannot be read: this store's API does not show it on orders." in await history(Sandbox())


async def test_without_the_permission_the_rest_is_read_and_the_permission_is_named() -> None:
    store = store_with(("history", "[OrderHistoryEntry!]!"))
    text = await history(store, store.issue_token(PERMISSIONS - {"OrderHistory:read"}))
    assert text.startswith("Order 1042: ")
    assert "Left out, because the token lacks: OrderHistory:read." in text
    assert NOTE not in text
