"""State machines over the toolkit: an agent whose sensitive writes stop until a person has decided."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_centra_graphs.context import StoreContext
    from langchain_centra_graphs.offline_model import OfflineModel
    from langchain_centra_graphs.store_agent import build_store_agent

_HOMES = {"OfflineModel": "offline_model", "StoreContext": "context", "build_store_agent": "store_agent"}

__all__ = ["OfflineModel", "StoreContext", "build_store_agent"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
