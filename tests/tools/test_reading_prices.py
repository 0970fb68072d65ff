"""get_prices: what it answers, and how it is narrowed."""

from collections.abc import Awaitable, Callable

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra.sandbox import Sandbox

Ask = Callable[..., Awaitable[ToolMessage]]
MOST_BYTES = 5_000


@pytest.mark.parametrize("product", ["TEE01", "alva tee"])
async def test_the_prices_of_a_product_are_read_in_one_request(ask: Ask, sandbox: Sandbox, product: str) -> None:
    lines = (await ask("get_prices", product=product)).text.splitlines()
    assert lines[0] == "Prices of Alva Tee (TEE01):"
    assert "SEK | ACTIVE | all | 249.00 SEK | -" in lines
    assert "Wholesale EUR | ACTIVE | all | 11.50 EUR | 23.00 EUR" in lines
    assert "Archive Sale EUR | INACTIVE | all | not set | -" in lines
    assert len(sandbox.requests) == 1


async def test_a_sku_leads_to_its_product(ask: Ask) -> None:
    assert (await ask("get_prices", product="TEE01BLKM")).text.startswith("Prices of Alva Tee (TEE01):")


async def test_variants_with_different_prices_are_told_apart_in_the_named_pricelist(ask: Ask) -> None:
    lines = (await ask("get_prices", product="PRK01", pricelist="sek")).text.splitlines()
    assert lines[2:] == ["SEK | ACTIVE | Navy | 2999.00 SEK | -", "SEK | ACTIVE | Moss | 3599.00 SEK | -"]


async def test_a_pricelist_is_read_page_by_page(ask: Ask) -> None:
    first = await ask("get_prices", pricelist="SEK")
    assert first.text.startswith("Prices in SEK (ACTIVE), rows 1 to 50; for more ask with from_row=51,")
    second = await ask("get_prices", pricelist="SEK", from_row=51)
    assert second.text.splitlines()[0] == "Prices in SEK (ACTIVE), rows 51 to 82:"
    assert len({row["product_variant"]["id"] for row in first.artifact + second.artifact}) == 82
    assert "there" not in second.text
    assert (await ask("get_prices", pricelist="SEK", from_row=83)).status == "error"


async def test_a_page_of_long_names_is_short_enough_and_goes_on_where_it_ended(ask: Ask, sandbox: Sandbox) -> None:
    for product in sandbox.store.products.values():
        product.name = f"{product.name} " + "x" * 200
    first = await ask("get_prices", pricelist="SEK")
    shown = len(first.artifact)
    assert len(first.text.encode()) < MOST_BYTES
    assert f"from_row={shown + 1}," in first.text
    second = await ask("get_prices", pricelist="SEK", from_row=shown + 1)
    assert second.artifact[0]["product_variant"]["id"] == first.artifact[-1]["product_variant"]["id"] + 1


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ({}, "Name a product, a pricelist, or both"),
        ({"pricelist": "SE"}, "Close to it: SEK"),
        ({"pricelist": "Atlantis"}, "The store has: SEK, EUR, USD"),
        ({"product": "Raincoats"}, "No product has the number, name or SKU 'Raincoats'"),
    ],
)
async def test_what_is_not_there_is_answered_with_candidates(ask: Ask, arguments: dict[str, str], answer: str) -> None:
    message = await ask("get_prices", **arguments)
    assert message.status == "error"
    assert answer in message.text


async def test_products_of_one_name_are_not_told_apart_by_guessing(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.store.products[2].name = "Alva Tee"
    answer = await ask("get_prices", product="Alva Tee")
    assert answer.status == "error"
    assert "Alva Tee (TEE01); Alva Tee (LST01)" in answer.text
