"""search_vouchers and list_campaigns: what they answer, and how they are narrowed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra import CentraToolkit
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox

Ask = Callable[..., Awaitable[ToolMessage]]
MOST_BYTES = 5_000


def names(answer: ToolMessage) -> list[str]:
    return [row["name"] for row in answer.artifact]


async def test_a_voucher_is_shown_with_its_uses_left(ask: Ask, sandbox: Sandbox) -> None:
    text = (await ask("search_vouchers", text="alma")).text
    assert text.startswith("1 voucher:")
    assert "Alma's followers | ALMA15 | ACTIVE | CODE |" in text
    assert text.endswith("| 488 | 12 | Alvelund")
    assert len(sandbox.requests) <= 2


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"text": "summer"}, ["Late summer"]),
        ({"text": "STAFF", "status": "inactive"}, ["Staff"]),
        ({"text": "STAFF", "status": "ACTIVE"}, []),
        ({"status": "INACTIVE"}, ["Staff"]),
    ],
)
async def test_vouchers_are_found_by_code_name_and_status(
    ask: Ask, arguments: dict[str, Any], found: list[str]
) -> None:
    answer = await ask("search_vouchers", **arguments)
    assert names(answer) == found if found else answer.text == "No voucher matches."


async def test_vouchers_are_found_by_the_day_on_which_they_end(ask: Ask, sandbox: Sandbox) -> None:
    stop = sandbox.store.vouchers[7].stop_at
    assert stop
    day = stop.astimezone(sandbox.zone).date()
    answer = await ask("search_vouchers", ends_from=f"{day}", ends_to=f"{day}")
    assert names(answer) == ["Spring"]
    assert f"Ends from {day}" in answer.text
    wrong = await ask("search_vouchers", ends_from=f"{day}", ends_to=f"{day - timedelta(days=1)}")
    assert wrong.status == "error"


async def test_a_long_list_of_vouchers_is_short_enough_and_says_how_to_narrow_it(ask: Ask, sandbox: Sandbox) -> None:
    for number in range(100, 300):
        sandbox.store.vouchers[number] = replace(sandbox.store.vouchers[1], id=number, name="y" * 200)
    answer = await ask("search_vouchers", limit=50)
    assert len(answer.text.encode()) < MOST_BYTES
    assert "there are more: narrow by" in answer.text


async def test_campaigns_are_listed_by_name_and_status(ask: Ask) -> None:
    assert names(await ask("list_campaigns")) == ["End of Denim", "Outerwear Days", "Knitwear Weeks"]
    assert names(await ask("list_campaigns", name="denim")) == ["End of Denim"]
    text = (await ask("list_campaigns", status="INACTIVE")).text
    assert "Outerwear Days | INACTIVE | Sweden, Europe, North America | SEK, EUR, USD" in text
    assert (await ask("list_campaigns", name="zz")).text == "No campaign matches."


async def test_related_names_are_left_out_when_the_token_may_not_read_them(
    sandbox: Sandbox, lacking: Callable[..., str]
) -> None:
    token = lacking("Store:read", "Market:read", "Pricelist:read")
    async with CentraToolkit(AsyncCentra(sandbox.url, token, transport=sandbox.transport())) as toolkit:
        tools = {tool.name: tool for tool in toolkit.get_tools()}
        assert "lacks: Store:read" in await tools["search_vouchers"].ainvoke({})
        assert "lacks: Market:read, Pricelist:read" in await tools["list_campaigns"].ainvoke({})
