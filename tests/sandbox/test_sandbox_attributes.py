import pytest
from sandbox_api import Api

from langchain_centra.sandbox import Sandbox

HELD = """attributes(where: $where) {
    type { name isMapped } objectType description
    ... on MappedAttribute { id name }
    elements { key kind ... on AttributeStringElement { value } ... on AttributeImageElement { url } }
}"""


async def test_attribute_types_are_read_with_their_elements(api: Api) -> None:
    document = """{ attributeTypes(where: {objectType: [Product]}) {
        name description isMapped isMulti objectType elements { key description kind isMulti paramsJSON } } }"""
    types = {row["name"]: row for row in await api.data(document)}
    assert types.keys() == {"pr_material", "pr_fit", "pr_care"}
    assert (types["pr_material"]["isMapped"], types["pr_material"]["isMulti"]) == (True, True)
    assert [element["kind"] for element in types["pr_care"]["elements"]] == ["TEXTAREA", "BOOLEAN"]


async def test_the_values_of_a_mapped_type_are_listed(api: Api) -> None:
    document = '{ mappedAttributes(where: {typeName: {equals: "pr_fit"}}, limit: 200) { id name type { name } } }'
    assert [row["name"] for row in await api.data(document)] == ["Slim", "Regular", "Relaxed"]


async def test_several_values_of_a_type_come_as_several_entries(api: Api, sandbox: Sandbox) -> None:
    socks = next(product for product in sandbox.store.products.values() if product.name == "Alva Socks")
    document = f"query ($id: Int!, $where: AssignedAttributeFilter) {{ product(id: $id) {{ {HELD} }} }}"
    held = await api.data(document, id=socks.id, where={"typeName": {"equals": "pr_material"}})
    assert [(row["type"]["name"], row["name"]) for row in held["attributes"]] == [
        ("pr_material", "Organic cotton"),
        ("pr_material", "Recycled polyester"),
    ]


async def test_a_dynamic_attribute_has_its_texts(api: Api) -> None:
    document = f"query ($where: AssignedAttributeFilter) {{ orders(where: {{number: 1043}}, limit: 1) {{ {HELD} }} }}"
    document = document.replace(HELD, f"... on ObjectWithAttributes {{ {HELD} }}")
    [order] = await api.data(document)
    [gift] = order["attributes"]
    assert {element["key"]: element["value"] for element in gift["elements"]} == {
        "message": "Happy birthday, Maja!",
        "wrapped": "1",
    }


@pytest.mark.parametrize("field", ["productVariants", "displays", "categories", "customers", "orders"])
async def test_every_kind_of_object_can_hold_attributes(api: Api, field: str) -> None:
    rows = await api.data(f"{{ {field}(limit: 200) {{ attributes {{ objectType }} }} }}")
    assert rows
    assert {held["objectType"] for row in rows for held in row["attributes"]} <= {
        "ProductVariant",
        "Display",
        "Category",
        "Customer",
        "Order",
    }


async def test_attributes_need_the_permission_of_their_object_and_their_own(api: Api, sandbox: Sandbox) -> None:
    document = "{ products(limit: 1) { attributes { type { name } } } }"
    for missing in ("Product.attributes:read", "Attribute:read"):
        token = sandbox.issue_token({"Product:read", "Product.attributes:read", "Attribute:read"} - {missing})
        assert f"You need {missing} permission" in (await api.error(document, token=token))["message"]
