"""One GraphQL operation: its document, its result and the permissions that it needs, side by side."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ValidationError

from langchain_centra.client import (
    AsyncCentra,
    OutcomeUnknown,
    PermissionMissing,
    RequestRefused,
    TransportFailed,
    UserMessage,
)
from langchain_centra.operations.personal import sight

ResultT = TypeVar("ResultT", bound=BaseModel)

_HEAD = re.compile(r"\s*(?P<kind>query|mutation)\s+(?P<name>\w+)")
_WITHHELD: WeakKeyDictionary[AsyncCentra, set[str]] = WeakKeyDictionary()
_BOUND: WeakKeyDictionary[AsyncCentra, Mapping[str, "Bound"]] = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True)
class Reply(Generic[ResultT]):
    """What an operation answered: typed data, the server's warnings, and permissions whose fields are left out."""

    data: ResultT
    warnings: tuple[UserMessage, ...] = ()
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Bound:
    """How an operation is written for the schema of one store, where its names differ from those of the document.

    Attributes:
        variant: which of the operation's documents fits; 0 is the first.
        field: the store's name of the mutation, and the document's.
        argument: the store's name of the mutation's one input, and the document's.
        inputs: paths into the variables, such as ("input", "note"), and the store's name of what stands at their end.
        problem: why the operation cannot be used; empty if it can.
    """

    variant: int = 0
    field: tuple[str, str] | None = None
    argument: tuple[str, str] | None = None
    inputs: tuple[tuple[tuple[str, ...], str], ...] = ()
    problem: str = ""

    def written(self, document: str) -> str:
        """Return the document with the store's names; the answer keeps the document's."""
        if self.field:
            theirs, ours = self.field
            document = re.sub(rf"(?<![\w$:]){ours}(?=\s*\()", f"{ours}: {theirs}", document, count=1)
            if self.argument:
                head, paren, rest = document.partition(f"{theirs}(")
                document = head + paren + re.sub(rf"\b{self.argument[1]}(?=\s*:)", self.argument[0], rest, count=1)
        return document

    def sent(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables with the store's names."""
        sent = dict(variables)
        for path, name in self.inputs:
            sent = _renamed(sent, path, name)
        return sent


_AS_WRITTEN = Bound()


def bind(centra: AsyncCentra, bound: Mapping[str, Bound]) -> None:
    """Write operations for this client's store from now on as its schema wants them, by their names."""
    _BOUND[centra] = bound


def withhold(centra: AsyncCentra, permissions: Collection[str]) -> None:
    """Leave the optional fields of these permissions out from now on, because the token lacks them."""
    _WITHHELD[centra] = set(permissions)


def _renamed(value: Any, path: tuple[str, ...], name: str) -> Any:
    if isinstance(value, list):
        return [_renamed(item, path, name) for item in value]
    if not isinstance(value, dict) or path[0] not in value:
        return value
    if len(path) == 1:
        return {name if key == path[0] else key: inner for key, inner in value.items()}
    return value | {path[0]: _renamed(value[path[0]], path[1:], name)}


@dataclass(frozen=True, kw_only=True)
class Operation(Generic[ResultT]):
    """A named query or mutation that is awaited with a client and its variables.

    `needs` are the permissions without which the operation fails. `optional` maps a permission to the
    selection that it guards, as the selection stands in the document; a token without that permission gets the
    answer without those fields. `argument_needs` maps an input field to the permission that using it takes.
    `variants` are other documents for the same result; the first that a connected store's schema accepts is sent.

    Raises the client's errors: PermissionMissing, UserErrors, OutcomeUnknown and the others.
    """

    document: str
    result: type[ResultT]
    needs: frozenset[str]
    optional: Mapping[str, str] = field(default_factory=dict)
    argument_needs: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if _HEAD.match(self.document) is None:
            raise ValueError("An operation's document starts with `query Name` or `mutation Name`.")
        for permission, selection in self.optional.items():
            if selection not in self.document:
                raise ValueError(f"{self.name}: the selection guarded by {permission} is not in the document.")

    @property
    def name(self) -> str:
        """The operation's name in its document."""
        return self._head["name"]

    @property
    def is_mutation(self) -> bool:
        """Whether the operation writes."""
        return self._head["kind"] == "mutation"

    async def __call__(self, centra: AsyncCentra, **variables: Any) -> Reply[ResultT]:
        """Run the operation, without the optional fields that the token may not read."""
        bound = _BOUND.get(centra, {}).get(self.name, _AS_WRITTEN)
        if bound.problem:
            raise RequestRefused([bound.problem])
        known = _WITHHELD.setdefault(centra, set())
        while True:
            withheld = known & self.optional.keys()
            document = bound.written(self.without(withheld, bound.variant))
            try:
                response = await centra.execute(document, bound.sent(variables))
            except PermissionMissing as error:
                missing = set(error.permissions)
                if not missing <= self.optional.keys() or missing <= withheld:
                    raise
                known |= missing
                continue
            return Reply(data=self._read(response.data), warnings=response.user_warnings, withheld=frozenset(withheld))

    @property
    def _head(self) -> re.Match[str]:
        head = _HEAD.match(self.document)
        assert head is not None  # noqa: S101 (checked when the operation was made)
        return head

    def without(self, permissions: Collection[str], variant: int = 0) -> str:
        """Return the document, or one of its variants, without what these optional permissions guard."""
        document = (self.document, *self.variants)[variant]
        # The longest first: a selection may stand inside another one.
        for selection in sorted((self.optional[permission] for permission in permissions), key=len, reverse=True):
            document = document.replace(selection, "")
        return document

    def _read(self, data: dict[str, Any]) -> ResultT:
        try:
            return self.result.model_validate(data, context=sight())
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, detail["loc"])) for detail in error.errors())
            reason = f"the answer to {self.name} does not have the expected form at {fields}"
            raise (OutcomeUnknown(reason) if self.is_mutation else TransportFailed(reason, retryable=False)) from None


def digest(operations: Mapping[str, Operation[Any]]) -> str:
    """Return a hash of what is written of operations."""
    written = sorted((name, operation.document, operation.variants) for name, operation in operations.items())
    return sha256(repr(written).encode()).hexdigest()
