from typing import Any

import pytest
from sandbox_api import Api

from langchain_centra.sandbox import Sandbox

ONE = """mutation ($input: %s!) {
    %s(input: $input) {
        object { __typename attributes { type { name } ... on MappedAttribute { name } } }
        userErrors { message path } userWarnings { message }
    }
}"""
ASSIGN = ONE % ("AttributesAssignGenericInput", "assignAttributes")
UNASSIGN = ONE % ("AttributesUnassignGenericInput", "unassignAttributes")
MANY = "mutation ($input: [%s!]!) { %s(input: $input) { userErrors { message path } userWarnings { message } } }"
ASSIGN_MANY = MANY % ("AttributesAssignGenericInput", "assignAttributesBatch")
UNASSIGN_MANY = MANY % ("AttributesUnassignGenericInput", "unassignAttributesBatch")


def mapped(name: str, number: int | None = None) -> dict[str, Any]:
    chosen = {} if number is None else {"attributeId": number}
    return {"mappedAttributes": [{"attributeTypeName": name, **chosen}]}


def text(value: str | None = None, name: str = "pr_care", key: str = "text") -> dict[str, Any]:
    chosen = {} if value is None else {"attributeElementValue": value}
    return {"dynamicAttributes": [{"attributeTypeName": name, "attributeElementKey": key, **chosen}]}


def on(number: int, change: dict[str, Any], kind: str = "Product") -> dict[str, Any]:
    return {"objectId": number, "objectType": kind, **change}


def held(sandbox: Sandbox, kind: str, number: int) -> tuple[list[str], dict[str, dict[str, str]]]:
    found = sandbox.store.attributes[kind, number]
    return [v.name for v in found.mapped], {name: d.values for name, d in found.dynamic.items()}


def number_of(sandbox: Sandbox, name: str) -> int:
    return next(v.id for v in sandbox.store.mapped_attributes.values() if v.name == name)


async def test_a_value_replaces_the_old_one_unless_the_type_takes_several(api: Api, sandbox: Sandbox) -> None:
    payload = await api.data(ASSIGN, input=on(1, mapped("pr_fit", number_of(sandbox, "Slim"))))
    assert payload["object"]["__typename"] == "Product"
    await api.data(ASSIGN, input=on(1, mapped("pr_material", number_of(sandbox, "Linen"))))
    assert held(sandbox, "Product", 1)[0] == ["Organic cotton", "Slim", "Linen"]


async def test_one_value_or_all_values_of_a_type_are_taken_away(api: Api, sandbox: Sandbox) -> None:
    linen = number_of(sandbox, "Linen")
    await api.data(ASSIGN, input=on(1, mapped("pr_material", linen)))
    await api.data(UNASSIGN, input=on(1, mapped("pr_material", linen)))
    assert held(sandbox, "Product", 1)[0] == ["Organic cotton", "Regular"]
    await api.data(UNASSIGN, input=on(1, mapped("pr_material")))
    assert held(sandbox, "Product", 1)[0] == ["Regular"]


async def test_texts_are_set_and_erased_by_element(api: Api, sandbox: Sandbox) -> None:
    await api.data(ASSIGN, input=on(1, text("Wash cold")))
    await api.data(ASSIGN, input=on(1, text("1", key="recyclable")))
    assert held(sandbox, "Product", 1)[1] == {"pr_care": {"text": "Wash cold", "recyclable": "1"}}
    await api.data(UNASSIGN, input=on(1, text()))
    await api.data(UNASSIGN, input=on(1, text(key="recyclable")))
    assert held(sandbox, "Product", 1)[1] == {}


async def test_an_order_is_named_by_its_number(api: Api, sandbox: Sandbox) -> None:
    await api.data(ASSIGN, input=on(1042, text("0", "order_gift", "wrapped"), "Order"))
    assert held(sandbox, "Order", 1042)[1] == {"order_gift": {"wrapped": "0"}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (on(999, text("x")), "Could not find Product with ID 999"),
        (on(9, text("x"), "Order"), "Could not find Order with number 9"),
        (on(1, text("x", "pr_none")), "Could not find AttributeType with name pr_none"),
        (on(1, text("x", key="none")), "Could not find element of pr_care with key none"),
        (on(1, mapped("pr_fit", 1)), "Could not find MappedAttribute of pr_fit with ID 1"),
        (on(1, mapped("pr_care", 1)), "Attribute type pr_care is dynamic"),
        (on(1, text("x", "pr_fit")), "Attribute type pr_fit is mapped"),
        (on(1, text("x", "disp_video", "url")), "Attribute type disp_video is for Display, not for Product"),
        (on(1, {}), "No items given"),
    ],
)
async def test_what_cannot_be_assigned_is_refused(
    api: Api, sandbox: Sandbox, given: dict[str, Any], message: str
) -> None:
    assert (await api.data(ASSIGN, input=given))["userErrors"][0]["message"] == message
    assert not sandbox.mutations[-1].applied


async def test_a_hundred_objects_change_in_one_call(api: Api, sandbox: Sandbox) -> None:
    wanted = [on(number, text("x")) for number in range(1, 61)]
    assert (await api.data(ASSIGN_MANY, input=wanted))["userErrors"] == []
    assert all(held(sandbox, "Product", number)[1]["pr_care"]["text"] == "x" for number in range(1, 61))
    assert (await api.data(UNASSIGN_MANY, input=[on(n, text()) for n in range(1, 61)]))["userErrors"] == []
    assert "text" not in held(sandbox, "Product", 1)[1].get("pr_care", {})


async def test_one_refused_object_leaves_all_as_they_were(api: Api, sandbox: Sandbox) -> None:
    payload = await api.data(ASSIGN_MANY, input=[on(1, text("x")), on(999, text("x"))])
    assert payload["userErrors"][0]["path"] == ["input", "1", "objectId"]
    assert held(sandbox, "Product", 1)[1] == {}


async def test_more_than_a_hundred_objects_are_refused(api: Api) -> None:
    payload = await api.data(ASSIGN_MANY, input=[on(1, text("x"))] * 101)
    assert payload["userErrors"][0]["message"] == "At most 100 objects can be given at once"


async def test_what_the_sandbox_cannot_hold_says_so(api: Api) -> None:
    error = await api.error(ASSIGN, input=on(1, text("x"), "StoreItem"))
    assert error["message"] == "Attributes of StoreItem is not in the sandbox yet."


async def test_assigning_needs_a_permission(api: Api, sandbox: Sandbox) -> None:
    token = sandbox.issue_token({"Attribute:read"})
    error = await api.error(ASSIGN_MANY, token=token, input=[on(1, text("x"))])
    assert "Attribute:write" in error["message"]
