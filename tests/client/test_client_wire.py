"""What happens on a real connection, over loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import pytest
from blockbuster import blockbuster_ctx

from langchain_centra.client import AsyncCentra, Clock, OutcomeUnknown, TransportFailed

READ = "query { orders { id } }"
WRITE = "mutation { confirmOrder(input: {}) { userErrors { message path } userWarnings { message path } } }"


class Naps(Clock, Protocol):
    naps: list[float]


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handle: Handler) -> AsyncIterator[str]:
    """Serve raw TCP on loopback."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await handle(reader, writer)
        finally:
            writer.close()

    async with await asyncio.start_server(once, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 24\r\n\r\n{"data": {"orders": []}}')
    await writer.drain()


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data": {')
    await writer.drain()


async def test_the_timeout_bounds_the_whole_request_though_bytes_keep_coming(clock: Naps, token: str) -> None:
    async with serving(trickle) as url, AsyncCentra(url, token, timeout=0.2, clock=clock) as centra:
        with pytest.raises(OutcomeUnknown, match=r"no answer within 0\.2 seconds"):
            await centra.execute(WRITE)


async def test_a_read_that_keeps_running_out_of_time_fails(clock: Naps, token: str) -> None:
    async with serving(trickle) as url, AsyncCentra(url, token, timeout=0.05, clock=clock) as centra:
        with pytest.raises(TransportFailed, match="no answer within"):
            await centra.execute(READ)
    assert len(clock.naps) == 3


async def test_an_answer_that_breaks_off_leaves_the_outcome_of_a_mutation_unknown(clock: Naps, token: str) -> None:
    async with serving(hang_up) as url, AsyncCentra(url, token, clock=clock) as centra:
        with pytest.raises(OutcomeUnknown, match="connection was lost"):
            await centra.execute(WRITE)


async def test_a_refused_connection_changed_nothing(clock: Naps, token: str) -> None:
    async with serving(hang_up) as url:
        pass
    async with AsyncCentra(url, token, clock=clock) as centra:
        with pytest.raises(TransportFailed, match="nothing was changed"):
            await centra.execute(WRITE)
    assert len(clock.naps) == 3


async def test_a_token_for_this_machine_does_not_pass_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, clock: Naps, token: str
) -> None:
    async with serving(hang_up) as proxy, serving(answer) as url:
        for variable in ("HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(variable, proxy)
        async with AsyncCentra(url, token, clock=clock) as centra:
            assert (await centra.execute(READ)).data == {"orders": []}


async def test_no_request_blocks_the_event_loop(token: str) -> None:
    async with serving(answer) as url:
        with blockbuster_ctx():
            async with AsyncCentra(url, token) as centra:
                assert (await centra.execute(READ)).data == {"orders": []}


async def test_cancelling_the_caller_cancels_the_request(clock: Naps, token: str) -> None:
    async with serving(trickle) as url, AsyncCentra(url, token, clock=clock) as centra:
        request = asyncio.create_task(centra.execute(READ))
        await asyncio.sleep(0.05)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
