"""The sync client is the async one, seen from code without an event loop."""

import inspect
from zoneinfo import ZoneInfo

import httpx
import pytest

from langchain_centra.client import AsyncCentra, Centra, NotFound


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"data": {"orders": [{"id": "a"}]}})


@pytest.mark.parametrize("method", ["__init__", "from_env", "execute", "nodes", "rows", "store_timezone"])
def test_both_clients_take_the_same_arguments(method: str) -> None:
    sync, asynchronous = (inspect.signature(getattr(client, method)) for client in (Centra, AsyncCentra))
    assert sync.parameters == asynchronous.parameters


def test_both_clients_have_the_same_public_names() -> None:
    sync, asynchronous = (
        {name for name in dir(client("https://acme.centra.com", "token")) if not name.startswith("_")}
        for client in (Centra, AsyncCentra)
    )
    assert sync - asynchronous == {"aio", "portal", "close"}
    of_the_toolkit = {
        "cache",
        "fingerprint",
        "share_limits",
        "environment",
        "token_fingerprint",
        "expiry_warning",
        "permissions",
        "rate_share",
    }
    assert asynchronous - sync == {"aclose"} | of_the_toolkit


def test_it_answers_and_raises_as_the_async_one() -> None:
    def missing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"errors": [{"message": "Could not find Order with ID 7"}]})

    with Centra("https://acme.centra.com", "token", transport=httpx.MockTransport(answer)) as centra:
        assert centra.execute("{ orders { id } }").data == {"orders": [{"id": "a"}]}
    with (
        Centra("https://acme.centra.com", "token", transport=httpx.MockTransport(missing)) as centra,
        pytest.raises(NotFound, match="Could not find Order with ID 7"),
    ):
        centra.execute("{ order(id: 7) { id } }")


async def test_it_works_where_an_event_loop_runs() -> None:
    centra = Centra("https://acme.centra.com", "token", transport=httpx.MockTransport(answer))
    assert centra.execute("{ orders { id } }").data == {"orders": [{"id": "a"}]}
    assert (await centra.portal.acall(centra.aio.execute, "{ orders { id } }")).data == {"orders": [{"id": "a"}]}
    centra.close()
    centra.close()


def test_it_knows_the_store_s_zone() -> None:
    with Centra("https://acme.centra.com", "token", timezone=ZoneInfo("Europe/Stockholm")) as centra:
        assert centra.store_timezone() == ZoneInfo("Europe/Stockholm")
