"""What all mutations share: payloads, user errors, the log."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLObjectType, get_named_type, is_non_null_type

from .context import Context, Info, MutationRecord, context_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ariadne import MutationType

    Write = Callable[[Context, Mapping[str, Any]], dict[str, Any]]


class Refused(Exception):
    """The mutation fails with a user error and changes nothing; `path` names the input at fault."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.user_error = user_message(message, *path)


def user_message(message: str, *path: str) -> dict[str, Any]:
    """Return a user error or a user warning."""
    return {"message": message, "path": list(path)}


def _nothing_done(info: Info, refusal: Refused) -> dict[str, Any]:
    """Return a payload without results: null, or an empty list where null is not allowed (inferred)."""
    payload = cast("GraphQLObjectType", get_named_type(info.return_type))
    empty: dict[str, Any] = {name: [] if is_non_null_type(f.type) else None for name, f in payload.fields.items()}
    return {**empty, "userErrors": [refusal.user_error]}


def write(mutations: MutationType, name: str) -> Callable[[Write], Write]:
    """Make a function the resolver of a mutation.

    It gets the request and the arguments as sent, and returns the payload's results, with `userWarnings` where it has
    any; or raises `Refused` before it has changed anything.
    """

    def register(function: Write) -> Write:
        @wraps(function)
        def resolve(_source: object, info: Info, **arguments: Any) -> dict[str, Any]:
            context = context_of(info)
            try:
                payload = {"userErrors": [], "userWarnings": [], **function(context, arguments)}
            except Refused as refusal:
                payload = _nothing_done(info, refusal)
            applied = not payload["userErrors"]
            context.mutations.append(MutationRecord(name, arguments, context.now, applied))
            return payload

        mutations.set_field(name, resolve)
        return function

    return register
