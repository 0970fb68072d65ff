from typing import Any

import pytest
from sandbox_api import Api, ManualClock

from langchain_centra.sandbox import DEMO_SKU, KNOWN_ORDERS, Sandbox

CONFIRM = """mutation ($order: OrderInput!) {
    confirmOrder(input: {order: $order}) {
        order { number status } userErrors { message path } userWarnings { message path }
    }
}"""
CANCEL = """mutation ($id: String!, $input: DirectToConsumerOrderCancelInput!) {
    cancelDirectToConsumerOrder(id: $id, input: $input) {
        order { status lines { quantity allocations { id } } paymentHistory { entryType status value { value } } }
        paymentHistoryEntry { entryType status value { value } }
        userErrors { message path } userWarnings { message path }
    }
}"""
UPDATE = """mutation ($order: OrderInput!, $input: DirectToConsumerOrderUpdateInput!) {
    updateDirectToConsumerOrder(order: $order, input: $input) {
        order {
            status isOnHold isInternal internalComment otherComment grandTotal { value }
            shippingAddress { firstName city country { code } }
            lines(includeFullyCancelled: true) { id quantity cancelledQuantity }
            totals { quantity originalQuantity cancelledQuantity shipping { value } }
        }
        userErrors { message path }
    }
}"""
RELEASE = {"releaseItemsBackToWarehouse": True}


def cancelling(action: dict[str, Any] = RELEASE, **more: Any) -> dict[str, Any]:
    return {"emailOptions": {"sendEmail": False}, "stockAction": action, **more}


async def test_confirming_a_pending_order_mails_the_customer(api: Api, sandbox: Sandbox) -> None:
    payload = await api.data(CONFIRM, order={"number": 1042})
    assert payload == {"order": {"number": 1042, "status": "CONFIRMED"}, "userErrors": [], "userWarnings": []}
    [email] = sandbox.emails
    assert (email.kind, email.order_number, email.to) == ("order_confirmation", 1042, "anna.berg@example.com")
    assert sandbox.store.orders[1042].history[-1].type == "ORDER_STATUS_CHANGED"


@pytest.mark.parametrize("kind", ["confirmed", "processing", "shipped", "cancelled"])
async def test_only_a_pending_order_can_be_confirmed(api: Api, sandbox: Sandbox, kind: str) -> None:
    payload = await api.data(CONFIRM, order={"number": KNOWN_ORDERS[kind]})
    assert payload["order"] is None
    assert payload["userErrors"][0]["path"] == ["input", "order"]
    assert sandbox.emails == []
    assert [record.applied for record in sandbox.mutations] == [False]


async def test_an_order_is_found_by_its_hash_id_too(api: Api, sandbox: Sandbox) -> None:
    payload = await api.data(CONFIRM, order={"id": sandbox.store.orders[1042].id})
    assert payload["order"]["number"] == 1042


async def test_an_order_that_does_not_exist_is_a_user_error(api: Api) -> None:
    payload = await api.data(CONFIRM, order={"number": 7})
    assert payload["userErrors"][0]["message"].startswith("Could not find Order with")


@pytest.mark.parametrize("order", [{}, {"number": 1042, "id": "x"}, {"number": None}])
async def test_an_order_is_given_by_exactly_one_of_its_identifiers(
    api: Api, sandbox: Sandbox, order: dict[str, Any]
) -> None:
    error = await api.error(CONFIRM, order=order)
    assert error["message"].startswith("Exactly one input field should be provided")
    assert sandbox.mutations == []


async def test_the_log_keeps_what_was_sent(api: Api, sandbox: Sandbox, clock: ManualClock) -> None:
    await api.data(CONFIRM, order={"number": 1042})
    [record] = sandbox.mutations
    assert (record.name, record.applied, record.at) == ("confirmOrder", True, clock.now())
    assert record.arguments == {"input": {"order": {"number": 1042}}}


async def test_several_mutations_of_a_request_run_one_after_the_other(api: Api, sandbox: Sandbox) -> None:
    body = await api.answer("""mutation {
        a: confirmOrder(input: {order: {number: 1042}}) { userErrors { message } }
        b: confirmOrder(input: {order: {number: 1042}}) { userErrors { message } }
    }""")
    assert [len(payload["userErrors"]) for payload in body["data"].values()] == [0, 1]
    assert [record.applied for record in sandbox.mutations] == [True, False]


async def test_cancelling_keeps_the_lines_and_frees_their_stock(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1042]
    rows = {line.product_size.sku: sandbox.store.stock[line.product_size.sku, 1] for line in order.lines}
    before = {sku: (row.physical_quantity, row.allocated_quantity) for sku, row in rows.items()}
    payload = await api.data(CANCEL, id=order.id, input=cancelling())
    assert payload["order"]["status"] == "CANCELLED"
    assert payload["order"]["lines"] == [{"quantity": 2, "allocations": []}, {"quantity": 1, "allocations": []}]
    for line in order.lines:
        physical, allocated = before[line.product_size.sku]
        row = rows[line.product_size.sku]
        assert (row.physical_quantity, row.allocated_quantity) == (physical, allocated - line.quantity)


async def test_cancelling_can_take_the_goods_out_of_stock(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1042]
    row = sandbox.store.stock[order.lines[0].product_size.sku, 1]
    physical, allocated = row.physical_quantity, row.allocated_quantity
    await api.data(CANCEL, id=order.id, input=cancelling({"removeItemsFromStock": True}))
    assert (row.physical_quantity, row.allocated_quantity) == (physical - 2, allocated - 2)


async def test_cancelling_can_send_the_goods_to_another_warehouse(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1042]
    sku = order.lines[0].product_size.sku
    here, there = sandbox.store.stock[sku, 1], sandbox.store.stock[sku, 2]
    before = here.physical_quantity, there.physical_quantity, there.free_to_allocate_quantity
    await api.data(CANCEL, id=order.id, input=cancelling({"sendItemsToDifferentWarehouse": {"id": 2}}))
    after = here.physical_quantity, there.physical_quantity, there.free_to_allocate_quantity
    assert after == (before[0] - 2, before[1] + 2, before[2] + 2)


async def test_a_stock_action_to_an_unknown_warehouse_cancels_nothing(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1042]
    payload = await api.data(CANCEL, id=order.id, input=cancelling({"sendItemsToDifferentWarehouse": {"id": 99}}))
    assert payload["userErrors"][0]["path"] == ["input", "stockAction", "sendItemsToDifferentWarehouse"]
    assert order.status == "PENDING"


@pytest.mark.parametrize("kind", ["shipped", "cancelled", "processing", "wholesale"])
async def test_completed_cancelled_captured_and_wholesale_orders_are_not_cancelled_here(
    api: Api, sandbox: Sandbox, kind: str
) -> None:
    order = sandbox.store.orders[KNOWN_ORDERS[kind]]
    status = order.status
    payload = await api.data(CANCEL, id=order.id, input=cancelling())
    assert payload["userErrors"]
    assert order.status == status


async def test_a_wholesale_order_has_a_mutation_of_its_own(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[KNOWN_ORDERS["wholesale"]]
    document = CANCEL.replace("DirectToConsumerOrderCancelInput", "WholesaleOrderCancelInput")
    payload = await api.data(
        document.replace("cancelDirectToConsumerOrder", "cancelWholesaleOrder"), id=order.id, input=cancelling()
    )
    assert payload["order"]["status"] == "CANCELLED"


async def test_mail_about_a_cancel_goes_out_only_when_asked_for(api: Api, sandbox: Sandbox) -> None:
    await api.data(CANCEL, id=sandbox.store.orders[1042].id, input=cancelling())
    assert sandbox.emails == []
    await api.data(
        CANCEL,
        id=sandbox.store.orders[1047].id,
        input={**cancelling(), "emailOptions": {"sendEmail": True}},
    )
    assert [email.kind for email in sandbox.emails] == ["order_cancellation"]


async def test_the_authorization_is_voided_only_when_asked_for(api: Api, sandbox: Sandbox) -> None:
    payload = await api.data(CANCEL, id=sandbox.store.orders[1042].id, input=cancelling(cancelAuthorization=True))
    assert payload["paymentHistoryEntry"] == {"entryType": "CANCEL", "status": "SUCCESS", "value": {"value": -646}}
    assert [entry["entryType"] for entry in payload["order"]["paymentHistory"]] == ["AUTH", "CANCEL"]
    payload = await api.data(CANCEL, id=sandbox.store.orders[1047].id, input=cancelling())
    assert payload["paymentHistoryEntry"] is None


async def test_an_asynchronous_provider_leaves_a_request_before_the_cancel(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[KNOWN_ORDERS["pending_asynchronous_payment"]]
    payload = await api.data(CANCEL, id=order.id, input=cancelling(cancelAuthorization=True))
    kinds = [entry["entryType"] for entry in payload["order"]["paymentHistory"]]
    assert kinds == ["AUTH", "CANCEL_REQUEST", "CANCEL"]


async def test_a_provider_that_refuses_does_not_stop_the_cancel(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1042]
    order.payment_method.fails = True
    payload = await api.data(CANCEL, id=order.id, input=cancelling(cancelAuthorization=True))
    assert payload["order"]["status"] == "CANCELLED"
    assert payload["paymentHistoryEntry"]["status"] == "FAILED"
    assert payload["userErrors"] == []
    assert payload["userWarnings"][0]["path"] == ["input", "cancelAuthorization"]


async def test_hold_is_a_flag_and_the_status_stays(api: Api, sandbox: Sandbox) -> None:
    order = {"number": 1042}
    payload = await api.data(UPDATE, order=order, input={"isOnHold": True, "holdStatusChangeReason": "Odd address"})
    assert (payload["order"]["isOnHold"], payload["order"]["status"]) == (True, "PENDING")
    entry = sandbox.store.orders[1042].history[-1]
    assert (entry.type, entry.data) == ("ORDER_STATUS_ON_HOLD_ADDED", {"reason": "Odd address"})
    payload = await api.data(UPDATE, order=order, input={"isOnHold": False})
    assert payload["order"]["isOnHold"] is False
    assert sandbox.store.orders[1042].history[-1].type == "ORDER_STATUS_ON_HOLD_REMOVED"


async def test_a_completed_order_cannot_be_put_on_hold(api: Api) -> None:
    payload = await api.data(UPDATE, order={"number": KNOWN_ORDERS["shipped"]}, input={"isOnHold": True})
    assert payload["userErrors"][0]["path"] == ["input", "isOnHold"]


async def test_an_update_changes_what_is_given_and_nothing_else(api: Api) -> None:
    given = {"shippingAddress": {"city": "Lund"}, "isInternal": True, "internalComment": "VIP", "otherComment": "Soon"}
    order = (await api.data(UPDATE, order={"number": 1042}, input=given))["order"]
    assert order["shippingAddress"] == {"firstName": "Anna", "city": "Lund", "country": {"code": "SE"}}
    assert (order["isInternal"], order["internalComment"], order["otherComment"]) == (True, "VIP", "Soon")
    assert order["status"] == "PENDING"


async def test_an_order_can_be_given_to_another_customer(api: Api, sandbox: Sandbox) -> None:
    await api.data(UPDATE, order={"number": 1042}, input={"customer": {"id": 2}})
    assert sandbox.store.orders[1042] in sandbox.store.customers[2].orders
    assert sandbox.store.orders[1042] not in sandbox.store.customers[1].orders
    payload = await api.data(UPDATE, order={"number": 1042}, input={"customer": {"id": 9999}})
    assert payload["userErrors"][0]["message"] == "Could not find Customer with ID 9999"


async def test_cancelling_a_line_lowers_its_quantity_and_frees_the_units(api: Api, sandbox: Sandbox) -> None:
    line = sandbox.store.orders[1042].lines[0]
    row = sandbox.store.stock[line.product_size.sku, 1]
    allocated = row.allocated_quantity
    cancel = {"line": {"id": line.id}, "quantity": 1, "stockActionPolicy": RELEASE}
    order = (await api.data(UPDATE, order={"number": 1042}, input={"cancelLines": cancel}))["order"]
    assert order["lines"][0] == {"id": line.id, "quantity": 1, "cancelledQuantity": 1}
    assert order["totals"] == {
        "quantity": 2,
        "originalQuantity": 3,
        "cancelledQuantity": 1,
        "shipping": {"value": 49},
    }
    assert order["grandTotal"] == {"value": 397}
    assert row.allocated_quantity == allocated - 1


async def test_a_line_cancelled_in_full_shows_only_when_asked_for(api: Api, sandbox: Sandbox) -> None:
    line = sandbox.store.orders[1042].lines[0]
    cancel = {"line": {"id": line.id}, "quantity": 2, "stockActionPolicy": RELEASE}
    await api.data(UPDATE, order={"number": 1042}, input={"cancelLines": [cancel]})
    document = "{ orders(where: {number: 1042}) { lines { id } all: lines(includeFullyCancelled: true) { id } } }"
    [order] = await api.data(document)
    assert (len(order["lines"]), len(order["all"])) == (1, 2)


@pytest.mark.parametrize("quantities", [(3,), (-1,), (1, 2)])
async def test_more_than_the_unshipped_quantity_cannot_be_cancelled(
    api: Api, sandbox: Sandbox, quantities: tuple[int, ...]
) -> None:
    line = sandbox.store.orders[1042].lines[0]
    cancels = [{"line": {"id": line.id}, "quantity": n, "stockActionPolicy": RELEASE} for n in quantities]
    payload = await api.data(UPDATE, order={"number": 1042}, input={"cancelLines": cancels, "isOnHold": True})
    assert payload["userErrors"]
    assert (line.quantity, sandbox.store.orders[1042].is_on_hold) == (2, False)


async def test_a_line_of_another_order_cannot_be_cancelled(api: Api, sandbox: Sandbox) -> None:
    other = sandbox.store.orders[1043].lines[0]
    cancel = {"line": {"id": other.id}, "quantity": 1, "stockActionPolicy": RELEASE}
    payload = await api.data(UPDATE, order={"number": 1042}, input={"cancelLines": [cancel]})
    assert payload["userErrors"][0]["path"] == ["input", "cancelLines", "0", "line"]


async def test_the_shipping_cost_of_a_confirmed_order_can_be_lowered(api: Api, sandbox: Sandbox) -> None:
    cost = {"value": 30, "currencyIsoCode": "SEK"}
    order = (await api.data(UPDATE, order={"number": 1043}, input={"shippingCost": cost}))["order"]
    assert order["totals"]["shipping"] == {"value": 30}
    assert sandbox.store.orders[1043].history[-1].data["message"].endswith("from 49.00 SEK to 30.00 SEK")


@pytest.mark.parametrize(
    ("number", "value", "currency"),
    [(1042, 30, "SEK"), (1043, 60, "SEK"), (1043, -1, "SEK"), (1043, 3, "EUR"), (1043, 3, "XXX")],
)
async def test_the_shipping_cost_is_not_raised_nor_changed_before_confirmation(
    api: Api, number: int, value: float, currency: str
) -> None:
    cost = {"value": value, "currencyIsoCode": currency}
    payload = await api.data(UPDATE, order={"number": number}, input={"shippingCost": cost})
    assert payload["userErrors"][0]["path"][:2] == ["input", "shippingCost"]


async def test_a_locked_order_takes_the_permission_of_the_lock(api: Api, sandbox: Sandbox) -> None:
    token = sandbox.issue_token(["Order:write", "Order:read"])
    document = """mutation { updateDirectToConsumerOrder(order: {number: 1049}, input: {isInternal: true}) {
        userErrors { message } } }"""
    error = await api.error(document, token=token)
    assert error["message"] == "You need Order.isLocked:write permission to access updateDirectToConsumerOrder."
    assert sandbox.store.orders[1049].is_internal is False
    assert await api.data(document) == {"userErrors": []}


async def test_orders_are_locked_together_or_not_at_all(api: Api, sandbox: Sandbox) -> None:
    document = """mutation ($orders: [OrderInput!]!) {
        setOrdersLock(input: {orders: $orders, isLocked: true}) { orders { number isLocked } userErrors { message } }
    }"""
    payload = await api.data(document, orders=[{"number": 1042}, {"number": 7}])
    assert payload["orders"] == []
    assert payload["userErrors"]
    payload = await api.data(document, orders=[{"number": 1042}, {"number": 1043}])
    assert [order["isLocked"] for order in payload["orders"]] == [True, True]


async def test_a_note_goes_into_the_history(api: Api, sandbox: Sandbox) -> None:
    payload = await api.data("""mutation { addOrderNote(input: {order: {number: 1042}, note: "Called, no answer"}) {
        orderHistoryEntry { type order { number } } userErrors { message } } }""")
    assert payload["orderHistoryEntry"] == {"type": "USER_NOTE_ADDED", "order": {"number": 1042}}
    assert sandbox.store.orders[1042].history[-1].data == {"note": "Called, no answer"}


async def test_an_edit_behind_the_api_is_seen(api: Api, sandbox: Sandbox) -> None:
    sandbox.store.orders[1042].status = "SHIPPED"
    sandbox.store.orders[1042].shipping_address.city = "Kiruna"
    [order] = await api.data("{ orders(where: {number: 1042}) { status shippingAddress { city } } }")
    assert order == {"status": "SHIPPED", "shippingAddress": {"city": "Kiruna"}}


async def test_an_order_can_be_read_whole(api: Api) -> None:
    [order] = await api.data("""{ orders(where: {number: 1042}) {
        id number status store { type } market { name } pricelist { name } country { name code } currencyBaseRate
        grandTotal { value valueInCents formattedValue conversionRate currency { code } }
        withoutTax: grandTotal(includingTax: false) { value }
        totals { lineValues { value } shipping { value } handling { value } discounts { value } taxIncluded { value } }
        paymentMethod { name } paymentHistory(where: {entryType: AUTH}) { status entryType value { value } }
        shippingPriceGroup { shippingOption { name } } allocationRule { name } discountsApplied { date }
        lines {
            productName productVariantName productNumber size quantity hasAnyDiscount discountPercent taxPercent
            unitPrice { value } lineValue { value } productSize { SKU } brand { name }
            allocations { quantity warehouse { name } stockChangeLine { id } }
        }
        ... on DirectToConsumerOrder { customer { email totalOrders lastOrder { number } } }
    } }""")
    assert order["grandTotal"] == {
        "value": 646,
        "valueInCents": 64600,
        "formattedValue": "646.00 SEK",
        "conversionRate": 1,
        "currency": {"code": "SEK"},
    }
    assert order["withoutTax"] == {"value": 516.8}
    assert order["paymentHistory"] == [{"status": "SUCCESS", "entryType": "AUTH", "value": {"value": 646}}]
    assert [line["productSize"]["SKU"] for line in order["lines"]] == ["TEE01ECRM", "SCK01NVYOS"]
    assert {a["warehouse"]["name"] for line in order["lines"] for a in line["allocations"]} == {"Stockholm"}
    assert DEMO_SKU not in str(order)
