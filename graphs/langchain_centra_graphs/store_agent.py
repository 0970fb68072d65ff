"""The state machine: an agent whose sensitive writes stop until a person has decided."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Literal, NotRequired

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph
from langgraph.managed import RemainingSteps
from langgraph.types import Command, Send
from typing_extensions import TypedDict

from langchain_centra import CentraToolkit
from langchain_centra.approval.answers import AnswerInvalid
from langchain_centra.approval.approvals import REOPENS, Answered, Call, Postponed, Turn
from langchain_centra.approval.outcome import describe
from langchain_centra.approval.records import LIVE, Card
from langchain_centra.client import CentraError
from langchain_centra_graphs.checkpoints import Checkpoints
from langchain_centra_graphs.history import (
    OpenCall,
    latest_calls,
    open_calls,
    result_id,
    storable,
    turn_message_ids,
    view,
    with_ids,
)
from langchain_centra_graphs.review import approver, ask, asked_by, is_for_others, later_answer
from langchain_centra_graphs.turns import Turns

_RECURSION_LIMIT = 100
_STEPS_OF_A_WRITE = 8
_STEPS_TO_END = 3
_PATIENCE_SECONDS = 60.0
_OUT_OF_STEPS = "I stopped here because this request took too many steps. Ask me to go on, or ask for less at once."


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
) -> CompiledStateGraph[StoreAgentState, None, Messages, Messages]:
    """Build the agent of one store: `agent -> read, propose -> gather -> review -> apply -> agent`.

    Sensitive writes end in one interrupt a turn, in the form of LangChain's `HITLRequest`; resume with
    `Command(resume={"decisions": [...]})`. Each run needs a `thread_id`; `configurable["approver"]` may name who
    answers. Writes need a checkpointer that keeps what was asked: pass "server" where a LangGraph server brings
    its own.

    Raises TypeError without a checkpointer.
    """
    if checkpointer != "server" and not isinstance(checkpointer, BaseCheckpointSaver):
        raise TypeError(
            'Pass a checkpointer, or "server" where a LangGraph server brings its own: cards must outlive a run.'
        )
    nodes = _Nodes(model, toolkit, system_prompt)
    graph = StateGraph(StoreAgentState, input_schema=Messages, output_schema=Messages)
    graph.add_node("agent", nodes.runnable(nodes.agent), destinations=("read", "propose", "__end__"))
    graph.add_node("read", nodes.runnable(nodes.read))
    graph.add_node("propose", nodes.runnable(nodes.propose))
    graph.add_node("gather", nodes.runnable(nodes.gather), destinations=("propose", "review", "apply", "agent"))
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
        self._model = model.bind_tools(list(self._tools.values()))
        self._prompt = SystemMessage("\n\n".join(filter(None, [system_prompt, toolkit.instructions])))
        self._writes = toolkit.writes
        self._approvals = toolkit.approvals
        self._portal = toolkit.portal
        centra = toolkit.centra
        self._turns = Turns(toolkit.journal, toolkit.name, toolkit.portal, centra.clock, centra.timeout / 2)

    def runnable(self, node: Callable[[Any, RunnableConfig], Awaitable[Any]]) -> RunnableLambda[Any, Any]:
        """The node for both kinds of caller."""

        def run(state: Any, config: RunnableConfig) -> Any:
            return self._portal.call(node, state, config)

        async def arun(state: Any, config: RunnableConfig) -> Any:
            return await node(state, config)

        return RunnableLambda(run, afunc=arun, name=node.__name__)

    async def agent(self, state: StoreAgentState, config: RunnableConfig) -> Command[str]:
        """Let the model go on, after every call that it left open has been given its result."""
        thread_id = _thread_id(config)
        async with self._turn(config, patience=_PATIENCE_SECONDS):
            closed = await self._close_open_calls(thread_id, state["messages"])
            reply = await self._reply([*state["messages"], *closed], state, config)
        goto = self._after(reply)
        if not goto:
            await self._turns.release(thread_id)
        update = {"messages": [*closed, reply], "postponed": [], "review_error": None}
        return Command(update=update, goto=goto)

    async def read(self, call: Mapping[str, Any], config: RunnableConfig) -> dict[str, Any]:
        """Run one read, or say why a call cannot be run."""
        async with self._turn(config):
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
        turn = Turn(message_ids=turn_message_ids(state["messages"]), requester=asked_by())
        answered, postponed = [], []
        async with self._turn(config):
            for call in self._open_writes(state):
                proposed = await self._portal.acall(self._approvals.propose, _call(call, _thread_id(config)), turn)
                if isinstance(proposed, Answered):
                    answered.append(call.result(proposed.text, failed=True))
                elif isinstance(proposed, Postponed):
                    postponed.append(call.id)
        return {"messages": answered, "postponed": postponed}

    async def gather(self, state: StoreAgentState, config: RunnableConfig) -> Command[str]:
        """Decide from the journal what comes next, and hand the model the results of what has ended."""
        calls = self._open_writes(state)
        async with self._turn(config):
            cards = await self._cards(config, calls)
        ended = [call.result(describe(card)) for call in calls if _has_ended(card := cards.get(call.id)) and card]
        out_of_steps = state.get("remaining_steps", _RECURSION_LIMIT) <= _STEPS_TO_END
        goto = "agent" if out_of_steps else _next(calls, cards, state.get("postponed", []))
        return Command(update={"messages": ended}, goto=goto)

    async def review(self, state: StoreAgentState, config: RunnableConfig) -> dict[str, Any]:
        """Show all waiting cards to a person, and store what the person decides."""
        cards = await self._cards(config, self._open_writes(state))
        waiting = [card for card in cards.values() if card.state == "proposed"]
        approved = [card for card in cards.values() if card.state == "approved" and card.verdict == "ask"]
        answer = await self._ask(waiting, state, config) if waiting else later_answer(approved)
        async with self._turn(config):
            return {
                "review_error": (None if answer is None else await self._decide(waiting or approved, answer, config))
            }

    async def apply(self, task: Mapping[str, Any], config: RunnableConfig) -> dict[str, Any]:
        """Write one approved card, at most once."""
        async with self._turn(config):
            if task["unasked"] and not await self._checkpoints(config).hold_message(task["message_id"]):
                await self._portal.acall(
                    self._approvals.withdraw, task["proposal_id"], "this run does not store its progress (durability)"
                )
            else:
                await self._portal.acall(self._approvals.apply, task["proposal_id"])
        return {}

    async def _ask(self, cards: list[Card], state: StoreAgentState, config: RunnableConfig) -> Any:
        await self._turns.release(_thread_id(config))
        return ask(cards, state.get("review_error"))

    async def _reply(self, messages: list[AnyMessage], state: StoreAgentState, config: RunnableConfig) -> AIMessage:
        prompt = [self._prompt, *view(messages)]
        if self._portal.is_current:
            reply = await asyncio.to_thread(self._model.invoke, prompt, config)
        else:
            reply = await self._model.ainvoke(prompt, config)
        if not isinstance(reply, AIMessage):
            raise TypeError(f"The model answered with a {type(reply).__name__} instead of an AIMessage.")
        has_calls = bool(reply.tool_calls or reply.invalid_tool_calls)
        if has_calls and state.get("remaining_steps", _RECURSION_LIMIT) <= _STEPS_OF_A_WRITE:
            return AIMessage(_OUT_OF_STEPS)
        return with_ids(storable(reply), {message.id for message in messages})

    def _after(self, reply: AIMessage) -> list[Send | str]:
        calls = latest_calls([reply])
        reads: list[Send | str] = [Send("read", vars(call)) for call in calls if not self._is_write(call)]
        return [*reads, "propose"] if len(reads) < len(calls) else reads

    async def _close_open_calls(self, thread_id: str, messages: list[AnyMessage]) -> list[ToolMessage]:
        calls = {(call.message_id, call.id): call for call in open_calls(messages)}
        known = {message.id for message in messages}
        texts = dict.fromkeys(calls, "Not run: the conversation went on.")
        for card in await self._portal.acall(self._approvals.cards, thread_id):
            key = card.message_id, card.call_id
            if key in calls or (card.message_id not in known and card.state in LIVE):
                reason = "the conversation went on before this was decided"
                texts[key] = describe(await self._portal.acall(self._approvals.close, card, reason))
        return [call.result(texts[key]) for key, call in calls.items()]

    async def _decide(self, cards: list[Card], answer: Any, config: RunnableConfig) -> str | None:
        if is_for_others(cards, answer, await self._checkpoints(config).shown_cards()):
            return "That answer was not given to these cards. Decide on what you see now."
        try:
            await self._portal.acall(self._approvals.decide, cards, answer, approver(config))
        except (AnswerInvalid, CentraError) as error:
            return str(error)
        return None

    async def _cards(self, config: RunnableConfig, calls: list[OpenCall]) -> dict[str, Card]:
        if not calls:
            return {}
        cards = await self._portal.acall(self._approvals.cards, _thread_id(config), calls[0].message_id)
        return {card.call_id: card for card in cards}

    def _open_writes(self, state: StoreAgentState) -> list[OpenCall]:
        return [call for call in latest_calls(state["messages"]) if self._is_write(call)]

    def _is_write(self, call: OpenCall) -> bool:
        return call.name in self._writes and call.error is None

    def _turn(self, config: RunnableConfig, patience: float | None = None) -> AbstractAsyncContextManager[None]:
        patience = 2 * self._turns.lease_seconds if patience is None else patience
        return self._turns.hold(_thread_id(config), self._checkpoints(config).moved_on, patience=patience)

    def _checkpoints(self, config: RunnableConfig) -> Checkpoints:
        return Checkpoints(config, in_thread=self._portal.is_current)


def _next(calls: list[OpenCall], cards: Mapping[str, Card], postponed: list[str]) -> list[Send | str] | str:
    live = [cards[call.id] for call in calls if call.id in cards]
    approved = [card for card in live if card.state == "approved"]
    if approved:
        return [Send("apply", _task(card)) for card in approved]
    unproposed = [call.id for call in calls if call.id not in cards or cards[call.id].state in REOPENS]
    if set(unproposed) - set(postponed):
        return "propose"
    if any(card.state == "proposed" for card in live):
        return "review"
    return "propose" if unproposed else "agent"


def _task(card: Card) -> dict[str, Any]:
    return {"proposal_id": card.proposal_id, "message_id": card.message_id, "unasked": card.verdict == "run"}


def _has_ended(card: Card | None) -> bool:
    return card is not None and card.state not in LIVE and card.state not in REOPENS


def _call(call: OpenCall, thread_id: str) -> Call:
    return Call(
        thread_id=thread_id,
        message_id=call.message_id,
        call_id=call.id,
        position=call.position,
        tool=call.name,
        args=call.args,
    )


def _thread_id(config: RunnableConfig) -> str:
    thread_id = config.get("configurable", {}).get("thread_id")
    if not thread_id:
        raise ValueError('Pass a thread_id: config={"configurable": {"thread_id": "..."}}.')
    return str(thread_id)
