from typing import Any

from sandbox_api import Api

from langchain_centra.sandbox import Sandbox

PRICES = """query Prices($where: PriceFilter, $limit: Int, $page: Int) {
    pricelist(id: 1) {
        prices(where: $where, limit: $limit, page: $page) {
            price { value currency { code } } product { productNumber } productVariant { id name } pricelist { name }
        }
    }
}"""
VARIANTS = """query Variants($where: ProductVariantFilter) {
    productVariants(where: $where) {
        name prices {
            pricelist { id name } price { formattedValue } recommendedRetailPrice { value } product { productNumber }
        }
    }
}"""
PRODUCT = "query Product($where: ProductFilter) { products(where: $where) { id } }"


async def prices_of(api: Api, number: str) -> dict[str, dict[str, Any]]:
    product = await api.data(
        "query P($n: StringMatch) { products(where: {productNumber: $n}) { id } }", n={"equals": number}
    )
    variants = await api.data(VARIANTS, where={"productId": [product[0]["id"]]})
    return {variant["name"]: {row["pricelist"]["name"]: row for row in variant["prices"]} for variant in variants}


async def test_a_variant_has_a_price_in_every_pricelist(api: Api) -> None:
    black = (await prices_of(api, "TEE01"))["Black"]
    assert {name: row["price"] and row["price"]["formattedValue"] for name, row in black.items()} == {
        "SEK": "249.00 SEK",
        "EUR": "23.00 EUR",
        "USD": "25.00 USD",
        "Wholesale EUR": "11.50 EUR",
        "Members SEK": "224.10 SEK",
        "Archive Sale EUR": None,
    }
    assert black["Wholesale EUR"]["recommendedRetailPrice"]["value"] == 23
    assert black["SEK"]["recommendedRetailPrice"] is None


async def test_a_variant_can_have_a_price_of_its_own(api: Api) -> None:
    colours = await prices_of(api, "PRK01")
    assert [rows["SEK"]["price"]["formattedValue"] for rows in colours.values()] == ["2999.00 SEK", "3599.00 SEK"]


async def test_prices_of_a_pricelist_are_filtered_and_paged(api: Api) -> None:
    first = await api.data(PRICES, limit=2, page=1)
    second = await api.data(PRICES, limit=2, page=2)
    assert [row["productVariant"]["id"] for row in first["prices"] + second["prices"]] == [1, 2, 3, 4]
    dear = await api.data(PRICES, where={"price": {"from": 3000}})
    assert {row["product"]["productNumber"] for row in dear["prices"]} == {"PRK01"}
    one = await api.data(PRICES, where={"productVariantId": [1]})
    assert one["prices"][0]["price"] == {"value": 249, "currency": {"code": "SEK"}}
    assert one["prices"][0]["pricelist"] == {"name": "SEK"}


async def test_orders_were_placed_at_the_prices_of_the_pricelists(sandbox: Sandbox) -> None:
    prices = sandbox.store.prices
    for order in sandbox.store.orders.values():
        for line in order.lines:
            price = prices[order.pricelist.id, line.product_size.product_variant.id].price
            assert price is not None
            assert line.unit_original_price_cents == price.value_in_cents


async def test_prices_take_their_own_permission(sandbox: Sandbox, api: Api) -> None:
    token = sandbox.issue_token(["Pricelist:read"])
    error = await api.error(PRICES, token=token)
    assert error["message"] == "You need Price:read permission to access prices."
