"""One GraphQL operation: its document, its result and the permissions that it needs, side by side."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ValidationError

from langchain_centra.client import AsyncCentra, OutcomeUnknown, PermissionMissing, TransportFailed, UserMessage

ResultT = TypeVar("ResultT", bound=BaseModel)

_HEAD = re.compile(r"\s*(?P<kind>query|mutation)\s+(?P<name>\w+)")
_WITHHELD: WeakKeyDictionary[AsyncCentra, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True)
class Reply(Generic[ResultT]):
    """What an operation answered: typed data, the server's warnings, and permissions whose fields are left out."""

    data: ResultT
    warnings: tuple[UserMessage, ...] = ()
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Operation(Generic[ResultT]):
    """A named query or mutation that is awaited with a client and its variables.

    `needs` are the permissions without which the operation fails. `optional` maps a permission to the
    selection that it guards, as the selection stands in the document; a token without that permission gets the
    answer without those fields. `argument_needs` maps an input field to the permission that using it takes.

    Raises the client's errors: PermissionMissing, UserErrors, OutcomeUnknown and the others.
    """

    document: str
    result: type[ResultT]
    needs: frozenset[str]
    optional: Mapping[str, str] = field(default_factory=dict)
    argument_needs: Mapping[str, str] = field(default_factory=dict)

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
        known = _WITHHELD.setdefault(centra, set())
        while True:
            withheld = known & self.optional.keys()
            try:
                response = await centra.execute(self._without(withheld), variables)
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

    def _without(self, permissions: set[str]) -> str:
        document = self.document
        # The longest first: a selection may stand inside another one.
        for selection in sorted((self.optional[permission] for permission in permissions), key=len, reverse=True):
            document = document.replace(selection, "")
        return document

    def _read(self, data: dict[str, Any]) -> ResultT:
        try:
            return self.result.model_validate(data)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, detail["loc"])) for detail in error.errors())
            reason = f"the answer to {self.name} does not have the expected form at {fields}"
            raise (OutcomeUnknown(reason) if self.is_mutation else TransportFailed(reason, retryable=False)) from None
