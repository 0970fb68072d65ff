"""The way in over loopback HTTP."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import DROP_CONNECTION

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from starlette.applications import Starlette

_LOOPBACK = "127.0.0.1"


class _DroppableConnection(H11Protocol):
    """Hands the application a way to close the connection without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, DROP_CONNECTION: transport.close}


@contextmanager
def serving(app: Starlette, port: int) -> Iterator[str]:
    """Serve an application on loopback from a thread of its own; yields the base URL.

    Args:
        app: the application.
        port: 0 takes a free one.
    """
    listener = socket.create_server((_LOOPBACK, port))
    config: Any = uvicorn.Config(
        app, http=_DroppableConnection, ws="none", lifespan="off", log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True, name="centra-sandbox")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        yield f"http://{_LOOPBACK}:{cast('int', listener.getsockname()[1])}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
