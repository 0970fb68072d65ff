"""Bundles, collections and updateProduct."""

from typing import Any

import pytest
from sandbox_api import Api, ManualClock

from langchain_centra.sandbox import DEMO_SKU, Sandbox

UPDATE = """mutation ($id: Int!, $input: ProductUpdateInput!) {
    updateProduct(id: $id, input: $input) {
        product { name status productNumber internalComment updatedAt }
        userErrors { message path } userWarnings { message path }
    }
}"""


async def test_a_bundle_is_sold_as_a_product_and_has_no_stock(api: Api, sandbox: Sandbox) -> None:
    rows = await api.data(
        "{ bundles { type priceType sizes { name } product { isBundle bundle { id } variants { id } } } }"
    )
    assert [row["type"] for row in rows] == ["FIXED", "FIXED"]
    assert rows[1]["sizes"] == [{"name": name} for name in ("S", "M", "L", "XL")]
    assert all(row["product"]["isBundle"] and row["product"]["bundle"] for row in rows)
    assert not any(size.product_variant.product.is_bundle for size in sandbox.store.product_sizes.values())


async def test_bundles_are_found_by_their_product(api: Api) -> None:
    [bundle] = await api.data('{ bundles(where: {search: "winter"}) { product { productNumber } } }')
    assert bundle["product"]["productNumber"] == "SET01"


async def test_a_collection_knows_how_many_products_it_has(api: Api, sandbox: Sandbox) -> None:
    rows = await api.data("{ collections { totalProducts } }")
    assert sum(row["totalProducts"] for row in rows) == len(sandbox.store.products)


async def test_a_product_is_changed_where_something_is_sent(api: Api, clock: ManualClock) -> None:
    clock.advance(60)
    payload = await api.data(UPDATE, id=1, input={"name": "Alva T-shirt", "internalComment": "Renamed", "status": None})
    product = payload["product"]
    assert (product["name"], product["status"], product["internalComment"]) == ("Alva T-shirt", "ACTIVE", "Renamed")
    assert product["updatedAt"] == "2026-03-02T10:31:00+01:00"
    assert (await api.data(UPDATE, id=1, input={"internalComment": None}))["product"]["internalComment"] is None


async def test_with_the_product_number_the_skus_change_and_keep_their_stock(api: Api, sandbox: Sandbox) -> None:
    before = sandbox.store.stock[DEMO_SKU, 1]
    await api.data(UPDATE, id=1, input={"productNumber": "TEE77"})
    assert sandbox.store.stock["TEE77BLKM", 1] is before
    assert not any(sku.startswith("TEE01") for sku in sandbox.store.product_sizes)
    assert await api.data('{ productSizes(where: {SKU: {equals: "TEE77BLKM"}}) { id } }') == [{"id": 1002}]


@pytest.mark.parametrize(
    ("number", "given"),
    [(9_999, {"name": "x"}), (1, {"name": " "}), (1, {"productNumber": ""}), (1, {"productNumber": "TEE02"})],
    ids=["unknown product", "empty name", "empty number", "number of another product"],
)
async def test_a_wrong_change_of_a_product_changes_nothing(
    api: Api, sandbox: Sandbox, number: int, given: dict[str, Any]
) -> None:
    payload = await api.data(UPDATE, id=number, input={**given, "status": "INACTIVE"})
    assert payload["userErrors"]
    assert sandbox.store.products[1].status == "ACTIVE"
    assert not sandbox.mutations[0].applied


async def test_what_the_sandbox_cannot_change_of_a_product_is_said(api: Api) -> None:
    error = await api.error(UPDATE, id=1, input={"brand": {"id": 1}})
    assert error["message"] == "ProductUpdateInput.brand is not in the sandbox yet."
