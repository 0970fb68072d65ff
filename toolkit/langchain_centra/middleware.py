"""The approval for agents that langchain's `create_agent` makes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, NotRequired

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse, hook_config
from langchain.agents.middleware.types import PrivateStateAttr, ToolCallRequest
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.config import get_config
from langgraph.errors import GraphBubbleUp
from langgraph.runtime import Runtime
from langgraph.types import Command

from langchain_centra.approval.records import Card
from langchain_centra.hitl.desk import next_stage, thread_id
from langchain_centra.hitl.history import OpenCall, calls_without_result, in_order, latest_calls, storable, with_ids
from langchain_centra.hitl.review import later_answer
from langchain_centra.hitl.turns import PATIENCE_SECONDS
from langchain_centra.toolkit import CentraToolkit
from langchain_centra.tools.structured import check_one_store

ToolResult = ToolMessage | Command[Any]


class CentraState(AgentState[Any]):
    """What the middleware remembers between its steps: what was wrong with the last answer."""

    centra_review_error: NotRequired[Annotated[str | None, PrivateStateAttr]]


class CentraApproval(AgentMiddleware[CentraState, Any, Any]):
    """Stops the writes of a toolkit until a person has decided, in an agent made by `create_agent`.

    `create_agent(model, tools=toolkit.get_tools(), middleware=[CentraApproval(toolkit)], checkpointer=...)` is all
    that is needed; put it first in the list. Cards, answers, journal and checks are those of `build_store_agent`: one
    interrupt a turn, in the form of LangChain's `HITLRequest`, answered by `Command(resume={"decisions": [...]})`;
    reads never wait for a person. Leave the toolkit's tools out of `HumanInTheLoopMiddleware(interrupt_on=...)`:
    they would be asked about twice.

    A run without a checkpointer or a thread_id raises at its first step.
    """

    state_schema = CentraState

    def __init__(self, toolkit: CentraToolkit) -> None:
        super().__init__()
        self._instructions = toolkit.instructions
        self._ours = frozenset(tool.name for tool in toolkit.specs)
        self._writes = frozenset(toolkit.writes)
        self._portal = toolkit.portal
        self._desk = toolkit.desk

    async def abefore_agent(self, state: CentraState, runtime: Runtime[Any]) -> None:  # noqa: ARG002 (langchain's)
        """Take the conversation for this run; refuse to start where nobody could be asked."""
        async with self._desk.hold(get_config(), patience=PATIENCE_SECONDS):
            pass

    @hook_config(can_jump_to=["tools"])
    async def abefore_model(self, state: CentraState, runtime: Runtime[Any]) -> dict[str, Any]:  # noqa: ARG002
        """Ask about the cards that wait, write what is approved, and give every open call its result."""
        config, messages = get_config(), state["messages"]
        calls = self._desk.open_writes(messages)
        if not calls:
            async with self._desk.hold(config, patience=PATIENCE_SECONDS):
                return {"messages": await self._desk.close_open_calls(messages, config)}
        return await self._review(calls, state, config)

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """Show the model a history that every provider takes, and give each of its calls an id."""
        check_one_store(request.tools)
        async with self._desk.hold(get_config()):
            return _with_ids(await handler(self._prepared(request)), request.messages)

    @hook_config(can_jump_to=["model"])
    async def aafter_model(self, state: CentraState, runtime: Runtime[Any]) -> dict[str, Any]:  # noqa: ARG002
        """Work out what each write would change and store it as a card; this node's checkpoint freezes the rest."""
        config, messages = get_config(), state["messages"]
        broken = [call.result(call.error, failed=True) for call in latest_calls(messages) if call.error]
        async with self._desk.hold(config):
            answered, _ = await self._desk.propose(self._desk.open_writes(messages), messages, config)
        update: dict[str, Any] = {"messages": [*broken, *answered]}
        return update | {"jump_to": "model"} if broken and not _has_readable_calls(messages) else update

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolResult]]
    ) -> ToolResult:
        """Run reads and other tools; a write's result comes after the review."""
        if not self._runs(request):
            return Command()
        if request.tool_call["name"] in self._ours:
            async with self._desk.hold(request.runtime.config):
                return await handler(request)
        try:
            return await handler(request)
        except GraphBubbleUp:
            await self._desk.turns.release(thread_id(request.runtime.config))
            raise

    async def aafter_agent(self, state: CentraState, runtime: Runtime[Any]) -> None:  # noqa: ARG002
        """Give the conversation free."""
        await self._desk.finish(state["messages"], get_config())

    def before_agent(self, state: CentraState, runtime: Runtime[Any]) -> None:
        """See `abefore_agent`."""
        self._portal.call(self.abefore_agent, state, runtime)

    @hook_config(can_jump_to=["tools"])
    def before_model(self, state: CentraState, runtime: Runtime[Any]) -> dict[str, Any]:
        """See `abefore_model`."""
        return self._portal.call(self.abefore_model, state, runtime)

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """See `awrap_model_call`."""
        return self._portal.call(self.awrap_model_call, request, _in_thread(handler))

    @hook_config(can_jump_to=["model"])
    def after_model(self, state: CentraState, runtime: Runtime[Any]) -> dict[str, Any]:
        """See `aafter_model`."""
        return self._portal.call(self.aafter_model, state, runtime)

    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolResult]) -> ToolResult:
        """See `awrap_tool_call`."""
        return self._portal.call(self.awrap_tool_call, request, _in_thread(handler))

    def after_agent(self, state: CentraState, runtime: Runtime[Any]) -> None:
        """See `aafter_agent`."""
        self._portal.call(self.aafter_agent, state, runtime)

    async def _review(self, calls: list[OpenCall], state: CentraState, config: RunnableConfig) -> dict[str, Any]:
        """One question at most; what has to be asked after that is asked by a task of its own.

        A task that is run again meets its earlier answers again, so it may not go on to other cards.
        """
        cards = list((await self._desk.cards(calls, config)).values())
        waiting = [card for card in cards if card.state == "proposed"]
        approved = [card for card in cards if card.state == "approved"]
        answer = None
        if waiting and not approved:
            answer = await self._desk.ask(waiting, state.get("centra_review_error"), config)
        elif not waiting:
            answer = later_answer([card for card in approved if card.verdict == "ask"])
        async with self._desk.hold(config):
            error = None if answer is None else await self._desk.decide(waiting or approved, answer, config)
            results, more = await self._carry_out(calls, state["messages"], config)
            if not more:
                results += await self._desk.close_open_calls([*state["messages"], *results], config)
        update = {"messages": results, "centra_review_error": error if more else None}
        # The tools have nothing left to do, but their node leads back here.
        return update | {"jump_to": "tools"} if more else update

    async def _carry_out(
        self, calls: list[OpenCall], messages: Sequence[AnyMessage], config: RunnableConfig
    ) -> tuple[list[AnyMessage], bool]:
        """Apply what is approved and propose what is not; returns the results and whether cards wait again."""
        results: list[AnyMessage] = []
        postponed: list[str] = []
        while True:
            cards = await self._desk.cards(calls, config)
            stage, of_stage = next_stage(calls, cards, postponed)
            if stage == "apply":
                await asyncio.gather(*(self._apply(card, config) for card in of_stage))
                postponed = []
            elif stage == "propose":
                answered, postponed = await self._desk.propose(calls, messages, config)
                results += answered
                calls = [call for call in calls if call.id not in {result.tool_call_id for result in answered}]
            else:
                return [*results, *self._desk.ended(calls, cards)], stage == "review"

    async def _apply(self, card: Card, config: RunnableConfig) -> None:
        await self._desk.apply(card.proposal_id, card.message_id, unasked=card.unasked, config=config)

    def _prepared(self, request: ModelRequest[Any]) -> ModelRequest[Any]:
        prompt = request.system_prompt or ""
        if self._instructions not in prompt:
            text = "\n\n".join(filter(None, [prompt, self._instructions]))
            request = request.override(system_message=SystemMessage(text))
        return request.override(messages=in_order(request.messages))  # type: ignore[arg-type]

    def _runs(self, request: ToolCallRequest) -> bool:
        call = request.tool_call
        waits = {one.id for one in calls_without_result(request.state["messages"])}
        return call["name"] not in self._writes and call["id"] in waits


def _with_ids(response: ModelResponse[Any], history: Sequence[AnyMessage]) -> ModelResponse[Any]:
    taken = {message.id for message in history}
    result: list[BaseMessage] = [
        with_ids(storable(message), taken) if isinstance(message, AIMessage) else message for message in response.result
    ]
    return ModelResponse(result=result, structured_response=response.structured_response)


def _has_readable_calls(messages: Sequence[AnyMessage]) -> bool:
    return any(call.error is None for call in latest_calls(messages))


def _in_thread(handler: Callable[[Any], Any]) -> Callable[[Any], Awaitable[Any]]:
    async def run(request: Any) -> Any:
        return await asyncio.to_thread(handler, request)

    return run
