"""What reports keep of the orders that they read, and for whom."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from langchain_centra import CentraToolkit
from langchain_centra.analysis.progress import Progress, listening
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox

URL = "https://alvelund.centra.com"
SINCE = "2020-01-01"


def toolkit_of(sandbox: Sandbox, token: str | None = None, *, url: str = URL, cache: bool = True) -> CentraToolkit:
    client = AsyncCentra(url, token or sandbox.TOKEN, transport=sandbox.transport(), timezone=sandbox.zone, cache=cache)
    return CentraToolkit(client)


def files_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.parquet"))


async def report(toolkit: CentraToolkit, **arguments: Any) -> Any:
    [tool] = [tool for tool in toolkit.get_tools() if tool.name == "sales_report"]
    args = {"date_from": SINCE, **arguments}
    return await tool.ainvoke({"type": "tool_call", "id": "call-1", "name": tool.name, "args": args})


def order_pages(sandbox: Sandbox) -> int:
    return sum("orderConnection" in request.fields for request in sandbox.requests)


@pytest.fixture
async def toolkit(sandbox: Sandbox) -> AsyncIterator[CentraToolkit]:
    """A toolkit of a store that is not on this machine, as far as it knows."""
    async with toolkit_of(sandbox) as toolkit:
        yield toolkit


def change(sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1043]
    order.status, order.updated_at = "CANCELLED", sandbox.clock.now() + timedelta(seconds=1)


async def test_the_second_report_reads_only_what_changed(sandbox: Sandbox) -> None:
    async with toolkit_of(sandbox) as first:
        before = await report(first)
    whole = order_pages(sandbox)
    change(sandbox)
    async with toolkit_of(sandbox) as second:
        after = await report(second)
    assert order_pages(sandbox) - whole < whole
    async with toolkit_of(sandbox, cache=False) as fresh:
        assert (await report(fresh)).content == after.content
    assert before.content != after.content


async def test_a_longer_period_adds_what_is_missing(toolkit: CentraToolkit, sandbox: Sandbox) -> None:
    days = sorted(order.order_date for order in sandbox.store.orders.values())
    first, last = days[200].date().isoformat(), days[400].date().isoformat()
    await report(toolkit, date_from=first, date_to=last)
    longer = await report(toolkit)
    part = await report(toolkit, date_from=first, date_to=last)
    async with toolkit_of(sandbox, cache=False) as fresh:
        assert longer.content == (await report(fresh)).content
        assert part.content == (await report(fresh, date_from=first, date_to=last)).content


async def test_another_token_or_store_reads_for_itself(toolkit: CentraToolkit, sandbox: Sandbox) -> None:
    await report(toolkit)
    other = Sandbox(scale=1)
    order = other.store.orders[1042]
    order.shipping_cents += 100_000
    for found, token, url in ((sandbox, sandbox.issue_token(), URL), (other, None, "https://other.centra.com")):
        before = order_pages(found)
        async with toolkit_of(found, token, url=url) as another:
            answer = await report(another)
        assert order_pages(found) - before >= len(found.store.orders) / 100
    sek = next(row for row in answer.artifact if row["currency"] == "SEK")
    assert Decimal(sek["sales"]) > 0
    assert "sales SEK" in answer.content


async def test_files_hold_no_names_and_only_the_user_can_read_them(
    toolkit: CentraToolkit, sandbox: Sandbox, own_environment: Path
) -> None:
    await report(toolkit, by="market")
    [file] = files_in(own_environment)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    text = str(pl.read_parquet(file).to_dicts()) + str(file)
    assert not [name for name in ("Anna", "@", "Sweden", sandbox.TOKEN) if name in text]


async def test_a_store_on_this_machine_is_kept_in_memory(sandbox: Sandbox, own_environment: Path) -> None:
    async with toolkit_of(sandbox, url=sandbox.url) as toolkit:
        await report(toolkit)
        whole = order_pages(sandbox)
        await report(toolkit)
        assert order_pages(sandbox) - whole < whole
    assert not files_in(own_environment)


async def test_a_broken_file_is_read_anew(sandbox: Sandbox, own_environment: Path) -> None:
    async with toolkit_of(sandbox) as toolkit:
        before = await report(toolkit)
        [file] = files_in(own_environment)
        file.write_bytes(b"PAR1 broken")
        assert (await report(toolkit)).content == before.content


async def test_orders_that_arrive_while_pages_are_read_change_nothing_before_them(
    toolkit: CentraToolkit, sandbox: Sandbox
) -> None:
    oldest = min(sandbox.store.orders.values(), key=lambda order: order.order_date)
    seen: list[Progress] = []

    def arrive(progress: Progress) -> None:
        seen.append(progress)
        oldest.order_date -= timedelta(days=1)  # moves before the pages that are still to come

    expected = (await report(toolkit, by="store")).artifact
    async with toolkit_of(sandbox, cache=False) as fresh:
        with listening(arrive):
            answer = await report(fresh, by="store")
    assert answer.artifact == expected
    assert [progress.done for progress in seen][:2] == [100, 200]
    assert {progress.total for progress in seen} == {len(sandbox.store.orders)}


async def test_a_graph_streams_the_progress(toolkit: CentraToolkit) -> None:
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(toolkit.get_tools()))
    graph.add_edge(START, "tools")
    graph.add_edge("tools", END)
    calls = [{"id": "call-1", "name": "sales_report", "args": {"date_from": SINCE}}]
    asked: Any = {"messages": [{"role": "assistant", "content": "", "tool_calls": calls}]}
    streamed = [event async for event in graph.compile().astream(asked, stream_mode="custom")]
    assert {"progress": {"what": "orders", "done": 100, "total": 500}} in streamed


async def test_without_returns_the_answer_says_so(sandbox: Sandbox) -> None:
    async with toolkit_of(sandbox, sandbox.issue_token({"Order:read"})) as toolkit:
        answer = await report(toolkit)
        assert "Left out, because the token lacks: Return:read." in answer.content
        assert "net" not in answer.content
        assert {row["net"] for row in answer.artifact} == {None}
        refused = await report(toolkit, by="market")
    assert refused.status == "error"
    assert "Market:read" in refused.content


async def test_a_period_without_orders_says_so(toolkit: CentraToolkit) -> None:
    answer = await report(toolkit, date_from="2001-01-01", date_to="2001-01-31")
    assert answer.content.startswith("No orders from 2001-01-01T00:00+01:00 to 2001-01-31T23:59+01:00.")


async def test_a_period_that_ends_before_it_starts_is_refused(toolkit: CentraToolkit) -> None:
    answer = await report(toolkit, date_from="2026-02-01", date_to="2026-01-31")
    assert answer.status == "error"
    assert "date_to" in answer.content
