"""A stock count is corrected: 80 SKUs at once.

After counting the shelves in Stockholm the merchant hands the agent a list of 80 SKUs. The agent puts all of them into
one call. The card counts the levels that differ, says by how many units together, shows the five largest, and warns of
the SKU of which orders hold more than was found. The merchant looks at all rows and approves. One request is sent.
What Centra does with a level below what orders hold is not documented; the sandbox raises it to that and warns. The
agent reads the warning and tells the merchant which level is not the one that was counted.
"""

from storytelling import Look, Merchant, Yes, call, written

from langchain_centra.sandbox import DEMO_SKU

STOCKHOLM = 1


async def test_a_count_of_80_skus_is_one_card_and_one_request(merchant: Merchant) -> None:
    stock = merchant.shop.store.stock
    skus = [DEMO_SKU, *[sku for sku, place in stock if place == STOCKHOLM and sku != DEMO_SKU][:79]]
    others = {place: level.physical_quantity for place, level in stock.items() if place[0] not in skus}
    counted = {
        sku: stock[sku, STOCKHOLM].physical_quantity + (number % 4) + (1 if number % 4 else 0)
        for number, sku in enumerate(skus)
    } | {DEMO_SKU: 1}
    differ = [sku for sku in skus if counted[sku] != stock[sku, STOCKHOLM].physical_quantity]
    lines = [{"sku": sku, "warehouse": "Stockholm", "quantity": counted[sku]} for sku in skus]

    told = await merchant.says(
        "Here is the count of Stockholm, 80 SKUs. Please correct the stock.",
        agent=[
            (call("set_stock", lines=lines, reason="Count of the first of March"),),
            "The stock is as you counted it, but for TEE01BLKM: orders hold 2, so Centra set it to 2, not to 1.",
        ],
        decides=[Look(), Yes()],
    )

    assert told.card["sentence"] == f"Set {len(differ)} physical stock levels in Stockholm"
    assert len(told.card["changes"]) == len(differ)
    assert told.card["warnings"] == [
        f"{DEMO_SKU} in Stockholm: 1 of the 2 units allocated to orders would not be covered; "
        "Centra may raise the level to that."
    ]
    assert told.card["stock"][1] == "Booked with the reason: Count of the first of March"

    assert written(merchant.shop) == ["setStock"]
    assert "Warning from the store: " in told.results[0]
    assert f"physical units of {DEMO_SKU} is now 2." in told.results[0]
    assert {sku: stock[sku, STOCKHOLM].physical_quantity for sku in skus} == counted | {DEMO_SKU: 2}
    assert {place: level.physical_quantity for place, level in stock.items() if place[0] not in skus} == others
