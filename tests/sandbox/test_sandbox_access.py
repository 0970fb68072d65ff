from datetime import timedelta

import httpx
import pytest
from sandbox_api import Api, ManualClock

from langchain_centra.sandbox import Sandbox

ORDER = "{ orderConnection(last: 10) { totalCount } }"
CONFIRM = "mutation { confirmOrder(input: {order: {number: 1042}}) { order { status } userErrors { message } } }"


async def test_an_unknown_token_is_answered_with_403(api: Api) -> None:
    assert (await api.post("{ counters { orders } }", token="nobody")).status_code == 403


async def test_an_expired_token_is_answered_with_403(api: Api, sandbox: Sandbox, clock: ManualClock) -> None:
    token = sandbox.issue_token(expires_at=clock.now() + timedelta(minutes=5))
    assert (await api.post("{ __typename }", token=token)).status_code == 200
    clock.advance(300)
    assert (await api.post("{ __typename }", token=token)).status_code == 403


async def test_a_revoked_token_is_answered_with_403(api: Api, sandbox: Sandbox) -> None:
    token = sandbox.issue_token()
    sandbox.revoke_token(token)
    assert (await api.post("{ __typename }", token=token)).status_code == 403


async def test_a_token_may_come_in_the_cookie(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(transport=sandbox.transport(), cookies={"graphql-access": Sandbox.TOKEN}) as client:
        response = await client.post(sandbox.url, json={"query": "{ __typename }"})
    assert response.json()["data"] == {"__typename": "Query"}


async def test_a_missing_permission_is_named_in_the_published_words(api: Api, sandbox: Sandbox) -> None:
    response = await api.post(ORDER, token=sandbox.issue_token(["Customer:read"]))
    body = response.json()
    assert response.status_code == 200
    assert "data" not in body
    assert body["errors"] == [
        {
            "message": "You need Order:read permission to access orderConnection.",
            "locations": [{"line": 1, "column": 3}],
            "path": ["orderConnection"],
            "extensions": {"category": "authorization"},
        }
    ]
    assert body["extensions"]["permissionsUsed"] == ["Order:read"]


async def test_a_missing_permission_of_a_nullable_field_leaves_the_rest(api: Api, sandbox: Sandbox) -> None:
    document = "{ orders(where: {number: 1042}) { number shippingAddress { city } } }"
    body = await api.answer(document, token=sandbox.issue_token(["Order:read"]))
    assert body["data"] == {"orders": [{"number": 1042, "shippingAddress": None}]}
    assert body["errors"][0]["path"] == ["orders", 0, "shippingAddress"]
    assert "Order.shippingAddress:read" in body["errors"][0]["message"]


async def test_a_mutation_without_its_permission_changes_nothing(api: Api, sandbox: Sandbox) -> None:
    error = await api.error(CONFIRM, token=sandbox.issue_token(["Order:read"]))
    assert error["message"] == "You need Order:write permission to access confirmOrder."
    assert sandbox.store.orders[1042].status == "PENDING"
    assert sandbox.mutations == []


async def test_a_payload_field_without_its_permission_does_not_undo_the_write(api: Api, sandbox: Sandbox) -> None:
    body = await api.answer(CONFIRM, token=sandbox.issue_token(["Order:write"]))
    assert body["errors"][0]["path"] == ["confirmOrder", "order"]
    assert body["data"]["confirmOrder"] == {"order": None, "userErrors": []}
    assert sandbox.store.orders[1042].status == "CONFIRMED"


async def test_an_argument_may_need_a_permission_of_its_own(api: Api, sandbox: Sandbox) -> None:
    document = """mutation ($id: String!, $input: DirectToConsumerOrderCancelInput!) {
        cancelDirectToConsumerOrder(id: $id, input: $input) { userErrors { message } }
    }"""
    cancel = {"emailOptions": {"sendEmail": False}, "stockAction": {"releaseItemsBackToWarehouse": True}}
    token, order = sandbox.issue_token(["Order:write"]), sandbox.store.orders[1042]
    error = await api.error(document, token=token, id=order.id, input={**cancel, "cancelAuthorization": True})
    assert error["message"] == "You need Payment.cancel:write permission to access cancelAuthorization."
    assert order.status == "PENDING"
    await api.answer(document, token=token, id=order.id, input=cancel)
    assert order.status == "CANCELLED"


async def test_a_filter_field_may_need_a_permission_of_its_own(api: Api, sandbox: Sandbox) -> None:
    document = '{ products(where: {internalComment: {contains: "x"}}) { id } }'
    error = await api.error(document, token=sandbox.issue_token(["Product:read"]))
    assert "Product.internalComment:read" in error["message"]


async def test_admin_has_every_permission(api: Api, sandbox: Sandbox) -> None:
    body = await api.answer(ORDER, token=sandbox.issue_token(["admin"]))
    assert body["data"]["orderConnection"]["totalCount"] == 500


async def test_introspection_is_open_to_any_token_and_shows_no_marks(api: Api, sandbox: Sandbox) -> None:
    document = "{ __schema { directives { name } mutationType { fields { name } } types { name } } }"
    body = await api.answer(document, token=sandbox.issue_token([]))
    schema = body["data"]["__schema"]
    assert "confirmOrder" in [field["name"] for field in schema["mutationType"]["fields"]]
    assert not {"permission", "evidence", "exactlyOne"} & {directive["name"] for directive in schema["directives"]}
    assert "Evidence" not in [named["name"] for named in schema["types"]]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        '{"query": 1}',
        '{"query": "{"}',
        '{"query": "{ nope }"}',
        '{"query": "{ __typename }", "variables": 1}',
    ],
    ids=["bad JSON", "a list", "no query", "syntax", "validation", "bad variables"],
)
async def test_what_cannot_be_executed_is_answered_with_400(sandbox: Sandbox, body: str) -> None:
    headers = {"Authorization": f"Bearer {Sandbox.TOKEN}"}
    async with httpx.AsyncClient(transport=sandbox.transport(), headers=headers) as client:
        response = await client.post(sandbox.url, content=body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"]


async def test_a_missing_variable_is_answered_with_400(api: Api) -> None:
    response = await api.post("query ($id: String!) { order(id: $id) { number } }")
    assert response.status_code == 400


async def test_one_of_several_operations_is_chosen_by_name(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {Sandbox.TOKEN}"}
    body = {"query": "query a { __typename } query b { counters { products } }", "operationName": "b"}
    async with httpx.AsyncClient(transport=sandbox.transport(), headers=headers) as client:
        response = await client.post(sandbox.url, json=body)
    assert response.json()["data"] == {"counters": {"products": 62}}
    assert sandbox.requests[-1].operation_name == "b"


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ("{ events { id } }", "events"),
        ("{ warehouses { allocationPolicy } }", "Warehouse.allocationPolicy"),
        ("{ orders(where: {affiliateId: 1}) { id } }", "OrderFilter.affiliateId"),
        ('{ countries { name(locale: "sv") } }', "Country.name(locale:)"),
    ],
)
async def test_what_the_sandbox_does_not_have_is_an_error_and_never_null(api: Api, document: str, what: str) -> None:
    assert (await api.error(document))["message"] == f"{what} is not in the sandbox yet."


async def test_what_is_really_null_is_null(api: Api) -> None:
    assert await api.data('{ order(id: "0") { id } }') is None
    [shipment] = await api.data('{ shipments(where: {number: "1044-1"}) { adminUser { id } returnTrackingNumber } }')
    assert shipment == {"adminUser": None, "returnTrackingNumber": None}


@pytest.mark.parametrize(
    ("document", "low", "high"),
    [
        ("{ rateLimits { type quota } }", 10, 10),
        ('{ order(id: "0") { number status } }', 50, 60),
        (ORDER, 50, 60),
        ("{ orders(where: {number: 14}) { number status shippingAddress { city } } }", 100, 250),
        (CONFIRM, 100, 250),
    ],
)
async def test_complexity_is_of_the_published_order(api: Api, document: str, low: int, high: int) -> None:
    body = await api.answer(document)
    assert low <= body["extensions"]["complexity"] <= high


async def test_stock_quantities_cost_except_free_to_allocate(api: Api) -> None:
    async def cost(field: str) -> int:
        body = await api.answer(f"{{ warehouses {{ stock(limit: 200) {{ {field} }} }} }}")
        return int(body["extensions"]["complexity"])

    assert await cost("freeToAllocateQuantity") < await cost("physicalQuantity")
