"""A wrong product name, mended on all markets.

The Alva Tee should be called Alva T-Shirt. The agent first looks where it is shown: in two stores, in four markets. The
card for the new name lists these places, since shoppers see it there, and says that displays keep names of their own.
The merchant approves; one request changes the product everywhere. The agent then says which displays still carry the
old name.
"""

from storytelling import Merchant, Yes, call, written


async def test_a_wrong_name_is_mended_on_all_markets(merchant: Merchant) -> None:
    told = await merchant.says(
        "The Alva Tee is wrongly named: it is the Alva T-Shirt, in every market.",
        agent=[
            (call("search_displays", product="TEE01"),),
            (call("update_product", product="TEE01", name="Alva T-Shirt"),),
            "The product is called Alva T-Shirt now. Its two displays have names of their own, still Alva Tee.",
        ],
        decides=[Yes()],
    )

    assert "Wholesale Europe" in told.results[0]
    [change] = told.card["changes"]
    assert (change["before"], change["after"]) == ("Alva Tee", "Alva T-Shirt")
    assert told.card["warnings"] == [
        "It is live on Alva Tee (Sweden, Europe, North America); Alva Tee (Wholesale Europe). "
        "Displays keep names of their own."
    ]
    assert told.card["undo"] == "set the name back to what it was"

    assert written(merchant.shop) == ["updateProduct"]
    [product] = [row for row in merchant.shop.store.products.values() if row.product_number == "TEE01"]
    assert product.name == "Alva T-Shirt"
