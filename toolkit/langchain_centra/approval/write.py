"""What the approval has to know of a tool that writes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from langchain_centra.approval.proposal import Proposal, Step
from langchain_centra.client import AsyncCentra, CentraError, PermissionMissing, UserMessage


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What the store answered to a mutation: its warnings, and what the payload shows of the result.

    `facts` are compared with the step's `after` where they have its names; the others are told, such as the number
    of an object that was made.
    """

    warnings: tuple[UserMessage, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


class Write(Protocol):
    """A tool that writes: it proposes, observes and sends, and decides nothing."""

    @property
    def name(self) -> str:
        """The tool's name."""
        ...

    @property
    def propose(self) -> Callable[[AsyncCentra, Any], Awaitable[Proposal]]:
        """Work out with reads alone what the arguments would change; raises CannotPropose."""
        ...

    @property
    def observe(self) -> Callable[[AsyncCentra, Step], Awaitable[dict[str, Any]]]:
        """Read the fields of a step's `before` and `after` as they now are."""
        ...

    def validate(self, args: Mapping[str, Any]) -> BaseModel:
        """The arguments as their model; raises CannotPropose when one is wrong."""
        ...

    async def send(self, centra: AsyncCentra, step: Step) -> Sent:
        """Send the step's mutation, once, and return what the store answered."""
        ...


def refusal(tool: str, error: CentraError) -> str:
    """Say what a tool was refused, naming the tool where a permission is missing: a person gives it for the tool."""
    return f"{tool} lacks a permission. {error}" if isinstance(error, PermissionMissing) else str(error)
