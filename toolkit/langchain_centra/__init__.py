"""LangChain tools for the Centra Integration API, with a person's approval in front of every sensitive write."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_centra.approval.policy import ApprovalPolicy
    from langchain_centra.client import AsyncCentra, Centra, CentraError
    from langchain_centra.toolkit import CentraToolkit

    __version__: str

__all__ = ["ApprovalPolicy", "AsyncCentra", "Centra", "CentraError", "CentraToolkit", "__version__"]

_HOMES = {
    "ApprovalPolicy": "langchain_centra.approval.policy",
    "AsyncCentra": "langchain_centra.client",
    "Centra": "langchain_centra.client",
    "CentraError": "langchain_centra.client",
    "CentraToolkit": "langchain_centra.toolkit",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that none pays for the others."""
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    elif name == "__version__":
        from importlib.metadata import version

        value = version("langchain-centra")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
