from typing import Any

import pytest
from sandbox_api import Api

from langchain_centra.sandbox import Sandbox

SET = """mutation Set($input: ProductPricesSetInput!) {
    setPrices(input: $input) {
        pricelist { name } products { productNumber } userErrors { message path } userWarnings { message }
    }
}"""


def sek(value: float, currency: str = "SEK") -> dict[str, Any]:
    return {"value": value, "currencyIsoCode": currency}


def entry(product: int, price: float | None = None, *, override: bool = False, **single: float) -> dict[str, Any]:
    """The prices of a product; `single` names variants as v1, v2, ..."""
    prices = [{"productVariant": {"id": int(name[1:])}, "price": sek(value)} for name, value in single.items()]
    return {
        "product": {"id": product},
        "price": None if price is None else sek(price),
        "overrideIndividualVariantPrices": override,
        "individualVariantPrices": prices,
    }


async def set_prices(api: Api, *entries: dict[str, Any], pricelist: int = 1) -> Any:
    return await api.data(SET, input={"pricelist": {"id": pricelist}, "productPrices": list(entries)})


def prices(sandbox: Sandbox, number: str, pricelist: int = 1) -> list[float | None]:
    [product] = [row for row in sandbox.store.products.values() if row.product_number == number]
    rows = [sandbox.store.prices[pricelist, variant.id].price for variant in product.variants]
    return [row.value if row else None for row in rows]


async def test_a_product_price_is_that_of_its_variants_in_one_pricelist(sandbox: Sandbox, api: Api) -> None:
    answer = await set_prices(api, entry(1, 199))
    assert answer == {
        "pricelist": {"name": "SEK"},
        "products": [{"productNumber": "TEE01"}],
        "userErrors": [],
        "userWarnings": [],
    }
    assert prices(sandbox, "TEE01") == [199, 199]
    assert prices(sandbox, "TEE01", 2) == [23, 23]


async def test_a_variant_keeps_its_own_price_unless_it_is_overridden(sandbox: Sandbox, api: Api) -> None:
    await set_prices(api, entry(13, 2500))
    assert prices(sandbox, "PRK01") == [2500, 3599]
    await set_prices(api, entry(13, 2400, override=True))
    assert prices(sandbox, "PRK01") == [2400, 2400]


async def test_a_single_variant_gets_a_price_of_its_own(sandbox: Sandbox, api: Api) -> None:
    await set_prices(api, entry(1, v2=179))
    assert prices(sandbox, "TEE01") == [249, 179]
    await set_prices(api, entry(1, 229))
    assert prices(sandbox, "TEE01") == [229, 179]


async def test_a_variant_that_never_had_a_price_gets_one(sandbox: Sandbox, api: Api) -> None:
    for key in [(1, 1), (1, 2)]:
        del sandbox.store.prices[key]
    await set_prices(api, entry(1, 199))
    assert prices(sandbox, "TEE01") == [199, 199]


async def test_rows_that_cannot_be_saved_are_skipped_with_the_published_warnings(sandbox: Sandbox, api: Api) -> None:
    sandbox.store.products[3].is_bundle = True
    answer = await set_prices(api, entry(1, 199, v3=1), entry(1, 99), entry(3, 5), entry(4, 700))
    assert [warning["message"] for warning in answer["userWarnings"]] == [
        "Product variant with id 3 not assigned to product 1",
        "Duplicate product ID 1 skipped",
        "Product ID 3 is a bundle with dynamic price type, changing its prices has no effect, skipped",
    ]
    assert [product["productNumber"] for product in answer["products"]] == ["TEE01", "LIN01"]
    assert prices(sandbox, "TEE01") == [199, 199]
    assert prices(sandbox, "OXF01") == [799]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (entry(1, -1), "A price must be 0 or more"),
        (entry(1) | {"price": sek(5, "EUR")}, "The price must be in the currency of the pricelist"),
        (entry(1) | {"price": sek(5, "JPY")}, "Could not find Currency with code JPY"),
        (entry(999, 5), "Could not find Product with ID 999"),
    ],
)
async def test_a_wrong_row_refuses_all(sandbox: Sandbox, api: Api, wrong: dict[str, Any], message: str) -> None:
    answer = await set_prices(api, entry(4, 700), wrong)
    assert [error["message"] for error in answer["userErrors"]] == [message]
    assert set(prices(sandbox, "LIN01")) == {899}
    assert not sandbox.mutations[-1].applied


async def test_an_unknown_pricelist_is_refused(api: Api) -> None:
    [error] = (await set_prices(api, entry(1, 199), pricelist=99))["userErrors"]
    assert error["message"] == "Could not find Pricelist with ID 99"
