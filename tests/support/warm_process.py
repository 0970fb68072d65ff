"""What each process with an agent imports and makes first, done once in the process of which they are copies."""

import gc

import agent_process as agent_process
import httpcore as httpcore
import sqlalchemy.dialects.sqlite.aiosqlite as aiosqlite
from langgraph.checkpoint.postgres import PostgresSaver as PostgresSaver
from sqlalchemy.dialects.postgresql import psycopg as psycopg

import langchain_centra_graphs.store_agent as store_agent
from langchain_centra import CentraToolkit
from langchain_centra.approval import approvals as approvals

CentraToolkit.sandbox().get_tools()
gc.freeze()
