"""A write that is called by itself, in somebody's own graph: it asks for itself, at most once."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphInterrupt
from langgraph.prebuilt import ToolRuntime

from langchain_centra.approval.approvals import REOPENS, Answered, Postponed, Turn
from langchain_centra.approval.outcome import describe
from langchain_centra.approval.records import LIVE, Card
from langchain_centra.hitl.desk import WriteDesk, approval_call, thread_id
from langchain_centra.hitl.history import OpenCall, calls_of, latest_calls, turn_message_ids
from langchain_centra.hitl.review import ask_once, asked_by

_LINGER_SECONDS = 2.0
_ONE_AT_A_TIME = "Not run: one change at a time here. Call this again by itself, after the result of the first."
_BEYOND = "The person changed the arguments, and what that does goes beyond what was shown. Call this again with them: "


class NotRun(Exception):
    """Nothing was proposed or written; the text tells the model why."""


class NobodyToAsk(NotRun):
    """The call does not run where a person could be asked."""


@dataclass(frozen=True)
class _Place:
    """Where a call stands: its conversation, its message and the other calls of that message."""

    messages: Sequence[AnyMessage]
    call: OpenCall
    siblings: Sequence[OpenCall]
    config: RunnableConfig


async def run_write(desk: WriteDesk, name: str, args: Mapping[str, Any], runtime: object) -> Card:
    """Propose a write, ask the person if the policy wants that, and carry out what was decided.

    The call interrupts the run at most once, and only if it is the first of its message that has to ask: several calls
    may share one task, whose answers langgraph tells apart by their order alone. What would have to be asked again
    (the store changed, an answer that does not fit) ends the call with a result instead.

    Raises:
        NobodyToAsk: outside of LangGraph, or without a checkpointer, a thread_id, or the message that called.
        NotRun: the call is answered without a card.
    """
    place = _place(desk, name, args, runtime)
    await _supersede_older(desk, place)
    async with _hold(desk, place):
        card = await _card(desk, place)
        if card.state == "approved":
            return await _applied(desk, place, card, later=True)
        if card.state != "proposed":
            return card
        if not _may_ask(desk, place):
            await desk.withdraw(card, "only one change at a time is asked about here")
            raise NotRun(_ONE_AT_A_TIME)
    await desk.give_free(card.message_id, place.config)
    answer = ask_once([card])
    async with _hold(desk, place):
        if problem := await desk.decide([card], answer, place.config):
            await desk.withdraw(card, "the answer did not fit the card")
            raise NotRun(desk.told(f"Nothing was written. {problem} Call this again to show the card anew.", card))
        return await _applied(desk, place, await desk.stored(card))


@asynccontextmanager
async def _hold(desk: WriteDesk, place: _Place) -> AsyncIterator[None]:
    """Hold the conversation for this call, and a moment longer: nobody says when the run ends."""
    refused: NotRun | None = None
    moved_on = desk.checkpoints(place.config).moved_on
    patience = 2 * desk.turns.lease_seconds
    async with desk.turns.hold(thread_id(place.config), moved_on, patience=patience, linger=_LINGER_SECONDS):
        try:
            yield
        except NotRun as error:
            refused = error
    if refused:
        raise refused


def _place(desk: WriteDesk, name: str, args: Mapping[str, Any], runtime: object) -> _Place:
    if not isinstance(runtime, ToolRuntime):
        raise NobodyToAsk("it was called outside of a LangGraph graph")
    try:
        thread_id(runtime.config)
        desk.checkpoints(runtime.config)
    except ValueError:
        raise NobodyToAsk("the run has no thread_id") from None
    except RuntimeError:
        raise NobodyToAsk("the graph runs without a checkpointer") from None
    messages = _messages(runtime.state, runtime.tool_call_id)
    called = [message for message in messages if isinstance(message, AIMessage)][-1:]
    siblings = [call for message in called for call in calls_of(message) if call.id == runtime.tool_call_id]
    if not siblings:
        raise NobodyToAsk("the message that called it is not in the graph's state, or has no id")
    if len(siblings) > 1:
        raise NotRun("Not run: two calls of one message have the same id. Call this again by itself.")
    [call] = siblings
    if call.name != name or call.args != args:
        raise NobodyToAsk("it was not called with what the message says")
    if call not in latest_calls(messages):
        raise NotRun("Not run: the conversation went on.")
    return _Place(messages, call, calls_of(called[0]), runtime.config)


def _messages(state: Any, call_id: str | None) -> Sequence[AnyMessage]:
    """The message list of the state, which may be the state itself or stand under any name."""
    values = [state] if isinstance(state, list) else list((state if isinstance(state, dict) else vars(state)).values())
    lists = [value for value in values if isinstance(value, list)]
    return next((one for one in lists for message in one if any(c.id == call_id for c in calls_of(message))), [])


async def _supersede_older(desk: WriteDesk, place: _Place) -> None:
    """Close the cards of messages that the conversation has left behind; nobody will answer them here."""
    current = set(turn_message_ids(place.messages))
    older = {message.id for message in place.messages} - current
    await desk.close_cards_of(older, place.config)


async def _card(desk: WriteDesk, place: _Place) -> Card:
    stored = (await desk.cards([place.call], place.config)).get(place.call.id)
    if stored and stored.state not in LIVE and stored.state != "edited":
        return stored
    if not _may_ask(desk, place) and desk.asks(place.call):
        raise NotRun(_ONE_AT_A_TIME)
    turn = Turn(
        message_ids=turn_message_ids(place.messages),
        requester=asked_by(place.config),
        first_message_id=place.messages[0].id,
    )
    call = approval_call(place.call, thread_id(place.config))
    proposed = await desk.portal.acall(desk.approvals.propose, call, turn)
    if isinstance(proposed, Answered):
        raise NotRun(desk.told(proposed.text, personal=proposed.personal))
    if isinstance(proposed, Postponed):
        raise NotRun(_ONE_AT_A_TIME)
    return proposed


def _may_ask(desk: WriteDesk, place: _Place) -> bool:
    writes = [call for call in place.siblings if desk.is_write(call)]
    asking = [call for call in writes if desk.asks(call)] or writes
    return asking[0].id == place.call.id


async def _applied(desk: WriteDesk, place: _Place, card: Card, *, later: bool = False) -> Card:
    if later and card.verdict == "ask":
        # A run that broke off after it was given an answer leaves it with the question; a no still counts.
        with suppress(GraphInterrupt):
            await desk.decide([card], ask_once([card]), place.config)
            card = await desk.stored(card)
    if card.state == "edited":
        card = await _card(desk, place)
        if card.state == "proposed":
            await desk.withdraw(card, "the edit goes beyond what was shown")
            raise NotRun(desk.told(f"Nothing was written. {_BEYOND}{card.args}", card))
    if card.state == "approved":
        await desk.apply(card.proposal_id, card.message_id, unasked=card.unasked, config=place.config)
    return await desk.stored(card)


def result_text(desk: WriteDesk, card: Card) -> str:
    """What a card that has ended tells the model where the call itself is not proposed again."""
    again = " Call it again to propose it on the present state." if card.state in REOPENS - {"not_applied"} else ""
    return desk.told(describe(card), card) + again
