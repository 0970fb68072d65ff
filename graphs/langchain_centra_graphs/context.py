"""What a run, or an assistant of a LangGraph server, may be told to do less than its agent."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from langchain_centra.approval.policy import ApprovalPolicy
from langchain_centra.approval.undo import UNDO
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import ToolSpec, WriteTool

_WRITES = [spec for spec in TOOLS if isinstance(spec, WriteTool)]
_GROUPS = sorted({spec.group for spec in _WRITES})


def _of(*nodes: str) -> dict[str, Any]:
    """Where Studio shows a setting in the drawn graph."""
    return {"langgraph_nodes": list(nodes)}


class StoreContext(BaseModel):
    """What this run may do less than the agent was built with; nothing here can allow more.

    A LangGraph server fills it from its assistant and from the run's `context`, which goes before it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title="Narrow what the agent may change")

    writes: list[str] | None = Field(
        default=None,
        description=f"Groups or tools that may change something, of those that the agent has: {', '.join(_GROUPS)}. "
        "An empty list: read only. Unset: all that the agent has.",
        json_schema_extra=_of("agent", "propose"),
    )
    policy: ApprovalPolicy | None = Field(
        default=None,
        description="Rules beside the agent's own; of each two the stricter counts.",
        json_schema_extra=_of("propose", "apply"),
    )
    approver: str | None = Field(
        default=None,
        description="The only person who may approve. On a server the name that its authentication proves.",
        json_schema_extra=_of("review"),
    )

    @field_validator("writes")
    @classmethod
    def _known(cls, writes: list[str] | None) -> list[str] | None:
        known = {name for spec in _WRITES for name in (spec.name, spec.group)}
        if unknown := set(writes or ()) - known:
            raise ValueError(f"no write is called {', '.join(sorted(unknown))}; groups are {', '.join(_GROUPS)}")
        return writes

    @field_validator("approver")
    @classmethod
    def _named(cls, approver: str | None) -> str | None:
        """A form that was left empty names nobody."""
        return (approver or "").strip() or None

    def allowed(self, writes: Mapping[str, ToolSpec]) -> frozenset[str]:
        """The names of those of the agent's writes that may be used; taking changes back goes with any other."""
        if self.writes is None:
            return frozenset(writes)
        chosen = {name for name, write in writes.items() if name in self.writes or write.group in self.writes}
        return frozenset(chosen | (writes.keys() & {UNDO}) if chosen else chosen)
