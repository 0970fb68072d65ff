"""What a token has shown that it may and may not do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from langchain_centra.client.counts import Ledger

_KEPT_FOR = timedelta(days=1)


class TokenPermissions:
    """The permissions of one token as its answers tell them, for Centra has no question for it, and as its owner does.

    A permission that was missing may have been added since, so that it counts as missing for a day only. With
    `granted`, what the owner says that the token may do, everything else is missing until an answer shows it.
    """

    def __init__(self, granted: Collection[str] = ()) -> None:
        self.granted = frozenset(granted)
        self.shown: set[str] = set()
        self._missing: dict[str, datetime] = {}

    def show(self, permissions: Iterable[str]) -> bool:
        """Note what an answer used, and say whether some of it was not known."""
        new = set(permissions) - self.shown
        self.shown |= new
        for permission in self._missing.keys() & self.shown:
            del self._missing[permission]
        return bool(new)

    def lack(self, permissions: Iterable[str], now: datetime) -> None:
        """Note what an answer said is missing."""
        self._missing.update(dict.fromkeys(permissions, now))
        self.shown.difference_update(self._missing)

    def missing(self, now: datetime) -> frozenset[str]:
        """What is missing, as far as it was said within a day."""
        return frozenset(name for name, said in self._missing.items() if now - said < _KEPT_FOR)

    def lacking(self, wanted: Collection[str], now: datetime) -> frozenset[str]:
        """What of these the token does not have, by its answers or by what its owner said."""
        unstated = frozenset(wanted) - self.granted - self.shown if self.granted else frozenset()
        return unstated | self.missing(now) & frozenset(wanted)

    def unknown(self, wanted: Collection[str]) -> frozenset[str]:
        """What of these nobody has said anything about."""
        return frozenset[str]() if self.granted else frozenset(wanted) - self.shown - self._missing.keys()

    def storable(self) -> dict[str, Any]:
        """Return what is known as JSON values."""
        missing = {name: said.isoformat() for name, said in sorted(self._missing.items())}
        return {"shown": sorted(self.shown), "missing": missing}

    def recall(self, saved: Mapping[str, Any]) -> Self:
        """Add what was stored; what was said since goes before."""
        for name, said in saved["missing"].items():
            if name not in self.shown:
                self._missing.setdefault(name, datetime.fromisoformat(said))
        self.shown.update(set(saved["shown"]) - self._missing.keys())
        return self

    async def remember(self, memory: Ledger, fingerprint: str) -> None:
        """Store what is known of the token with this fingerprint, for other processes."""
        await memory.revise(
            kept_under(fingerprint),
            lambda saved: ((self.recall(saved) if saved else self).storable(), None),
        )

    async def forget_missing(self, memory: Ledger, fingerprint: str) -> None:
        """Let what was missing count as unknown again, here and in what is stored: it may have been added since."""
        self._missing.clear()
        await memory.revise(kept_under(fingerprint), lambda saved: (saved and {**saved, "missing": {}}, None))


def kept_under(fingerprint: str) -> str:
    """Where a ledger keeps what is known of the token with this fingerprint."""
    return f"token {fingerprint}"
