"""A standing yes: "always in this conversation", for calls like the one that a person has seen."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.records import Card

USES = 10
"""How many calls a standing yes covers."""

TOTAL = 5
"""How much they may change together, as a multiple of what the card changed that it was given with."""

_NEVER = {
    Effect.MONEY: "it moves money",
    Effect.DELETE: "it deletes something",
    Effect.EMAIL: "a message cannot be taken back",
}


class Grant(BaseModel):
    """What a standing yes covers: calls of one tool, with no further effect, within bounds, until it is used up.

    `bounds` are the largest numbers of one write, `total` those of all together, both by measure.
    """

    model_config = ConfigDict(frozen=True)

    tool: str
    effects: frozenset[Effect]
    bounds: Mapping[str, Decimal]
    total: Mapping[str, Decimal]
    uses: int
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def stored(self) -> dict[str, Any]:
        """The grant as the journal keeps it."""
        return {**self.model_dump(mode="json"), "effects": sorted(self.effects)}

    def live_at(self, now: datetime) -> bool:
        """Whether it has been neither revoked nor has run out."""
        return self.revoked_at is None and now < self.expires_at

    def covers(self, card: Card, used: Iterable[Card]) -> bool:
        """Whether a card is like the one that was seen, and enough is left after the cards that used the grant."""
        before = list(used)
        numbers, spent = _numbers(card.preview), _sum(before)
        return (
            card.tool == self.tool
            and why_never(card.preview) is None
            and not card.preview["warnings"]
            and {Effect(name) for name in card.preview["effects"]} <= self.effects
            and len(before) < self.uses
            and all(name in self.bounds and number <= self.bounds[name] for name, number in numbers.items())
            and all(spent.get(name, 0) + number <= self.total[name] for name, number in numbers.items())
        )

    def describe(self, used: int) -> str:
        """What it covers and what is left of it, for a person."""
        bounds = ", ".join(f"{name.replace('_', ' ')} up to {number.normalize():f}" for name, number in _sorted(self))
        return (
            f"{self.tool} always in this conversation ({', '.join(sorted(self.effects))}; {bounds}), "
            f"{self.uses - used} of {self.uses} left, until {self.expires_at:%Y-%m-%d %H:%M} UTC"
        )


def why_never(preview: Mapping[str, Any]) -> str | None:
    """Why a card like this is asked about each time; None where a standing yes may be given."""
    reasons = [reason for effect, reason in _NEVER.items() if effect in preview["effects"]]
    reasons += ["it moves money"] if preview["money"] else []
    reasons += [] if preview["undo"] else ["it cannot be undone"]
    return reasons[0] if reasons else None


def grant_for(card: Card, now: datetime, lasts: timedelta) -> Grant:
    """The standing yes that can be given with a card."""
    numbers = _numbers(card.preview)
    return Grant(
        tool=card.tool,
        effects=frozenset(map(Effect, card.preview["effects"])),
        bounds=numbers,
        total={name: TOTAL * number for name, number in numbers.items()},
        uses=USES,
        expires_at=now + lasts,
    )


def _numbers(preview: Mapping[str, Any]) -> dict[str, Decimal]:
    measured = {name: abs(Decimal(number)) for name, number in preview["measures"].items()}
    return {**measured, "rows": Decimal(preview["rows"])}


def _sum(cards: Iterable[Card]) -> dict[str, Decimal]:
    spent: dict[str, Decimal] = {}
    for card in cards:
        for name, number in _numbers(card.preview).items():
            spent[name] = spent.get(name, Decimal(0)) + number
    return spent


def _sorted(grant: Grant) -> list[tuple[str, Decimal]]:
    return sorted(grant.bounds.items())
