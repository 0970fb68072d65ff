"""A chat model that plays a script, for tests of the graph."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolCall
from langchain_core.outputs import ChatGeneration, ChatResult

Line = AIMessage | str | Callable[[Sequence[BaseMessage]], AIMessage]


class ScriptedModel(BaseChatModel):
    """Answers with the line that follows the model messages that it is shown, so that a new process goes on."""

    script: list[Any]
    seen: list[list[BaseMessage]] = []

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> "ScriptedModel":
        return self

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        self.seen.append(messages)
        spoken = sum(isinstance(message, AIMessage) for message in messages)
        line: Line = self.script[min(spoken, len(self.script) - 1)]
        message = line if isinstance(line, AIMessage) else AIMessage(line) if isinstance(line, str) else line(messages)
        fresh = message.model_copy(update={"id": None})
        return ChatResult(generations=[ChatGeneration(message=fresh)])


def calls(*tool_calls: tuple[str, dict[str, Any]], text: str = "") -> AIMessage:
    """A model message with tool calls; ids count from call_1."""
    named = [
        ToolCall(name=name, args=args, id=f"call_{number}", type="tool_call")
        for number, (name, args) in enumerate(tool_calls, 1)
    ]
    return AIMessage(text, tool_calls=named)
