"""What the lists of markets, stores, pricelists, currencies and countries answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra import CentraToolkit
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox

Ask = Callable[..., Awaitable[ToolMessage]]
LISTS = ("list_markets", "list_stores", "list_pricelists", "list_currencies", "list_countries")
MOST_BYTES = 5_000


async def test_markets_are_listed_with_store_rule_and_countries(ask: Ask) -> None:
    lines = (await ask("list_markets")).text.splitlines()
    assert lines[0] == "4 of 4 markets:"
    assert lines[2] == "Sweden | Alvelund | Nordics | SE"
    assert "Europe | Alvelund | Europe | DK, FI, NO, DE, NL, FR, PT, GB" in lines


async def test_stores_are_listed_with_their_type(ask: Ask) -> None:
    lines = (await ask("list_stores")).text.splitlines()
    assert lines[2:] == ["Alvelund | DIRECT_TO_CONSUMER | Nordics", "Alvelund Wholesale | WHOLESALE | Europe"]


async def test_pricelists_are_listed_with_currency_status_store_and_countries(ask: Ask) -> None:
    text = (await ask("list_pricelists")).text
    assert "USD | USD | ACTIVE | Alvelund | US" in text
    assert "Archive Sale EUR | EUR | INACTIVE | Alvelund | -" in text


async def test_currencies_are_listed_with_their_rate(ask: Ask) -> None:
    lines = (await ask("list_currencies")).text.splitlines()
    assert lines[1:] == [
        "currency | name | worth of one unit in SEK | base",
        "SEK | Swedish krona | 1 | yes",
        "EUR | Euro | 11.2 | no",
        "USD | US dollar | 10.4 | no",
    ]


@pytest.mark.parametrize(
    ("name", "codes"), [("nor", ["NO", "US"]), ("se", ["SE"]), ("europe", 9), ("Portugal", ["PT"])]
)
async def test_countries_are_found_by_name_continent_or_code(ask: Ask, name: str, codes: Any) -> None:
    found = [row["code"] for row in (await ask("list_countries", name=name)).artifact]
    assert found == codes or len(found) == codes


@pytest.mark.parametrize("tool", ["list_markets", "list_pricelists", "list_countries"])
async def test_a_name_that_matches_nothing_is_said_to(ask: Ask, tool: str) -> None:
    answer = await ask(tool, name="Atlantis")
    assert answer.status == "error"
    assert "matches 'Atlantis'; the store has" in answer.text


@pytest.mark.parametrize("tool", LISTS)
async def test_a_list_is_read_once_in_some_minutes(ask: Ask, sandbox: Sandbox, tool: str) -> None:
    first, second = await ask(tool), await ask(tool)
    assert first.text == second.text
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize("tool", LISTS)
async def test_an_empty_store_is_said_to_be_one(ask: Ask, sandbox: Sandbox, tool: str) -> None:
    getattr(sandbox.store, tool.removeprefix("list_")).clear()
    answer = await ask(tool)
    assert answer.status == "error"
    assert "The store has no" in answer.text


async def test_related_names_are_left_out_when_the_token_may_not_read_them(
    sandbox: Sandbox, lacking: Callable[..., str]
) -> None:
    token = lacking("Store:read", "Country:read", "AllocationRule:read")
    async with CentraToolkit(AsyncCentra(sandbox.url, token, transport=sandbox.transport())) as toolkit:
        tools = {tool.name: tool for tool in toolkit.get_tools()}
        for tool in ("list_markets", "list_markets", "list_pricelists"):
            text = await tools[tool].ainvoke({})
            assert "Left out, because the token lacks:" in text
            assert "Country:read, Store:read" in text


async def test_the_longest_list_is_short_enough_and_says_how_to_narrow_it(ask: Ask, sandbox: Sandbox) -> None:
    markets = sandbox.store.markets
    for number in range(100, 500):
        markets[number] = type(markets[1])(
            id=number,
            name=f"Market {number}",
            comment=None,
            store=markets[1].store,
            allocation_rule=markets[1].allocation_rule,
            assigned_to_countries=list(sandbox.store.countries.values()) * 5,
        )
    answer = await ask("list_markets")
    assert len(answer.text.encode()) < MOST_BYTES
    assert f"{len(answer.artifact)} of 404 markets; narrow by a part of the name:" in answer.text
    assert "and 38 more" in answer.text
    assert [row["name"] for row in (await ask("list_markets", name="499")).artifact] == ["Market 499"]
