"""get_stock and list_warehouses."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra import CentraToolkit
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox

Ask = Callable[..., Awaitable[ToolMessage]]
MOST_BYTES = 5_000


@pytest.fixture
def level(sandbox: Sandbox) -> Any:
    """A stock level in the warehouse Stockholm."""
    return next(row for row in sandbox.store.stock.values() if row.warehouse.name == "Stockholm")


async def test_stock_is_read_for_each_warehouse(ask: Ask, sandbox: Sandbox, level: Any) -> None:
    level.physical_quantity, level.allocated_quantity = 12, 5
    answer = await ask("get_stock", sku=level.product_size.sku)
    assert "Stockholm | 12 | 5 | 7 | " in answer.text
    [row] = answer.artifact
    stocked = {key[1] for key in sandbox.store.stock if key[0] == level.product_size.sku}
    assert {stock["warehouse"]["id"] for stock in row["stock"]} >= stocked
    assert level.product_size.product_variant.product.name in answer.text
    assert len(sandbox.requests) == 1


async def test_one_warehouse_is_named_in_any_case(ask: Ask, level: Any) -> None:
    text = (await ask("get_stock", sku=level.product_size.sku, warehouse="sTOCKHOLM")).text
    assert len(text.splitlines()) == 3


async def test_an_unknown_warehouse_is_answered_with_those_that_exist(ask: Ask, sandbox: Sandbox, level: Any) -> None:
    answer = await ask("get_stock", sku=level.product_size.sku, warehouse="Atlantis")
    assert answer.status == "error"
    assert all(warehouse.name in answer.text for warehouse in warehouses(sandbox))


async def test_an_unknown_sku_is_answered_with_similar_ones(ask: Ask, level: Any) -> None:
    sku = level.product_size.sku
    answer = await ask("get_stock", sku=sku[:-1])
    assert answer.status == "error"
    assert f"No product has the SKU {sku[:-1]}." in answer.text
    assert sku[:-1] in answer.text.partition("SKUs that contain")[2]


async def test_a_sku_like_no_other_is_said_to_be_unknown(ask: Ask) -> None:
    answer = await ask("get_stock", sku="zzzzzz")
    assert answer.text.startswith("No product has the SKU zzzzzz.")


async def test_names_are_left_out_when_the_token_may_not_read_them(
    sandbox: Sandbox, level: Any, lacking: Callable[..., str]
) -> None:
    token = lacking("ProductVariant:read", "Product:read")
    async with CentraToolkit(AsyncCentra(sandbox.url, token, transport=sandbox.transport())) as toolkit:
        tools = {tool.name: tool for tool in toolkit.get_tools()}
        text = await tools["get_stock"].ainvoke({"sku": level.product_size.sku})
    assert "Stockholm | " in text
    assert "ProductVariant:read" in text


async def test_warehouses_are_listed(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("list_warehouses")
    assert [row["name"] for row in answer.artifact] == [warehouse.name for warehouse in warehouses(sandbox)]
    assert answer.text.startswith(f"{len(answer.artifact)} of {len(answer.artifact)} warehouses:")


async def test_warehouses_are_narrowed_by_a_part_of_the_name(ask: Ask) -> None:
    assert [row["name"] for row in (await ask("list_warehouses", name="stock")).artifact] == ["Stockholm"]
    assert "No warehouse name contains 'Atlantis'" in (await ask("list_warehouses", name="Atlantis")).text


async def test_the_longest_list_of_warehouses_is_short_enough_and_says_what_is_missing(
    ask: Ask, sandbox: Sandbox
) -> None:
    for number in range(1_000, 1_250):
        add_warehouse(sandbox, number, f"Butik {number}")
    answer = await ask("list_warehouses")
    every = len(warehouses(sandbox))
    assert len(answer.text.encode()) < MOST_BYTES
    assert answer.text.startswith(f"{len(answer.artifact)} of {every} warehouses; narrow by a part of the name:")
    assert "Butik 1249" in (await ask("list_warehouses", name="1249")).text


@pytest.mark.parametrize("arguments", [{}, {"sku": ""}, {"sku": "  "}, {"sku": "x" * 5_000}, {"sku": ["a"]}])
async def test_an_absurd_sku_is_explained(ask: Ask, arguments: dict[str, Any]) -> None:
    answer = await ask("get_stock", **arguments)
    assert answer.status == "error"
    assert "sku" in answer.text
    assert len(answer.text) < 300


def warehouses(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.store.warehouses.values())


def add_warehouse(sandbox: Sandbox, number: int, name: str) -> None:
    like = warehouses(sandbox)[0]
    sandbox.store.warehouses[number] = type(like)(id=number, name=name, country=like.country, zip_code="")
