"""What the processes of a journal keep for each other beside the cards: shared rate limits, what a token has shown."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from langchain_centra.approval.tables import kept

T = TypeVar("T")
Saved = Mapping[str, Any]

_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


async def revise(connection: AsyncConnection, key: str, change: Callable[[Saved | None], tuple[Saved | None, T]]) -> T:
    """Change an entry while holding it, and return what `change` says; an entry of None is left as it is."""
    mine = kept.c.key == key
    there = _INSERT[connection.dialect.name](kept).values(key=key).on_conflict_do_nothing()
    await connection.execute(there)
    saved = (await connection.execute(select(kept.c.value).where(mine).with_for_update())).scalar_one()
    changed, result = change(saved)
    if changed is not None:
        await connection.execute(update(kept).where(mine).values(value=changed))
    return result
