from typing import Any

import pytest
from sandbox_api import Api

from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.state.displays import Category, Display

UPDATE = """mutation ($id: Int!, $input: DisplayUpdateInput!) {
    updateDisplay(id: $id, input: $input) {
        display { uri categories { name } markets { name } displayItems { productVariant { id } } }
        userErrors { message path } userWarnings { message }
    }
}"""
CREATE = """mutation ($input: CategoryCreateInput!) {
    createCategory(input: $input) {
        category { id name uri status isTopCategory store { id } } userErrors { message path }
    }
}"""
CHANGE = """mutation ($id: Int!, $input: CategoryUpdateInput!) {
    updateCategory(id: $id, input: $input) { category { name uri } userErrors { message path } }
}"""


@pytest.fixture
def display(sandbox: Sandbox) -> Display:
    return sandbox.store.displays[2001]


def category(sandbox: Sandbox, name: str, store_id: int = 1) -> Category:
    return next(r for r in sandbox.store.categories.values() if (r.name, r.store.id) == (name, store_id))


async def test_a_display_gets_into_a_category_and_out_of_another(api: Api, sandbox: Sandbox, display: Display) -> None:
    new, old = category(sandbox, "Gifts"), category(sandbox, "Tops")
    given = {"addCategories": [{"id": new.id}], "removeCategories": [{"id": old.id}]}
    payload = await api.data(UPDATE, id=display.id, input=given)
    names = [row["name"] for row in payload["display"]["categories"]]
    assert "Gifts" in names
    assert "Tops" not in names
    assert names == [row.name for row in display.categories]
    assert [record.name for record in sandbox.mutations] == ["updateDisplay"]


async def test_adding_what_is_there_changes_nothing(api: Api, sandbox: Sandbox, display: Display) -> None:
    before = [*display.categories]
    given = {
        "addCategories": [{"id": display.categories[0].id}],
        "removeCategories": [{"id": category(sandbox, "Gifts").id}],
    }
    assert (await api.data(UPDATE, id=display.id, input=given))["userErrors"] == []
    assert display.categories == before


async def test_markets_and_variants_change(api: Api, sandbox: Sandbox, display: Display) -> None:
    variant = display.product_variants[0].id
    given = {"removeMarkets": [{"id": 3}], "removeProductVariants": [{"id": variant}], "uri": "the-tee"}
    payload = await api.data(UPDATE, id=display.id, input=given)
    assert [row["name"] for row in payload["display"]["markets"]] == ["Sweden", "Europe"]
    assert variant not in [row["productVariant"]["id"] for row in payload["display"]["displayItems"]]
    await api.data(
        UPDATE, id=display.id, input={"addProductVariants": [{"productVariant": {"id": variant}}], "uri": ""}
    )
    assert variant in [row.id for row in display.product_variants]
    assert display.uri == "alva-tee"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"addCategories": [{"id": 9}]}, "Could not find Category with ID 9"),
        ({"addCategories": [{"id": 314}]}, "It belongs to another store"),
        ({"addMarkets": [{"id": 4}]}, "It belongs to another store"),
        ({"addProductVariants": [{"productVariant": {"id": 80}}]}, "The variant belongs to another product"),
        ({"uri": "No Good!"}, "The URI has invalid characters"),
        ({"canonicalCategory": {"id": 9}}, "Could not find Category with ID 9"),
        ({"taxGroup": {"id": 9}}, "Could not find TaxGroup with ID 9"),
    ],
)
async def test_a_refused_update_changes_nothing(
    api: Api, sandbox: Sandbox, display: Display, given: dict[str, Any], message: str
) -> None:
    payload = await api.data(UPDATE, id=display.id, input={"name": "Other", **given})
    assert payload["userErrors"][0]["message"] == message
    assert display.name == "Alva Tee"
    assert not sandbox.mutations[-1].applied


async def test_an_unknown_display_is_refused(api: Api) -> None:
    payload = await api.data(UPDATE, id=1, input={})
    assert payload["userErrors"] == [{"message": "Could not find Display with ID 1", "path": ["id"]}]


async def test_a_category_is_made_under_a_parent(api: Api, sandbox: Sandbox) -> None:
    parent = category(sandbox, "Clothing")
    given = {"name": "Linen & Summer", "status": "ACTIVE", "store": {"id": 1}, "parentCategory": {"id": parent.id}}
    made = (await api.data(CREATE, input=given))["category"]
    assert (made["uri"], made["isTopCategory"], made["store"]) == ("linen-summer", False, {"id": 1})
    assert sandbox.store.categories[made["id"]].parent is parent
    assert list(sandbox.store.categories)[-1] == made["id"]


async def test_a_category_is_made_before_a_sibling_with_attributes(api: Api, sandbox: Sandbox) -> None:
    sibling = category(sandbox, "Clothing")
    text = {"attributeTypeName": "cat_banner", "attributeElementKey": "headline", "attributeElementValue": "Now"}
    given = {"name": "First", "status": "INACTIVE", "store": {"id": 1}, "beforeCategory": {"id": sibling.id}}
    made = (await api.data(CREATE, input={**given, "assignDynamicAttributes": [text]}))["category"]
    order = list(sandbox.store.categories)
    assert order.index(made["id"]) == order.index(sibling.id) - 1
    assert sandbox.store.attributes["Category", made["id"]].dynamic["cat_banner"].values == {"headline": "Now"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"store": {"id": 7}}, "Could not find Store with ID 7"),
        ({"parentCategory": {"id": 7}}, "Could not find Category with ID 7"),
        ({"parentCategory": {"id": 314}}, "It belongs to another store"),
        ({"beforeCategory": {"id": 303}}, "beforeCategory is not a sibling"),
        ({"name": " "}, "The name is empty"),
        ({"uri": "a b"}, "The URI has invalid characters"),
    ],
)
async def test_a_category_that_cannot_be_is_refused(
    api: Api, sandbox: Sandbox, given: dict[str, Any], message: str
) -> None:
    before = len(sandbox.store.categories)
    payload = await api.data(CREATE, input={"name": "New", "status": "ACTIVE", "store": {"id": 1}, **given})
    assert payload["userErrors"][0]["message"] == message
    assert len(sandbox.store.categories) == before


async def test_the_tree_ends_at_six_levels(api: Api) -> None:
    parent: dict[str, Any] = {}
    payload: dict[str, Any] = {}
    for level in range(7):
        given = {"name": f"Level {level}", "status": "ACTIVE", "store": {"id": 1}, **parent}
        payload = await api.data(CREATE, input=given)
        parent = {"parentCategory": {"id": (payload["category"] or {}).get("id")}}
    assert payload["userErrors"][0]["message"] == "The category tree has at most 6 levels"


async def test_a_category_is_renamed_and_moved(api: Api, sandbox: Sandbox) -> None:
    gifts, clothing = category(sandbox, "Gifts"), category(sandbox, "Clothing")
    given = {"name": "Presents", "uri": "", "parentCategory": {"id": clothing.id}}
    payload = await api.data(CHANGE, id=gifts.id, input=given)
    assert payload["category"] == {"name": "Presents", "uri": "presents"}
    assert gifts.parent is clothing
    payload = await api.data(CHANGE, id=clothing.id, input={"parentCategory": {"id": gifts.id}})
    assert payload["userErrors"][0]["message"] == "A category can not stand under itself"
    await api.data(CHANGE, id=gifts.id, input={"beforeCategory": {"id": category(sandbox, "Tops").id}})
    order = [row.name for row in sandbox.store.categories.values()]
    assert order.index("Presents") == order.index("Tops") - 1


async def test_attributes_of_a_category_need_a_permission(api: Api, sandbox: Sandbox) -> None:
    token = sandbox.issue_token({"Category:write", "Category:read", "Store:read"})
    unassign = [{"attributeTypeName": "cat_banner", "attributeElementKey": "headline"}]
    error = await api.error(CHANGE, token=token, id=301, input={"unassignDynamicAttributes": unassign})
    assert "Category.attributes:write" in error["message"]
