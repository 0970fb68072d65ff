"""Which writes run, which ask a person, and which never happen."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Proposal


class Verdict(StrEnum):
    """What happens to a proposed write."""

    RUN = "run"
    ASK = "ask"
    DENY = "deny"


class Bounds(BaseModel):
    """Limits within which a write may run without asking; beyond any of them a person is asked.

    `stock_delta` is in units, `order_value` in the order's own currency; a decrease counts as an increase does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stock_delta: Decimal | None = None
    price_change_percent: Decimal | None = None
    order_value: Decimal | None = None
    rows: int | None = None

    def hold(self, proposal: Proposal) -> bool:
        """Whether the proposal is within every limit; a limit on a number that it does not state is not kept."""
        measured = {**proposal.measures, "rows": Decimal(proposal.rows)}
        limits = self.model_dump(exclude_none=True)
        return all(name in measured and abs(measured[name]) <= limit for name, limit in limits.items())


class Rule(BaseModel):
    """A verdict and, where the verdict is `run`, the bounds within which it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    bounds: Bounds = Bounds()

    def decide(self, proposal: Proposal) -> Verdict:
        """The verdict for one proposal."""
        if self.verdict is Verdict.RUN and not self.bounds.hold(proposal):
            return Verdict.ASK
        return self.verdict


_STRICTNESS = [Verdict.RUN, Verdict.ASK, Verdict.DENY]


class ApprovalPolicy(BaseModel):
    """The merchant's rules for writes: per tool, per effect, with bounds.

    A tool's own rule goes before the rules of its effects, except that a denied effect stays denied. Of several
    effects the strictest verdict counts, and an effect without a rule asks. Without any settings everything asks
    but staff notes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tools: Mapping[str, Rule] = Field(default_factory=dict)
    effects: Mapping[Effect, Rule] = Field(default_factory=lambda: {Effect.NOTE: Rule(verdict=Verdict.RUN)})
    writes_per_turn: int = Field(default=10, ge=1)
    expires_after: timedelta = timedelta(hours=24)

    def verdict(self, tool: str, proposal: Proposal) -> Verdict:
        """What happens to this proposal; depends on nothing but the rules and the proposal itself."""
        asking = Rule(verdict=Verdict.ASK)
        by_effect = [self.effects.get(effect, asking).decide(proposal) for effect in proposal.effects]
        strictest = max(by_effect, key=_STRICTNESS.index, default=Verdict.ASK)
        if tool in self.tools and strictest is not Verdict.DENY:
            return self.tools[tool].decide(proposal)
        return strictest

    def asks(self, tool: str, effects: Collection[Effect]) -> bool:
        """Whether a person may ever be asked about this tool, or it never runs."""
        rules = [self.effects.get(effect, Rule(verdict=Verdict.ASK)) for effect in effects]
        if tool in self.tools and all(rule.verdict is not Verdict.DENY for rule in rules):
            rules = [self.tools[tool]]
        return any(rule.verdict is not Verdict.RUN or rule.bounds != Bounds() for rule in rules)
