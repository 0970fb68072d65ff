"""Conversations with the store agent, and the check that providers make of every history."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt
from scripted import ScriptedModel

from langchain_centra import CentraToolkit
from langchain_centra.approval.records import AuditRow, Card
from langchain_centra.hitl.history import in_order
from langchain_centra.sandbox import Sandbox

Mode = Literal["ainvoke", "invoke"]
Way = Literal["graph", "middleware", "bare"]

APPROVE: dict[str, Any] = {"type": "approve"}


def reject(message: str | None = None) -> dict[str, Any]:
    """A no, with its reason."""
    return {"type": "reject", **({"message": message} if message else {})}


def edit(name: str, **args: Any) -> dict[str, Any]:
    """A yes to other arguments."""
    return {"type": "edit", "edited_action": {"name": name, "args": args}}


def set_stock(quantity: int, sku: str = "TEE01BLKM", warehouse: str = "Stockholm") -> tuple[str, dict[str, Any]]:
    """A call that sets one level."""
    return "set_stock", {"lines": [{"sku": sku, "warehouse": warehouse, "quantity": quantity}]}


@dataclass(frozen=True)
class Turn:
    """What a run gave back."""

    output: dict[str, Any]

    @property
    def messages(self) -> list[AnyMessage]:
        """The conversation so far."""
        messages: list[AnyMessage] = self.output["messages"]
        return messages

    @property
    def interrupts(self) -> list[Interrupt]:
        """What the run waits for."""
        return list(self.output.get("__interrupt__", []))

    @property
    def request(self) -> dict[str, Any]:
        """The one question to the person."""
        [interrupt] = self.interrupts
        request: dict[str, Any] = interrupt.value
        return request

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The cards that wait."""
        cards: list[dict[str, Any]] = self.request["action_requests"]
        return cards

    @property
    def error(self) -> str | None:
        """What was wrong with the last answer."""
        return self.request.get("error")

    @property
    def text(self) -> str:
        """What the agent said last, after which it waits for nobody."""
        assert not self.interrupts
        last = self.messages[-1]
        assert isinstance(last, AIMessage)
        return last.text

    @property
    def results(self) -> dict[str, str]:
        """The results since the user last wrote, by call id."""
        start = max(index for index, message in enumerate(self.messages) if isinstance(message, HumanMessage))
        results = [message for message in self.messages[start:] if isinstance(message, ToolMessage)]
        return {message.tool_call_id: message.text for message in results}

    @property
    def result(self) -> str:
        """The one result since the user last wrote."""
        [result] = self.results.values()
        return result


@dataclass
class Conversation:
    """One thread of an agent on a sandbox, by `ainvoke` or by `invoke`."""

    graph: "CompiledStateGraph[Any, Any, Any, Any]"
    model: ScriptedModel
    toolkit: CentraToolkit
    sandbox: Sandbox
    mode: Mode
    configurable: dict[str, Any] = field(default_factory=lambda: {"thread_id": "thread"})
    seen: list[list[BaseMessage]] = field(default_factory=list)
    way: Way = "graph"

    @property
    def config(self) -> RunnableConfig:
        """The thread."""
        return {"configurable": dict(self.configurable)}

    async def run(self, given: Any, config: RunnableConfig | None = None, **options: Any) -> Turn:
        """Start a run with an input or a command."""
        config = config or self.config
        if self.mode == "ainvoke":
            return Turn(await self.graph.ainvoke(given, config, **options))
        return Turn(await asyncio.to_thread(lambda: self.graph.invoke(given, config, **options)))

    async def say(self, text: str = "Go on.", **options: Any) -> Turn:
        """Write as the user."""
        return await self.run({"messages": [HumanMessage(text)]}, **options)

    async def answer(self, *decisions: dict[str, Any], **options: Any) -> Turn:
        """Decide on the waiting cards."""
        return await self.run(Command(resume={"decisions": list(decisions)}), **options)

    async def state(self) -> Any:
        """The stored state."""
        if self.mode == "ainvoke":
            return await self.graph.aget_state(self.config)
        return await asyncio.to_thread(self.graph.get_state, self.config)

    async def stored_histories(self) -> list[list[AnyMessage]]:
        """The messages of every checkpoint, newest first."""
        if self.mode == "ainvoke":
            states = [state async for state in self.graph.aget_state_history(self.config)]
        else:
            states = await asyncio.to_thread(lambda: list(self.graph.get_state_history(self.config)))
        return [state.values.get("messages", []) for state in states]

    async def cards(self) -> list[Card]:
        """All cards of the thread, from the journal."""
        return await self.toolkit.portal.acall(self.toolkit.journal.cards, self.toolkit.name, "thread")

    async def audit(self) -> list[AuditRow]:
        """Everything that happened to cards."""
        return await self.toolkit.portal.acall(self.toolkit.journal.audit)

    @property
    def written(self) -> list[str]:
        """The mutations that reached the store."""
        return [record.name for record in self.sandbox.mutations]

    def stock(self, sku: str = "TEE01BLKM", warehouse: str = "Stockholm") -> int:
        """The physical stock of a SKU."""
        [place] = [place for place in self.sandbox.store.warehouses.values() if place.name == warehouse]
        return self.sandbox.store.stock[(sku, place.id)].physical_quantity

    def restock(self, quantity: int, sku: str = "TEE01BLKM", warehouse: str = "Stockholm") -> None:
        """Change the physical stock behind everybody's back."""
        [place] = [place for place in self.sandbox.store.warehouses.values() if place.name == warehouse]
        self.sandbox.store.stock[(sku, place.id)].physical_quantity = quantity

    async def check_histories(self) -> None:
        """Hold every prompt and every stored history to the rule that each call has one result, in place."""
        for prompt in self.model.seen:
            check(prompt)
        for history in await self.stored_histories():
            check_stored(history)


Start = Callable[..., Awaitable[Conversation]]
"""Starts a conversation with a model that plays a script."""

BOTH = pytest.mark.parametrize("mode", ["ainvoke", "invoke"])
"""Run a test with an asynchronous and with a synchronous caller."""


def check(messages: Sequence[BaseMessage], *, complete: bool = True) -> None:
    """Each call is followed at once by its one result, in the order of the calls, as providers demand.

    In a history that is not `complete` calls may still be open.
    """
    waiting: list[str] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            while not complete and waiting and waiting[0] != message.tool_call_id:
                waiting.pop(0)
            assert waiting, f"A result without a call: {message!r}"
            assert waiting.pop(0) == message.tool_call_id
            continue
        assert not (complete and waiting), f"Calls without a result: {waiting}"
        waiting = call_ids(message)
    assert not (complete and waiting), f"Calls without a result: {waiting}"


def check_stored(messages: Sequence[AnyMessage]) -> None:
    """No result is doubled or without its call, and calls are open only where the history has not gone on."""
    results = [message.id for message in messages if isinstance(message, ToolMessage)]
    assert len(results) == len(set(results))
    ordered = in_order(messages)
    assert sum(isinstance(message, ToolMessage) for message in ordered) == len(results)
    check(ordered, complete=False)
    spoken = [index for index, message in enumerate(ordered) if isinstance(message, AIMessage)]
    if spoken:
        check(ordered[: spoken[-1]])


def call_ids(message: BaseMessage) -> list[str]:
    """The ids of all calls of a message, the unreadable ones included."""
    if not isinstance(message, AIMessage):
        return []
    ids = [str(call["id"]) for call in [*message.tool_calls, *message.invalid_tool_calls]]
    assert len(ids) == len(set(ids))
    assert all(ids)
    return ids
