"""The rate limits that the processes of a journal share."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.tables import rate_shares

T = TypeVar("T")
Saved = Mapping[str, Any]

_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


async def revise(
    connection: AsyncConnection, store: str, change: Callable[[Saved | None], tuple[Saved | None, T]]
) -> T:
    """Change a store's entry while holding it; an entry of None is left as it is."""
    mine = rate_shares.c.store == store
    there = _INSERT[connection.dialect.name](rate_shares).values(store=store).on_conflict_do_nothing()
    await connection.execute(there)
    saved = (await connection.execute(select(rate_shares.c.share).where(mine).with_for_update())).scalar_one()
    changed, result = change(saved)
    if changed is not None:
        await connection.execute(update(rate_shares).where(mine).values(share=changed))
    return result
