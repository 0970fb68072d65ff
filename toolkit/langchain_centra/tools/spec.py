"""One declaration per tool; everything else about a tool is derived from it."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import CannotPropose, Proposal, Step
from langchain_centra.approval.write import Sent
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.operation import Operation
from langchain_centra.operations.personal import Noting, seen_through
from langchain_centra.tools.arguments import validated


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a tool answers: compact text for the model, typed rows for programs.

    With `is_error` the text says what went wrong and what to do next.
    """

    text: str
    rows: Sequence[BaseModel] = ()
    is_error: bool = False


Read = Callable[[AsyncCentra, Any], Awaitable[Answer]]
Propose = Callable[[AsyncCentra, Any], Awaitable[Proposal]]
Observe = Callable[[AsyncCentra, Step], Awaitable[dict[str, Any]]]
Facts = Callable[[Step, Any], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ToolSpec:
    """A tool as declared: what the model reads, its arguments and the operations that it uses.

    `sometimes` are operations that only some arguments use: what they need is optional to the tool, and a call that
    uses one without its permission fails with the permission's name.
    """

    name: str
    description: str
    group: str
    args: type[BaseModel]
    operations: tuple[Operation[Any], ...]
    sometimes: tuple[Operation[Any], ...] = ()

    def __post_init__(self) -> None:
        if not self.description:
            raise TypeError(f"{self.name} has no docstring, so the model could not know when to use it.")

    @property
    def every_operation(self) -> tuple[Operation[Any], ...]:
        """All operations, those that only some arguments use too."""
        return self.operations + self.sometimes

    @property
    def needs(self) -> frozenset[str]:
        """The permissions without which the tool fails."""
        return frozenset[str]().union(*(operation.needs for operation in self.operations))

    @property
    def optional(self) -> frozenset[str]:
        """The permissions that add fields or arguments to the tool."""
        optional = (o.optional.keys() | set(o.argument_needs.values()) for o in self.every_operation)
        return frozenset[str]().union(*optional, *(operation.needs for operation in self.sometimes)) - self.needs

    def validate(self, args: Mapping[str, Any]) -> BaseModel:
        """Return the arguments as their model; raises InvalidArguments with a sentence for the model to act on."""
        return validated(self.name, self.args, args)


@dataclass(frozen=True, kw_only=True)
class ReadTool(ToolSpec):
    """A tool that only reads; `read` answers its arguments."""

    read: Read

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(operation.is_mutation for operation in self.every_operation):
            raise TypeError(f"{self.name} is declared as a read but uses a mutation.")


@dataclass(frozen=True, kw_only=True)
class WriteTool(ToolSpec):
    """A tool that writes, through an approval.

    `propose` works out with reads alone what would change. `observe` reads the fields of a step's `before` and
    `after` as they now are, and leaves out what cannot be read. `effects` is everything that the write can ever
    cause; each proposal carries its own. `facts` takes from a mutation's answer what it shows of the result, under
    the names of the step's `after` or of its own.
    """

    effects: frozenset[Effect]
    propose: Propose
    observe: Observe
    facts: Facts

    def __post_init__(self) -> None:
        super().__post_init__()
        if not any(operation.is_mutation for operation in self.operations) or not self.effects:
            raise TypeError(f"{self.name} is declared as a write, so it needs a mutation and effects.")

    async def send(self, centra: AsyncCentra, step: Step) -> Sent:
        """Send the step's mutation as it was frozen and return what the store answered."""
        operation = next(operation for operation in self.every_operation if operation.name == step.operation)
        reply = await operation(centra, **step.variables)
        return Sent(warnings=reply.warnings, facts=self.facts(step, reply.data))


def read_tool(
    *, group: str, operations: Sequence[Operation[Any]], sometimes: Sequence[Operation[Any]] = ()
) -> Callable[[Read], ReadTool]:
    """Declare a read: the function's name and docstring are the tool's, its second parameter the arguments."""

    def declare(function: Read) -> ReadTool:
        return ReadTool(**_declared(function, group, operations, sometimes), read=function)

    return declare


def _no_facts(_step: Step, _data: Any) -> Mapping[str, Any]:
    return {}


def write_tool(
    *,
    group: str,
    operations: Sequence[Operation[Any]],
    effects: Sequence[Effect],
    observe: Observe,
    facts: Facts = _no_facts,
    sometimes: Sequence[Operation[Any]] = (),
) -> Callable[[Propose], WriteTool]:
    """Declare a write by its proposal: the function only reads, and its proposal's steps are what is sent."""

    def declare(function: Propose) -> WriteTool:
        declared = _declared(function, group, operations, sometimes)
        propose = _noting_personal_data(function)
        return WriteTool(**declared, effects=frozenset(effects), propose=propose, observe=observe, facts=facts)

    return declare


def _noting_personal_data(function: Propose) -> Propose:
    async def propose(centra: AsyncCentra, arguments: Any) -> Proposal:
        noting = Noting()
        try:
            with seen_through(noting):
                proposal = await function(centra, arguments)
        except CannotPropose as answer:
            answer.personal = noting.seen
            raise
        said = proposal.model_dump_json()
        return proposal.model_copy(update={"personal": tuple(sorted(text for text in noting.seen if text in said))})

    return propose


def _declared(
    function: Callable[..., Any],
    group: str,
    operations: Sequence[Operation[Any]],
    sometimes: Sequence[Operation[Any]],
) -> dict[str, Any]:
    arguments = list(inspect.signature(function).parameters)[1]
    return {
        "name": function.__name__,
        "description": inspect.cleandoc(function.__doc__ or ""),
        "group": group,
        "args": get_type_hints(function)[arguments],
        "operations": tuple(operations),
        "sometimes": tuple(sometimes),
    }
