"""The state machine: an agent whose sensitive writes stop until a person has decided."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, NotRequired

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, SystemMessage, ToolMessage
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph
from langgraph.managed import RemainingSteps
from langgraph.runtime import get_runtime
from langgraph.types import Command, Send
from typing_extensions import TypedDict

from langchain_centra import CentraToolkit
from langchain_centra.approval.records import Card
from langchain_centra.hitl.desk import WriteDesk, next_stage, thread_id
from langchain_centra.hitl.history import OpenCall, latest_calls, result_id, storable, view, with_ids
from langchain_centra.hitl.review import later_answer
from langchain_centra.hitl.turns import PATIENCE_SECONDS
from langchain_centra_graphs.context import StoreContext

_RECURSION_LIMIT = 100
_BOUND_MODELS = 16
_STEPS_OF_A_WRITE = 8
_STEPS_TO_END = 3
_OUT_OF_STEPS = "I stopped here because this request took too many steps. Ask me to go on, or ask for less at once."

# What the drawn graph says on the ways out of the two nodes that choose one.
_FROM_AGENT = {"read": "reads", "propose": "writes", "__end__": "an answer"}
_FROM_GATHER = {
    "propose": "to be worked out",
    "review": "a person decides",
    "apply": "approved",
    "agent": "all have a result",
}


class Messages(TypedDict):
    """What goes in and comes out."""

    messages: Annotated[list[AnyMessage], add_messages]


class StoreAgentState(Messages):
    """The conversation, and what one run remembers between its nodes.

    `postponed` are calls that wait for an earlier call on the same object. `review_error` is what was wrong with the
    last answer.
    """

    postponed: NotRequired[list[str]]
    review_error: NotRequired[str | None]
    remaining_steps: NotRequired[RemainingSteps]


def build_store_agent(
    model: BaseChatModel,
    toolkit: CentraToolkit,
    *,
    checkpointer: BaseCheckpointSaver[Any] | Literal["server"],
    system_prompt: str | None = None,
) -> CompiledStateGraph[StoreAgentState, StoreContext, Messages, Messages]:
    """Build the agent of one store: `agent -> read, propose -> gather -> review -> apply -> agent`.

    Sensitive writes end in one interrupt a turn, in the form of LangChain's `HITLRequest`; resume with
    `Command(resume={"decisions": [...]})`. Each run needs a `thread_id`; `configurable["approver"]` may name who
    answers, and `context` (`StoreContext`) may allow less than the toolkit does. Writes need a checkpointer that
    keeps what was asked: pass "server" where a LangGraph server brings its own.

    Raises TypeError without a checkpointer.
    """
    if checkpointer != "server" and not isinstance(checkpointer, BaseCheckpointSaver):
        raise TypeError(
            'Pass a checkpointer, or "server" where a LangGraph server brings its own: cards must outlive a run.'
        )
    nodes = _Nodes(model, toolkit, system_prompt)
    graph = StateGraph(StoreAgentState, context_schema=StoreContext, input_schema=Messages, output_schema=Messages)
    graph.add_node("agent", nodes.runnable(nodes.agent), destinations=_FROM_AGENT)
    graph.add_node("read", nodes.runnable(nodes.read))
    graph.add_node("propose", nodes.runnable(nodes.propose))
    graph.add_node("gather", nodes.runnable(nodes.gather), destinations=_FROM_GATHER)
    graph.add_node("review", nodes.runnable(nodes.review))
    graph.add_node("apply", nodes.runnable(nodes.apply))
    graph.add_edge(START, "agent")
    for node in ("read", "propose", "review", "apply"):
        graph.add_edge(node, "gather")
    compiled = graph.compile(
        checkpointer=None if checkpointer == "server" else checkpointer, name=f"{toolkit.name} agent"
    )
    # Writes that nobody is asked about rest on the stored history, so each step is stored before the next begins.
    return compiled.with_config(recursion_limit=_RECURSION_LIMIT, configurable={"__pregel_durability": "sync"})


class _Nodes:
    """The nodes, each written once as a coroutine; synchronous runs execute them on the toolkit's own loop."""

    def __init__(self, model: BaseChatModel, toolkit: CentraToolkit, system_prompt: str | None) -> None:
        self._tools = {tool.name: tool for tool in toolkit.get_tools()}
        self._writes = toolkit.writes
        self._unbound = model
        self._bound = lru_cache(maxsize=_BOUND_MODELS)(self._bind)
        self._bound(frozenset(self._writes))
        self._prompt = SystemMessage("\n\n".join(filter(None, [system_prompt, toolkit.instructions])))
        self._portal = toolkit.portal
        self._whole_desk = toolkit.desk

    def _bind(self, writes: frozenset[str]) -> Runnable[LanguageModelInput, BaseMessage]:
        """The model with the reads and these writes."""
        return self._unbound.bind_tools(
            [tool for name, tool in self._tools.items() if name in writes or name not in self._writes]
        )

    @property
    def _context(self) -> StoreContext:
        """What the run may do; in a graph of somebody else's the context is not for us."""
        context = get_runtime().context
        return context if isinstance(context, StoreContext) else StoreContext()

    @property
    def _desk(self) -> WriteDesk:
        """The approval as this run may use it."""
        context = self._context
        return self._whole_desk.narrowed(
            writes=context.allowed(self._writes), policy=context.policy, approver=context.approver
        )

    def runnable(self, node: Callable[[Any, RunnableConfig], Awaitable[Any]]) -> RunnableLambda[Any, Any]:
        """The node for both kinds of caller."""

        def run(state: Any, config: RunnableConfig) -> Any:
            return self._portal.call(node, state, config)

        async def arun(state: Any, config: RunnableConfig) -> Any:
            return await node(state, config)

        return RunnableLambda(run, afunc=arun, name=node.__name__)

    async def agent(self, state: StoreAgentState, config: RunnableConfig) -> Command[str]:
        """Let the model go on, after every call that it left open has been given its result."""
        async with self._desk.hold(config, patience=PATIENCE_SECONDS):
            closed = await self._desk.close_open_calls(state["messages"], config)
            reply = await self._reply([*state["messages"], *closed], state, config)
        goto = self._after(reply)
        if not goto:
            await self._desk.turns.release(thread_id(config))
        update = {"messages": [*closed, reply], "postponed": [], "review_error": None}
        return Command(update=update, goto=goto)

    async def read(self, call: Mapping[str, Any], config: RunnableConfig) -> dict[str, Any]:
        """Run one read, or say why a call cannot be run."""
        async with self._desk.hold(config):
            tool = self._tools.get(call["name"])
            if tool is None or call["error"]:
                known = ", ".join(self._tools)
                problem = call["error"] or f"There is no tool {call['name']}. The tools are: {known}."
                return {"messages": [OpenCall(**call).result(problem, failed=True)]}
            tool_call = {"type": "tool_call", "id": call["id"], "name": call["name"], "args": call["args"]}
            message: ToolMessage = await tool.ainvoke(tool_call, config)
            return {"messages": [message.model_copy(update={"id": result_id(call["message_id"], call["id"])})]}

    async def propose(self, state: StoreAgentState, config: RunnableConfig) -> dict[str, Any]:
        """Work out what each write would change, with reads alone, and store it as a card."""
        messages = state["messages"]
        async with self._desk.hold(config):
            answered, postponed = await self._desk.propose(self._desk.open_writes(messages), messages, config)
        return {"messages": answered, "postponed": postponed}

    async def gather(self, state: StoreAgentState, config: RunnableConfig) -> Command[str]:
        """Decide from the journal what comes next, and hand the model the results of what has ended."""
        calls = self._desk.open_writes(state["messages"])
        async with self._desk.hold(config):
            cards = await self._desk.cards(calls, config)
        out_of_steps = state.get("remaining_steps", _RECURSION_LIMIT) <= _STEPS_TO_END
        goto = "agent" if out_of_steps else _next(calls, cards, state.get("postponed", []))
        return Command(update={"messages": self._desk.ended(calls, cards)}, goto=goto)

    async def review(self, state: StoreAgentState, config: RunnableConfig) -> dict[str, Any]:
        """Show all waiting cards to a person, and store what the person decides."""
        cards = await self._desk.cards(self._desk.open_writes(state["messages"]), config)
        waiting = [card for card in cards.values() if card.state == "proposed"]
        approved = [card for card in cards.values() if card.state == "approved" and card.verdict == "ask"]
        error = state.get("review_error")
        answer = await self._desk.ask(waiting, error, config) if waiting else later_answer(approved)
        async with self._desk.hold(config):
            wrong = None if answer is None else await self._desk.decide(waiting or approved, answer, config)
            return {"review_error": wrong}

    async def apply(self, task: Mapping[str, Any], config: RunnableConfig) -> dict[str, Any]:
        """Write one approved card, at most once."""
        async with self._desk.hold(config):
            await self._desk.apply(**task, config=config)
        return {}

    async def _reply(self, messages: list[AnyMessage], state: StoreAgentState, config: RunnableConfig) -> AIMessage:
        prompt = [self._prompt, *view(messages)]
        model = self._bound(self._context.allowed(self._writes))
        if self._portal.is_current:
            reply = await asyncio.to_thread(model.invoke, prompt, config)
        else:
            reply = await model.ainvoke(prompt, config)
        if not isinstance(reply, AIMessage):
            raise TypeError(f"The model answered with a {type(reply).__name__} instead of an AIMessage.")
        has_calls = bool(reply.tool_calls or reply.invalid_tool_calls)
        if has_calls and state.get("remaining_steps", _RECURSION_LIMIT) <= _STEPS_OF_A_WRITE:
            return AIMessage(_OUT_OF_STEPS)
        return with_ids(storable(reply), {message.id for message in messages})

    def _after(self, reply: AIMessage) -> list[Send | str]:
        calls = latest_calls([reply])
        reads: list[Send | str] = [Send("read", vars(call)) for call in calls if not self._desk.is_write(call)]
        return [*reads, "propose"] if len(reads) < len(calls) else reads


def _next(calls: list[OpenCall], cards: Mapping[str, Card], postponed: list[str]) -> list[Send | str] | str:
    stage, of_stage = next_stage(calls, cards, postponed)
    if stage == "apply":
        return [Send("apply", _task(card)) for card in of_stage]
    return "agent" if stage == "end" else stage


def _task(card: Card) -> dict[str, Any]:
    return {"proposal_id": card.proposal_id, "message_id": card.message_id, "unasked": card.unasked}
