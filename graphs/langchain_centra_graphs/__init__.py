"""State machines over the toolkit: an agent whose sensitive writes stop until a person has decided."""

from langchain_centra_graphs.store_agent import build_store_agent

__all__ = ["build_store_agent"]
