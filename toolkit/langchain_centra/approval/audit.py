"""The audit: a chain of events in which each row carries the hash of the one before."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Row, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.journal_rows import card_digest, read_cards
from langchain_centra.approval.records import AuditRow, Broken, Verified
from langchain_centra.approval.tables import GENESIS, audit, canonical, cards, head

_HASHED = ("at", "event", "store", "thread_id", "proposal_id", "step", "actor", "data", "card_digest")
_PAGE = 500


class Link(NamedTuple):
    """A place in the chain."""

    seq: int
    hash: str


async def append(connection: AsyncConnection, last: Link, events: Sequence[Mapping[str, Any]]) -> Link:
    """Write events after `last` and give the new end of the chain."""
    chained = []
    for event in events:
        row = {**event, "seq": last.seq + 1, "previous_hash": last.hash, "hash": _hash(last.hash, event)}
        chained.append(row)
        last = Link(row["seq"], row["hash"])
    await connection.execute(insert(audit), chained)
    return last


async def rows(connection: AsyncConnection, after: int, limit: int, **equal: str | None) -> list[AuditRow]:
    """Events with a `seq` above `after`, oldest first; `equal` names columns and what they must hold."""
    query = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(limit)
    for column, value in equal.items():
        query = query if value is None else query.where(audit.c[column] == value)
    found = (await connection.execute(query)).mappings()
    return [
        AuditRow(**{**row, "at": datetime.fromisoformat(row["at"]), "data": json.loads(row["data"])}) for row in found
    ]


async def verify(connection: AsyncConnection, known: Link | None = None) -> Verified | Broken:
    """Walk the chain from its start to its head, then compare every card with its last event.

    `known` is a place in the chain that was noted outside.
    """
    before, last = GENESIS, Link(0, GENESIS)
    query = select(audit).order_by(audit.c.seq).limit(_PAGE)
    page = (await connection.execute(query)).all()
    while page:
        for row in page:
            if broken := _broken_link(row, last, before):
                return broken
            before, last = last.hash, Link(row.seq, row.hash)
        page = (await connection.execute(query.where(audit.c.seq > last.seq))).all()
    end = Link(*(await connection.execute(select(head.c.seq, head.c.hash))).one())
    broken = _broken_end(last, end) or await _rewritten(connection, known, last) or await _broken_card(connection)
    return broken or Verified(rows=last.seq, head_hash=last.hash)


def _hash(previous: str, row: Mapping[str, Any]) -> str:
    return sha256((previous + canonical({name: row[name] for name in _HASHED})).encode()).hexdigest()


def _broken_link(row: Row[Any], last: Link, before: str) -> Broken | None:
    """Compare a row with the one before it, `last`, and with the hash of the one before that."""
    if row.seq > last.seq + 1:
        return Broken(seq=last.seq + 1, problem="removed")
    if row.seq <= last.seq:
        return Broken(seq=row.seq, problem="inserted")
    if row.hash != _hash(row.previous_hash, row._asdict()):
        return Broken(seq=row.seq, problem="changed")
    if row.previous_hash == last.hash:
        return None
    if last.seq == 0:
        return Broken(seq=1, problem="removed")
    return Broken(seq=last.seq, problem="inserted" if row.previous_hash == before else "changed")


def _broken_end(last: Link, end: Link) -> Broken | None:
    if last.seq < end.seq:
        return Broken(seq=last.seq + 1, problem="removed")
    if last.seq > end.seq:
        return Broken(seq=end.seq + 1, problem="inserted")
    return None if last == end else Broken(seq=last.seq, problem="changed")


async def _rewritten(connection: AsyncConnection, known: Link | None, last: Link) -> Broken | None:
    if known is None or known == Link(0, GENESIS):
        return None
    if known.seq > last.seq:
        return Broken(seq=last.seq + 1, problem="removed")
    kept = await connection.scalar(select(audit.c.hash).where(audit.c.seq == known.seq))
    return None if kept == known.hash else Broken(seq=known.seq, problem="rewritten")


async def _broken_card(connection: AsyncConnection) -> Broken | None:
    newest = select(func.max(audit.c.seq)).group_by(audit.c.proposal_id)
    query = select(audit).where(audit.c.seq.in_(newest)).order_by(audit.c.seq).limit(_PAGE)
    page = (await connection.execute(query)).all()
    while page:
        stored = await read_cards(connection, cards.c.proposal_id.in_([row.proposal_id for row in page]))
        digests = {card.proposal_id: card_digest(card) for card in stored}
        for row in page:
            if digests.get(row.proposal_id) != row.card_digest:
                found = row.proposal_id in digests
                return Broken(seq=row.seq, problem="changed" if found else "removed", proposal_id=row.proposal_id)
        page = (await connection.execute(query.where(audit.c.seq > page[-1].seq))).all()
    unknown = select(cards.c.proposal_id).where(~exists().where(audit.c.proposal_id == cards.c.proposal_id)).limit(1)
    inserted = await connection.scalar(unknown)
    return None if inserted is None else Broken(seq=0, problem="inserted", proposal_id=inserted)
