"""One run at a time works on a conversation."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from weakref import WeakKeyDictionary

from langgraph.runtime import get_runtime
from langgraph.types import StreamWriter

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.records import TurnLease
from langchain_centra.client import Clock, Portal

PATIENCE_SECONDS = 60.0
"""How long a new message waits for the run that is under way."""

_POLL_SECONDS = 0.2


class TurnTaken(RuntimeError):
    """Another run is working on this conversation, or has answered it; this run does not go on."""


@dataclass
class _Turn:
    """What one run holds; `entering` lets its first tasks come in one by one.

    A lease that it gave back it may take again; one that it lost to another run it may not.
    """

    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    lease: TurnLease | None = None
    left: TurnLease | None = None
    lost: bool = False
    holders: int = 0
    entering: asyncio.Lock = field(default_factory=asyncio.Lock)


class Turns:
    """Leases on threads, kept in the journal, so that two runs never continue one conversation at once.

    A run takes the lease in its first node, keeps it from node to node, and gives it back when it ends or asks a
    person. The lease of a run that died runs out by itself after `lease_seconds`. A run that lost its lease, because
    it was stopped for longer than that, does not get it back.
    """

    def __init__(self, journal: Journal, store: str, portal: Portal, clock: Clock, lease_seconds: float) -> None:
        self.lease_seconds = lease_seconds
        self._journal = journal
        self._store = store
        self._portal = portal
        self._clock = clock
        # The writer of its stream is the one object that all tasks of a run share, and no two runs.
        self._of_runs: WeakKeyDictionary[StreamWriter, dict[str, _Turn]] = WeakKeyDictionary()

    @asynccontextmanager
    async def hold(
        self, thread_id: str, moved_on: Callable[[], Awaitable[bool]], *, patience: float, linger: float | None = None
    ) -> AsyncIterator[None]:
        """Hold the thread's lease inside the block and leave it live afterwards; an exception gives it back.

        With `linger` it runs out so many seconds after the block, for runs whose end nobody sees.

        The first to enter in a run waits up to `patience` seconds for another run, and `moved_on` tells it whether
        that one has gone on from where this one begins.

        Raises:
            TurnTaken: another run has the lease, has moved on, or took the lease while this one was stopped.
        """
        turn = self._turn(thread_id)
        beating = asyncio.create_task(self._beat(turn))
        turn.holders += 1
        try:
            async with turn.entering:
                if turn.lease or turn.lost:
                    await self._keep(turn)
                else:
                    await self._take(turn, thread_id, patience)
                    if await moved_on():
                        raise TurnTaken("This conversation has gone on since: read it again before continuing.")
            yield
            if turn.lease or turn.lost:
                await self._keep(turn)
            if linger is not None and turn.holders == 1:
                await self._leave(turn, linger)
        except BaseException:
            await self.release(thread_id)
            raise
        finally:
            turn.holders -= 1
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def release(self, thread_id: str) -> None:
        """Give this run's lease back, if it has one."""
        turn = self._turn(thread_id)
        lease, turn.lease, turn.left = turn.lease or turn.left, None, None
        if lease:
            await self._portal.acall(self._journal.release_turn, lease.store, lease.thread_id, lease.token)

    def _turn(self, thread_id: str) -> _Turn:
        return self._of_runs.setdefault(get_runtime().stream_writer, {}).setdefault(thread_id, _Turn())

    async def _take(self, turn: _Turn, thread_id: str, patience: float) -> None:
        waited = 0.0
        while not (lease := await self._lease(turn, thread_id)):
            if waited >= patience:
                raise TurnTaken("Another run is working on this conversation. Wait for it, then look at its answer.")
            await asyncio.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS
        turn.lease = lease

    async def _lease(self, turn: _Turn, thread_id: str) -> TurnLease | None:
        take = self._journal.take_turn
        return await self._portal.acall(take, self._store, thread_id, turn.token, self.lease_seconds)

    async def _keep(self, turn: _Turn) -> None:
        """Make sure that the run still has its lease; while it is young that needs no look at the journal."""
        half = timedelta(seconds=self.lease_seconds / 2)
        if turn.lease and turn.lease.lease_until - self._clock.now() > half:
            return
        if not await self._renew(turn):
            raise TurnTaken("Another run took over this conversation meanwhile: look at its answer.")

    async def _renew(self, turn: _Turn) -> bool:
        lease = turn.lease
        if lease is None:
            return False
        until = self._clock.now() + timedelta(seconds=self.lease_seconds)
        if not await self._portal.acall(self._journal.renew_turn, lease, self.lease_seconds):
            turn.lease, turn.lost = None, True
            return False
        turn.lease = turn.lease and replace(lease, lease_until=until)
        return True

    async def _leave(self, turn: _Turn, linger: float) -> None:
        if turn.lease:
            await self._portal.acall(self._journal.renew_turn, turn.lease, linger)
            turn.lease, turn.left = None, turn.lease

    async def _beat(self, turn: _Turn) -> None:
        while True:
            await asyncio.sleep(self.lease_seconds / 3)
            await self._renew(turn)
