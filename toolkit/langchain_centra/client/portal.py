"""One event loop in the background, shared by callers with loops of their own or with none."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

T = TypeVar("T")


class Portal:
    """A background event loop that sync code and other event loops hand work to.

    Work that was started is never cancelled by its caller; it sees a copy of the caller's context variables. The loop
    starts with the first call. `close()`, which the interpreter calls at its exit, waits for the work under way.
    """

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._resources = contextlib.ExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: set[Future[Any]] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the portal takes no more work."""
        return self._closed

    def call(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run an async function on the portal's loop and wait for its result; for sync code.

        Raises:
            RuntimeError: the portal is closed, or the caller is itself work of the portal.
        """
        self._refuse_own_work()
        self._start()
        return self._submit(function, args).result()

    async def acall(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run an async function on the portal's loop and await its result, from any event loop.

        Raises:
            RuntimeError: the portal is closed.
        """
        if self._loop is None:
            await asyncio.to_thread(self._start)
        return await asyncio.shield(asyncio.wrap_future(self._submit(function, args)))

    def close(self) -> None:
        """Wait for the work under way, then end the loop; closing twice is harmless.

        Raises:
            RuntimeError: the caller is itself work of the portal.
        """
        self._refuse_own_work()
        with self._starting:
            self._closed = True
            atexit.unregister(self.close)
            self._resources.close()

    async def aclose(self) -> None:
        """Close without blocking the caller's event loop."""
        self._refuse_own_work()
        await asyncio.to_thread(self.close)

    def _start(self) -> None:
        if self._loop is not None:
            return
        with self._starting:
            if self._loop is None and not self._closed:
                from anyio.from_thread import start_blocking_portal

                portal = self._resources.enter_context(start_blocking_portal("asyncio", name="langchain-centra"))
                self._resources.callback(self._finish)
                self._loop = portal.call(_running_loop)
                atexit.register(self.close)

    def _submit(self, function: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> Future[T]:
        # Work under way may hand on work while the portal waits for it to end.
        if self._loop is None or (self._closed and not self.is_current):
            raise RuntimeError("The portal is closed.")
        # Not anyio's start_task_soon: it makes the caller, which may be an event loop, wait for the portal's loop.
        future = asyncio.run_coroutine_threadsafe(_run(function, args), self._loop)
        self._work.add(future)
        future.add_done_callback(self._work.discard)
        return future

    def _finish(self) -> None:
        while self._work:
            wait(set(self._work))

    def _refuse_own_work(self) -> None:
        if self.is_current:
            raise RuntimeError("Work of the portal cannot wait for the portal; await acall() instead.")

    @property
    def is_current(self) -> bool:
        """Whether the caller runs on the portal's own loop."""
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False


async def _running_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


async def _run(function: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> T:
    return await function(*args)
