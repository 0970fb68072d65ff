"""What a sales report over many orders costs, against reading the same pages with bare httpx and discarding them.

The store is served over loopback by a process of its own. Both readers run in new processes, by turns; the memory is
what a reader's peak is above what it had when it was connected.
"""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

import httpx
from store import served

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.operations.reports import ORDERS_PER_PAGE, READ_RETURNS, RETURNS_PER_PAGE, SALES
from langchain_centra.sandbox import Sandbox

TIME_BAR = 1.5
MEMORY_BAR = 150
ORDERS_A_SCALE = 500
SINCE = "2000-01-01T00:00:00+01:00"
HELD: tuple[dict[str, bool], ...] = ({}, {"isOnHold": True}, {"isWaitingForPayment": True})


async def ours(url: str) -> dict[str, Any]:
    """Run the tool once, with nothing kept from before."""
    async with CentraToolkit(AsyncCentra(url, Sandbox.TOKEN), reads=["sales_report"]) as toolkit:
        [tool] = toolkit.get_tools()
        call = {"name": tool.name, "type": "tool_call", "id": "1"}
        await toolkit.aconnect()
        idle = peak()
        await tool.ainvoke({**call, "args": {"date_from": "2100-01-01"}})  # imports polars
        began = time.perf_counter()
        message = await tool.ainvoke({**call, "args": {"date_from": SINCE}})
        seconds = time.perf_counter() - began
        orders = sum(row["orders"] for row in message.artifact)
        return {"seconds": seconds, "megabytes": peak() - idle, "orders": orders}


async def bare(url: str) -> dict[str, Any]:
    """Read the same pages and discard them."""
    headers = {"Authorization": f"Bearer {Sandbox.TOKEN}"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:

        async def post(document: str, variables: dict[str, Any]) -> Any:
            response = await client.post(f"{url}/graphql", json={"query": document, "variables": variables})
            return json.loads(response.content)["data"]

        began = time.perf_counter()
        for held in HELD:
            where = {"orderDate": {"from": SINCE}, **held}
            after = None
            while True:
                page = await post(SALES.document, {"where": where, "first": ORDERS_PER_PAGE, "after": after})
                info = page["orderConnection"]["pageInfo"]
                if not info["hasNextPage"]:
                    break
                after = info["endCursor"]
        page, number = [{}] * RETURNS_PER_PAGE, 1
        while len(page) == RETURNS_PER_PAGE:
            variables = {"where": {"createdAt": {"from": SINCE}}, "limit": RETURNS_PER_PAGE, "page": number}
            page, number = (await post(READ_RETURNS.document, variables))["returns"], number + 1
        return {"seconds": time.perf_counter() - began}


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(reader: str, url: str) -> dict[str, Any]:
    """Let a reader run in a new process."""
    found = subprocess.run([sys.executable, __file__, "--reader", reader, url], check=True, capture_output=True)
    return dict(json.loads(found.stdout))


def main() -> int:
    """Print a line for each number of orders; 1 if a bar is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", nargs=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--orders", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    asked = parser.parse_args()
    if asked.reader:
        reader, url = asked.reader
        print(json.dumps(asyncio.run((ours if reader == "ours" else bare)(url))))
        return 0
    above = 0
    for orders in asked.orders:
        with served(orders // ORDERS_A_SCALE) as url:
            run("bare", url)  # the server's first answers are slow
            rounds = [(run("ours", url), run("bare", url)) for _ in range(asked.rounds)]
        ratio = statistics.median(mine["seconds"] / other["seconds"] for mine, other in rounds)
        seconds = statistics.median(mine["seconds"] for mine, _ in rounds)
        megabytes = max(mine["megabytes"] for mine, _ in rounds)
        within = ratio <= TIME_BAR and megabytes <= MEMORY_BAR
        print(
            f"{orders:>7} orders: {ratio:.2f} times bare httpx (bar {TIME_BAR}), {seconds:.1f} s, "
            f"{1000 * seconds / orders:.2f} ms an order, {megabytes:.0f} MB above idle (bar {MEMORY_BAR})"
            f"{'' if within else '  ABOVE'}",
            flush=True,
        )
        above += not within
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
