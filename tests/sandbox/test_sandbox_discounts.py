from typing import Any

from sandbox_api import Api

from langchain_centra.sandbox import Sandbox

VOUCHERS = """query Vouchers($where: VoucherFilter) {
    vouchers(where: $where, limit: 50) {
        name code status method successfulUsages maxUsages startAt stopAt store { name } markets { name }
    }
}"""
CAMPAIGNS = """query Campaigns($where: CampaignFilter) {
    campaigns(where: $where, sort: [id_DESC], limit: 50) { name status markets { name } pricelists { name } }
}"""
UPDATE_VOUCHER = """mutation Update($id: Int!, $input: VoucherUpdateInput!) {
    updateVoucher(id: $id, input: $input) { voucher { name status } userErrors { message } }
}"""
UPDATE_CAMPAIGN = """mutation Update($id: Int!, $input: CampaignUpdateInput!) {
    updateCampaign(id: $id, input: $input) { campaign { status markets { name } } userErrors { message } }
}"""
DELETE = "mutation Delete($id: Int!) { deleteVoucher(id: $id) { userErrors { message } } }"


async def names(api: Api, document: str, **where: Any) -> list[str]:
    return [row["name"] for row in await api.data(document, where=where)]


async def test_vouchers_are_found_by_code_name_status_and_end(api: Api, sandbox: Sandbox) -> None:
    assert await names(api, VOUCHERS, code={"equals": "welcome"}) == ["Welcome"]
    assert await names(api, VOUCHERS, name={"contains": "summer"}) == ["Late summer"]
    assert await names(api, VOUCHERS, status=["INACTIVE"]) == ["Staff"]
    assert await names(api, VOUCHERS, stopAt={"to": "now"}) == ["Spring"]
    assert len(await names(api, VOUCHERS, storeId=[1])) == len(sandbox.store.vouchers)


async def test_a_voucher_counts_the_orders_that_used_it(api: Api) -> None:
    voucher = await api.data(
        "{ voucher(id: 1) { successfulUsages usages(limit: 200) { order { number } value { value } } } }"
    )
    assert len(voucher["usages"]) == voucher["successfulUsages"] > 5


async def test_a_voucher_is_switched_off_and_moved_to_other_markets(api: Api, sandbox: Sandbox) -> None:
    given = {"status": "INACTIVE", "removeMarkets": [{"id": 1}, {"id": 2}], "addMarkets": [{"id": 3}], "maxUsages": 0}
    assert await api.data(UPDATE_VOUCHER, id=1, input=given) == {
        "voucher": {"name": "Welcome", "status": "INACTIVE"},
        "userErrors": [],
    }
    assert [market.id for market in sandbox.store.vouchers[1].markets] == [3]


async def test_a_deleted_voucher_is_gone_and_orders_keep_what_it_took_off(api: Api, sandbox: Sandbox) -> None:
    used = [order for order in sandbox.store.orders.values() if order.discounts_applied]
    before = [order.grand_total_cents for order in used]
    assert await api.data(DELETE, id=1) == {"userErrors": []}
    assert not await names(api, VOUCHERS, id=[1])
    assert [order.grand_total_cents for order in used] == before
    [error] = (await api.data(DELETE, id=1))["userErrors"]
    assert error["message"] == "Could not find Voucher with ID 1"


async def test_campaigns_are_listed_by_status_and_market(api: Api) -> None:
    assert await names(api, CAMPAIGNS) == ["End of Denim", "Outerwear Days", "Knitwear Weeks"]
    assert await names(api, CAMPAIGNS, status=["ACTIVE"], marketId=[1]) == ["Knitwear Weeks"]
    market = await api.data("{ market(id: 3) { campaigns { name } } }")
    assert [row["name"] for row in market["campaigns"]] == ["Outerwear Days", "End of Denim"]


async def test_a_campaign_is_switched_on(api: Api, sandbox: Sandbox) -> None:
    answer = await api.data(UPDATE_CAMPAIGN, id=2, input={"status": "ACTIVE", "removeMarkets": [{"id": 3}]})
    assert answer["campaign"] == {"status": "ACTIVE", "markets": [{"name": "Sweden"}, {"name": "Europe"}]}
    assert sandbox.store.campaigns[2].status == "ACTIVE"
    [error] = (await api.data(UPDATE_CAMPAIGN, id=99, input={}))["userErrors"]
    assert error["message"] == "Could not find Campaign with ID 99"


async def test_attributes_of_a_voucher_are_not_in_the_sandbox_yet(api: Api) -> None:
    given = {"assignMappedAttributes": [{"attributeTypeName": "x", "attributeId": 1}]}
    error = await api.error(UPDATE_VOUCHER, id=1, input=given)
    assert "not in the sandbox yet" in error["message"]
