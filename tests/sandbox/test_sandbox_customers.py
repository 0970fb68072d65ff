"""updateCustomer."""

from sandbox_api import Api, ManualClock

from langchain_centra.sandbox import Sandbox

UPDATE = """mutation ($id: Int!, $input: CustomerUpdateInput!) {
    updateCustomer(id: $id, input: $input) {
        customer { status updatedAt } userErrors { message path } userWarnings { message path }
    }
}"""


async def test_a_customer_is_changed_where_something_is_sent(api: Api, sandbox: Sandbox, clock: ManualClock) -> None:
    clock.advance(60)
    payload = await api.data(UPDATE, id=1, input={"status": "INACTIVE"})
    assert payload["customer"] == {"status": "INACTIVE", "updatedAt": "2026-03-02T10:31:00+01:00"}
    await api.data(UPDATE, id=1, input={"status": None, "internalComment": "Called"})
    customer = sandbox.store.customers[1]
    assert (customer.status, customer.internal_comment) == ("INACTIVE", "Called")


async def test_an_unknown_customer_is_not_changed(api: Api, sandbox: Sandbox) -> None:
    payload = await api.data(UPDATE, id=9_999, input={"status": "INACTIVE"})
    assert payload["userErrors"] == [{"message": "Could not find Customer with ID 9999", "path": ["id"]}]
    assert not sandbox.mutations[0].applied


async def test_what_the_sandbox_cannot_change_of_a_customer_is_said(api: Api) -> None:
    error = await api.error(UPDATE, id=1, input={"market": {"id": 2}})
    assert error["message"] == "CustomerUpdateInput.market is not in the sandbox yet."
