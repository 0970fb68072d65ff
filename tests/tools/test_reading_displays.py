"""search_displays, list_categories and list_custom_attributes: what they answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra import CentraToolkit
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.state.attributes import MappedAttribute
from langchain_centra.sandbox.state.displays import Category

Ask = Callable[..., Awaitable[ToolMessage]]
MOST_BYTES = 5_000


async def answer_without(sandbox: Sandbox, token: str, tool: str, **arguments: Any) -> str:
    async with CentraToolkit(AsyncCentra(sandbox.url, token, transport=sandbox.transport())) as toolkit:
        [found] = [t for t in toolkit.get_tools() if t.name == tool]
        message = await found.ainvoke({"type": "tool_call", "id": "call-1", "name": tool, "args": arguments})
        return str(message.text)


async def test_displays_are_found_by_text_in_one_request(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("search_displays", text="alva tee")
    assert answer.text.startswith("2 displays:")
    assert (
        "Alva Tee | ACTIVE | Alvelund | alva-tee | TEE01 | Black, Ecru | Sweden, Europe, North America" in answer.text
    )
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize("words", ["TEE01", "tee01", "Alva Tee"])
async def test_displays_are_found_by_the_number_or_name_of_their_product(
    ask: Ask, sandbox: Sandbox, words: str
) -> None:
    answer = await ask("search_displays", product=words, market="wholesale europe", status="ACTIVE")
    assert [row["store"]["name"] for row in answer.artifact] == ["Alvelund Wholesale"]
    assert len(sandbox.requests) == 1


async def test_an_unknown_product_is_answered_with_those_like_it(ask: Ask) -> None:
    answer = await ask("search_displays", product="Parka")
    assert answer.status == "error"
    assert "Close to it: Alva Parka (PRK01), Birk Parka (PRK02)" in answer.text


async def test_displays_are_found_by_market_and_status(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("search_displays", market="europe", status="INACTIVE")
    assert [row["name"] for row in answer.artifact] == ["Stig Scarf"]
    await ask("search_displays", market="europe")
    assert len(sandbox.requests) == 3


async def test_an_unknown_market_is_answered_with_those_that_exist(ask: Ask) -> None:
    answer = await ask("search_displays", market="Norway")
    assert answer.status == "error"
    assert "Sweden, Europe, North America, Wholesale Europe" in answer.text


async def test_displays_of_a_category_are_found_in_all_stores(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("search_displays", category="knitwear")
    assert answer.text.startswith("18 displays:")
    assert "so 81 displays were looked through" in answer.text
    assert len(answer.artifact) == 18


async def test_displays_of_a_category_are_read_page_by_page(ask: Ask, sandbox: Sandbox) -> None:
    like = sandbox.store.displays[2001]
    for number in range(3001, 3171):
        sandbox.store.displays[number] = type(like)(
            id=number,
            name=f"Display {number}",
            uri=f"display-{number}",
            product=like.product,
            store=like.store,
            updated_at=like.updated_at,
            tax_group=like.tax_group,
        )
    answer = await ask("search_displays", category="Gifts")
    assert "so 251 displays were looked through" in answer.text
    assert len(sandbox.requests) == 3


async def test_no_display_is_said_to_match(ask: Ask) -> None:
    answer = await ask("search_displays", text="zzz")
    assert answer.text == "No display matches."


async def test_what_the_token_may_not_read_is_left_out_and_said(sandbox: Sandbox, lacking: Callable[..., str]) -> None:
    token = lacking("Market:read", "Category:read")
    text = await answer_without(sandbox, token, "search_displays", text="alva tee")
    assert "Left out, because the token lacks: Category:read, Market:read." in text
    refused = await answer_without(sandbox, token, "search_displays", category="Gifts")
    assert refused == "To find displays by category the token needs Category:read; leave category out."
    assert "Market:read" in await answer_without(sandbox, token, "search_displays", market="Sweden")
    assert "Market:read" in await answer_without(sandbox, token, "search_displays", product="TEE01", market="Sweden")


async def test_many_long_displays_are_short_enough_and_say_what_is_missing(ask: Ask, sandbox: Sandbox) -> None:
    for display in sandbox.store.displays.values():
        display.name = "Ärmlös tröja " * 20
    answer = await ask("search_displays")
    assert len(answer.text.encode()) < MOST_BYTES
    assert answer.text.startswith(f"{len(answer.artifact)} of 81 displays; narrow")


async def test_the_tree_of_categories_is_shown_with_the_displays_in_each(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("list_categories")
    assert "Alvelund | Clothing > Outerwear > Rainwear | ACTIVE | rainwear | 3" in answer.text
    assert len(answer.artifact) == len(sandbox.store.categories)
    assert len(sandbox.requests) == 1


async def test_categories_are_narrowed_by_store_and_by_what_they_stand_under(ask: Ask) -> None:
    answer = await ask("list_categories", store="alvelund", under="Outerwear")
    assert [row["path"] for row in answer.artifact] == ["Clothing > Outerwear", "Clothing > Outerwear > Rainwear"]
    assert "2 categories are called 'Outerwear'" in (await ask("list_categories", under="Outerwear")).text
    assert "Stores with categories: Alvelund" in (await ask("list_categories", store="Nowhere")).text


async def test_categories_are_listed_without_displays_when_the_token_may_not_read_them(
    sandbox: Sandbox, lacking: Callable[..., str]
) -> None:
    text = await answer_without(sandbox, lacking("Display:read", "Store:read"), "list_categories")
    assert "- | Clothing > Tops | ACTIVE | tops | -" in text
    assert "Left out, because the token lacks: Display:read, Store:read." in text


async def test_a_large_tree_is_read_in_pages_and_cut_with_a_word(ask: Ask, sandbox: Sandbox) -> None:
    store = sandbox.store.stores[1]
    for number in range(1_001, 1_301):
        sandbox.store.categories[number] = Category(id=number, name=f"C{number}", uri=f"c{number}", store=store)
    answer = await ask("list_categories")
    assert len(answer.text.encode()) < MOST_BYTES
    assert f"{len(answer.artifact)} of 317 categories; narrow by store or under:" in answer.text
    assert len(sandbox.requests) == 2


async def test_custom_attributes_are_listed_with_what_they_take(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("list_custom_attributes", object_type="product")
    assert "pr_fit | Fit | product | one of: Slim, Regular, Relaxed" in answer.text
    assert "pr_material | Material | product | any of: Organic cotton" in answer.text
    assert "pr_care | Care | product | text (Washing advice, textarea); recyclable" in answer.text
    assert len(answer.artifact) == 3
    assert len(sandbox.requests) == 1


async def test_one_custom_attribute_shows_all_its_values(ask: Ask, sandbox: Sandbox) -> None:
    kind = sandbox.store.attribute_types["pr_material"]
    for number in range(1_001, 1_231):
        sandbox.store.mapped_attributes[number] = MappedAttribute(number, f"M{number}", kind, {})
    listed = (await ask("list_custom_attributes")).text
    assert "and 174 more" in listed
    assert "Only the first 200 values were read" in listed
    [row] = (await ask("list_custom_attributes", attribute="MATERIAL")).artifact
    assert len(row["values"]) == 234


async def test_an_unknown_custom_attribute_is_answered_with_the_valid_ones(ask: Ask) -> None:
    answer = await ask("list_custom_attributes", object_type="display", attribute="colour")
    assert answer.status == "error"
    assert answer.text.endswith("The valid ones: disp_badge (Badge), disp_video (Video).")


async def test_a_kind_without_custom_attributes_says_so(ask: Ask, sandbox: Sandbox) -> None:
    del sandbox.store.attribute_types["campaign_brief"]
    assert (await ask("list_custom_attributes", object_type="campaign")).text == (
        "There are no custom attributes for this."
    )
