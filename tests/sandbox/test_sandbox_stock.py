from typing import Any

import pytest
from sandbox_api import Api, ManualClock

from langchain_centra.sandbox import DEMO_SKU, Sandbox
from langchain_centra.sandbox.state.stock import Stock

SET = """mutation ($input: StockSetInput!) {
    setStock(input: $input) {
        stockChanges { id comment warehouse { name } lines { deliveredQuantity productSize { SKU } } }
        userErrors { message path } userWarnings { message path }
    }
}"""
CHANGE = """mutation ($input: StockChangeInput!) {
    changeStock(input: $input) {
        stockChange { id lines { deliveredQuantity warehouse { name } unitCost { value currency { code } } } }
        userErrors { message path }
    }
}"""


def setting(quantity: int, sku: str = DEMO_SKU, **more: Any) -> dict[str, Any]:
    items = [{"productSize": {"SKU": sku}, "quantity": quantity}]
    plain = {"warehouse": {"id": 1}, "description": "Count", "stockQuantityType": "PHYSICAL", "productSizes": items}
    return {**plain, **more}


def by_variant(size: dict[str, Any], quantity: int, variant: int = 1) -> list[dict[str, Any]]:
    sizes = [{"size": size, "deliveredQuantity": quantity}]
    return [{"productVariant": {"id": variant}, "sizeChanges": sizes}]


@pytest.fixture
def row(sandbox: Sandbox) -> Stock:
    return sandbox.store.stock[DEMO_SKU, 1]


async def test_setting_stock_records_the_difference(api: Api, row: Stock) -> None:
    payload = await api.data(SET, input=setting(25))
    [change] = payload["stockChanges"]
    assert (change["comment"], change["warehouse"]) == ("Count", {"name": "Stockholm"})
    assert change["lines"] == [{"deliveredQuantity": 13, "productSize": {"SKU": DEMO_SKU}}]
    assert (row.physical_quantity, row.allocated_quantity, row.free_to_allocate_quantity) == (25, 2, 23)


async def test_setting_stock_to_what_it_is_changes_nothing(api: Api, row: Stock) -> None:
    payload = await api.data(SET, input=setting(12))
    assert payload == {"stockChanges": [], "userErrors": [], "userWarnings": []}


async def test_a_level_below_the_allocated_units_is_raised_to_them_with_a_warning(api: Api, row: Stock) -> None:
    payload = await api.data(SET, input=setting(1))
    assert payload["userErrors"] == []
    assert payload["userWarnings"][0]["message"].endswith("the quantity allocated to orders")
    assert row.physical_quantity == 2


async def test_several_sizes_are_set_by_variant_and_by_size_together(api: Api, sandbox: Sandbox) -> None:
    levels = [{"size": {"name": "S"}, "quantity": 7}, {"size": {"externalId": "Clothes|L"}, "quantity": 8}]
    variants = [{"productVariant": {"id": 1}, "sizeStockLevels": levels}]
    await api.data(SET, input=setting(9, productVariants=variants))
    stock = sandbox.store.stock
    assert [stock[f"TEE01BLK{size}", 1].physical_quantity for size in "SML"] == [7, 9, 8]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": -1},
        {"sku": "NOPE"},
        {"warehouse": {"id": 9}},
        {"description": " "},
        {"productSizes": []},
        {"productVariants": [{"productVariant": {"id": 1}, "sizeStockLevels": [{"size": {"id": 5}, "quantity": 1}]}]},
    ],
    ids=["negative", "unknown SKU", "unknown warehouse", "no description", "no items", "size of another chart"],
)
async def test_one_wrong_row_sets_nothing_at_all(api: Api, row: Stock, wrong: dict[str, Any]) -> None:
    payload = await api.data(SET, input=setting(**{"quantity": 25, **wrong}))
    assert payload["stockChanges"] == []
    assert payload["userErrors"]
    assert row.physical_quantity == 12


@pytest.mark.parametrize("reference", [{"SKU": DEMO_SKU}, {"any": DEMO_SKU}, {"id": 1002}, {"any": "7350000000021"}])
async def test_a_product_size_has_several_identifiers(
    api: Api, sandbox: Sandbox, row: Stock, reference: dict[str, Any]
) -> None:
    ean = sandbox.store.product_sizes[DEMO_SKU].ean
    reference = {name: ean if value == "7350000000021" else value for name, value in reference.items()}
    await api.data(SET, input=setting(25, productSizes=[{"productSize": reference, "quantity": 25}]))
    assert row.physical_quantity == 25


async def test_a_warehouse_is_found_by_its_external_id(api: Api, row: Stock) -> None:
    await api.data(SET, input=setting(25, warehouse={"externalId": "sto"}))
    assert row.physical_quantity == 25


async def test_any_does_not_match_an_id(api: Api) -> None:
    payload = await api.data(SET, input=setting(25, productSizes=[{"productSize": {"any": "1002"}, "quantity": 25}]))
    assert payload["userErrors"]


async def test_stock_is_added_with_its_unit_cost(api: Api, row: Stock) -> None:
    items = [{**by_variant({"name": "M"}, 5)[0], "unitCost": {"value": 41, "currencyIsoCode": "EUR"}}]
    given = {"intoWarehouse": {"id": 1}, "description": "New stock", "productVariants": items}
    payload = await api.data(CHANGE, input=given)
    assert payload["stockChange"]["lines"] == [
        {
            "deliveredQuantity": 5,
            "warehouse": {"name": "Stockholm"},
            "unitCost": {"value": 41, "currency": {"code": "EUR"}},
        }
    ]
    assert row.physical_quantity == 17


async def test_stock_is_removed_up_to_what_is_free(api: Api, row: Stock) -> None:
    given = {"outFromWarehouse": {"id": 1}, "description": "Broken", "productVariants": by_variant({"id": 2}, 10)}
    assert (await api.data(CHANGE, input=given))["userErrors"] == []
    assert (row.physical_quantity, row.free_to_allocate_quantity) == (2, 0)
    assert "Only 0 of TEE01BLKM" in (await api.data(CHANGE, input=given))["userErrors"][0]["message"]


async def test_stock_moves_between_warehouses(api: Api, sandbox: Sandbox, row: Stock) -> None:
    there = sandbox.store.stock[DEMO_SKU, 2]
    before = there.physical_quantity
    items = [{"productSize": {"SKU": DEMO_SKU}, "deliveredQuantity": 4}]
    given = {"outFromWarehouse": {"id": 1}, "intoWarehouse": {"id": 2}, "description": "Move", "productSizes": items}
    payload = await api.data(CHANGE, input=given)
    assert [line["deliveredQuantity"] for line in payload["stockChange"]["lines"]] == [-4, 4]
    assert (row.physical_quantity, there.physical_quantity) == (8, before + 4)


async def test_rows_of_one_size_count_together(api: Api, row: Stock) -> None:
    items = [{"productSize": {"SKU": DEMO_SKU}, "deliveredQuantity": 6}] * 2
    given = {"outFromWarehouse": {"id": 1}, "description": "Twice", "productSizes": items}
    assert (await api.data(CHANGE, input=given))["userErrors"]
    assert row.physical_quantity == 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"intoWarehouse": None},
        {"outFromWarehouse": {"id": 1}},
        {"productVariants": by_variant({"id": 2}, 0)},
        {"productVariants": by_variant({"id": 2}, -3)},
        {"productVariants": by_variant({"id": 2}, 1, variant=999)},
    ],
    ids=["no warehouse", "both the same", "zero", "negative", "unknown variant"],
)
async def test_a_wrong_change_changes_nothing(api: Api, row: Stock, wrong: dict[str, Any]) -> None:
    plain = {"intoWarehouse": {"id": 1}, "description": "x", "productVariants": by_variant({"id": 2}, 1)}
    assert (await api.data(CHANGE, input={**plain, **wrong}))["userErrors"]
    assert row.physical_quantity == 12


async def test_physical_is_free_plus_allocated_wherever_it_is_read(api: Api) -> None:
    quantities = "physicalQuantity allocatedQuantity"
    [size] = await api.data(f"""{{ productSizes(where: {{SKU: {{equals: "{DEMO_SKU}"}}}}) {{
        quantity stock {{ {quantities} freeToAllocateQuantity warehouse {{ name }} }} stockTotals {{ {quantities} }}
        here: stockTotals(where: {{warehouseId: 1}}) {{ physicalQuantity }}
    }} }}""")
    for level in size["stock"]:
        assert level["physicalQuantity"] == level["freeToAllocateQuantity"] + level["allocatedQuantity"]
    assert size["stockTotals"]["physicalQuantity"] == sum(level["physicalQuantity"] for level in size["stock"])
    assert size["here"] == {"physicalQuantity": 12}
    assert [level["warehouse"]["name"] for level in size["stock"]] == ["Stockholm", "Rotterdam", "New Jersey"]


async def test_the_stock_of_a_warehouse_is_filtered_and_sorted(api: Api) -> None:
    [warehouse] = await api.data("""{ warehouses(where: {name: {equals: "Stockholm"}}) {
        stock(where: {productId: 1, physicalQuantity: {from: 1}}, sort: physicalQuantity_DESC, limit: 3) {
            physicalQuantity productSize { SKU }
        }
    } }""")
    levels = [level["physicalQuantity"] for level in warehouse["stock"]]
    assert levels == sorted(levels, reverse=True)
    assert all(level["productSize"]["SKU"].startswith("TEE01") for level in warehouse["stock"])


async def test_a_stock_change_is_found_by_its_description_and_time(
    api: Api, sandbox: Sandbox, clock: ManualClock
) -> None:
    clock.advance(60)
    await api.data(SET, input=setting(25, description="Count of 2 March"))
    found = await api.data("""{ stockChangeConnection(
        sort: id_DESC, where: {comment: {equals: "Count of 2 March"}, createdAt: {from: "2026-03-02 10:30:30"}}
    ) { totalCount edges { node { comment createdAt lines { deliveredQuantity } } } } }""")
    assert found["totalCount"] == 1
    assert found["edges"][0]["node"]["lines"] == [{"deliveredQuantity": 13}]


async def test_stock_change_lines_are_listed_by_warehouse_and_size(api: Api) -> None:
    await api.data(SET, input=setting(25))
    lines = await api.data("""{ stockChangeLines(where: {productSizeId: 1002, warehouseId: 1}) {
        deliveredQuantity stockChange { comment } } }""")
    assert [line["deliveredQuantity"] for line in lines] == [12, 13]
