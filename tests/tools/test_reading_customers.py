"""search_customers and get_customer."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra import CentraToolkit
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.state.orders import DirectToConsumerOrder

Ask = Callable[..., Awaitable[ToolMessage]]
MOST_BYTES = 5_000


@pytest.fixture
def anna(sandbox: Sandbox) -> Any:
    """Anna Berg, the first customer."""
    return sandbox.store.customers[1]


async def asked_with(sandbox: Sandbox, token: str, tool: str, **arguments: Any) -> ToolMessage:
    async with CentraToolkit(AsyncCentra(sandbox.url, token, transport=sandbox.transport())) as toolkit:
        tools = {tool.name: tool for tool in toolkit.get_tools()}
        message = await tools[tool].ainvoke({"type": "tool_call", "id": "call-1", "name": tool, "args": arguments})
    assert isinstance(message, ToolMessage)
    return message


@pytest.mark.parametrize("text", ["Anna Berg", "anna.berg@example", "ANNA.BERG@example.com"])
async def test_a_customer_is_found_by_name_or_e_mail(ask: Ask, sandbox: Sandbox, anna: Any, text: str) -> None:
    answer = await ask("search_customers", text=text)
    assert anna.id in [row["id"] for row in answer.artifact]
    assert f"1 | Anna Berg | anna.berg@example.com | ACTIVE | {anna.created_at.isoformat()[:16]}" in answer.text
    assert f" | {anna.total_orders} | Alvelund" in answer.text
    assert len(sandbox.requests) == 1


async def test_customers_are_narrowed_by_market(ask: Ask, sandbox: Sandbox) -> None:
    americans = [
        customer.id for customer in sandbox.store.customers.values() if customer.market.name == "North America"
    ]
    answer = await ask("search_customers", market="north america", limit=50)
    assert [row["id"] for row in answer.artifact] == americans
    assert answer.text.startswith(f"{len(americans)} customers:")
    assert "Close to it: North America." in (await ask("search_customers", market="America")).text


async def test_customers_are_narrowed_by_the_days_on_which_they_registered(ask: Ask, sandbox: Sandbox) -> None:
    day = sandbox.store.customers[20].created_at.date()
    expected = [row.id for row in sandbox.store.customers.values() if row.created_at.date() == day]
    answer = await ask("search_customers", registered_from=day.isoformat(), registered_to=day.isoformat())
    assert [row["id"] for row in answer.artifact] == expected
    assert f"Registered from {day}T00:00:00" in answer.text


async def test_customers_that_changed_since_a_day_are_found(ask: Ask, sandbox: Sandbox, anna: Any) -> None:
    anna.updated_at = sandbox.clock.now()
    answer = await ask("search_customers", updated_from=sandbox.clock.now().astimezone(sandbox.zone).date().isoformat())
    assert [row["id"] for row in answer.artifact] == [1]


async def test_more_customers_than_asked_for_are_counted(ask: Ask, sandbox: Sandbox) -> None:
    first = (await ask("search_customers", limit=3)).text.splitlines()[0]
    assert first.startswith(f"3 of {len(sandbox.store.customers)} customers; narrow by")
    assert (await ask("search_customers", text="zzz")).text == "No customer matches."


async def test_customers_are_searched_without_what_the_token_may_not_read(
    sandbox: Sandbox, lacking: Callable[..., str]
) -> None:
    token = lacking("Market:read", "Customer.totalOrders:read", "Store:read")
    answer = await asked_with(sandbox, token, "search_customers", text="Anna Berg")
    assert "Left out, because the token lacks: Customer.totalOrders:read, Store:read." in answer.text
    refused = await asked_with(sandbox, token, "search_customers", market="Sweden")
    assert refused.status == "error"
    assert "Market:read" in refused.text


@pytest.mark.parametrize(("named", "requests"), [("anna.berg@example.com", 2), ("1", 1), ("#1", 1)])
async def test_a_customer_is_read_with_address_and_orders(
    ask: Ask, sandbox: Sandbox, anna: Any, named: str, requests: int
) -> None:
    answer = await ask("get_customer", customer=named)
    assert answer.text.startswith("Customer 1: Anna Berg <anna.berg@example.com>, ACTIVE")
    assert anna.billing_address.address1 in answer.text
    assert "1042 | PENDING | " in answer.text
    assert [row["number"] for row in answer.artifact[1:]] == sorted((o.number for o in anna.orders), reverse=True)
    assert len(sandbox.requests) == requests


async def test_the_sums_are_those_of_uncancelled_orders_by_currency(ask: Ask, sandbox: Sandbox, anna: Any) -> None:
    anna.orders[0].status = "CANCELLED"
    rest = anna.orders[1:]
    total = sum(Decimal(order.grand_total_cents) for order in rest) / 100
    text = (await ask("get_customer", customer="1")).text
    assert f"over {len(anna.orders)} orders: {total:.2f} SEK in {len(rest)} orders" in text


async def test_a_customer_with_many_orders_is_short_enough_and_says_what_is_missing(
    ask: Ask, sandbox: Sandbox, anna: Any
) -> None:
    for order in sandbox.store.orders.values():
        if isinstance(order, DirectToConsumerOrder):
            order.customer = anna
    anna.billing_address.address1 = "A street with a very long name " * 50
    text = (await ask("get_customer", customer="1")).text
    count = sum(isinstance(order, DirectToConsumerOrder) for order in sandbox.store.orders.values())
    assert f"over the newest 100 of {count} orders: " in text
    assert f"The newest 10 of {count} orders; search_orders has more:" in text
    assert len(text.encode()) < MOST_BYTES


async def test_a_customer_without_orders_is_told_so(ask: Ask, sandbox: Sandbox, anna: Any) -> None:
    new = next(row for row in sandbox.store.customers.values() if not row.orders)
    assert "No orders." in (await ask("get_customer", customer=str(new.id))).text


async def test_what_of_a_customer_may_not_be_read_is_left_out_and_said(
    sandbox: Sandbox, lacking: Callable[..., str], anna: Any
) -> None:
    token = lacking("Order:read", "Customer.billingAddress:read")
    text = (await asked_with(sandbox, token, "get_customer", customer="1")).text
    assert "Left out, because the token lacks: Customer.billingAddress:read, Order:read." in text
    assert anna.billing_address.address1 not in text


@pytest.mark.parametrize("named", ["nobody@example.com", "999999", "99999999999999999999"])
async def test_an_unknown_customer_is_answered_with_what_to_do(ask: Ask, named: str) -> None:
    answer = await ask("get_customer", customer=named)
    assert answer.status == "error"
    assert "Use search_customers" in answer.text or "search_customers finds" in answer.text
    assert named not in answer.text


async def test_a_name_is_answered_with_the_way_to_the_id(ask: Ask) -> None:
    assert "search_customers finds both by name" in (await ask("get_customer", customer="Anna Berg")).text


async def test_an_address_of_two_customers_is_answered_with_their_ids(ask: Ask, sandbox: Sandbox, anna: Any) -> None:
    sandbox.store.customers[2].email = anna.email
    answer = await ask("get_customer", customer=anna.email)
    assert answer.text == ("2 customers have that e-mail address, so give an id: id 1 in Alvelund; id 2 in Alvelund.")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_customers", {"limit": 0}),
        ("search_customers", {"registered_from": "2026-05-02", "registered_to": "2026-05-01"}),
        ("search_customers", {"updated_from": "soon"}),
        ("get_customer", {}),
        ("get_customer", {"customer": ""}),
        ("get_customer", {"customer": "x" * 5_000}),
    ],
)
async def test_absurd_arguments_are_explained_in_a_sentence(ask: Ask, tool: str, arguments: dict[str, Any]) -> None:
    answer = await ask(tool, **arguments)
    assert answer.status == "error"
    assert tool in answer.text
    assert len(answer.text) < 300
