"""A merchant who talks to the agent, at the terminal or through a LangGraph server, and a model that plays a script."""

import io
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dev_server import GRAPH
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.graph.state import CompiledStateGraph
from langgraph_sdk.client import LangGraphClient
from rich.console import Console

from langchain_centra.approval.card import Action
from langchain_centra.cli.conversation import Conversation
from langchain_centra.cli.decisions import Decision, Request, ask_person
from langchain_centra.cli.screen import Screen
from langchain_centra.sandbox import Sandbox

_IDS = re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{8,}\b")

Line = str | tuple[tuple[str, dict[str, Any]], ...]
"""What the agent does next: it says something, or calls tools."""


def call(tool: str, **args: Any) -> tuple[str, dict[str, Any]]:
    """A call of a tool."""
    return tool, args


class StoryModel(BaseChatModel):
    """Says what a file of scripts holds for the person's last message, line by line; the file may change."""

    scripts: Path

    @property
    def _llm_type(self) -> str:
        return "story"

    def bind_tools(self, tools: Any, **kwargs: Any) -> "StoryModel":
        return self

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        asked = max(index for index, message in enumerate(messages) if isinstance(message, HumanMessage))
        spoken = sum(isinstance(message, AIMessage) for message in messages[asked:])
        line = json.loads(self.scripts.read_text())[messages[asked].text][spoken]
        message = AIMessage(line) if isinstance(line, str) else AIMessage("", tool_calls=_tool_calls(line, spoken))
        return ChatResult(generations=[ChatGeneration(message=message)])


def _tool_calls(line: Sequence[tuple[str, dict[str, Any]]], spoken: int) -> list[ToolCall]:
    return [
        ToolCall(name=name, args=args, id=f"call_{spoken}_{number}", type="tool_call")
        for number, (name, args) in enumerate(line)
    ]


@dataclass(frozen=True)
class Yes:
    """The person approves."""


@dataclass(frozen=True)
class No:
    """The person rejects, and says why."""

    why: str


@dataclass(frozen=True)
class But:
    """The person approves with one argument changed."""

    argument: str
    value: str


@dataclass(frozen=True)
class Look:
    """The person looks at all rows of a card before deciding; a client of the server has them in the card."""


Choice = Yes | No | But | Look


@dataclass
class Told:
    """What came of a message: the cards that were shown, the results that the agent read, what it said at last."""

    cards: list[Action] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def card(self) -> Mapping[str, Any]:
        """The only card."""
        [action] = self.cards
        preview: Mapping[str, Any] = action["preview"]
        return preview


class Merchant(Protocol):
    """A merchant with a store and an agent."""

    shop: Sandbox

    async def says(self, words: str, *, agent: Sequence[Line], decides: Sequence[Choice] = ()) -> Told:
        """Write to the agent, which does what the script says, and decide on the cards in the order of the list."""
        ...


def written(shop: Sandbox) -> list[str]:
    """The mutations that the store has carried out."""
    return [record.name for record in shop.mutations if record.applied]


class AtTheTerminal:
    """The conversation of the command line, in process, with what the person would see."""

    def __init__(self, graph: "CompiledStateGraph[Any, Any, Any, Any]", shop: Sandbox, scripts: Path) -> None:
        self.shop = shop
        self._scripts = scripts
        self._graph = graph
        self._file = io.StringIO()
        self._screen = Screen()
        self._screen.console = Console(file=self._file, width=80, color_system=None, highlight=False)
        self._told = Told()
        self._choices: list[Choice] = []
        self._choice: Choice = Look()

    @property
    def transcript(self) -> str:
        """All that stood on the screen."""
        return "".join(f"{_IDS.sub('...', line.rstrip())}\n" for line in self._file.getvalue().splitlines())

    async def says(self, words: str, *, agent: Sequence[Line], decides: Sequence[Choice] = ()) -> Told:
        """Go through one turn as the terminal does."""
        self._scripts.write_text(json.dumps({words: agent}))
        self._told, self._choices = Told(), list(decides)
        conversation = Conversation(self._graph, "story", "anna", self._screen, self._decide)
        self._screen.say(f"You: {words}")
        await conversation.say(words)
        self._screen.show()
        assert not self._choices, f"Never asked: {self._choices}"
        _tell(self._told, [message.model_dump() for message in (await conversation.state()).values["messages"]])
        return self._told

    async def _decide(self, request: Request) -> list[Decision]:
        self._told.cards += request["action_requests"]
        return await ask_person(request, self, self._screen.say)

    async def key(self, question: str, keys: Collection[str]) -> str:
        """Press the key that stands for the next choice."""
        self._choice = self._choices.pop(0)
        key = {Yes: "y", No: "r", But: "e", Look: "v"}[type(self._choice)]
        assert key in keys
        self._screen.say(f"{question}{key}")
        return key

    async def answer(self, question: str, filled_in: str) -> str:
        """Give the reason, or the argument that is to be another."""
        given = filled_in
        if isinstance(self._choice, No):
            given = self._choice.why
        elif isinstance(self._choice, But) and question.strip(" :").replace(" ", "_") == self._choice.argument:
            given = self._choice.value
        self._screen.say(f"{question}{given}")
        return given


class OnAServer:
    """A thread of a LangGraph server, driven through its SDK."""

    def __init__(self, client: LangGraphClient, thread_id: str, shop: Sandbox, scripts: Path) -> None:
        self.shop = shop
        self._client = client
        self._thread = thread_id
        self._scripts = scripts

    async def says(self, words: str, *, agent: Sequence[Line], decides: Sequence[Choice] = ()) -> Told:
        """Go through one turn as a web client does."""
        self._scripts.write_text(json.dumps({words: agent}))
        told, choices = Told(), [choice for choice in decides if not isinstance(choice, Look)]
        message: Any = {"role": "user", "content": words}
        await self._client.runs.wait(self._thread, GRAPH, input={"messages": [message]})
        while (state := await self._state())["interrupts"]:
            actions: Sequence[Action] = state["interrupts"][0]["value"]["action_requests"]
            told.cards += actions
            decided, choices = choices[: len(actions)], choices[len(actions) :]
            decisions = [_answered(action, choice) for action, choice in zip(actions, decided, strict=True)]
            await self._client.runs.wait(self._thread, GRAPH, command={"resume": {"decisions": decisions}})
        assert not choices, f"Never asked: {choices}"
        _tell(told, state["values"]["messages"])
        return told

    async def _state(self) -> dict[str, Any]:
        state: Any = await self._client.threads.get_state(self._thread)
        return dict(state)


def _answered(action: Action, choice: Choice) -> Decision:
    bound = {"proposal_id": action["proposal_id"], "tool_call_id": action["tool_call_id"]}
    if isinstance(choice, No):
        return {"type": "reject", "message": choice.why, **bound}
    if isinstance(choice, But):
        edited = {"name": action["name"], "args": {**action["args"], choice.argument: choice.value}}
        return {"type": "edit", "edited_action": edited, **bound}
    return {"type": "approve", **bound}


def _tell(told: Told, messages: Sequence[Mapping[str, Any]]) -> None:
    asked = max(index for index, message in enumerate(messages) if message["type"] == "human")
    told.results = [str(message["content"]) for message in messages[asked:] if message["type"] == "tool"]
    told.text = str(messages[-1]["content"])
