"""Turn leases: one run at a time works on a thread."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, insert, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.records import TurnLease
from langchain_centra.approval.tables import turns


async def take(
    connection: AsyncConnection, now: datetime, lease_seconds: float, *, store: str, thread_id: str, token: str
) -> TurnLease | None:
    """Take or renew the lease, unless another token holds it."""
    lease = TurnLease(store=store, thread_id=thread_id, token=token, lease_until=now + timedelta(seconds=lease_seconds))
    free = or_(turns.c.token == token, turns.c.lease_until <= now)
    taken = update(turns).where(turns.c.store == store, turns.c.thread_id == thread_id, free).values(vars(lease))
    if (await connection.execute(taken)).rowcount:
        return lease
    try:
        await connection.execute(insert(turns).values(vars(lease)))
    except IntegrityError:
        await connection.rollback()
        return None
    return lease


async def renew(connection: AsyncConnection, now: datetime, lease: TurnLease, lease_seconds: float) -> bool:
    """Move the end of a lease that is still held."""
    mine = and_(turns.c.store == lease.store, turns.c.thread_id == lease.thread_id, turns.c.token == lease.token)
    until = now + timedelta(seconds=lease_seconds)
    return (await connection.execute(update(turns).where(mine).values(lease_until=until))).rowcount == 1


async def release(connection: AsyncConnection, *, store: str, thread_id: str, token: str) -> bool:
    """Give the lease back."""
    mine = and_(turns.c.store == store, turns.c.thread_id == thread_id, turns.c.token == token)
    return (await connection.execute(delete(turns).where(mine))).rowcount == 1
