"""What one run may do less than its agent: fewer writes, stricter rules, one approver."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from langchain_centra.approval.policy import ApprovalPolicy, Verdict, strictest
from langchain_centra.approval.proposal import Proposal
from langchain_centra.approval.records import Via


class Rules(Protocol):
    """What the approval has to know of the rules for writes; `ApprovalPolicy` explains them."""

    @property
    def writes_per_turn(self) -> int:
        """How many writes one request may lead to."""
        ...

    @property
    def expires_after(self) -> timedelta:
        """How long a card waits."""
        ...

    def verdict(self, tool: str, proposal: Proposal) -> Verdict:
        """What happens to this proposal."""
        ...

    def refuses(self, by: str | None, via: Via | None, requester: str | None) -> str | None:
        """Why this person's yes does not count, as a sentence; None where it does."""
        ...


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """The rules of an agent, and what is taken away from them for one run; nothing here can allow more.

    Of the two policies the stricter counts in everything. A tool that is not among `writes` is denied. Where there is
    an `approver` the yes of anybody else does not count, nor on a server one whose name the server does not prove.
    """

    policy: ApprovalPolicy
    own: ApprovalPolicy | None = None
    writes: Collection[str] | None = None
    approver: str | None = None

    @property
    def writes_per_turn(self) -> int:
        """The smaller number."""
        return min(policy.writes_per_turn for policy in self._policies)

    @property
    def expires_after(self) -> timedelta:
        """The shorter time."""
        return min(policy.expires_after for policy in self._policies)

    def verdict(self, tool: str, proposal: Proposal) -> Verdict:
        """The stricter verdict."""
        if self.writes is not None and tool not in self.writes:
            return Verdict.DENY
        return strictest(policy.verdict(tool, proposal) for policy in self._policies)

    def refuses(self, by: str | None, via: Via | None, requester: str | None) -> str | None:
        """The first reason why this person's yes does not count."""
        reasons = (policy.refuses(by, via, requester) for policy in self._policies)
        return next(filter(None, reasons), None) or self._refuses_others(by)

    def _refuses_others(self, by: str | None) -> str | None:
        if self.approver is None or by == self.approver:
            return None
        who = f"{by} answered" if by else "who answers is not known"
        return f"Only {self.approver} may approve changes in this run, and {who}."

    @property
    def _policies(self) -> list[ApprovalPolicy]:
        return [self.policy, self.own] if self.own else [self.policy]
