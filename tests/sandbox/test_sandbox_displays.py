from typing import Any

import pytest
from sandbox_api import Api

from langchain_centra.sandbox import Sandbox


async def test_a_display_shows_its_place_in_the_store(api: Api, sandbox: Sandbox) -> None:
    document = """{ displays(limit: 1) {
        name status uri tags minimumOrderQuantity taxGroup { name } store { name } markets { name }
        categories { name } canonicalCategory { name store { name } } product { productNumber }
        displayItems { id productVariant { name } } productVariants { name } related { type }
    } }"""
    [row] = await api.data(document)
    assert (row["name"], row["status"], row["uri"]) == ("Alva Tee", "ACTIVE", "alva-tee")
    assert row["canonicalCategory"] == {"name": "Tops", "store": {"name": "Alvelund"}}
    assert [market["name"] for market in row["markets"]] == ["Sweden", "Europe", "North America"]
    assert [item["productVariant"] for item in row["displayItems"]] == row["productVariants"]
    assert row["product"] == {"productNumber": "TEE01"}


@pytest.mark.parametrize(
    ("where", "test"),
    [
        ({"storeId": [2]}, lambda display: display.store.id == 2),
        ({"marketId": [3]}, lambda display: any(market.id == 3 for market in display.markets)),
        ({"productId": [1]}, lambda display: display.product.id == 1),
        ({"productVariantId": [1]}, lambda display: any(v.id == 1 for v in display.product_variants)),
        ({"status": ["INACTIVE"]}, lambda display: display.status == "INACTIVE"),
        ({"uri": {"equals": "alva-tee"}}, lambda display: display.uri == "alva-tee"),
        ({"search": "TEE01"}, lambda display: display.product.product_number == "TEE01"),
    ],
)
async def test_displays_are_filtered(api: Api, sandbox: Sandbox, where: dict[str, Any], test: Any) -> None:
    document = "query ($where: DisplayFilter) { displays(where: $where, limit: 200) { id } }"
    found = {row["id"] for row in await api.data(document, where=where)}
    assert found == {display.id for display in sandbox.store.displays.values() if test(display)}
    assert found


async def test_displays_are_paged_by_cursor(api: Api, sandbox: Sandbox) -> None:
    document = "query ($after: String) { displayConnection(first: 60, after: $after) %s }"
    selection = "{ totalCount pageInfo { hasNextPage endCursor } edges { node { id } } }"
    first = await api.data(document % selection)
    second = await api.data(document % selection, after=first["pageInfo"]["endCursor"])
    ids = [edge["node"]["id"] for page in (first, second) for edge in page["edges"]]
    assert first["totalCount"] == len(sandbox.store.displays)
    assert len(set(ids)) == len(ids)


async def test_categories_form_a_tree_in_each_store(api: Api) -> None:
    document = """{ categories(where: {isTopCategory: true, storeId: 1}, limit: 200) {
        name uri status childCategories { name isTopCategory childCategories { name } } } }"""
    tops = {row["name"]: row for row in await api.data(document)}
    assert list(tops) == ["New Arrivals", "Clothing", "Accessories", "Sale"]
    assert tops["Sale"]["status"] == "INACTIVE"
    children = {row["name"]: row["childCategories"] for row in tops["Clothing"]["childCategories"]}
    assert children["Outerwear"] == [{"name": "Rainwear"}]


async def test_children_are_found_by_their_parent(api: Api, sandbox: Sandbox) -> None:
    parent = next(row for row in sandbox.store.categories.values() if row.name == "Accessories")
    document = "query ($id: [Int!]) { categories(where: {parentId: $id}, limit: 5) { name } }"
    assert await api.data(document, id=[parent.id]) == [{"name": "Gifts"}]


async def test_products_and_markets_list_their_displays(api: Api, sandbox: Sandbox) -> None:
    product = await api.data("{ product(id: 1) { displays { name store { id } } } }")
    assert [row["store"]["id"] for row in product["displays"]] == [1, 2]
    market = await api.data("{ market(id: 4) { displays { store { id } } } }")
    assert {row["store"]["id"] for row in market["displays"]} == {2}


async def test_a_display_item_is_the_shop_s_product(api: Api) -> None:
    [item] = await api.data("{ displayItems(where: {id: 7001}, limit: 1) { id display { name } } }")
    assert item == {"id": 7001, "display": {"name": "Alva Tee"}}


async def test_an_order_line_names_its_category_and_shop_item(api: Api, sandbox: Sandbox) -> None:
    document = """{ orders(where: {number: 1043}, limit: 1) {
        lines { frontendItemId category { name } productSize { id } } } }"""
    [order] = await api.data(document)
    [line] = order["lines"]
    assert line["category"] == {"name": "Tops"}
    assert line["frontendItemId"] == f"7001-{line['productSize']['id']}"


@pytest.mark.parametrize(
    ("document", "permission"),
    [
        ("{ displays(limit: 1) { id } }", "Display:read"),
        ("{ categories(limit: 1) { id } }", "Category:read"),
        ("{ displays(limit: 1) { comment } }", "Display.comment:read"),
    ],
)
async def test_displays_and_categories_need_permissions(
    api: Api, sandbox: Sandbox, document: str, permission: str
) -> None:
    token = sandbox.issue_token({"Display:read"} - {permission})
    assert f"You need {permission} permission" in (await api.error(document, token=token))["message"]
