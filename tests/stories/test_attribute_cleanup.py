"""The colour groups of 50 variants are cleaned up.

An import has put 50 variants into the colour group Black. The merchant asks the agent to set them right. "Navy" is no
group: the agent is told which there are. The second call names all 50 variants with the groups that fit. One card
counts them and shows the first five; the merchant looks at all of them and approves. The API takes a hundred
objects a request, so one request is enough.
"""

from storytelling import Look, Merchant, Yes, call, written

from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.state.catalogue import ProductVariant

GROUPS = {"Ecru": "White", "Navy": "Blue", "Moss": "Green", "Clay": "Brown"}


async def test_50_variants_get_their_colour_groups_back(merchant: Merchant) -> None:
    coloured = [variant for variant in merchant.shop.store.product_variants.values() if variant.name in GROUPS][:50]
    for variant in coloured:
        put_into(merchant.shop, variant, "Black")
    by_colour = {colour: [named(variant) for variant in coloured if variant.name == colour] for colour in GROUPS}

    told = await merchant.says(
        "The import put 50 variants into the colour group Black. Set the groups right by the colours.",
        agent=[
            (call("set_attributes", object_type="variant", changes=[change(by_colour["Navy"], "Navy")]),),
            (
                call(
                    "set_attributes",
                    object_type="variant",
                    changes=[change(by_colour[colour], group) for colour, group in GROUPS.items()],
                ),
            ),
            "The 50 variants are in the groups of their colours again.",
        ],
        decides=[Look(), Yes()],
    )

    assert "Black, White, Blue, Green, Brown" in told.results[0]
    assert told.card["rows"] == 50
    assert {row["before"] for row in told.card["changes"]} == {"Black"}
    assert written(merchant.shop) == ["assignAttributesBatch"]
    assert [group_of(merchant.shop, variant) for variant in coloured] == [[GROUPS[row.name]] for row in coloured]


def change(objects: list[str], group: str) -> dict[str, object]:
    return {"objects": objects, "attribute": "var_color_group", "values": [group]}


def named(variant: ProductVariant) -> str:
    return f"{variant.product.product_number}{variant.variant_number}"


def group_of(shop: Sandbox, variant: ProductVariant) -> list[str]:
    return [value.name for value in shop.store.attributes_of(variant).mapped if value.type.name == "var_color_group"]


def put_into(shop: Sandbox, variant: ProductVariant, group: str) -> None:
    [made] = [
        value
        for value in shop.store.mapped_attributes.values()
        if (value.type.name, value.name) == ("var_color_group", group)
    ]
    shop.store.attributes_of(variant).assign(made)
