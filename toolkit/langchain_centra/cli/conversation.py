"""A conversation with the agent: one turn is streamed, and each of its questions answered, until the turn has ended."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, StateSnapshot, StreamMode

from langchain_centra.approval.answers import IN_JOURNAL
from langchain_centra.approval.undo import UNDO
from langchain_centra.cli.cards import card
from langchain_centra.cli.decisions import Decision, Request
from langchain_centra.cli.errors import CommandFailed, sentence
from langchain_centra.cli.screen import Screen
from langchain_centra.client import CentraError
from langchain_centra.hitl.turns import TurnTaken

Decide = Callable[[Request], Awaitable[list[Decision]]]
"""Turns the waiting cards into one decision for each; raises Undecided to leave them waiting."""

_STREAMED: list[StreamMode] = ["messages", "updates", "custom"]

_POLL_SECONDS = 1.0

Agent = CompiledStateGraph[Any, Any, Any, Any]


async def _nowhere_else(_request: Request) -> bool:
    return False


class Conversation:
    """One thread of an agent, shown on a screen, with `decide` in the place of the person who answers for the cards.

    `decided` tells whether the cards of a request have been decided on in another place; whoever is first counts.
    Methods raise CommandFailed when a turn breaks off, and what `decide` raises; the thread keeps all that was said.
    """

    def __init__(
        self,
        agent: Agent,
        thread_id: str,
        approver: str | None,
        screen: Screen,
        decide: Decide,
        decided: Callable[[Request], Awaitable[bool]] = _nowhere_else,
    ) -> None:
        self.thread_id = thread_id
        self._agent = agent
        self._config: RunnableConfig = {"configurable": {"thread_id": thread_id, "approver": approver}}
        self._screen = screen
        self._decide = decide
        self._decided = decided

    async def say(self, text: str) -> None:
        """Send a message and go through the turn that follows from it."""
        await self._stream({"messages": [HumanMessage(text)]})
        await self._answer_cards()

    async def undo(self, change: str | None = None) -> None:
        """Take back a change, by default the latest of the conversation, as if the agent had called for it.

        The card is shown and decided on like any other, and the agent reads what came of it.
        """
        args = {"change": change} if change else {}
        call = ToolCall(name=UNDO, args=args, id=f"undo_{uuid.uuid4().hex[:12]}")
        asked = [
            HumanMessage(f"Undo change {change}" if change else "Undo the last change"),
            AIMessage("", tool_calls=[call]),
        ]
        told = Command(update={"messages": asked}, goto="propose")
        await self._agent.aupdate_state(self._config, told, as_node="agent")
        await self.go_on()

    async def go_on(self) -> None:
        """Go on where the thread stopped: let a turn that broke off run on, and ask about the cards that wait."""
        state = await self.state()
        # A node that was stopped after its writes were stored is no longer in `next`, but its step has yet to end.
        if state.tasks and not state.interrupts:
            await self._stream(None)
        await self._answer_cards()

    async def state(self) -> StateSnapshot:
        """The thread as it is stored."""
        return await self._agent.aget_state(self._config)

    async def _answer_cards(self) -> None:
        while waiting := (await self.state()).interrupts:
            request: Request = waiting[0].value
            self._show_cards(request)
            await self._stream(Command(resume={waiting[0].id: await self._answer(request)}))

    async def _answer(self, request: Request) -> Any:
        if not await self._decided(request):
            asking = asyncio.ensure_future(self._decide(request))
            elsewhere = asyncio.ensure_future(self._until_decided(request))
            try:
                await asyncio.wait([asking, elsewhere], return_when=asyncio.FIRST_COMPLETED)
                if asking.done():
                    return {"decisions": asking.result()}
            finally:
                for task in (asking, elsewhere):
                    task.cancel()
                await asyncio.gather(asking, elsewhere, return_exceptions=True)
        self._screen.say("Decided elsewhere.", "bold")
        return IN_JOURNAL

    async def _until_decided(self, request: Request) -> None:
        decided = False
        while not decided:
            await asyncio.sleep(_POLL_SECONDS)
            decided = await self._decided(request)

    def _show_cards(self, request: Request) -> None:
        actions = request["action_requests"]
        if error := request.get("error"):
            self._screen.say(error, "bold red")
        for number, action in enumerate(actions, 1):
            self._screen.show(card(action, number, len(actions)))

    async def _stream(self, entry: Any) -> None:
        try:
            async for mode, event in self._agent.astream(entry, self._config, stream_mode=_STREAMED):
                if mode == "messages":
                    self._show_words(event[0])
                elif mode == "custom":
                    self._screen.progress(event.get("progress") if isinstance(event, dict) else None)
                else:
                    self._show_steps(_messages(event))
        except CentraError:
            raise
        except TurnTaken as taken:
            raise CommandFailed(str(taken)) from taken
        except Exception as error:
            # Models and their providers raise whatever they like, and a conversation outlives it.
            raise CommandFailed(f"The turn broke off ({sentence(error)}). The conversation is kept.") from error
        finally:
            self._screen.end_line()

    def _show_words(self, message: object) -> None:
        if isinstance(message, AIMessage):
            self._screen.words(str(message.text))

    def _show_steps(self, messages: Iterable[AnyMessage]) -> None:
        for message in messages:
            if isinstance(message, ToolMessage):
                self._screen.answered(message)
            elif isinstance(message, AIMessage):
                for call in message.tool_calls:
                    self._screen.called(call["name"], call["args"])


def _messages(update: Any) -> Iterable[AnyMessage]:
    """The messages that the nodes of a step have added."""
    for written in update.values():
        if isinstance(written, Mapping):
            yield from written.get("messages", ())
