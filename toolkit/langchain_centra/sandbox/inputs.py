"""Rules on what a caller sends: permissions on input fields, and inputs that take exactly one field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    get_directive_values,
    get_named_type,
    is_input_object_type,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import GraphQLArgument, GraphQLDirective, GraphQLInputField, GraphQLSchema

    from .context import Context


class InputRules:
    """The marks of the schema's input types."""

    def __init__(self, schema: GraphQLSchema, permission: GraphQLDirective, exactly_one: GraphQLDirective) -> None:
        self._requires: dict[tuple[str, str], list[str]] = {}
        self._exactly_one: set[str] = set()
        for named in schema.type_map.values():
            if isinstance(named, GraphQLInputObjectType):
                self._read(named, permission, exactly_one)

    def _read(self, named: GraphQLInputObjectType, permission: GraphQLDirective, exactly_one: GraphQLDirective) -> None:
        if named.ast_node and get_directive_values(exactly_one, named.ast_node) is not None:
            self._exactly_one.add(named.name)
        for name, field in named.fields.items():
            marks = get_directive_values(permission, field.ast_node) if field.ast_node else None
            if marks:
                self._requires[named.name, name] = marks["requires"]

    def check(self, fields: Mapping[str, GraphQLArgument | GraphQLInputField], given: Any, context: Context) -> None:
        """Check what was given for arguments or input fields, and everything inside.

        An input that takes exactly one field is refused as a GraphQL error (the layer is inferred); a field given as
        null counts as not given (inferred).

        Raises:
            GraphQLError: a rule is broken.
        """
        definitions = {field.out_name or name: field for name, field in fields.items()}
        for name, value in given.items():
            named = get_named_type(definitions[name].type)
            if is_input_object_type(named) and value is not None:
                for item in value if isinstance(value, list) else [value]:
                    self._check_object(named, item, context)

    def _check_object(self, named: GraphQLInputObjectType, given: dict[str, Any], context: Context) -> None:
        present = {name: value for name, value in given.items() if value is not None}
        if named.name in self._exactly_one and len(present) != 1:
            raise GraphQLError(f"Exactly one input field should be provided for {named.name}.")
        for name in present:
            context.require(self._requires.get((named.name, name), ()), name)
        self.check(named.fields, present, context)
