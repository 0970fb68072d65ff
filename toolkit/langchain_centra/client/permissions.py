"""What a token has shown that it may and may not do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

_KEPT_FOR = timedelta(days=1)


class TokenPermissions:
    """The permissions of one token as its answers tell them; Centra has no question for it.

    A permission that was missing may have been added since, so that it counts as missing for a day only.
    """

    def __init__(self) -> None:
        self.shown: set[str] = set()
        self._missing: dict[str, datetime] = {}

    def show(self, permissions: Iterable[str]) -> None:
        """Note what an answer used."""
        self.shown.update(permissions)
        for permission in self._missing.keys() & self.shown:
            del self._missing[permission]

    def lack(self, permissions: Iterable[str], now: datetime) -> None:
        """Note what an answer said is missing."""
        self._missing.update(dict.fromkeys(permissions, now))
        self.shown.difference_update(self._missing)

    def missing(self, now: datetime) -> frozenset[str]:
        """What is missing, as far as it was said within a day."""
        return frozenset(name for name, said in self._missing.items() if now - said < _KEPT_FOR)

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
