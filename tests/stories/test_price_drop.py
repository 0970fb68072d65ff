"""The autumn collection gets cheaper, in two pricelists at once.

The merchant wants everything of Autumn 20 % cheaper in Sweden (pricelist SEK) and in Europe (pricelist EUR). The agent
looks up the 30 products and proposes 60 prices in one call. One raincoat has a variant with a price of its own, and
which of a product's variants would keep theirs the API does not show, so nothing is proposed: the agent is told to name
the variants. It does, and one card for everything comes up: how many products, by how many per cent, the five largest
changes, and that no other pricelist is touched. The merchant looks at all rows, then approves. Two requests are sent,
one for each pricelist.
"""

from decimal import Decimal
from typing import Any

from storytelling import Look, Merchant, Yes, call, written

from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.state.catalogue import Product, ProductVariant

PRICELISTS = {"SEK": 1, "EUR": 2}
FIFTH_OFF = Decimal("0.8")


async def test_a_collection_gets_cheaper_in_two_pricelists(merchant: Merchant) -> None:
    autumn = [product for product in merchant.shop.store.products.values() if product.collection.name == "Autumn"]
    before = prices(merchant.shop)
    naive = [line(merchant.shop, product.variants[0], code) for product in autumn for code in PRICELISTS]
    exact = [each for product in autumn for code in PRICELISTS for each in lines(merchant.shop, product, code)]

    told = await merchant.says(
        "Make the autumn collection 20 % cheaper in the pricelists SEK and EUR.",
        agent=[
            (call("search_products", collection="Autumn", limit=50),),
            (call("set_price", lines=naive),),
            (call("set_price", lines=exact),),
            "All 30 products of Autumn are 20 % cheaper in SEK and EUR. The other pricelists are as they were.",
        ],
        decides=[Look(), Yes()],
    )

    assert "Variants have prices of their own" in told.results[1]
    assert told.card["sentence"] == (
        "Set the prices of 30 products in pricelists SEK, EUR by -20.0 %; other pricelists stay as they are"
    )
    assert told.card["rows"] == sum(len(product.variants) for product in autumn) * 2
    assert told.card["undo"]

    assert written(merchant.shop) == ["setPrices", "setPrices"]
    variants = {variant.id for product in autumn for variant in product.variants}
    for place, price in prices(merchant.shop).items():
        changed = place[0] in PRICELISTS.values() and place[1] in variants
        assert price == (before[place] * FIFTH_OFF if changed else before[place])


def lines(shop: Sandbox, product: Product, code: str) -> list[dict[str, Any]]:
    """One price for the product, or one for each variant where they differ."""
    each = [line(shop, variant, code) for variant in product.variants]
    if len({row["price"] for row in each}) == 1:
        return each[:1]
    return [{**row, "variant": variant.name} for row, variant in zip(each, product.variants, strict=True)]


def line(shop: Sandbox, variant: ProductVariant, code: str) -> dict[str, Any]:
    price = prices(shop)[PRICELISTS[code], variant.id] * FIFTH_OFF
    return {
        "product": variant.product.product_number,
        "pricelist": code,
        "price": float(price / 100),
        "currency": code,
    }


def prices(shop: Sandbox) -> dict[tuple[int, int], Decimal]:
    """The price of every variant in every pricelist, in cents."""
    store, now = shop.store, shop.clock.now()
    found = {
        (pricelist.id, variant.id): store.price_of(pricelist, variant, now).price
        for pricelist in store.pricelists.values()
        for variant in store.product_variants.values()
    }
    return {place: Decimal(money.value_in_cents if money else -1) for place, money in found.items()}
