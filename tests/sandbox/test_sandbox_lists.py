from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sandbox_api import Api

from langchain_centra.sandbox import Sandbox


@pytest.mark.parametrize("limit", [0, 201, -1])
async def test_a_limit_outside_its_range_is_an_error(api: Api, limit: int) -> None:
    assert (await api.error(f"{{ orders(limit: {limit}) {{ id }} }}"))["message"] == "Limit must be in range 1 - 200"


async def test_a_list_without_limit_has_twenty_rows(api: Api) -> None:
    assert len(await api.data("{ orders { id } }")) == 20


async def test_pages_follow_each_other_without_gap_or_overlap(api: Api) -> None:
    pages = [await api.data("query ($p: Int) { orders(limit: 200, page: $p) { number } }", p=p) for p in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [200, 200, 100, 0]
    assert len({order["number"] for page in pages for order in page}) == 500


async def test_the_first_page_is_page_one(api: Api) -> None:
    assert "Page" in (await api.error("{ orders(page: 0) { id } }"))["message"]


async def test_countries_come_without_a_limit(api: Api, sandbox: Sandbox) -> None:
    assert len(await api.data("{ countries { id } }")) == len(sandbox.store.countries)


async def test_a_connection_is_walked_forwards(api: Api) -> None:
    document = """query ($after: String) { orderConnection(first: 200, after: $after, sort: number_ASC) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { number } } } }"""
    seen: list[int] = []
    after, more = None, True
    while more:
        page = await api.data(document, after=after)
        assert page["pageInfo"]["hasPreviousPage"] is bool(seen)
        assert page["totalCount"] == 500
        seen += [edge["node"]["number"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == sorted(set(seen))
    assert len(seen) == 500


async def test_a_connection_is_walked_backwards(api: Api) -> None:
    document = """query ($before: String) { orderConnection(last: 10, before: $before, sort: orderDate_ASC) {
        pageInfo { hasNextPage hasPreviousPage startCursor } edges { node { number } } } }"""
    newest = await api.data(document)
    assert [edge["node"]["number"] for edge in newest["edges"]] == list(range(1041, 1051))
    assert newest["pageInfo"]["hasNextPage"] is False
    older = await api.data(document, before=newest["pageInfo"]["startCursor"])
    assert [edge["node"]["number"] for edge in older["edges"]] == list(range(1031, 1041))
    assert older["pageInfo"]["hasNextPage"] is True


async def test_a_cursor_holds_when_its_row_no_longer_matches(api: Api, sandbox: Sandbox) -> None:
    document = """query ($after: String) { orderConnection(first: 2, after: $after, where: {status: PENDING}) {
        pageInfo { endCursor hasPreviousPage } edges { node { number } } } }"""
    expected = [number for number, order in sandbox.store.orders.items() if order.status == "PENDING"]
    page = await api.data(document)
    for number in expected[:2]:
        sandbox.store.orders[number].status = "CONFIRMED"
    page = await api.data(document, after=page["pageInfo"]["endCursor"])
    assert [edge["node"]["number"] for edge in page["edges"]] == expected[2:4]


@pytest.mark.parametrize("arguments", ["first: 0", "first: 201", "last: 201", 'after: "nonsense"', 'before: "MQ=="'])
async def test_bounds_and_cursors_of_a_connection_are_checked(api: Api, arguments: str) -> None:
    assert (await api.error(f"{{ orderConnection({arguments}) {{ totalCount }} }}"))["path"] == ["orderConnection"]


async def numbers(api: Api, where: dict[str, Any]) -> list[int]:
    orders = await api.data("query ($w: OrderFilter) { orders(where: $w, limit: 200) { number } }", w=where)
    return [order["number"] for order in orders]


async def test_a_single_value_stands_for_a_list(api: Api) -> None:
    assert await numbers(api, {"number": 1042}) == [1042]
    assert await numbers(api, {"number": [1042, 1043, 7]}) == [1042, 1043]


async def test_conditions_narrow_the_result_together(api: Api) -> None:
    assert await numbers(api, {"number": [1042, 1043], "status": "CONFIRMED"}) == [1043]
    assert await numbers(api, {"number": [1042, 1048], "storeType": "WHOLESALE"}) == [1048]


async def test_negate_turns_round_the_condition_of_the_field_it_names(api: Api, sandbox: Sandbox) -> None:
    found = await numbers(api, {"status": ["SHIPPED", "CANCELLED"], "negate": ["status"]})
    open_orders = [n for n, order in sandbox.store.orders.items() if order.status not in ("SHIPPED", "CANCELLED")]
    assert found == open_orders
    assert await numbers(api, {"number": [1042, 1043], "status": "PENDING", "negate": ["status"]}) == [1043]
    assert 1042 not in await numbers(api, {"number": 1042, "negate": ["number"]})


async def test_not_null_keeps_rows_that_have_the_field(api: Api, sandbox: Sandbox) -> None:
    found = await numbers(api, {"notNull": ["accountId"]})
    assert found == [n for n, order in sandbox.store.orders.items() if order.store.type == "WHOLESALE"]
    assert 1048 in found


async def test_search_looks_into_number_name_and_mail(api: Api) -> None:
    assert 1042 in await numbers(api, {"search": "anna.berg@"})
    assert 1042 in await numbers(api, {"search": "Anna Berg"})
    assert await numbers(api, {"search": "1042"}) == [1042]


async def test_text_is_matched_by_exactly_one_operator(api: Api) -> None:
    documents = "query ($m: StringMatch) { productSizes(where: {SKU: $m}) { SKU } }"
    assert [size["SKU"] for size in await api.data(documents, m={"contains": "tee01blk"})][:1] == ["TEE01BLKS"]
    assert "Exactly one" in (await api.error(documents, m={"contains": "a", "equals": "b"}))["message"]


async def test_flags_and_ranges_filter(api: Api) -> None:
    assert 1047 in await numbers(api, {"isOnHold": True})
    assert await numbers(api, {"isLocked": True}) == [1049]
    assert await numbers(api, {"number": [1042, 1045], "allocatedWarehouseCount": {"from": 1}}) == [1042]


async def test_a_date_without_offset_is_in_the_store_zone(api: Api, sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1042]
    local = order.order_date.astimezone(ZoneInfo("Europe/Stockholm")).replace(tzinfo=None)
    second = timedelta(seconds=1)
    both = {"from": (local - second).isoformat(" ", "seconds"), "to": (local + second).isoformat(" ", "seconds")}
    assert await numbers(api, {"orderDate": both}) == [1042]
    utc = {"from": (local - second).isoformat() + "Z", "to": (local + second).isoformat() + "+0000"}
    assert await numbers(api, {"orderDate": utc}) == []


async def test_one_end_of_a_range_is_enough(api: Api) -> None:
    assert await numbers(api, {"createdAt": {"from": "2026-03-01"}}) == list(range(1043, 1051))


async def test_what_is_no_date_is_an_error(api: Api) -> None:
    assert "is not a date" in (await api.error('{ orders(where: {createdAt: {from: "soon"}}) { id } }'))["message"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (None, "2026-03-01T02:14:24+01:00"),
        ("Y-m-d", "2026-03-01"),
        ("Y-m-d\\\\TH:i:sO", "2026-03-01T02:14:24+0100"),
        ("D j M y, g:i A", "Sun 1 Mar 26, 2:14 AM"),
        ("N z W t L", "7 59 09 31 0"),
        ("\\\\Y", "Y"),
        ("U", "1772327664"),
        ("c", "2026-03-01T02:14:24+01:00"),
    ],
)
async def test_dates_are_written_in_a_php_pattern_in_the_store_zone(
    api: Api, sandbox: Sandbox, pattern: str | None, expected: Any
) -> None:
    sandbox.store.orders[1042].order_date = sandbox.store.orders[1042].order_date.replace(
        year=2026, month=3, day=1, hour=2, minute=14, second=24
    )
    argument = "" if pattern is None else f'(format: "{pattern}")'
    [order] = await api.data(f"{{ orders(where: {{number: 1042}}) {{ orderDate{argument} }} }}")
    assert order["orderDate"] == expected


async def test_sorting_goes_by_several_values(api: Api) -> None:
    products = await api.data("{ products(sort: [updatedAt_DESC, id_ASC], limit: 3) { id } }")
    assert [product["id"] for product in products] == [60, 59, 58]


async def test_products_lead_to_variants_sizes_and_stock(api: Api) -> None:
    [product] = await api.data("""{ products(where: {productNumber: {equals: "TEE01"}}) {
        name brand { name } folder { name } weight { value unit formattedValue } countryOfOrigin { code }
        variants { name variantNumber internalName unitCost { formattedValue }
            productSizes(where: {description: {equals: "M"}}) { SKU EAN size { name sizeChart { name } } }
            stock(limit: 1) { freeToAllocateQuantity } stockTotals { physicalQuantity }
        }
    } }""")
    assert [variant["productSizes"][0]["SKU"] for variant in product["variants"]] == ["TEE01BLKM", "TEE01ECRM"]


async def test_channels_are_listed(api: Api) -> None:
    body = await api.answer("""{
        stores { name type allocationRule { name } }
        markets(where: {assignedCountryId: 1}) { name store { name } assignedToCountries { code isEU } }
        currencies(where: {isBase: true}) { code isBase }
        all: currencies { code }
        languages { name code } pricelists { name currency { code } }
        countries(where: {ISO2: "SE"}) { name code continent } allocationRules { name }
        brands { name } collections { name } folders { name isTopFolder } sizeCharts { name sizes { name } }
        us: countries(where: {ISO3: "USA"}) { states { code } }
        market(id: 2) { name } pricelist(id: 1) { name } product(id: 1) { name } productVariant(id: 1) { name }
    }""")
    assert "errors" not in body
    data = body["data"]
    assert [store["type"] for store in data["stores"]] == ["DIRECT_TO_CONSUMER", "WHOLESALE"]
    assert [currency["code"] for currency in data["all"]] == ["SEK", "EUR", "USD"]
    assert data["currencies"] == [{"code": "SEK", "isBase": True}]
    assert "Sweden" in [market["name"] for market in data["markets"]]


async def test_customers_are_found_by_mail_and_number_of_orders(api: Api, sandbox: Sandbox) -> None:
    [customer] = await api.data("""{ customers(where: {email: {equals: "anna.berg@example.com"}}) {
        id firstName totalOrders store { name } billingAddress { city } lastOrder { number } } }""")
    assert customer["id"] == 1
    assert customer["totalOrders"] == len(sandbox.store.customers[1].orders)
    many = await api.data("{ customerConnection(where: {totalOrders: {from: 5}}) { totalCount } }")
    assert many["totalCount"] == sum(len(customer.orders) >= 5 for customer in sandbox.store.customers.values())


async def test_counters_count_what_a_filter_lets_through(api: Api, sandbox: Sandbox) -> None:
    counters = await api.data("""{ counters {
        orders customers products countries graphQLAccess pending: orders(where: {status: PENDING}) } }""")
    pending = sum(order.status == "PENDING" for order in sandbox.store.orders.values())
    assert counters == {
        "orders": 500,
        "customers": 200,
        "products": 62,
        "countries": 10,
        "graphQLAccess": 1,
        "pending": pending,
    }


async def test_payment_history_is_listed_across_orders(api: Api) -> None:
    entries = await api.data("""{ orderPaymentHistory(where: {entryType: CAPTURE, status: SUCCESS}, limit: 3) {
        entryType value { value } order { number } } }""")
    assert {entry["entryType"] for entry in entries} == {"CAPTURE"}
