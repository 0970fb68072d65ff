"""How much shorter the tools' concise answers are than what they received: tokens (o200k) for twenty usual questions.

What was received is the `data` of every answer of the store to the question, minified.
"""

import asyncio
import json
import statistics
import sys
from typing import Any

import httpx
from tokens import text_tokens

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.seed.known import DEMO_SKU

MEDIAN_BAR = 0.35
WORST_BAR = 0.60
QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Which orders are pending?", "search_orders", {"status": "PENDING"}),
    ("What did Anna Berg order?", "search_orders", {"customer": "anna.berg@example.com"}),
    ("Which orders are on hold?", "search_orders", {"on_hold": True}),
    ("The latest orders?", "search_orders", {}),
    ("What is in order 1042?", "get_order", {"order_number": 1042}),
    ("Has order 1045 shipped?", "get_order", {"order_number": 1045}),
    ("What came back lately?", "search_returns", {}),
    ("How many do we have of this SKU?", "get_stock", {"sku": DEMO_SKU}),
    ("Which warehouses are there?", "list_warehouses", {}),
    ("Find the tees", "search_products", {"text": "tee"}),
    ("Which products are there?", "search_products", {}),
    ("Which product has this SKU?", "find_sku", {"code": DEMO_SKU}),
    ("Find the customer Berg", "search_customers", {"text": "berg"}),
    ("Which markets do we sell in?", "list_markets", {}),
    ("Which pricelists are there?", "list_pricelists", {}),
    ("Which categories are there?", "list_categories", {}),
    ("What did we sell by market?", "sales_report", {"by": "market"}),
    ("What sold best?", "sales_report", {"by": "product"}),
    ("What is running out?", "stock_report", {}),
    ("Who are our best customers?", "customer_report", {}),
)


class Received(httpx.AsyncBaseTransport):
    """Passes answers on and keeps their data."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.data: list[Any] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and keep the data of its answer."""
        response = await self._inner.handle_async_request(request)
        self.data.append(json.loads(await response.aread()).get("data"))
        return response


async def asked(tool: str, arguments: dict[str, Any]) -> tuple[str, int, int]:
    """Ask a new store; the answer's status, its tokens and those of the data that the tool received for it."""
    sandbox = Sandbox(plan="unlimited")
    received = Received(sandbox.transport())
    client = AsyncCentra(sandbox.url, sandbox.TOKEN, transport=received, timezone=sandbox.zone)
    async with CentraToolkit(client) as toolkit:
        [found] = [one for one in toolkit.get_tools() if one.name == tool]
        answer = await found.ainvoke({"name": tool, "args": arguments, "id": "1", "type": "tool_call"})
    data = [json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in received.data if _asked_for(one)]
    return answer.status, text_tokens(answer.text), sum(map(text_tokens, data))


def _asked_for(data: Any) -> bool:
    """Whether data belongs to the question: the client reads the rate limits for itself."""
    return bool(data) and set(data) != {"rateLimits"}


def main() -> int:
    """Print each question's share, the largest last; 1 if a bar is broken."""
    shares = []
    for question, tool, arguments in QUESTIONS:
        status, answer, data = asyncio.run(asked(tool, arguments))
        if status != "success":
            raise SystemExit(f"{question} {tool} answered with an error.")
        shares.append((answer / data, answer, data, question, tool))
    for share, answer, data, question, tool in sorted(shares):
        print(f"{share:>5.0%}  {answer:>5} of {data:>6}  {question} ({tool}){'  ABOVE' if share > WORST_BAR else ''}")
    median = statistics.median(share for share, *_ in shares)
    print(f"{median:>5.0%}  median (bar {MEDIAN_BAR:.0%}, none above {WORST_BAR:.0%})")
    return int(median > MEDIAN_BAR or max(shares)[0] > WORST_BAR)


if __name__ == "__main__":
    sys.exit(main())
