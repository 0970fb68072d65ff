"""What one read through a tool costs, against a bare httpx POST of the same document to the same loopback server.

Both run in one event loop, each pair directly one after the other in changing order; what counts is the median of the
pairs' ratios. The bare answer is decoded with json.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from store import served

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.sandbox import Sandbox

BAR = 1.25
TOOL = "search_orders"
ARGUMENTS: dict[str, Any] = {"status": "SHIPPED"}


class Recorder(httpx.AsyncBaseTransport):
    """Passes requests on and remembers the bodies."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on."""
        self.bodies.append(request.content)
        return await self._inner.handle_async_request(request)


def tool_of(toolkit: CentraToolkit) -> Callable[[], Awaitable[Any]]:
    """Calls the tool as an agent does."""
    [tool] = toolkit.get_tools()
    call = {"name": TOOL, "args": ARGUMENTS, "id": "1", "type": "tool_call"}
    return lambda: tool.ainvoke(call)


async def recorded(url: str) -> bytes:
    """What the tool sends for its answer, the request for the answer alone."""
    recorder = Recorder()
    async with CentraToolkit(AsyncCentra(url, Sandbox.TOKEN, transport=recorder), reads=[TOOL]) as toolkit:
        await tool_of(toolkit)()
        recorder.bodies.clear()
        await tool_of(toolkit)()
    [body] = recorder.bodies
    return body


async def seconds(work: Callable[[], Awaitable[Any]]) -> float:
    """How long work takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def measured(url: str, rounds: int) -> list[tuple[float, float]]:
    """The seconds of both, round by round."""
    body = await recorded(url)
    headers = {"Authorization": f"Bearer {Sandbox.TOKEN}", "Content-Type": "application/json"}
    async with (
        CentraToolkit(AsyncCentra(url, Sandbox.TOKEN), reads=[TOOL]) as toolkit,
        httpx.AsyncClient(headers=headers) as client,
    ):
        ours = tool_of(toolkit)

        async def bare() -> Any:
            return json.loads((await client.post(f"{url}/graphql", content=body)).content)

        for _ in range(20):
            await ours()
            await bare()
        found = []
        for index in range(rounds):
            first, second = (ours, bare) if index % 2 else (bare, ours)
            times = {first: await seconds(first), second: await seconds(second)}
            found.append((times[ours], times[bare]))
        return found


def main() -> int:
    """Print the ratio; 1 if it is above the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    with served() as url:
        found = asyncio.run(measured(url, rounds))
    ratio = statistics.median(mine / other for mine, other in found)
    mine, other = (statistics.median(times) * 1000 for times in zip(*found, strict=True))
    verdict = "within" if ratio <= BAR else "ABOVE"
    print(f"{ratio:.2f}  {verdict} {BAR}: {TOOL} ({mine:.1f} ms) / bare httpx ({other:.1f} ms)")
    return int(ratio > BAR)


if __name__ == "__main__":
    sys.exit(main())
