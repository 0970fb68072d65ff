"""The audit: a chain of events in which each row carries the hash of the one before."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.records import AuditRow, Broken, Card, Verified
from langchain_centra.approval.tables import GENESIS, audit, canonical, head
from langchain_centra.client import Clock

T = TypeVar("T")

_HASHED = ("at", "event", "store", "thread_id", "proposal_id", "step", "actor", "data")
_PAGE = 1000


class Transaction:
    """One writing transaction; `now` is its time. A change without an event is not kept."""

    def __init__(self, connection: AsyncConnection, now: datetime, seq: int, last_hash: str) -> None:
        self.connection = connection
        self.now = now
        self._first = self._seq = seq
        self._hash = last_hash

    async def record(
        self,
        event: str,
        card: Card,
        step: int | None = None,
        *,
        actor: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an event about `card`, or about one of its steps, to the chain."""
        row = {
            "at": self.now.astimezone(UTC).isoformat(timespec="microseconds"),
            "event": event,
            "store": card.store,
            "thread_id": card.thread_id,
            "proposal_id": card.proposal_id,
            "step": step,
            "actor": actor,
            "data": canonical(data or {}),
        }
        chain = {"seq": self._seq + 1, "previous_hash": self._hash, "hash": _hash(self._hash, row)}
        await self.connection.execute(insert(audit).values(row | chain))
        self._seq, self._hash = chain["seq"], chain["hash"]

    async def seal(self) -> None:
        """Move the head to the last event, or undo everything if there was none."""
        if self._seq == self._first:
            await self.connection.rollback()
        else:
            await self.connection.execute(update(head).values(seq=self._seq, hash=self._hash))


async def transact(connection: AsyncConnection, clock: Clock, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `work` while holding the head row: one writer at a time, on every database, so the chain cannot fork."""
    lock = update(head).values(seq=head.c.seq).returning(head.c.seq, head.c.hash)
    seq, last_hash = (await connection.execute(lock)).one()
    transaction = Transaction(connection, clock.now(), seq, last_hash)
    result = await work(transaction)
    await transaction.seal()
    return result


async def rows(connection: AsyncConnection, after: int, limit: int, **equal: str | None) -> list[AuditRow]:
    """Events with a `seq` above `after`, oldest first; `equal` names columns and what they must hold."""
    query = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(limit)
    for column, value in equal.items():
        query = query if value is None else query.where(audit.c[column] == value)
    found = (await connection.execute(query)).mappings()
    return [
        AuditRow(**{**row, "at": datetime.fromisoformat(row["at"]), "data": json.loads(row["data"])}) for row in found
    ]


async def verify(connection: AsyncConnection) -> Verified | Broken:
    """Walk the chain from its start to its head."""
    seq, hashes = 0, (GENESIS, GENESIS)
    query = select(audit).order_by(audit.c.seq).limit(_PAGE)
    page = (await connection.execute(query)).all()
    while page:
        for row in page:
            if broken := _broken(row, seq, hashes):
                return broken
            seq, hashes = row.seq, (hashes[1], row.hash)
        page = (await connection.execute(query.where(audit.c.seq > seq))).all()
    end = (await connection.execute(select(head.c.seq, head.c.hash))).one()
    return _broken_end(end, seq, hashes[1]) or Verified(rows=seq, head_hash=hashes[1])


def _hash(previous: str, row: Mapping[str, Any]) -> str:
    return hashlib.sha256((previous + canonical({name: row[name] for name in _HASHED})).encode()).hexdigest()


def _broken(row: Row[Any], seq: int, hashes: tuple[str, str]) -> Broken | None:
    """Compare a row with its predecessor's `seq` and the hashes of the two rows before it."""
    if row.seq != seq + 1:
        return Broken(seq=seq + 1, problem="removed") if row.seq > seq else Broken(seq=row.seq, problem="inserted")
    if row.hash != _hash(row.previous_hash, row._mapping):
        return Broken(seq=row.seq, problem="changed")
    if row.previous_hash == hashes[1]:
        return None
    if seq == 0:
        return Broken(seq=1, problem="removed")
    return Broken(seq=seq, problem="inserted" if row.previous_hash == hashes[0] else "changed")


def _broken_end(end: Row[Any], seq: int, last_hash: str) -> Broken | None:
    if seq < end.seq:
        return Broken(seq=seq + 1, problem="removed")
    if seq > end.seq:
        return Broken(seq=end.seq + 1, problem="inserted")
    return None if last_hash == end.hash else Broken(seq=seq, problem="changed")
