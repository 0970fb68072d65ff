"""How an operation copes with permissions and with answers of another form."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from langchain_centra.client import AsyncCentra, OutcomeUnknown, PermissionMissing, TransportFailed
from langchain_centra.operations.order_changes import CONFIRM_ORDER, ORDER_STATE
from langchain_centra.operations.order_search import SEARCH_ORDERS
from langchain_centra.operations.orders import GET_ORDER
from langchain_centra.sandbox import Sandbox

ORDER = {"number": [1042]}


def answering(data: Mapping[str, Any]) -> AsyncCentra:
    """A client of a server that always gives this answer."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"data": data, "extensions": {}}))
    return AsyncCentra("http://127.0.0.1/graphql", "token", transport=transport)


def restricted(sandbox: Sandbox, *permissions: str) -> AsyncCentra:
    """A client whose token has these permissions only."""
    return AsyncCentra(sandbox.url, sandbox.issue_token(permissions), transport=sandbox.transport())


async def test_fields_that_the_token_may_not_read_are_left_out_and_named() -> None:
    sandbox = Sandbox()
    async with restricted(sandbox, "Order:read") as centra:
        reply = await GET_ORDER(centra, numbers=[1042])
    [order] = reply.data.orders or []
    assert order.status == "PENDING"
    assert (order.customer, order.shipping_address, order.payment_history) == (None, None, None)
    assert {"Customer:read", "Order.shippingAddress:read", "PaymentHistory:read"} <= reply.withheld


async def test_what_the_token_may_not_read_is_asked_for_only_once() -> None:
    sandbox = Sandbox()
    async with restricted(sandbox, "Order:read") as centra:
        await GET_ORDER(centra, numbers=[1042])
        before = len(sandbox.requests)
        await GET_ORDER(centra, numbers=[1042])
        await ORDER_STATE(centra, where=ORDER)
        assert len(sandbox.requests) <= before + 3


async def test_a_selection_inside_another_one_may_be_missing_with_it_or_alone() -> None:
    sandbox = Sandbox()
    for missing in ({"Warehouse:read"}, {"Warehouse:read", "Allocation:read"}):
        async with restricted(sandbox, *({"Order:read", *ORDER_STATE.optional} - missing)) as centra:
            reply = await ORDER_STATE(centra, where=ORDER)
        assert reply.withheld >= missing - {"Warehouse:read"}
        assert reply.data.orders


async def test_a_missing_need_is_raised() -> None:
    async with restricted(Sandbox(), "Customer:read") as centra:
        with pytest.raises(PermissionMissing, match="Order:read"):
            await SEARCH_ORDERS(centra, where=None, last=1)


async def test_an_unknown_status_and_unknown_fields_do_not_break_reading() -> None:
    order = {"__typename": "SubscriptionOrder", "id": "ab", "number": 7, "status": "ARCHIVED", "weather": "fine"}
    async with answering({"orders": [order]}) as centra:
        [read] = (await ORDER_STATE(centra, where=ORDER)).data.orders or []
    assert read.status == "ARCHIVED"
    assert read.is_on_hold is None


async def test_a_read_of_another_form_is_a_failed_read() -> None:
    async with answering({"orders": [{"id": None}]}) as centra:
        with pytest.raises(TransportFailed, match=r"OrderState .* orders\.0\.id"):
            await ORDER_STATE(centra, where=ORDER)


async def test_a_change_whose_answer_has_another_form_may_have_been_made() -> None:
    async with answering({"confirmOrder": {"userErrors": [], "userWarnings": ["odd"]}}) as centra:
        with pytest.raises(OutcomeUnknown):
            await CONFIRM_ORDER(centra, input={"order": {"number": 1042}})
