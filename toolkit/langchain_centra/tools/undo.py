"""Taking a written change back."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, Proposal, Step
from langchain_centra.approval.undo import UNDO
from langchain_centra.client import AsyncCentra
from langchain_centra.tools.arguments import Arguments
from langchain_centra.tools.spec import WriteTool


class UndoChange(Arguments):
    """What undo_change takes."""

    change: Annotated[str, StringConstraints(min_length=6, max_length=64, pattern="^[0-9a-f]+$")] | None = Field(
        None, description="Its id; the latest of this conversation by default."
    )


class UndoTool(WriteTool):
    """A write without operations of its own: the approval turns each call into one of the tool that reverses."""

    def __post_init__(self) -> None:
        """Nothing to check: the tools that it uses were."""


async def _alone(_centra: AsyncCentra, _arguments: UndoChange) -> Proposal:
    raise Impossible("What to take back stands in the approval's journal, which this call does not reach.")


async def _observe(_centra: AsyncCentra, _step: Step) -> dict[str, Any]:
    return {}


undo_change = UndoTool(
    name=UNDO,
    description="Take a written change back; a person is asked as for any change.",
    group="undo",
    args=UndoChange,
    operations=(),
    effects=frozenset(Effect),
    propose=_alone,
    observe=_observe,
    facts=lambda _step, _data: {},
)
