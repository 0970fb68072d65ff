"""Reading long lists."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from langchain_centra.client import AsyncCentra, Centra, RequestRefused

CONNECTION = """query ($first: Int, $after: String) {
  orderConnection(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } }
}"""
LIST = "query ($limit: Int, $page: Int) { orders(limit: $limit, page: $page) { id } }"


class Store:
    """Holds so many orders, and hands them out page by page."""

    def __init__(self, orders: int) -> None:
        self.orders = [{"id": number} for number in range(orders)]
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if "rateLimits" in body["query"]:
            return httpx.Response(200, json={"data": {"rateLimits": []}})
        variables = body["variables"]
        self.asked.append(variables)
        answer = self._list(**variables) if "page" in variables else self._connection(**variables)
        return httpx.Response(200, json={"data": answer})

    def _list(self, limit: int, page: int, **_: Any) -> dict[str, Any]:
        return {"orders": self.orders[(page - 1) * limit : page * limit]}

    def _connection(self, first: int, after: str | None, **_: Any) -> dict[str, Any]:
        start = int(after or 0)
        edges = [{"node": order} for order in self.orders[start : start + first]]
        end = start + len(edges)
        info = {"hasNextPage": end < len(self.orders), "endCursor": str(end) if edges else None}
        return {"orderConnection": {"edges": edges, "pageInfo": info}}


def reading(answer: Callable[[httpx.Request], httpx.Response]) -> AsyncCentra:
    return AsyncCentra("https://acme.centra.com", "token", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize("orders", [0, 1, 99, 100, 101, 350])
async def test_every_node_of_a_connection_comes_once(orders: int) -> None:
    store = Store(orders)
    async with reading(store) as centra:
        assert [node async for node in centra.nodes(CONNECTION)] == store.orders


@pytest.mark.parametrize("orders", [0, 1, 199, 200, 201, 450])
async def test_every_row_of_a_list_comes_once(orders: int) -> None:
    store = Store(orders)
    async with reading(store) as centra:
        assert [row async for row in centra.rows(LIST)] == store.orders


async def test_pages_are_asked_for_as_they_are_needed_with_the_variables_given() -> None:
    store = Store(100)
    async with reading(store) as centra:
        async for node in centra.nodes(CONNECTION, {"where": {"number": 1}}, page_size=10):
            if node["id"] == 12:
                break
    where = {"where": {"number": 1}, "first": 10}
    assert store.asked == [{**where, "after": None}, {**where, "after": "10"}]


async def test_rows_are_counted_from_page_one_with_the_variables_given() -> None:
    store = Store(15)
    async with reading(store) as centra:
        assert len([row async for row in centra.rows(LIST, {"sort": "number_ASC"}, page_size=10)]) == 15
    sort = {"sort": "number_ASC", "limit": 10}
    assert store.asked == [{**sort, "page": 1}, {**sort, "page": 2}]


@pytest.mark.parametrize("page_size", [0, -1, 201])
async def test_a_page_that_centra_does_not_give_is_not_asked_for(page_size: int) -> None:
    store = Store(500)
    async with reading(store) as centra:
        with pytest.raises(RequestRefused, match="1 to 200 rows"):
            await anext(aiter(centra.rows(LIST, page_size=page_size)))
    assert store.asked == []


@pytest.mark.parametrize("cursor", [None, "same"])
async def test_a_connection_that_does_not_move_on_is_an_error_and_not_a_short_list(cursor: str | None) -> None:
    page = {"edges": [{"node": {"id": 1}}], "pageInfo": {"hasNextPage": True, "endCursor": cursor}}
    async with reading(lambda request: httpx.Response(200, json={"data": {"orderConnection": page}})) as centra:
        with pytest.raises(RequestRefused, match="next page"):
            _ = [node async for node in centra.nodes(CONNECTION)]


@pytest.mark.parametrize("data", [{}, {"orderConnection": None}, {"orderConnection": {"edges": []}}])
async def test_a_document_that_does_not_select_what_paging_needs_is_told_so(data: dict[str, Any]) -> None:
    async with reading(lambda request: httpx.Response(200, json={"data": data | {"orders": None}})) as centra:
        with pytest.raises(RequestRefused, match=r"edges .* and pageInfo"):
            _ = [node async for node in centra.nodes(CONNECTION)]
        with pytest.raises(RequestRefused, match="no list orders"):
            _ = [row async for row in centra.rows(LIST)]


def test_the_sync_client_reads_the_same_lists() -> None:
    store = Store(250)
    with Centra("https://acme.centra.com", "token", transport=httpx.MockTransport(store)) as centra:
        assert list(centra.nodes(CONNECTION)) == store.orders
        assert list(centra.rows(LIST)) == store.orders
        assert next(iter(centra.rows(LIST, page_size=5))) == {"id": 0}
