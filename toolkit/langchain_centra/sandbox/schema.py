"""The executable schema: the SDL with its marks put to work."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ariadne import make_executable_schema
from graphql import GraphQLError, GraphQLObjectType, get_directive_values, is_introspection_type, value_from_ast

from .context import Info, context_of
from .dates import format_date
from .edits import edit
from .inputs import InputRules
from .names import snake_case
from .resolvers import bindables

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLArgument, GraphQLField, GraphQLSchema

    from .edits import Edit

    Resolver = Callable[..., Any]

_MISSING = object()
_MARKS = ("permission", "evidence", "exactlyOne")


def missing(what: str) -> GraphQLError:
    """Return the answer for what the sandbox does not have: never a null that would look like an answer."""
    return GraphQLError(f"{what} is not in the sandbox yet.")


def _value(source: Any, attribute: str, field: str) -> Any:
    if isinstance(source, dict):
        return source.get(field, _MISSING)
    return getattr(source, attribute, _MISSING)


def _default(argument: GraphQLArgument) -> Any:
    node = argument.ast_node.default_value if argument.ast_node else None
    return None if node is None else value_from_ast(node, argument.type)


def _attribute_resolver(owner: str, name: str, field: GraphQLField) -> Resolver:
    """Return a resolver that reads the attribute of the field's name, and knows no argument but a date's format."""
    attribute = snake_case(name)
    defaults = {name: _default(definition) for name, definition in field.args.items()}

    def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        value = _value(source, attribute, name)
        if value is _MISSING:
            raise missing(f"{owner}.{name}" if owner not in ("Query", "Mutation") else name)
        pattern = arguments.pop("format", None)
        for argument, given in arguments.items():
            if given is not None and given != defaults[argument]:
                raise missing(f"{owner}.{name}({argument}:)")
        if pattern is not None and value is not None:
            return format_date(value, pattern, context_of(info).zone)
        return value

    return resolve


def _guarded(name: str, field: GraphQLField, resolve: Resolver, requires: list[str], rules: InputRules) -> Resolver:
    """Return the resolver behind the checks of permission and input; without anything to check, itself."""
    if not requires and not field.args:
        return resolve

    def guarded(source: Any, info: Info, **arguments: Any) -> Any:
        context = context_of(info)
        context.require(requires, name)
        if arguments:
            rules.check(field.args, arguments, context)
        return resolve(source, info, **arguments)

    return guarded


def _guard_fields(schema: GraphQLSchema) -> None:
    permission, _, exactly_one = (schema.get_directive(name) for name in _MARKS)
    if permission is None or exactly_one is None:
        raise LookupError("schema.graphql does not define @permission and @exactlyOne.")
    rules = InputRules(schema, permission, exactly_one)
    for owner in schema.type_map.values():
        if isinstance(owner, GraphQLObjectType) and not is_introspection_type(owner):
            for name, field in owner.fields.items():
                marks = get_directive_values(permission, field.ast_node) if field.ast_node else None
                resolve = field.resolve or _attribute_resolver(owner.name, name, field)
                field.resolve = _guarded(name, field, resolve, marks["requires"] if marks else [], rules)


@cache
def executable_schema(edits: tuple[Edit, ...] = ()) -> GraphQLSchema:
    """Build a schema once a process: no resolver holds state.

    Introspection does not show the marks: a live server has none.
    """
    sdl = files("langchain_centra.sandbox").joinpath("schema.graphql").read_text(encoding="utf-8")
    schema = make_executable_schema(sdl, *bindables())
    _guard_fields(schema)
    schema.directives = tuple(d for d in schema.directives if d.name not in _MARKS)
    del schema.type_map["Evidence"]
    edit(schema, edits)
    return schema


def type_name(value: Any, *_: Any) -> str:
    """Return the GraphQL type of a state object: its class's name."""
    return type(value).__name__
