"""A tool's declaration as the StructuredTool that LangChain calls."""

from collections.abc import Mapping
from typing import Any, Protocol

from langchain_core.tools import StructuredTool, ToolException
from langchain_core.utils.json_schema import dereference_refs
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from langchain_centra.approval.proposal import CannotPropose
from langchain_centra.client import AsyncCentra, CentraError, Portal
from langchain_centra.tools.arguments import LARGEST_INT
from langchain_centra.tools.spec import Answer, ReadTool, ToolSpec

_REFUSAL = (
    "Nothing was written: {name} changes the store, and a person has to approve it first. "
    "It runs in an agent made by langchain_centra_graphs.build_store_agent(model, toolkit), which asks them."
)

_NOISE = frozenset({"title", "description", "additionalProperties"})

Result = tuple[str, list[dict[str, Any]]]


class Connection(Protocol):
    """Where the tools of one store reach it: the client, and the portal on whose event loop the client lives."""

    @property
    def centra(self) -> AsyncCentra:
        """The client."""
        ...

    @property
    def portal(self) -> Portal:
        """The portal."""
        ...


def build_tool(spec: ToolSpec, connection: Connection) -> StructuredTool:
    """Build the StructuredTool of a declared tool; `invoke` and `ainvoke` give the same.

    A result's content is compact text; its artifact the rows as JSON values, for a checkpoint stores artifacts too.
    What goes wrong comes back as text with the status "error". A write called by itself writes nothing.
    """

    def run(**arguments: Any) -> Result:
        return _result(connection.portal.call(answer, spec, connection.centra, arguments))

    async def arun(**arguments: Any) -> Result:
        return _result(await connection.portal.acall(answer, spec, connection.centra, arguments))

    return StructuredTool(
        name=spec.name,
        description=spec.description,
        args_schema=argument_schema(spec.args),
        func=run,
        coroutine=arun,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )


async def answer(spec: ToolSpec, centra: AsyncCentra, raw: Mapping[str, Any]) -> Answer:
    """Validate the arguments, run a read and turn every expected failure into text that steers the model."""
    if not isinstance(spec, ReadTool):
        return Answer(text=_REFUSAL.format(name=spec.name), is_error=True)
    try:
        return await spec.read(centra, spec.validate(raw))
    except (CannotPropose, CentraError) as error:
        return Answer(text=str(error), is_error=True)


def argument_schema(arguments: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments as the model reads it, without what only costs tokens.

    Titles, nulls, defaults, references, lengths of texts and the largest number are left out; `validate` knows them.
    """
    schema = dereference_refs(arguments.model_json_schema(schema_generator=_Lean))
    return {key: value for key, value in schema.items() if key != "$defs"}


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


def _result(found: Answer) -> Result:
    if found.is_error:
        raise ToolException(found.text)
    return found.text, [row.model_dump(mode="json") for row in found.rows]
