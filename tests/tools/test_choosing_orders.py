"""search_orders by market, store, SKU and amount; get_order by sections; get_stock by product."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra import CentraToolkit
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import DEMO_SKU, Sandbox

Ask = Callable[..., Awaitable[ToolMessage]]
MOST_BYTES = 5_000
LONG_AGO = "2001-01-01"


def numbers(orders: list[Any]) -> list[int]:
    return [order.number for order in sorted(orders, key=lambda order: order.order_date, reverse=True)]


def selling(sandbox: Sandbox, sku: str) -> list[Any]:
    orders = sandbox.store.orders.values()
    return [order for order in orders if any(line.product_size.sku == sku for line in order.lines)]


async def test_orders_are_narrowed_by_market_and_store(ask: Ask, sandbox: Sandbox) -> None:
    wholesale = [order for order in sandbox.store.orders.values() if order.store.type == "WHOLESALE"]
    answer = await ask("search_orders", store="alvelund wholesale", limit=5)
    assert [row["number"] for row in answer.artifact] == numbers(wholesale)[:5]
    market = wholesale[0].market.name
    assert (await ask("search_orders", market=market, limit=5)).artifact == answer.artifact
    assert len(sandbox.requests) == 3


async def test_an_unknown_market_is_answered_with_those_that_exist(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("search_orders", market="Mars")
    assert all(market.name in answer.text for market in sandbox.store.markets.values())


async def test_orders_of_a_sku_or_ean_are_found_by_reading_and_counted(ask: Ask, sandbox: Sandbox) -> None:
    sku = "TEE01ECRM"
    wanted = selling(sandbox, sku)
    answer = await ask("search_orders", sku=sku, created_from=LONG_AGO, limit=50)
    assert [row["number"] for row in answer.artifact] == numbers(wanted)
    assert answer.text.startswith(f"{len(wanted)} matching orders; 500 of 500 orders were read, the newest first.")
    ean = sandbox.store.product_sizes[sku].ean
    assert (await ask("search_orders", sku=ean, created_from=LONG_AGO, limit=50)).artifact == answer.artifact
    assert [request.operation_name for request in sandbox.requests].count("SiftOrders") == 10


async def test_reading_ends_when_enough_is_found(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("search_orders", sku="TEE01ECRM", created_from=LONG_AGO, limit=2)
    assert len(answer.artifact) == 2
    assert "narrow the period or raise limit" in answer.text
    assert len(sandbox.requests) == 1


async def test_orders_from_an_amount_on_are_found_without_their_lines(ask: Ask, sandbox: Sandbox) -> None:
    order: Any = sandbox.store.orders[1042]
    customer = order.customer
    wanted = [order for order in customer.orders if order.grand_total_cents >= 60_000]
    answer = await ask("search_orders", customer=customer.email, minimum_total=600)
    assert [row["number"] for row in answer.artifact] == numbers(wanted)
    assert all(row["lines"] is None for row in answer.artifact)
    assert "in each order's own currency" in answer.text
    none = await ask("search_orders", customer=customer.email, minimum_total=10**9)
    assert none.text.startswith("No order matches;")


@pytest.mark.parametrize("arguments", [{"sku": "TEE01ECRM"}, {"minimum_total": 5}, {"sku": "x", "status": "PENDING"}])
async def test_a_search_that_would_read_everything_is_refused(
    ask: Ask, sandbox: Sandbox, arguments: dict[str, Any]
) -> None:
    answer = await ask("search_orders", **arguments)
    assert answer.status == "error"
    assert "need customer or created_from too" in answer.text
    assert not sandbox.requests


async def test_what_the_token_may_not_read_is_no_filter(sandbox: Sandbox, lacking: Callable[..., str]) -> None:
    token = lacking("Market:read", "ProductSize:read")
    async with CentraToolkit(AsyncCentra(sandbox.url, token, transport=sandbox.transport())) as toolkit:
        search = next(tool for tool in toolkit.get_tools() if tool.name == "search_orders")
        by_market = await search.ainvoke({"market": "Sweden"})
        by_sku = await search.ainvoke({"sku": DEMO_SKU, "created_from": LONG_AGO})
        by_store = await search.ainvoke({"store": "Alvelund", "limit": 1})
    assert "need Market:read" in by_market
    assert "need ProductSize:read" in by_sku
    assert by_store.startswith("The newest 1 of")


async def test_only_the_sections_that_are_asked_for_are_read(ask: Ask, sandbox: Sandbox) -> None:
    returned = next(iter(sandbox.store.returns.values()))
    answer = await ask("get_order", order_number=returned.order.number, sections=["returns"])
    assert f"{returned.id} | COMPLETED" in answer.text
    assert "SKU |" not in answer.text
    order, found = answer.artifact
    assert (order["lines"], order["shipments"], order["shipping_address"]) == (None, None, None)
    assert found["id"] == returned.id
    assert len(sandbox.requests) == 1


async def test_the_discounts_of_an_order_are_read_by_choice(ask: Ask, sandbox: Sandbox) -> None:
    order = next(order for order in sandbox.store.orders.values() if order.discounts_applied)
    [discount] = order.discounts_applied
    text = (await ask("get_order", order_number=order.number, sections=["discounts"])).text
    assert f"{discount.voucher_name} | {discount.code} | {discount.cents / 100:.2f}" in text
    assert "No discounts." in (await ask("get_order", order_number=1042, sections=["discounts"])).text


async def test_an_unknown_section_is_answered_with_those_that_exist(ask: Ask) -> None:
    answer = await ask("get_order", order_number=1042, sections=["weather"])
    assert "'lines', 'addresses', 'discounts', 'payments', 'shipments', 'returns' or 'history'" in answer.text


@pytest.mark.parametrize("product", ["Alva Tee", "alva tee", "TEE01"])
async def test_the_stock_of_a_product_is_read_in_one_request(ask: Ask, sandbox: Sandbox, product: str) -> None:
    answer = await ask("get_stock", product=product)
    assert "Black | M | TEE01BLKM | Stockholm | 12 | 2 | 10" in answer.text
    rows = [row for row in sandbox.store.stock.values() if row.product_size.sku.startswith("TEE01")]
    free = sum(row.free_to_allocate_quantity for row in rows)
    assert f"Free to allocate in these {len(rows)} levels: {free}" in answer.text
    assert len(sandbox.requests) == 1


async def test_the_stock_of_a_product_is_narrowed_by_variant_and_warehouse(ask: Ask) -> None:
    text = (await ask("get_stock", product="TEE01", variant="black", warehouse="stockholm")).text
    assert "Black | M | TEE01BLKM | Stockholm | 12 | 2 | 10" in text
    assert "Ecru" not in text
    assert "Rotterdam" not in text
    assert "Black, Ecru" in (await ask("get_stock", product="TEE01", variant="Pink")).text


async def test_a_size_is_found_by_its_ean(ask: Ask, sandbox: Sandbox) -> None:
    text = (await ask("get_stock", sku=sandbox.store.product_sizes[DEMO_SKU].ean)).text
    assert text == (await ask("get_stock", sku=DEMO_SKU)).text


async def test_a_product_that_is_not_clear_is_answered_with_the_candidates(ask: Ask, sandbox: Sandbox) -> None:
    assert "Products like it: Alva Tee (TEE01); " in (await ask("get_stock", product="Alva")).text
    assert "SKUs like it: TEE01BLKS" in (await ask("get_stock", product="TEE01B")).text
    assert (await ask("get_stock", product="zzz")).text == "There is no product with the name or number 'zzz'."
    [one, other, *_] = sandbox.store.products.values()
    other.name = one.name
    answer = await ask("get_stock", product=one.name)
    assert f"give one of the numbers {one.product_number}, {other.product_number}" in answer.text


async def test_the_longest_stock_of_a_product_is_short_enough_and_says_what_is_missing(
    ask: Ask, sandbox: Sandbox
) -> None:
    store = sandbox.store
    for number in range(1_000, 1_100):
        warehouse = replace(store.warehouses[1], id=number, name=f"Butik {number}")
        store.warehouses[number] = warehouse
        for sku in [sku for sku in store.product_sizes if sku.startswith("TEE01")]:
            store.stock_at(store.product_sizes[sku], warehouse).physical_quantity = 3
    answer = await ask("get_stock", product="TEE01")
    assert len(answer.text.encode()) < MOST_BYTES
    assert "narrow by variant or warehouse, or give a SKU" in answer.text
    assert "Of Black, Ecru only the first 200 levels were read; give a SKU for the rest." in answer.text


async def test_stock_by_product_takes_permissions_that_stock_by_sku_does_not(
    sandbox: Sandbox, lacking: Callable[..., str]
) -> None:
    token = lacking("ProductVariant.stock:read")
    async with CentraToolkit(AsyncCentra(sandbox.url, token, transport=sandbox.transport())) as toolkit:
        stock = next(tool for tool in toolkit.get_tools() if tool.name == "get_stock")
        assert "needs ProductVariant.stock:read" in await stock.ainvoke({"product": "TEE01"})
        assert "Stockholm | 12 | 2 | 10" in await stock.ainvoke({"sku": DEMO_SKU})


@pytest.mark.parametrize(
    "arguments", [{}, {"sku": DEMO_SKU, "product": "TEE01"}, {"sku": DEMO_SKU, "variant": "Black"}]
)
async def test_stock_of_nothing_or_of_two_things_is_refused(
    ask: Ask, sandbox: Sandbox, arguments: dict[str, Any]
) -> None:
    answer = await ask("get_stock", **arguments)
    assert answer.status == "error"
    assert "product" in answer.text
    assert not sandbox.requests
