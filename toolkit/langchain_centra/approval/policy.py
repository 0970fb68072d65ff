"""Which writes run, which ask a person, and which never happen."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Proposal
from langchain_centra.approval.records import Via
from langchain_centra.client import SettingsError


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


_PROVEN = ("authenticated", "login")
"""How a name is known, where it counts as a person's: by the server or by the system, not because someone says so."""

_STRICTNESS = [Verdict.RUN, Verdict.ASK, Verdict.DENY]


class ApprovalPolicy(BaseModel):
    """The merchant's rules for writes: per tool, per effect, with bounds.

    A tool's own rule goes before the rules of its effects, except that a denied effect stays denied. Of several
    effects the strictest verdict counts, and an effect without a rule asks. Without any settings everything asks
    but staff notes.

    `approvers` are the names that may approve or edit, anyone by default. With `four_eyes` the approver must be
    another person than the one who asked. For both only a name counts that a server or the system's login proves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tools: Mapping[str, Rule] = Field(default_factory=dict)
    effects: Mapping[Effect, Rule] = Field(default_factory=lambda: {Effect.NOTE: Rule(verdict=Verdict.RUN)})
    writes_per_turn: int = Field(default=10, ge=1)
    expires_after: timedelta = timedelta(hours=24)
    approvers: frozenset[str] | None = None
    four_eyes: bool = False

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read the rules from a TOML file: the same names, with a table for each tool and each effect.

        ```toml
        four_eyes = true
        [tools.set_stock]
        verdict = "run"
        bounds = { stock_delta = 5 }
        [effects.money]
        verdict = "deny"
        ```

        Raises SettingsError when the file cannot be read or holds something unknown.
        """
        try:
            with Path(path).open("rb") as file:
                return cls.model_validate(tomllib.load(file))
        except OSError as error:
            raise _wrong(f"names {path}, which cannot be read ({error.strerror})") from None
        except tomllib.TOMLDecodeError as error:
            raise _wrong(f"names {path}, which is not TOML ({error})") from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"] if part != "[key]")
            raise _wrong(f"names {path}, where {place} is wrong ({first['msg']})") from None

    def verdict(self, tool: str, proposal: Proposal) -> Verdict:
        """What happens to this proposal; depends on nothing but the rules and the proposal itself."""
        asking = Rule(verdict=Verdict.ASK)
        by_effect = [self.effects.get(effect, asking).decide(proposal) for effect in proposal.effects]
        of_effects = strictest(by_effect)
        if tool in self.tools and of_effects is not Verdict.DENY:
            return self.tools[tool].decide(proposal)
        return of_effects

    def asks(self, tool: str, effects: Collection[Effect]) -> bool:
        """Whether a person may ever be asked about this tool, or it never runs."""
        rules = [self.effects.get(effect, Rule(verdict=Verdict.ASK)) for effect in effects]
        if tool in self.tools and all(rule.verdict is not Verdict.DENY for rule in rules):
            rules = [self.tools[tool]]
        return any(rule.verdict is not Verdict.RUN or rule.bounds != Bounds() for rule in rules)

    def refuses(self, by: str | None, via: Via | None, requester: str | None) -> str | None:
        """Why this person's yes does not count, as a sentence; None where it does."""
        if self.approvers is None and not self.four_eyes:
            return None
        if by is None or via not in _PROVEN:
            return "Only a person who is logged in may approve changes here, and who answers is not known."
        if self.approvers is not None and by not in self.approvers:
            return f"{by} may not approve changes here; allowed are: {', '.join(sorted(self.approvers)) or 'nobody'}."
        if self.four_eyes and requester in (None, by):
            return "Another person than the one who asked has to approve this; let a second person answer."
        return None


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """The one that lets the least happen; without any a person is asked."""
    return max(verdicts, key=_STRICTNESS.index, default=Verdict.ASK)


def _wrong(problem: str) -> SettingsError:
    return SettingsError("CENTRA_POLICY", problem, hint="Correct the file, or leave the setting out.")
