"""What a request asks for, worked out before it is executed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_operation_ast,
    parse,
    validate,
    visit,
)

from .complexity import Complexity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import GraphQLSchema


class BadRequest(Exception):
    """The request is answered with HTTP 400: bad JSON, syntax, or a document that does not fit the schema."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLRequest:
    """A request whose document is valid."""

    document: DocumentNode
    variables: dict[str, Any]
    operation_name: str | None
    fields: tuple[str, ...]
    is_mutation: bool
    complexity: int
    deprecated: tuple[str, ...]

    @property
    def mutations(self) -> int:
        """How many mutations it counts as: each root field is one."""
        return len(self.fields) if self.is_mutation else 0


@lru_cache(maxsize=512)
def _document(schema: GraphQLSchema, text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(schema, document))


def _body(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        raise BadRequest([GraphQLError("The request body is not JSON.")]) from None
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise BadRequest([GraphQLError("The request body has no query.")])
    if not isinstance(body.get("variables") or {}, dict):
        raise BadRequest([GraphQLError("The request's variables are not an object.")])
    return body


def read_request(schema: GraphQLSchema, content: bytes) -> GraphQLRequest:
    """Read the body of a POST.

    Raises:
        BadRequest: it cannot be executed.
    """
    body = _body(content)
    document, errors = _document(schema, body["query"])
    if document is None or errors:
        raise BadRequest(errors)
    operation = get_operation_ast(document, body.get("operationName"))
    if operation is None:
        raise BadRequest([GraphQLError("The request does not name one of its operations.")])
    return _request(schema, document, operation, body)


def _request(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, body: dict[str, Any]
) -> GraphQLRequest:
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    variables = body.get("variables") or {}
    cost = Complexity(schema, fragments, variables)
    return GraphQLRequest(
        document=document,
        variables=variables,
        operation_name=operation.name.value if operation.name else None,
        fields=cost.root_fields(operation),
        is_mutation=operation.operation is OperationType.MUTATION,
        complexity=cost.of(operation),
        deprecated=_deprecated(schema, body["query"]),
    )


@lru_cache(maxsize=512)
def _deprecated(schema: GraphQLSchema, text: str) -> tuple[str, ...]:
    """Return a line for each deprecated field that a document selects, as the published example writes them."""
    info, found = TypeInfo(schema), dict[str, None]()

    class Collect(Visitor):
        def enter_field(self, *_: object) -> None:
            field, owner = info.get_field_def(), info.get_parent_type()
            if field and field.deprecation_reason and isinstance(owner, (GraphQLObjectType, GraphQLInterfaceType)):
                name = next(name for name, other in owner.fields.items() if other is field)
                found[f"Field: {owner.name}.{name}, reason: {field.deprecation_reason}"] = None

    visit(parse(text), TypeInfoVisitor(info, Collect()))
    return tuple(found)
