"""What a resolver knows about the request it works for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError, GraphQLResolveInfo

from .dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, tzinfo

    from .access import Grant
    from .limits import RateLimits
    from .state import State

Info = GraphQLResolveInfo


@dataclass(frozen=True, slots=True)
class Email:
    """A mail that the store sent to a customer."""

    kind: str
    order_number: int
    to: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class MutationRecord:
    """A mutation that reached the store; `applied` is false when it ended in user errors."""

    name: str
    arguments: dict[str, Any]
    at: datetime
    applied: bool


@dataclass(slots=True, kw_only=True)
class Context:
    """One request: the state, the time, what the token may do, and what was touched."""

    store: Callable[[], State]
    now: datetime
    zone: tzinfo
    grant: Grant
    limits: RateLimits
    token_count: int
    emails: list[Email]
    mutations: list[MutationRecord]
    permissions_used: dict[str, None] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """Everything the store knows."""
        return self.store()

    def require(self, permissions: Iterable[str], name: str) -> None:
        """Demand permissions for a field or argument.

        Raises:
            GraphQLError: one is missing; the wording is the published one.
        """
        for permission in permissions:
            self.permissions_used[permission] = None
            if not self.grant.allows(permission):
                raise GraphQLError(
                    f"You need {permission} permission to access {name}.", extensions={"category": "authorization"}
                )

    def date(self, text: str) -> datetime:
        """Read a date that a caller gave."""
        return parse_date(text, self.zone, self.now)

    def send_email(self, kind: str, order_number: int, to: str | None) -> None:
        """Record a mail to a customer."""
        self.emails.append(Email(kind, order_number, to, self.now))


def context_of(info: Info) -> Context:
    """Return the request's context."""
    return cast("Context", info.context)
