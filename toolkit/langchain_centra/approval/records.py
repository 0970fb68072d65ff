"""What the journal takes in and gives out. All times are aware and in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Verdict = Literal["run", "ask"]
Via = Literal["authenticated", "claimed", "unauthenticated", "policy", "login", "grant"]
Result = Literal["applied", "applied_differently", "partly", "failed", "not_applied", "unknown"]
StepState = Literal["waiting", "claimed", "sent", "drifted"] | Result
CardState = Literal["proposed", "approved", "rejected", "edited", "superseded", "expired", "drifted"] | Result

LIVE: tuple[CardState, ...] = ("proposed", "approved")
"""States in which a card can still lead to a write."""

HELD: tuple[StepState, ...] = ("claimed", "sent")
"""States in which a step keeps other steps from its targets."""

WRITTEN: tuple[Result, ...] = ("applied", "applied_differently", "partly")
"""States of a step whose request changed the store."""

REOPENED_AFTER: tuple[CardState, ...] = ("edited", "expired", "drifted", "not_applied")
"""States of earlier revisions that allow a further one."""

WORST_FIRST: tuple[Result | Literal["drifted"], ...] = (
    "unknown",
    "failed",
    "drifted",
    "not_applied",
    "partly",
    "applied_differently",
    "applied",
)
"""How steps end. A card ends as its worst step did."""


@dataclass(frozen=True, kw_only=True)
class NewStep:
    """One mutation of a card that is about to be stored; everything in it is JSON."""

    operation: str
    variables: dict[str, Any]
    targets: Sequence[str]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    marker: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Proposed:
    proposal_id: str
    store: str
    thread_id: str
    message_id: str
    call_id: str
    revision: int
    position: int
    tool: str
    args: dict[str, Any]
    args_digest: str
    preview: dict[str, Any]
    verdict: Verdict
    requester: str | None
    expires_at: datetime
    first_message_id: str | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What all revisions of the card share: store, thread, message and call."""
        return self.store, self.thread_id, self.message_id, self.call_id


@dataclass(frozen=True, kw_only=True)
class NewCard(_Proposed):
    """A card that is about to be stored; `position` is the place of its call in the message.

    `first_message_id` is that of the conversation's first message: a thread's id may be used again.
    """

    steps: Sequence[NewStep]


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One mutation of a card, as stored.

    `lease_until` ends the claim while the step is claimed; once it is sent, others may settle it from then on.
    """

    proposal_id: str
    position: int
    operation: str
    variables: dict[str, Any]
    targets: tuple[str, ...]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    marker: str | None
    state: StepState
    lease_until: datetime | None
    sent_at: datetime | None
    outcome: dict[str, Any] | None

    @property
    def ended(self) -> bool:
        """Whether the step has a result."""
        return self.state in WORST_FIRST

    def free_at(self, now: datetime) -> bool:
        """Whether anyone may claim the step: it waits, or the lease of its claim ran out before it was sent."""
        dead = self.state == "claimed" and self.lease_until is not None and self.lease_until <= now
        return self.state == "waiting" or dead


@dataclass(frozen=True, kw_only=True)
class Card(_Proposed):
    """A proposal as stored, with its steps in order.

    `reason` is the decider's. `outcome` is that of the worst step, or says why the card was closed. `standing` is
    the standing yes that was given with this card, `grant_id` the card whose standing yes approved this one.
    """

    state: CardState
    created_at: datetime
    decided_by: str | None
    decided_via: Via | None
    decided_at: datetime | None
    reason: str | None
    edited_args: dict[str, Any] | None
    outcome: dict[str, Any] | None
    steps: tuple[StepRecord, ...]
    standing: dict[str, Any] | None = None
    grant_id: str | None = None

    @property
    def unasked(self) -> bool:
        """Whether it is written without a person having seen it."""
        return self.verdict == "run" or self.decided_via == "grant"

    def revocable_at(self, now: datetime) -> bool:
        """Whether the card can still be taken back: it is live, and nobody holds or has run a step."""
        return self.state in LIVE and all(step.free_at(now) for step in self.steps)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person, or the policy, decided about one card.

    `edited_args` belong to an edit, `standing` is a standing yes that is given with an approval.
    """

    proposal_id: str
    type: Literal["approve", "edit", "reject"]
    reason: str | None = None
    edited_args: dict[str, Any] | None = None
    standing: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to run one step, until `lease_until`; `token` proves it."""

    proposal_id: str
    position: int
    token: str
    lease_until: datetime
    step: StepRecord


@dataclass(frozen=True, kw_only=True)
class TurnLease:
    """The right to run a thread, until `lease_until`."""

    store: str
    thread_id: str
    token: str
    lease_until: datetime


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One event; `step` is None for events of the card itself.

    `card_digest` covers everything stored about the card after the event; `hash` covers the event and `previous_hash`.
    """

    seq: int
    at: datetime
    event: str
    store: str
    thread_id: str
    proposal_id: str
    step: int | None
    actor: str | None
    data: dict[str, Any]
    card_digest: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class Verified:
    """The whole audit is as it was written, and every card is as its last event left it."""

    rows: int
    head_hash: str


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The first place where the journal is not as it was written.

    Audit row `seq` was changed, removed or inserted; with a `proposal_id` it is that card, whose last event is `seq`
    (0 for a card without events). "rewritten": the rows fit together, but row `seq` is not the one whose hash was
    kept outside.
    """

    seq: int
    problem: Literal["changed", "removed", "inserted", "rewritten"]
    proposal_id: str | None = None
