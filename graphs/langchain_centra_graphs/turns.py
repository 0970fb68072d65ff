"""One run at a time works on a conversation."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from langchain_centra.approval.journal import Journal
from langchain_centra.client import Portal

_POLL_SECONDS = 0.2


class TurnTaken(RuntimeError):
    """Another run is working on this conversation, or has answered it; this run has changed nothing."""


class Turns:
    """Leases on threads, kept in the journal, so that two runs never continue one conversation at once.

    A run takes the lease when it starts to work, keeps it from node to node by its token, and gives it back when
    it ends or asks a person. The lease of a run that died runs out by itself after `lease_seconds`.
    """

    def __init__(self, journal: Journal, store: str, portal: Portal, lease_seconds: float) -> None:
        self.lease_seconds = lease_seconds
        self._journal = journal
        self._store = store
        self._portal = portal

    @asynccontextmanager
    async def hold(self, thread_id: str, token: str | None, *, patience: float) -> AsyncIterator[str]:
        """Hold the thread's lease inside the block and leave it live afterwards; an exception gives it back.

        Waits up to `patience` seconds for another run, then raises TurnTaken.
        """
        token = token or uuid.uuid4().hex
        await self._take(thread_id, token, patience)
        beating = asyncio.create_task(self._beat(thread_id, token))
        try:
            yield token
        except BaseException:
            await self.release(thread_id, token)
            raise
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def release(self, thread_id: str, token: str | None) -> None:
        """Give the lease back, if this token holds it."""
        if token is not None:
            await self._portal.acall(self._journal.release_turn, self._store, thread_id, token)

    async def _take(self, thread_id: str, token: str, patience: float) -> None:
        waited = 0.0
        while not await self._lease(thread_id, token):
            if waited >= patience:
                raise TurnTaken("Another run is working on this conversation. Wait for it, then look at its answer.")
            await asyncio.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS

    async def _lease(self, thread_id: str, token: str) -> bool:
        lease = await self._portal.acall(self._journal.take_turn, self._store, thread_id, token, self.lease_seconds)
        return lease is not None

    async def _beat(self, thread_id: str, token: str) -> None:
        while True:
            await asyncio.sleep(self.lease_seconds / 3)
            await self._lease(thread_id, token)
