"""A clock, cards and databases for tests of the journal."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.records import Card, Claim, Decision, NewCard, NewStep, Result, StepRecord

OpenJournal = Callable[[str], Journal]

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class HandClock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def new_card(
    call_id: str = "call", *, targets: tuple[tuple[str, ...], ...] = (("stock:SKU",),), **fields: Any
) -> NewCard:
    """A card with one step for each tuple of targets, which expires a day after START."""
    revision = fields.setdefault("revision", 1)
    steps = [
        NewStep(operation="SetStock", variables={"n": n}, targets=on, before={"stock": 1}, after={"stock": 2})
        for n, on in enumerate(targets)
    ]
    card: dict[str, Any] = {
        "proposal_id": f"{call_id}/{revision}",
        "store": "shop",
        "thread_id": "thread",
        "message_id": "message",
        "call_id": call_id,
        "position": 0,
        "tool": "set_stock",
        "args": {"sku": "SKU", "quantity": 2},
        "args_digest": "digest",
        "preview": {"sentence": "Set the stock of SKU from 1 to 2."},
        "verdict": "ask",
        "requester": "Anna",
        "expires_at": START + timedelta(hours=24),
        "steps": steps,
    }
    return NewCard(**card | fields)


async def stored(journal: Journal, proposal_id: str = "call/1") -> Card:
    """A card that must be there."""
    card = await journal.card(proposal_id)
    assert card is not None
    return card


LEASE = 30
SETTLE = 45


async def approved(journal: Journal, card: NewCard) -> None:
    """Add a card and approve it."""
    await journal.add(card)
    await journal.decide([Decision(proposal_id=card.proposal_id, type="approve")], "Bo", "login")


async def claimed(journal: Journal, proposal_id: str = "call/1", position: int = 0) -> Claim:
    """Claim a step that is free."""
    claim = await journal.claim(proposal_id, position, LEASE)
    assert isinstance(claim, Claim)
    return claim


async def blocked(journal: Journal, proposal_id: str = "call/1", position: int = 0) -> StepRecord:
    """Fail to claim a step, and give what stands in the way."""
    record = await journal.claim(proposal_id, position, LEASE)
    assert isinstance(record, StepRecord)
    return record


async def sent(journal: Journal, proposal_id: str = "call/1", position: int = 0) -> Claim:
    """Claim a step that is free, and mark it as sent."""
    claim = await claimed(journal, proposal_id, position)
    assert await journal.send(claim, SETTLE)
    return claim


async def ended(journal: Journal, state: Result, proposal_id: str = "call/1", position: int = 0) -> None:
    """Run a step that is free to a result."""
    claim = await sent(journal, proposal_id, position)
    assert await journal.finish(proposal_id, position, state, {"end": state}, token=claim.token)


def engine_for(url: str) -> AsyncEngine:
    """A way into a journal's database beside the journal."""
    drivers = {"sqlite:": "sqlite+aiosqlite:", "postgresql:": "postgresql+psycopg:"}
    scheme = next(scheme for scheme in drivers if url.startswith(scheme))
    return create_async_engine(url.replace(scheme, drivers[scheme]))


async def execute(url: str, *statements: Executable) -> None:
    """Change a journal's database behind its back."""
    engine = engine_for(url)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(statement)
    await engine.dispose()
