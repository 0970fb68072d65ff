"""A wrong product name, mended on all markets.

The Alva Tee should be called Alva T-Shirt. The agent first looks where it is shown: in two stores, in four markets.
Shoppers read the names of the displays, so the card lists the new name of the product and of each display with its
markets. The merchant approves once. The displays are renamed, one request each, then the product.
"""

from storytelling import Merchant, Yes, call, written

NAME = "Alva T-Shirt"


async def test_a_wrong_name_is_mended_on_all_markets(merchant: Merchant) -> None:
    told = await merchant.says(
        "The Alva Tee is wrongly named: it is the Alva T-Shirt, in every market.",
        agent=[
            (call("search_displays", product="TEE01"),),
            (call("update_product", product="TEE01", name=NAME, display_name=NAME),),
            "It is called Alva T-Shirt now, the product and its displays in all four markets.",
        ],
        decides=[Yes()],
    )

    assert "Wholesale Europe" in told.results[0]
    assert [change["object"] for change in told.card["changes"]] == [
        "product TEE01 (Alva Tee)",
        "display Alva Tee (Sweden, Europe, North America)",
        "display Alva Tee (Wholesale Europe)",
    ]
    assert {(change["before"], change["after"]) for change in told.card["changes"]} == {("Alva Tee", NAME)}
    assert told.card["undo"] == "set the name and display names back to what they were"

    assert written(merchant.shop) == ["updateDisplay", "updateDisplay", "updateProduct"]
    [product] = [row for row in merchant.shop.store.products.values() if row.product_number == "TEE01"]
    assert {product.name, *(display.name for display in product.displays)} == {NAME}
