"""Schemas that differ from the published one, as a live server's may: names differ, parts are gone, new or deprecated.

A place is a type and its field, `Mutation.addOrderNote` or `OrderNoteAddInput.note`, or a type alone. What is done to a
field of an interface is done to the types that implement it, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLSchema,
    is_input_object_type,
    parse_type,
    type_from_ast,
)

from .context import context_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Renamed:
    """A field or input field that goes by another name."""

    place: str
    name: str

    def apply(self, schema: GraphQLSchema) -> None:
        """Change the schema."""
        for owner, field in _owners(schema, self.place):
            definition = owner.fields[field]
            if is_input_object_type(owner):
                definition.out_name = definition.out_name or field
            owner.fields = {  # pyright: ignore[reportAttributeAccessIssue] -- a cached property
                self.name if name == field else name: kept for name, kept in owner.fields.items()
            }


@dataclass(frozen=True, slots=True)
class Removed:
    """A field that is not there."""

    place: str

    def apply(self, schema: GraphQLSchema) -> None:
        """Change the schema."""
        for owner, field in _owners(schema, self.place):
            del owner.fields[field]


@dataclass(frozen=True, slots=True)
class Deprecated:
    """A field that will go; the reason names the date."""

    place: str
    reason: str

    def apply(self, schema: GraphQLSchema) -> None:
        """Change the schema."""
        for owner, field in _owners(schema, self.place):
            owner.fields[field].deprecation_reason = self.reason


@dataclass(frozen=True, slots=True)
class Required:
    """A field that demands one more argument, or an input that demands one more field; `type` without its `!`."""

    place: str
    name: str
    type: str

    def apply(self, schema: GraphQLSchema) -> None:
        """Change the schema."""
        kind: Any = GraphQLNonNull(_type(schema, self.type))
        if "." not in self.place:
            input_type: Any = schema.type_map[self.place]
            input_type.fields[self.name] = GraphQLInputField(kind)
            return
        for owner, field in _owners(schema, self.place):
            owner.fields[field].args[self.name] = GraphQLArgument(kind)


@dataclass(frozen=True, slots=True)
class Added:
    """A field that is new; it reads the attribute `reads` of its object, as the type `type`, with a permission."""

    place: str
    type: str
    reads: str
    permission: str

    def apply(self, schema: GraphQLSchema) -> None:
        """Change the schema."""
        kind, reads, permission = _type(schema, self.type), self.reads, self.permission
        name = self.place.partition(".")[2]

        def resolve(source: Any, info: Any) -> Any:
            context_of(info).require([permission], name)
            return getattr(source, reads)

        for owner, field in _owners(schema, self.place):
            owner.fields[field] = GraphQLField(kind, resolve=resolve)


Edit = Renamed | Removed | Deprecated | Required | Added


def edit(schema: GraphQLSchema, edits: Iterable[Edit]) -> None:
    """Change a schema in place, in the order of the edits."""
    for one in edits:
        one.apply(schema)


def _owners(schema: GraphQLSchema, place: str) -> Iterator[tuple[Any, str]]:
    name, _, field = place.partition(".")
    owner = schema.type_map[name]
    yield owner, field
    if isinstance(owner, GraphQLInterfaceType):
        for implementing in schema.get_possible_types(owner):
            yield implementing, field


def _type(schema: GraphQLSchema, text: str) -> Any:
    found = type_from_ast(schema, parse_type(text))
    if found is None:
        raise LookupError(f"The schema has no type {text}.")
    return found
