"""Tokens and what they may do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

_COOKIE = "graphql-access"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token may do, and until when."""

    permissions: frozenset[str] | Literal["all"]
    expires_at: datetime | None = None

    def allows(self, permission: str) -> bool:
        """Tell whether the token has a permission; `admin` has them all."""
        return self.permissions == "all" or permission in self.permissions or "admin" in self.permissions


class Tokens:
    """The tokens that were issued."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}

    def __len__(self) -> int:
        return len(self._grants)

    def issue(
        self,
        permissions: Collection[str] | Literal["all"],
        *,
        expires_at: datetime | None = None,
        token: str | None = None,
    ) -> str:
        """Issue a token; without `token` its text is random."""
        text = token or secrets.token_hex(16)
        granted: frozenset[str] | Literal["all"] = "all" if permissions == "all" else frozenset(permissions)
        self._grants[text] = Grant(granted, expires_at)
        return text

    def revoke(self, token: str) -> None:
        """Make a token invalid."""
        self._grants.pop(token, None)

    def grant(self, token: str | None, now: datetime) -> Grant | None:
        """Return what a valid token may do; None for a missing, unknown, revoked or expired one."""
        grant = self._grants.get(token or "")
        if grant is None or (grant.expires_at is not None and grant.expires_at <= now):
            return None
        return grant


def presented_token(authorization: str | None, cookies: dict[str, str]) -> str | None:
    """Return the token of a request: bearer header, else the cookie `graphql-access`."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return cookies.get(_COOKIE)
