"""What a request brings back: data, warnings and the extensions that Centra adds."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

logger = logging.getLogger("langchain_centra.client")
_reported: set[str] = set()


@dataclass(frozen=True)
class UserMessage:
    """One user error or user warning of a mutation; `path` names the input that it is about."""

    message: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extensions:
    """What Centra adds to an answer; fields that it left out are None or empty.

    Attributes:
        complexity: this request's score, counted against the complexity limits.
        permissions_used: every permission that the request touched.
        deprecated_fields_used: `Field: X.y, reason: ..., date of removal: ...`.
        deprecated_permissions_used: `Field: X.y, deprecated: ..., current: ...`.
        app_version: the version of Centra, such as `v1.83.0`.
    """

    complexity: int | None = None
    permissions_used: tuple[str, ...] = ()
    deprecated_fields_used: tuple[str, ...] = ()
    deprecated_permissions_used: tuple[str, ...] = ()
    app_version: str | None = None

    @classmethod
    def read(cls, raw: Any) -> Self:
        """Read the `extensions` of an answer, whatever of it is there."""
        found: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        complexity, version = found.get("complexity"), found.get("appVersion")
        return cls(
            complexity=complexity if isinstance(complexity, int) else None,
            permissions_used=_texts(found.get("permissionsUsed")),
            deprecated_fields_used=_texts(found.get("deprecatedFieldsUsed")),
            deprecated_permissions_used=_texts(found.get("deprecatedPermissionsUsed")),
            app_version=version if isinstance(version, str) else None,
        )


@dataclass(frozen=True)
class Response:
    """The answer to one request that succeeded.

    A mutation with `user_warnings` was carried out, perhaps in part: a row skipped, a value rounded.
    """

    data: dict[str, Any]
    user_warnings: tuple[UserMessage, ...]
    extensions: Extensions


def report_deprecations(extensions: Extensions) -> None:
    """Log what Centra calls deprecated, once per process and field."""
    for kind, entries in (
        ("field", extensions.deprecated_fields_used),
        ("permission", extensions.deprecated_permissions_used),
    ):
        for entry in entries:
            key = f"{kind} {entry.partition(',')[0]}"
            if key not in _reported:
                _reported.add(key)
                logger.warning("Centra calls a %s deprecated. %s", kind, entry)


def _texts(raw: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in raw) if isinstance(raw, list) else ()
