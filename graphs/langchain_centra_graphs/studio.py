"""The graph that langgraph.json names: an agent on the store of CENTRA_URL, or on an embedded one where that is unset.

An embedded store is lost when the server restarts; `make studio` runs one as a process of its own.
"""

import os

from langchain_centra import CentraToolkit
from langchain_centra_graphs.models import default_model
from langchain_centra_graphs.store_agent import build_store_agent

toolkit = CentraToolkit.from_env() if os.environ.get("CENTRA_URL") else CentraToolkit.sandbox()
graph = build_store_agent(default_model(), toolkit, checkpointer="server")
