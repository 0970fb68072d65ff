from typing import Any

import pytest
from sandbox_api import Api

from langchain_centra.sandbox import KNOWN_ORDERS, Sandbox

RETURNS = """query ($where: ReturnFilter) {
    returns(where: $where, limit: 200) {
        __typename id returnStatus createdAt totalQuantity returnedToStock comment grandTotal { value }
        totals { quantity lineValues { value } taxIncluded { value } }
        lines { quantity lineValue { value } unitPrice { value } orderLine { id returnedQuantity } shipmentLine { id } }
        order { number } shipment { number } returnWarehouse { name } refundPaymentHistory { entryType value { value } }
    }
}"""


@pytest.fixture
def completed(sandbox: Sandbox) -> Any:
    return next(found for found in sandbox.store.returns.values() if found.return_status == "COMPLETED")


async def test_a_completed_return_is_refunded_and_counted_on_its_lines(api: Api, completed: Any) -> None:
    [found] = await api.data(RETURNS, where={"orderNumber": [completed.order.number]})
    assert found["returnStatus"] == "COMPLETED"
    assert found["shipment"]["number"] == completed.shipment.number
    [refund] = found["refundPaymentHistory"]
    assert refund == {"entryType": "REFUND", "value": {"value": -found["grandTotal"]["value"]}}
    assert found["totals"]["quantity"] == sum(line["quantity"] for line in found["lines"])
    assert all(line["orderLine"]["returnedQuantity"] == line["quantity"] for line in found["lines"])


async def test_a_refund_names_its_return(api: Api, completed: Any) -> None:
    document = "query ($n: [Int!]) { orders(where: {number: $n}, limit: 1) { paymentHistory { return { id } } } }"
    [order] = await api.data(document, n=[completed.order.number])
    assert {"return": {"id": completed.id}} in order["paymentHistory"]


async def test_returns_are_filtered_and_found_by_id(api: Api, sandbox: Sandbox) -> None:
    pending = [found.id for found in sandbox.store.returns.values() if found.return_status == "PENDING"]
    assert [found["id"] for found in await api.data(RETURNS, where={"returnStatus": ["PENDING"]})] == pending
    one = await api.data("query ($id: Int!) { return(id: $id) { id order { status } } }", id=pending[0])
    assert one == {"id": pending[0], "order": {"status": "SHIPPED"}}
    assert await api.data("{ return(id: 1) { id } }") is None


async def test_a_comment_takes_a_permission_of_its_own(api: Api, sandbox: Sandbox) -> None:
    token = sandbox.issue_token({"Return:read"})
    error = await api.error("{ returns(limit: 1) { comment } }", token=token)
    assert "Return.comment:read" in error["message"]


def test_a_bigger_store_returns_the_same_of_the_newest_orders(sandbox: Sandbox) -> None:
    big = Sandbox(clock=sandbox.clock, scale=2).store.returns
    assert {key: found.grand_total_cents for key, found in sandbox.store.returns.items()}.items() <= {
        key: found.grand_total_cents for key, found in big.items()
    }.items()
    assert not {found.order.number for found in big.values()} & set(KNOWN_ORDERS.values())


def test_stock_is_what_the_recorded_changes_brought(sandbox: Sandbox) -> None:
    sums = dict.fromkeys(sandbox.store.stock, 0)
    for change in sandbox.store.stock_changes.values():
        for line in change.lines:
            sums[line.product_size.sku, line.warehouse.id] += line.delivered_quantity
    assert sums == {key: row.physical_quantity for key, row in sandbox.store.stock.items()}
