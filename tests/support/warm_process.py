"""What each process with an agent imports and makes first, done once in the process of which they are copies."""

import gc
from importlib import import_module

from langchain_centra import CentraToolkit

for name in (
    "agent_process",
    "httpcore",
    "langchain_centra.approval.approvals",
    "langgraph.checkpoint.postgres",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
):
    import_module(name)
CentraToolkit.sandbox().get_tools()
gc.freeze()
