"""The three ways in: the state machine, the middleware, and bare tools in a graph of one's own."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from conversations import Conversation, Mode, Start, Way
from langchain.agents import create_agent
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from scripted import ScriptedModel

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.client import Clock
from langchain_centra.middleware import CentraApproval
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.limits import Plan
from langchain_centra_graphs import build_store_agent

WAYS: tuple[Way, ...] = ("graph", "middleware", "bare")

Agent = CompiledStateGraph[Any, Any, Any, Any]


def build(way: Way, model: ScriptedModel, toolkit: CentraToolkit, saver: BaseCheckpointSaver[Any]) -> Agent:
    """An agent on the store, made in one of the ways."""
    if way == "graph":
        return build_store_agent(model, toolkit, checkpointer=saver)
    if way == "middleware":
        middleware = [CentraApproval(toolkit)]
        return create_agent(model, tools=toolkit.get_tools(), middleware=middleware, checkpointer=saver)
    return own_graph(model, toolkit, saver)


def own_graph(model: ScriptedModel, toolkit: CentraToolkit, saver: BaseCheckpointSaver[Any] | None) -> Agent:
    """A graph as users write it, in which all calls of a message share one task."""

    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    def speak_synchronously(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", RunnableLambda(speak_synchronously, afunc=speak))
    graph.add_node("tools", ToolNode(toolkit.get_tools()))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", tools_condition)
    graph.add_edge("tools", "model")
    return graph.compile(checkpointer=saver)


@asynccontextmanager
async def starting(way: Way, mode: Mode, folder: Path | None) -> AsyncIterator[Start]:
    """Start conversations with a model that plays a script; all histories are checked at the end.

    What is to be kept is kept in SQLite files in the folder, or in memory without one.
    """
    conversations: list[Conversation] = []
    async with AsyncExitStack() as stack:

        async def start_one(
            *script: Any,
            clock: Clock | None = None,
            timeout: float = 20,
            grant: Collection[str] | None = None,
            plan: Plan = "unlimited",
            model: type[ScriptedModel] = ScriptedModel,
            **options: Any,
        ) -> Conversation:
            sandbox = Sandbox(clock=clock, plan=plan)
            number = len(conversations)
            saver = await _saver(mode, folder / f"thread-{number}.sqlite3", stack) if folder else InMemorySaver()
            settings: dict[str, Any] = {"clock": clock} if clock else {}
            token = sandbox.issue_token(grant) if grant else sandbox.TOKEN
            centra = AsyncCentra(
                sandbox.url, token, name="sandbox", transport=sandbox.transport(), timeout=timeout, **settings
            )
            if "journal" not in options:
                options["journal"] = f"sqlite:///{folder / f'journal-{number}.sqlite3'}" if folder else "sqlite://"
            toolkit = await stack.enter_async_context(CentraToolkit(centra, writes=True, **options))
            speaker = model(script=list(script))
            graph = build(way, speaker, toolkit, saver)
            conversations.append(Conversation(graph, speaker, toolkit, sandbox, mode, way=way))
            return conversations[-1]

        yield start_one
        for conversation in conversations:
            await conversation.check_histories()


async def _saver(mode: Mode, path: Path, stack: AsyncExitStack) -> Any:
    if mode == "ainvoke":
        return await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(str(path)))
    return stack.enter_context(SqliteSaver.from_conn_string(str(path)))
