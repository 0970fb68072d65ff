"""Judging what came back over HTTP: the data, or the one error that says what happened.

Centra speaks on three layers (HTTP status, GraphQL `errors`, `userErrors` of a payload), and its pages do not say which
status a GraphQL error travels with. So `errors` are read before the status, and a mutation counts as not done only
where the answer proves it. A change whose answer is doubtful is `OutcomeUnknown`, never a failure that invites a second
try.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, Self

import httpx

from langchain_centra.client.errors import (
    CentraError,
    NotFound,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    RequestRefused,
    TokenRejected,
    TransportFailed,
    UserErrors,
)
from langchain_centra.client.response import Extensions, Response, UserMessage
from langchain_centra.client.retry_after import point_in_time

_PERMISSION = re.compile(r"You need (?P<permission>\S+) permission to access (?P<field>\S+?)\.?$")
_NOT_FOUND = re.compile(r"Could not find\b")
_REFUSED_BEFORE_RUNNING = frozenset({400, 401, 403, 404, 405, 429})
_SERVER_FAILED = frozenset({499, *range(500, 600)})

Hide = Callable[[str], str]


@dataclass(frozen=True)
class GraphQLError:
    """One entry of an answer's `errors`."""

    message: str
    path: tuple[str, ...]
    category: str | None

    @classmethod
    def read(cls, raw: Any, hide: Hide) -> Self:
        """Read one entry, whatever of it is there."""
        entry = _entry(raw)
        extensions = entry.get("extensions")
        return cls(
            message=hide(str(entry.get("message"))),
            path=_path(entry.get("path")),
            category=extensions.get("category") if isinstance(extensions, dict) else None,
        )


@dataclass(frozen=True)
class Lost:
    """A request without an answer; `arrived` tells whether it may have reached Centra."""

    reason: str
    arrived: bool

    def read(self) -> NoReturn:
        """Raise what a query without an answer is."""
        raise TransportFailed(self.reason)

    def written(self) -> NoReturn:
        """Raise what a mutation without an answer is."""
        raise OutcomeUnknown(self.reason) if self.arrived else TransportFailed(self.reason)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, taken apart but not judged.

    Attributes:
        payload: the JSON body; None where it is no GraphQL answer.
        retry_at: what `Retry-After` says.
        expired_at: when the token ran out, if that is known and past.
        hide: takes the token out of what the server says.
    """

    status: int
    content_type: str
    payload: dict[str, Any] | None
    errors: tuple[GraphQLError, ...]
    retry_at: datetime | None
    expired_at: datetime | None
    hide: Hide

    @classmethod
    def of(cls, response: httpx.Response, *, now: datetime, expires: datetime | None, hide: Hide) -> Self:
        """Take an HTTP answer apart."""
        body = _json_object(response)
        errors = body.get("errors") or []
        return cls(
            status=response.status_code,
            content_type=hide(response.headers.get("content-type", "").partition(";")[0]) or "no content type",
            payload=body if errors or isinstance(body.get("data"), dict) else None,
            errors=tuple(GraphQLError.read(raw, hide) for raw in _listed(errors)),
            retry_at=point_in_time(response.headers.get("retry-after", ""), now),
            expired_at=expires if expires and expires <= now else None,
            hide=hide,
        )

    @property
    def data(self) -> dict[str, Any]:
        """The data by root field; empty if there is none."""
        data = (self.payload or {}).get("data")
        return data if isinstance(data, dict) else {}

    @property
    def complexity(self) -> int | None:
        """What the request cost, where the answer says so."""
        return Extensions.read((self.payload or {}).get("extensions")).complexity

    def read(self) -> Response:
        """Return what a query asked for.

        Raises:
            CentraError: it is anything but a complete answer.
        """
        if error := self._refusal():
            raise error
        if self.payload is None or self.status != 200:
            may_pass = self.status == 200 or self.status in _SERVER_FAILED
            raise TransportFailed(self._shape(), status=self.status, retryable=may_pass)
        return self._response()

    def written(self) -> Response:
        """Return what a mutation answered.

        Raises:
            OutcomeUnknown: the answer leaves open whether the change was made.
            CentraError: nothing was done.
        """
        if self._may_have_run():
            raise self._unknown("Centra answered with errors")
        if error := self._refusal():
            raise error
        if self.payload is None and self.status in _REFUSED_BEFORE_RUNNING:
            raise TransportFailed(self._shape(), status=self.status, retryable=False)
        if self.status != 200 or not self.data or len(self._payloads()) < len(self.data):
            raise self._unknown(self._shape())
        if messages := self._messages("userErrors"):
            if all(payload.get("userErrors") for payload in self._payloads()):
                raise UserErrors(messages)
            raise self._unknown("one part was refused, another was not")
        return self._response()

    def _may_have_run(self) -> bool:
        """Tell whether a mutation that came back with errors may have been carried out.

        Without data, an error of the mutation itself says that nothing was written if it is about a permission or an
        unknown id; any other may have struck half way.
        """
        if any(len(error.path) > 1 for error in self.errors):
            return True
        if self.errors and any(payload is not None for payload in self.data.values()):
            return True
        if all(_PERMISSION.search(error.message) or _NOT_FOUND.search(error.message) for error in self.errors):
            return False
        started = "data" in (self.payload or {}) or any(e.path or e.category == "internal" for e in self.errors)
        return started and self.status not in _REFUSED_BEFORE_RUNNING

    def _refusal(self) -> CentraError | None:
        """Return the error of an answer that says that nothing was done, whatever was asked."""
        if lacking := [found for error in self.errors if (found := _PERMISSION.search(error.message))]:
            permissions = tuple(dict.fromkeys(found["permission"] for found in lacking))
            return PermissionMissing(permissions[0], lacking[0]["field"], permissions)
        if self.status in (401, 403):
            return TokenRejected(self.expired_at)
        if self.status == 429:
            return RateLimited(self.retry_at)
        if self.status in _SERVER_FAILED:
            return None
        if self.errors and all(_NOT_FOUND.search(error.message) for error in self.errors):
            return NotFound(self.errors[0].message)
        if self.errors or self.status == 400:
            return RequestRefused([error.message for error in self.errors], status=self.status)
        return None

    def _response(self) -> Response:
        extensions = Extensions.read((self.payload or {}).get("extensions"))
        return Response(self.data, self._messages("userWarnings"), extensions)

    def _payloads(self) -> list[dict[str, Any]]:
        return [payload for payload in self.data.values() if isinstance(payload, dict)]

    def _messages(self, key: str) -> tuple[UserMessage, ...]:
        found = [_entry(raw) for payload in self._payloads() for raw in _listed(payload.get(key) or [])]
        return tuple(UserMessage(self.hide(str(entry.get("message"))), _path(entry.get("path"))) for entry in found)

    def _unknown(self, reason: str) -> OutcomeUnknown:
        said = [error.message for error in self.errors]
        said += [user_error.message for user_error in self._messages("userErrors")]
        return OutcomeUnknown(reason, status=self.status, messages=said)

    def _shape(self) -> str:
        if 300 <= self.status < 400:
            return f"the address answers with a redirect (HTTP {self.status}), which is not followed"
        if self.status != 200:
            return f"the answer was HTTP {self.status} ({self.content_type})"
        return f"the answer ({self.content_type}) was not complete"


def _json_object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _listed(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]


def _entry(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {"message": raw}


def _path(raw: Any) -> tuple[str, ...]:
    return tuple(str(step) for step in raw) if isinstance(raw, list) else ()
