"""The client of Centra's Integration API: requests, rate limits, errors, paging, settings.

It knows nothing of LangChain. `AsyncCentra` is an ordinary async client, `Centra` the same for sync code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_centra.client.async_centra import AsyncCentra
from langchain_centra.client.centra import Centra
from langchain_centra.client.clock import Clock, SystemClock
from langchain_centra.client.errors import (
    CentraError,
    NotFound,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    RequestRefused,
    SettingsError,
    TokenRejected,
    TransportFailed,
    UserErrors,
)
from langchain_centra.client.portal import Portal
from langchain_centra.client.response import Extensions, Response, UserMessage

if TYPE_CHECKING:
    from langchain_centra.client.settings import CentraSettings

__all__ = [
    "AsyncCentra",
    "Centra",
    "CentraError",
    "CentraSettings",
    "Clock",
    "Extensions",
    "NotFound",
    "OutcomeUnknown",
    "PermissionMissing",
    "Portal",
    "RateLimited",
    "RequestRefused",
    "Response",
    "SettingsError",
    "SystemClock",
    "TokenRejected",
    "TransportFailed",
    "UserErrors",
    "UserMessage",
]


def __getattr__(name: str) -> Any:
    # pydantic-settings takes longer to import than the whole client, and only `from_env()` needs it.
    if name == "CentraSettings":
        from langchain_centra.client.settings import CentraSettings

        return CentraSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
