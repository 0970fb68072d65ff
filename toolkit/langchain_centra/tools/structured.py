"""A tool's declaration as the StructuredTool that LangChain calls."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, InjectedToolArg, StructuredTool, ToolException
from langchain_core.utils.json_schema import dereference_refs
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema, to_jsonable_python

from langchain_centra.approval.masking import Masks
from langchain_centra.approval.proposal import CannotPropose
from langchain_centra.client import AsyncCentra, CentraError, Portal
from langchain_centra.operations.personal import seen_through
from langchain_centra.tools.arguments import LARGEST_INT
from langchain_centra.tools.rows import Rows
from langchain_centra.tools.spec import Answer, ReadTool, ToolSpec

if TYPE_CHECKING:
    from langchain_centra.hitl.desk import WriteDesk

_REFUSAL = (
    "Nothing was written: {name} changes the store, and a person has to approve it first, but {why}. "
    "It runs in three ways: in an agent made by langchain_centra_graphs.build_store_agent(model, toolkit); "
    "in langchain's create_agent with middleware=[CentraApproval(toolkit)]; or in a LangGraph graph of your own "
    "(ToolNode) that has a checkpointer and is run with a thread_id."
)

_STORE = "centra_store"
_NOISE = frozenset({"title", "description", "additionalProperties"})

Result = tuple[str, Rows]
Runtime = Annotated[Any, InjectedToolArg]


class Connection(Protocol):
    """Where the tools of one store reach it: the client, the portal on whose loop it lives, the approval of writes."""

    @property
    def centra(self) -> AsyncCentra:
        """The client."""
        ...

    @property
    def portal(self) -> Portal:
        """The portal."""
        ...

    @property
    def name(self) -> str:
        """What the store is called in records."""
        ...

    @property
    def masks(self) -> Masks | None:
        """What stands for personal data; None where the model sees it."""
        ...

    @property
    def desk(self) -> "WriteDesk":
        """The approval, as runs of LangGraph use it."""
        ...


class WriteOutcome(BaseModel):
    """How a write ended, for programs; `proposal_id` is the card's name in the journal."""

    proposal_id: str
    tool: str
    state: str


class CentraTool(StructuredTool):
    """A tool that shows the model a lean schema of its arguments and programs the whole one."""

    arguments: type[BaseModel]

    def get_input_schema(self, config: RunnableConfig | None = None) -> type[BaseModel]:  # noqa: ARG002 (langchain's)
        """The arguments as a model."""
        return self.arguments

    # StructuredTool looks on every call for parameters that no function here has, and that takes its time.
    def _run(self, *args: Any, **arguments: Any) -> Any:
        assert self.func is not None  # noqa: S101 (build_tool gives both)
        return self.func(*args, **arguments)

    async def _arun(self, *args: Any, **arguments: Any) -> Any:
        assert self.coroutine is not None  # noqa: S101 (as above)
        return await self.coroutine(*args, **arguments)


def build_tool(spec: ToolSpec, connection: Connection, *, strict: bool = False) -> StructuredTool:
    """Build the StructuredTool of a declared tool; `invoke` and `ainvoke` give the same.

    A result's content is compact text; its artifact the rows as JSON values, for a checkpoint stores artifacts too.
    What goes wrong comes back as text with the status "error". With `strict` the arguments are written as strict
    function calling wants them.

    A write asks a person by itself where it runs in a LangGraph graph, and writes nothing elsewhere.
    """

    # The name and annotation of `runtime` make LangGraph's ToolNode fill it in, whatever the model sends.
    def run(runtime: Runtime = None, **arguments: Any) -> Result:
        return _result(connection.portal.call(answer, spec, connection, arguments, runtime), connection.masks)

    async def arun(runtime: Runtime = None, **arguments: Any) -> Result:
        return _result(await answer(spec, connection, arguments, runtime), connection.masks)

    schema = argument_schema(spec.args)
    return CentraTool(
        arguments=spec.args,
        name=spec.name,
        description=spec.description,
        args_schema=strict_schema(schema) if strict else schema,
        func=run,
        coroutine=arun,
        response_format="content_and_artifact",
        handle_tool_error=True,
        metadata={_STORE: connection.name},
    )


def check_one_store(tools: Iterable[Any]) -> None:
    """Raise ValueError where tools of several stores are in one agent: it could not tell which store it changes."""
    known = (tool.metadata or {} for tool in tools if isinstance(tool, BaseTool))
    stores = {metadata[_STORE] for metadata in known if _STORE in metadata}
    if len(stores) > 1:
        raise ValueError(f"One agent works on one store; these tools are of {', '.join(sorted(stores))}.")


async def answer(spec: ToolSpec, connection: Connection, raw: Mapping[str, Any], runtime: Any = None) -> Answer:
    """Validate the arguments, run the tool and turn every expected failure into text that steers the model.

    Raises ValueError in an agent that has tools of several stores, as LangGraph's ToolNode names its tools.
    """
    check_one_store(getattr(runtime, "tools", ()))
    if not isinstance(spec, ReadTool):
        return await _write(spec, connection, raw, runtime)
    return await connection.portal.acall(_read, spec, connection, raw)


async def _read(spec: ReadTool, connection: Connection, raw: Mapping[str, Any]) -> Answer:
    masks = connection.masks
    with seen_through(masks) if masks else nullcontext():
        try:
            return await spec.read(connection.centra, spec.validate(masks.given(raw) if masks else raw))
        except (CannotPropose, CentraError) as error:
            return Answer(text=str(error), is_error=True)


async def _write(spec: ToolSpec, connection: Connection, raw: Mapping[str, Any], runtime: Any) -> Answer:
    if runtime is None:
        return Answer(text=_REFUSAL.format(name=spec.name, why="it was called outside of them"), is_error=True)
    # Loads langgraph, which is there where a graph runs.
    from langchain_centra.hitl.bare import NobodyToAsk, NotRun, result_text, run_write

    try:
        card = await run_write(connection.desk, spec.name, raw, runtime)
    except NobodyToAsk as error:
        return Answer(text=_REFUSAL.format(name=spec.name, why=str(error)), is_error=True)
    except NotRun as error:
        return Answer(text=str(error), is_error=True)
    outcome = WriteOutcome(proposal_id=card.proposal_id, tool=card.tool, state=card.state)
    return Answer(text=result_text(connection.desk, card), rows=[outcome])


def argument_schema(arguments: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments as the model reads it, without what only costs tokens.

    Titles, nulls, defaults, references, lengths of texts and the largest number are left out; `validate` knows them.
    """
    return deepcopy(_argument_schema(arguments))


@cache
def _argument_schema(arguments: type[BaseModel]) -> dict[str, Any]:
    schema = dereference_refs(arguments.model_json_schema(schema_generator=_Lean))
    return {key: value for key, value in schema.items() if key != "$defs"}


def strict_schema(schema: Any) -> Any:
    """A lean schema as strict function calling wants it: nothing is left out, what is optional may be null."""
    if isinstance(schema, list):
        return [strict_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    written = {key: strict_schema(value) for key, value in schema.items()}
    if schema.get("type") != "object":
        return written
    properties = written.get("properties", {})
    optional = properties.keys() - set(schema.get("required", ()))
    return written | {
        "properties": {name: _or_null(one) if name in optional else one for name, one in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    nullable = schema | {"type": [schema["type"], "null"]}
    return nullable | {"enum": [*schema["enum"], None]} if "enum" in schema else nullable


class _Lean(GenerateJsonSchema):
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 (the base class's signature)
        return False

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:  # noqa: ARG002 (as above)
        return {"type": "string"}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        written = super().int_schema(schema)
        return {key: value for key, value in written.items() if value != LARGEST_INT}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        written = super().model_schema(schema)
        return {key: value for key, value in written.items() if key not in _NOISE}


def _result(found: Answer, masks: Masks | None) -> Result:
    text = masks.data(found.text) if masks else found.text
    if found.is_error:
        raise ToolException(text)
    rows = to_jsonable_python(found.rows, by_alias=False)
    return text, Rows(masks.data(rows) if masks else rows)
