"""The way in without a network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from .faults import ConnectionDropped

if TYPE_CHECKING:
    from starlette.applications import Starlette


class InProcessTransport(httpx.AsyncBaseTransport):
    """Calls the application directly, and fails as a wire would.

    A request goes on when its caller is cancelled or runs into its read timeout, as it would on a server.
    """

    def __init__(self, app: Starlette) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self._running: set[asyncio.Task[httpx.Response]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            httpx.RemoteProtocolError: a fault dropped the connection.
            httpx.ReadTimeout: the answer took longer than the request's read timeout.
        """
        task = asyncio.create_task(self._inner.handle_async_request(request))
        self._running.add(task)
        task.add_done_callback(self._finished)
        patience = request.extensions.get("timeout", {}).get("read")
        try:
            return await asyncio.wait_for(asyncio.shield(task), patience)
        except TimeoutError:
            raise httpx.ReadTimeout("The sandbox took too long.", request=request) from None
        except ConnectionDropped:
            message = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(message, request=request) from None

    def _finished(self, task: asyncio.Task[httpx.Response]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()
