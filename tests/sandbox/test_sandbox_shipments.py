from typing import Any

import pytest
from sandbox_api import Api

from langchain_centra.sandbox import DEMO_SKU, Sandbox
from langchain_centra.sandbox.state.orders import Order

CREATE = """mutation ($input: ShipmentCreateInput!) {
    createShipment(input: $input) {
        shipment {
            id number isGoodToGo isShipped isPaid isCaptured shippedAt trackingNumber numberOfPackages
            grandTotal { value } internalShippingCost { value } carrierInformation { carrierName serviceName }
            lines { quantity lineValue { formattedValue } orderLine { id } } order { status }
        }
        userErrors { message path } userWarnings { message path }
    }
}"""
COMPLETE = """mutation ($id: Int!, $input: ShipmentCompleteInput!) {
    completeShipment(id: $id, input: $input) {
        shipment { isShipped shippedAt trackingNumber order { status } } userErrors { message path }
    }
}"""


@pytest.fixture
def order(sandbox: Sandbox) -> Order:
    return sandbox.store.orders[1043]


def shipping(order: Order, quantity: int = 2, **more: Any) -> dict[str, Any]:
    lines = [{"orderLine": {"id": order.lines[0].id}, "quantity": quantity}]
    return {"order": {"number": order.number}, "lines": lines, "allocateDemand": True, **more}


async def test_a_shipment_makes_the_order_processing_and_takes_its_costs(api: Api, order: Order) -> None:
    info = {"carrier": "PostNord", "trackingNumber": "T1", "packagesNumber": 2}
    payload = await api.data(CREATE, input=shipping(order, isGoodToGo=True, shipmentInfo=info))
    shipment = payload["shipment"]
    assert shipment["number"] == "1043-1"
    assert shipment["order"] == {"status": "PROCESSING"}
    assert shipment["grandTotal"] == {"value": 547}
    assert (shipment["trackingNumber"], shipment["numberOfPackages"]) == ("T1", 2)
    assert shipment["carrierInformation"] == {"carrierName": "PostNord", "serviceName": None}
    assert shipment["internalShippingCost"] == {"value": 0}
    assert order.status == "PROCESSING"


async def test_a_split_order_gives_its_costs_to_the_first_shipment_by_default(api: Api, order: Order) -> None:
    first = (await api.data(CREATE, input=shipping(order, 1)))["shipment"]
    second = (await api.data(CREATE, input=shipping(order, 1)))["shipment"]
    assert (first["grandTotal"], second["grandTotal"]) == ({"value": 298}, {"value": 249})
    assert second["number"] == "1043-2"


async def test_a_cost_can_be_left_out_or_set_up_to_what_remains(api: Api, order: Order) -> None:
    value = {"value": {"value": 20, "currencyIsoCode": "SEK"}}
    first = await api.data(CREATE, input=shipping(order, 1, shippingCostPolicy=value))
    assert first["shipment"]["grandTotal"] == {"value": 269}
    too_much = {"value": {"value": 30, "currencyIsoCode": "SEK"}}
    refused = await api.data(CREATE, input=shipping(order, 1, shippingCostPolicy=too_much))
    assert refused["userErrors"][0]["path"] == ["input", "shippingCostPolicy"]
    second = await api.data(CREATE, input=shipping(order, 1, shippingCostPolicy={"none": True}))
    assert second["shipment"]["grandTotal"] == {"value": 249}


async def test_capture_takes_what_the_shipment_costs(api: Api, order: Order) -> None:
    payload = await api.data(CREATE, input=shipping(order, capture=True))
    assert payload["shipment"]["isCaptured"] is True
    assert payload["userWarnings"] == []
    assert order.captured_cents == 54700


async def test_a_failed_capture_leaves_the_shipment_and_a_warning(api: Api, order: Order) -> None:
    order.payment_method.fails = True
    payload = await api.data(CREATE, input=shipping(order, capture=True))
    assert payload["userErrors"] == []
    assert payload["userWarnings"][0]["path"] == ["input", "capture"]
    assert payload["shipment"]["isCaptured"] is False
    assert order.payment_history[-1].status == "FAILED"


async def test_no_provider_captures_more_than_was_authorized(api: Api, order: Order) -> None:
    order.payment_history[0].cents = 10000
    payload = await api.data(CREATE, input=shipping(order, capture=True))
    assert payload["userWarnings"]
    assert order.captured_cents == 0


@pytest.mark.parametrize(
    ("number", "more"),
    [
        (1042, {}),
        (1047, {}),
        (1046, {}),
        (1043, {"lines": []}),
        (1043, {"lines": [{"orderLine": {"id": 1}, "quantity": 1}]}),
        (1043, {"shippedAt": "2026-03-03"}),
        (1043, {"shipmentInfo": {"internalShippingCost": {"value": 1, "currencyIsoCode": "XXX"}}}),
    ],
    ids=["pending", "on hold", "cancelled", "no lines", "other line", "in the future", "unknown currency"],
)
async def test_a_refused_shipment_changes_nothing(
    api: Api, sandbox: Sandbox, number: int, more: dict[str, Any]
) -> None:
    order = sandbox.store.orders[number]
    before = order.status, len(order.history), sandbox.store.stock[DEMO_SKU, 1].allocated_quantity
    payload = await api.data(CREATE, input={**shipping(order, 1), **more})
    assert payload["shipment"] is None
    assert payload["userErrors"]
    assert (order.status, len(order.history), sandbox.store.stock[DEMO_SKU, 1].allocated_quantity) == before
    assert order.shipments == []


@pytest.mark.parametrize("quantity", [0, 3])
async def test_units_of_a_shipment_are_bounded_by_what_is_left(api: Api, order: Order, quantity: int) -> None:
    assert (await api.data(CREATE, input=shipping(order, quantity)))["userErrors"]


async def test_demand_is_allocated_when_asked_for(api: Api, sandbox: Sandbox, order: Order) -> None:
    row, line = sandbox.store.stock[DEMO_SKU, 1], order.lines[0]
    line.allocations.clear()
    row.allocated_quantity, row.demand_quantity = 0, 2
    refused = await api.data(CREATE, input={**shipping(order), "allocateDemand": False})
    assert refused["userErrors"]
    assert (await api.data(CREATE, input=shipping(order)))["userErrors"] == []
    assert (row.allocated_quantity, row.demand_quantity) == (2, 0)


async def test_the_last_shipment_takes_the_goods_and_ships_the_order(api: Api, sandbox: Sandbox, order: Order) -> None:
    row = sandbox.store.stock[DEMO_SKU, 1]
    created = await api.data(CREATE, input=shipping(order, isGoodToGo=True, capture=True))
    given = {"sendEmail": True, "shipmentInfo": {"trackingNumber": "T9"}, "shippedAt": "2026-03-02T10:00:00+01:00"}
    payload = await api.data(COMPLETE, id=created["shipment"]["id"], input=given)
    assert payload["shipment"] == {
        "isShipped": True,
        "shippedAt": "2026-03-02T10:00:00+01:00",
        "trackingNumber": "T9",
        "order": {"status": "SHIPPED"},
    }
    assert (row.physical_quantity, row.allocated_quantity) == (10, 0)
    assert [email.kind for email in sandbox.emails] == ["shipment_confirmation"]


async def test_a_part_shipped_order_stays_processing(api: Api, order: Order) -> None:
    created = await api.data(CREATE, input=shipping(order, 1, isGoodToGo=True, isPaid=True))
    payload = await api.data(COMPLETE, id=created["shipment"]["id"], input={})
    assert payload["shipment"]["order"] == {"status": "PROCESSING"}


async def test_a_shipment_leaves_only_good_to_go_and_paid_and_once(api: Api, order: Order) -> None:
    created = await api.data(CREATE, input=shipping(order, isGoodToGo=True))
    shipment_id = created["shipment"]["id"]
    assert (await api.data(COMPLETE, id=shipment_id, input={}))["userErrors"]
    order.shipments[0].is_paid = True
    assert (await api.data(COMPLETE, id=shipment_id, input={}))["userErrors"] == []
    assert (await api.data(COMPLETE, id=shipment_id, input={}))["userErrors"]


async def test_mail_about_a_new_shipment_needs_a_shipping_date(api: Api, sandbox: Sandbox, order: Order) -> None:
    await api.data(CREATE, input=shipping(order, 1, sendEmail=True))
    assert sandbox.emails == []
    payload = await api.data(CREATE, input=shipping(order, 1, sendEmail=True, shippedAt="-1 hour"))
    assert payload["shipment"]["shippedAt"] == "2026-03-02T09:30:00+01:00"
    assert [email.kind for email in sandbox.emails] == ["shipment_confirmation"]


async def test_a_shipment_that_is_neither_shipped_nor_paid_can_be_deleted(api: Api, order: Order) -> None:
    delete = "mutation ($id: Int!) { deleteShipment(id: $id) { userErrors { message } } }"
    created = await api.data(CREATE, input=shipping(order))
    assert await api.data(delete, id=created["shipment"]["id"]) == {"userErrors": []}
    assert (order.status, order.shipments, order.lines[0].allocated_quantity) == ("CONFIRMED", [], 2)
    paid = await api.data(CREATE, input=shipping(order, isPaid=True))
    assert (await api.data(delete, id=paid["shipment"]["id"]))["userErrors"]


async def test_a_locked_order_ships_only_with_the_permission_of_the_lock(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1049]
    document = """mutation ($input: ShipmentCreateInput!) {
        createShipment(input: $input) { userErrors { message } } }"""
    error = await api.error(document, token=sandbox.issue_token(["Shipment:write"]), input=shipping(order))
    assert "Order.isLocked:write" in error["message"]
    assert await api.data(document, input=shipping(order)) == {"userErrors": []}


async def test_shipments_are_listed_and_found(api: Api) -> None:
    document = '{ shipments(where: {number: "1044-1"}) { id isShipped isCaptured capturedValue { value } } }'
    [shipment] = await api.data(document)
    assert (shipment["isShipped"], shipment["isCaptured"]) == (True, True)
    found = await api.data("query ($id: Int!) { shipment(id: $id) { number } }", id=shipment["id"])
    assert found == {"number": "1044-1"}
    page = await api.data("{ shipmentConnection(first: 1, where: {isShipped: true}) { totalCount } }")
    assert page["totalCount"] > 400
