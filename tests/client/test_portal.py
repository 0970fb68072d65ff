"""The background event loop: who may call it, and what a caller's end does not end."""

import asyncio
import contextvars
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from blockbuster import blockbuster_ctx

from langchain_centra.client import Portal

NAME: contextvars.ContextVar[str] = contextvars.ContextVar("NAME", default="nobody")


async def where(*args: object) -> tuple[object, ...]:
    await asyncio.sleep(0)
    return threading.current_thread().name, NAME.get(), *args


class Write:
    """Work that a test lets end."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.finish = threading.Event()
        self.outcome = "not finished"

    async def __call__(self) -> str:
        self.begun.set()
        try:
            await asyncio.to_thread(self.finish.wait)
            self.outcome = "written"
        except asyncio.CancelledError:
            self.outcome = "cancelled"
            raise
        return self.outcome


def wait_for_closed(portal: Portal) -> None:
    while not portal.closed:
        time.sleep(0.001)


async def test_sync_and_async_callers_share_one_loop() -> None:
    portal = Portal()

    async def loop() -> int:
        return id(asyncio.get_running_loop())

    loops = {await portal.acall(loop), await asyncio.to_thread(portal.call, loop), portal.call(loop)}
    with ThreadPoolExecutor(4) as threads:
        loops |= set(threads.map(lambda _: asyncio.run(portal.acall(loop)), range(8)))
    assert len(loops) == 1
    assert id(asyncio.get_running_loop()) not in loops
    await portal.aclose()


async def test_work_sees_the_context_variables_of_its_caller() -> None:
    portal = Portal()
    NAME.set("anna")
    assert await portal.acall(where, 1, 2) == ("langchain-centra", "anna", 1, 2)
    assert portal.call(where) == ("langchain-centra", "anna")
    portal.close()


async def test_work_goes_on_when_its_caller_is_cancelled() -> None:
    portal, write = Portal(), Write()
    caller = asyncio.create_task(portal.acall(write))
    await asyncio.to_thread(write.begun.wait)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    write.finish.set()
    await portal.aclose()
    assert write.outcome == "written"


def test_work_goes_on_when_its_caller_s_loop_is_closed() -> None:
    portal, write = Portal(), Write()

    async def leave() -> asyncio.Task[str]:
        caller = asyncio.create_task(portal.acall(write))
        await asyncio.to_thread(write.begun.wait)
        return caller

    assert asyncio.run(leave()).cancelled()
    write.finish.set()
    portal.close()
    assert write.outcome == "written"


async def test_work_of_the_portal_may_hand_on_work_and_is_not_cancelled_with_it() -> None:
    portal, write = Portal(), Write()

    async def outer() -> str:
        inner = asyncio.create_task(portal.acall(write))
        await asyncio.to_thread(write.begun.wait)
        inner.cancel()
        with pytest.raises(asyncio.CancelledError):
            await inner
        write.finish.set()
        return str((await portal.acall(where))[0])

    assert await portal.acall(outer) == "langchain-centra"
    await portal.aclose()
    assert write.outcome == "written"


async def test_work_of_the_portal_cannot_block_or_close_the_portal() -> None:
    portal = Portal()

    async def block() -> None:
        portal.call(where)

    async def close() -> None:
        portal.close()

    for misuse in (block, close, portal.aclose):
        with pytest.raises(RuntimeError, match="cannot wait for the portal"):
            await portal.acall(misuse)
    await portal.aclose()


async def test_an_error_of_the_work_reaches_its_caller() -> None:
    portal = Portal()

    async def fail() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await portal.acall(fail)
    with pytest.raises(LookupError, match="nothing there"):
        portal.call(fail)
    await portal.aclose()


async def test_closing_waits_for_the_work_under_way_and_what_it_hands_on() -> None:
    portal, write = Portal(), Write()
    after: list[object] = []

    async def outer() -> None:
        await write()
        after.extend(await portal.acall(where))

    caller = asyncio.create_task(portal.acall(outer))
    await asyncio.to_thread(write.begun.wait)
    closing = asyncio.create_task(portal.aclose())
    await asyncio.to_thread(wait_for_closed, portal)
    with pytest.raises(RuntimeError, match="closed"):
        await portal.acall(where)
    write.finish.set()
    await asyncio.gather(caller, closing)
    assert after == ["langchain-centra", "nobody"]


def test_a_closed_portal_takes_no_work_and_closes_twice() -> None:
    used, unused = Portal(), Portal()
    used.call(where)
    for portal in (used, unused):
        portal.close()
        portal.close()
        with pytest.raises(RuntimeError, match="closed"):
            portal.call(where)
        with pytest.raises(RuntimeError, match="closed"):
            asyncio.run(portal.acall(where))


async def test_no_call_blocks_the_caller_s_event_loop() -> None:
    with blockbuster_ctx():
        portal = Portal()
        names = await asyncio.gather(*(portal.acall(where, number) for number in range(20)))
        await portal.aclose()
    assert [name[2] for name in names] == list(range(20))


def test_an_interpreter_that_forgets_to_close_ends_after_the_work() -> None:
    program = """
import asyncio
from langchain_centra.client import Portal

portal = Portal()
portal.call(asyncio.sleep, 0)

async def write():
    await asyncio.sleep(0.2)
    print("written")

async def main():
    async with asyncio.timeout(0.1):
        await portal.acall(write)

try:
    asyncio.run(main())
except TimeoutError:
    print("left")
"""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", program], capture_output=True, text=True, check=True
    )
    assert (ended.stdout, ended.stderr) == ("left\nwritten\n", "")
