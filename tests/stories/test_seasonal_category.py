"""A category for the season, and what stands in it.

The merchant wants a category "Summer Linen" under Clothing, with the three linen shirts. The agent misspells the name;
the merchant mends it on the card. Because the mended card makes another category than the one first shown, it comes up
once more before anything is written. Then the agent puts the shirts into the new category: one card for all three,
which says in which markets each is seen. One request makes the category, and one goes out for each display, because
the API takes one display at a time.
"""

from storytelling import But, Merchant, Yes, call, written

SHIRTS = ["Alva Linen Shirt", "Birk Linen Shirt", "Stig Linen Shirt"]


async def test_a_season_gets_its_category(merchant: Merchant) -> None:
    told = await merchant.says(
        "Make a category Summer Linen under Clothing with our linen shirts.",
        agent=[
            (call("create_category", name="Sumer Linen", parent="Clothing"),),
            (call("set_category_displays", category="Clothing > Summer Linen", add=SHIRTS),),
            "Clothing > Summer Linen is there, with the three linen shirts.",
        ],
        decides=[But("name", "Summer Linen"), Yes(), Yes()],
    )

    misspelt, mended, filled = [action["preview"] for action in told.cards]
    assert misspelt["sentence"] == "Create the category Clothing > Sumer Linen in store Alvelund"
    assert mended["sentence"] == "Create the category Clothing > Summer Linen in store Alvelund"
    assert mended["changes"][1]["after"] == "Sweden, Europe, North America"
    assert filled["sentence"] == "Add 3 displays to Clothing > Summer Linen in store Alvelund"
    assert filled["undo"] == "take them out again"
    assert "Sumer" not in told.results[0].splitlines()[0]

    assert written(merchant.shop) == ["createCategory", "updateDisplay", "updateDisplay", "updateDisplay"]
    store = merchant.shop.store
    [made] = [row for row in store.categories.values() if "Linen" in row.name]
    assert (made.name, made.status) == ("Summer Linen", "ACTIVE")
    assert made.parent is not None
    assert made.parent.name == "Clothing"
    assert sorted(row.name for row in store.displays.values() if made in row.categories) == SHIRTS
