"""The message history: which calls are open, and the order in which the model may see it."""

import json
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    InvalidToolCall,
    SystemMessage,
    ToolCall,
    ToolMessage,
    trim_messages,
)
from langchain_core.messages.utils import count_tokens_approximately

_HISTORY_TOKENS = 100_000


@dataclass(frozen=True)
class OpenCall:
    """A tool call of the model, where it stands, and whether its arguments were readable at all."""

    message_id: str
    position: int
    id: str
    name: str
    args: dict[str, Any]
    error: str | None = None

    def result(self, text: str, *, failed: bool = False) -> ToolMessage:
        """The call's one result; its id is fixed, so that a replay replaces it."""
        return ToolMessage(
            text,
            id=result_id(self.message_id, self.id),
            tool_call_id=self.id,
            name=self.name,
            status="error" if failed else "success",
        )


def result_id(message_id: str, call_id: str) -> str:
    """The id of the message that holds a call's result."""
    return f"t:{message_id}:{call_id}"


def storable(message: AIMessage) -> AIMessage:
    """The message with the calls that no checkpoint can hold marked as unreadable."""
    kept = [call for call in message.tool_calls if not _holds_huge_number(call["args"])]
    refused = [_unreadable(call) for call in message.tool_calls if call not in kept]
    return message.model_copy(
        update={"tool_calls": kept, "invalid_tool_calls": [*message.invalid_tool_calls, *refused]}
    )


def _unreadable(call: ToolCall) -> InvalidToolCall:
    return InvalidToolCall(
        type="invalid_tool_call",
        name=call["name"],
        args=json.dumps(call["args"]),
        id=call["id"],
        error="An argument is a number of more than 64 bits; call again with a smaller one.",
    )


def _holds_huge_number(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_huge_number, value.values()))
    if isinstance(value, list):
        return any(map(_holds_huge_number, value))
    return isinstance(value, int) and not -(2**63) <= value < 2**64


def with_ids(message: AIMessage, taken: Collection[str | None] = ()) -> AIMessage:
    """The message with an id of its own and one id for each call; providers leave some out and repeat others."""
    message_id = str(uuid.uuid4()) if message.id is None or message.id in taken else message.id
    seen: set[str] = set()
    calls = []
    for call in [*message.tool_calls, *message.invalid_tool_calls]:
        call_id = call["id"] if call["id"] and call["id"] not in seen else f"call_{uuid.uuid4().hex}"
        seen.add(call_id)
        calls.append({**call, "id": call_id})
    split = len(message.tool_calls)
    return message.model_copy(
        update={
            "id": message_id,
            "tool_calls": calls[:split],
            "invalid_tool_calls": calls[split:],
        }
    )


def calls_of(message: BaseMessage) -> list[OpenCall]:
    """Every call of a message, in order; those that could not be parsed carry the reason."""
    if not isinstance(message, AIMessage) or message.id is None:
        return []
    parsed = [(call["id"], call["name"], call["args"], None) for call in message.tool_calls]
    broken: list[tuple[str | None, str, dict[str, Any], str | None]] = [
        (call["id"], call["name"] or "unknown", {}, call["error"] or "The arguments are not JSON.")
        for call in message.invalid_tool_calls
    ]
    return [
        OpenCall(message.id, position, str(call_id), name, args, error)
        for position, (call_id, name, args, error) in enumerate([*parsed, *broken])
    ]


def open_calls(messages: Sequence[AnyMessage]) -> list[OpenCall]:
    """Every call of the history that has no result yet."""
    return [call for index, message in enumerate(messages) for call in _unanswered(messages, index, message)]


def latest_calls(messages: Sequence[AnyMessage]) -> list[OpenCall]:
    """The open calls of the model's last message; none when a person has written since."""
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            return []
        if isinstance(message, AIMessage):
            break
    return calls_without_result(messages)


def calls_without_result(messages: Sequence[AnyMessage]) -> list[OpenCall]:
    """The open calls of the model's last message, whatever was written since."""
    for index in range(len(messages) - 1, -1, -1):
        if isinstance(messages[index], AIMessage):
            return _unanswered(messages, index, messages[index])
    return []


def turn_message_ids(messages: Sequence[AnyMessage]) -> list[str]:
    """The ids of the model's messages since the user last wrote."""
    ids: list[str] = []
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        if isinstance(message, AIMessage) and message.id:
            ids.append(message.id)
    return ids


def view(messages: Sequence[AnyMessage]) -> list[BaseMessage]:
    """The history as the model sees it: in order, and not too long.

    Earlier turns are left out whole; of a turn that is too long by itself the user's words and the latest calls stay.
    """
    ordered = in_order(messages)
    latest = _latest(ordered, "human")
    return latest if any(isinstance(message, HumanMessage) for message in latest) else _latest_turn(ordered)


def in_order(messages: Sequence[AnyMessage]) -> list[BaseMessage]:
    """The history with each call followed at once by its one result, if it has one."""
    ordered: list[BaseMessage] = []
    for index, message in enumerate(messages):
        if not isinstance(message, ToolMessage):
            ordered.append(message)
            ordered += [result for call in calls_of(message) if (result := _result(messages, index, call))]
    return ordered


def _latest(ordered: list[BaseMessage], start_on: Literal["human", "ai"]) -> list[BaseMessage]:
    return trim_messages(
        ordered,
        max_tokens=_HISTORY_TOKENS,
        token_counter=count_tokens_approximately,
        strategy="last",
        start_on=start_on,
        include_system=True,
    )


def _latest_turn(ordered: list[BaseMessage]) -> list[BaseMessage]:
    opening = [message for message in ordered[:1] if isinstance(message, SystemMessage)]
    asked = max((index for index, message in enumerate(ordered) if isinstance(message, HumanMessage)), default=None)
    if asked is None:
        return _latest(ordered, "ai")
    return [*opening, ordered[asked], *_latest(ordered[asked + 1 :], "ai")]


def _unanswered(messages: Sequence[AnyMessage], index: int, message: BaseMessage) -> list[OpenCall]:
    return [call for call in calls_of(message) if _result(messages, index, call) is None]


def _result(messages: Sequence[AnyMessage], index: int, call: OpenCall) -> ToolMessage | None:
    fixed = result_id(call.message_id, call.id)
    results = [message for message in messages if isinstance(message, ToolMessage)]
    by_id = next((message for message in results if message.id == fixed), None)
    return by_id or next((message for message in _foreign(messages, index) if message.tool_call_id == call.id), None)


def _foreign(messages: Sequence[AnyMessage], index: int) -> Iterator[ToolMessage]:
    """Results that other software put after the message at `index`, up to the model's next message."""
    for message in messages[index + 1 :]:
        if isinstance(message, AIMessage):
            return
        if isinstance(message, ToolMessage) and not (message.id or "").startswith("t:"):
            yield message
