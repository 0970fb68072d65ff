"""Talking to the agent in the terminal, in conversations that outlive it."""

import asyncio
import signal
import sys
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from langchain_centra import CentraError, CentraToolkit
from langchain_centra.approval.undo import UNDO
from langchain_centra.cli.answering import decided_elsewhere
from langchain_centra.cli.conversation import Conversation
from langchain_centra.cli.conversations import stored_conversations
from langchain_centra.cli.decisions import Decision, Request, ask_person
from langchain_centra.cli.errors import CommandFailed, Undecided
from langchain_centra.cli.prompt import Prompt
from langchain_centra.cli.screen import Screen, table
from langchain_centra.cli.startup import chosen_model, chosen_store, described, login
from langchain_centra_graphs import build_store_agent

_COMMANDS = (
    "/undo takes the last change back, after your yes, and /continue goes on where the agent stopped. /tools and "
    "/permissions say what it can do and what the token needs for that. Ctrl-C stops the agent, /quit or Ctrl-D leaves."
)

_STOPPED = "Stopped; what was approved may still be written. /continue lets the agent finish, or write something else."


async def chat(thread_id: str | None, model_name: str | None = None) -> None:
    """Talk about the store of the environment, or about the sandbox, until the person leaves.

    Without a terminal each line of stdin is what a person would enter, and changes are left waiting unless they have
    been decided on elsewhere. Raises CommandFailed.
    """
    screen = Screen()
    model = chosen_model(model_name)
    async with chosen_store() as toolkit, stored_conversations(toolkit.name) as saver:
        agent = build_store_agent(model, toolkit, checkpointer=saver)
        thread_id = thread_id or uuid.uuid4().hex[:12]
        _introduce(screen, toolkit, described(model, model_name), thread_id)
        prompt = Prompt() if sys.stdin.isatty() else None
        decide = partial(ask_person, person=prompt, say=screen.say) if prompt else partial(_leave_waiting, thread_id)
        decided = partial(decided_elsewhere, toolkit)
        conversation = Conversation(agent, thread_id, login(), screen, decide, decided)
        chat = _Chat(conversation, toolkit, screen)
        await (_AtTerminal(chat, prompt).run() if prompt else _read_pipe(chat))


class _Chat:
    """What the lines that somebody enters do in a conversation."""

    def __init__(self, conversation: Conversation, toolkit: CentraToolkit, screen: Screen) -> None:
        self.conversation = conversation
        self.screen = screen
        self._toolkit = toolkit

    async def enter(self, line: str) -> None:
        """Carry out a command, or say the line to the agent; raises what a turn of the conversation raises."""
        command, _, argument = line.partition(" ")
        if command == "/continue":
            await self.conversation.go_on()
        elif command == "/undo":
            await self._undo(argument.strip() or None)
        elif line.startswith("/"):
            self._look_up(command)
        elif line:
            await self.conversation.say(line)

    async def _undo(self, change: str | None) -> None:
        if UNDO in self._toolkit.writes:
            await self.conversation.undo(change)
        else:
            self.screen.say("Nothing may be changed here, so there is nothing to undo.")

    def _look_up(self, command: str) -> None:
        if command == "/tools":
            rows = [(spec.name, spec.description) for spec in self._toolkit.specs]
            self.screen.show(table(("tool", "what it does"), rows))
        elif command == "/permissions":
            needed = self._toolkit.required_permissions()
            for kind in ("read", "write"):
                self.screen.say(f"The {kind}s need: {', '.join(needed[kind]) or 'nothing'}.")
        else:
            known = command in ("/", "/help")
            self.screen.say(_COMMANDS if known else f"There is no {command} here. {_COMMANDS}")


class _AtTerminal:
    """A person at a terminal in a chat."""

    def __init__(self, chat: _Chat, prompt: Prompt) -> None:
        self._chat = chat
        self._conversation = chat.conversation
        self._screen = chat.screen
        self._prompt = prompt

    async def run(self) -> None:
        await self._take_up()
        while (line := await self._line()) is not None:
            await self._turn(self._chat.enter(line))
        self._screen.say(f"The conversation is kept: centra-agent chat --thread {self._conversation.thread_id}")

    async def _take_up(self) -> None:
        """Show where a conversation that was left stands, and ask about what waits in it."""
        state = await self._conversation.state()
        for line in _last_exchange(state.values.get("messages", [])):
            self._screen.say(line, "dim")
        if state.interrupts:
            self._screen.say("Changes are waiting for your decision.", "bold")
            await self._turn(self._conversation.go_on())
        elif state.tasks:
            self._screen.say("The agent was stopped before its answer; /continue lets it finish.", "bold")

    async def _line(self) -> str | None:
        """What the person enters; None when the person leaves."""
        try:
            line = (await self._prompt.message()).strip()
        except KeyboardInterrupt:
            return "/"
        except EOFError:
            return None
        return None if line == "/quit" else line

    async def _turn(self, turn: Coroutine[Any, Any, None]) -> None:
        """Go through a turn; whatever ends it early, the conversation stays."""
        task = asyncio.ensure_future(turn)
        with _ctrl_c_cancels(task):
            await asyncio.wait([task])
        if task.cancelled():
            self._screen.say(_STOPPED, "bold")
            return
        try:
            task.result()
        except Undecided:
            self._screen.say(
                "The changes go on waiting: /continue shows them again, a new message closes them.", "bold"
            )
        except (CommandFailed, CentraError) as error:
            self._screen.say(str(error), "bold red")


@contextmanager
def _ctrl_c_cancels(task: asyncio.Future[None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(task.cancel))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def _read_pipe(chat: _Chat) -> None:
    if (await chat.conversation.state()).interrupts:
        await chat.conversation.go_on()
    while line := await asyncio.to_thread(sys.stdin.readline):
        entered = line.strip()
        if entered == "/quit":
            return
        if entered:
            chat.screen.say(f"You: {entered}")
            await chat.enter(entered)


async def _leave_waiting(thread_id: str, _request: Request) -> list[Decision]:
    raise CommandFailed(
        "These changes wait for a person. Decide in a terminal with centra-agent chat "
        f"--thread {thread_id}, or with centra-agent approvals answer."
    )


def _introduce(screen: Screen, toolkit: CentraToolkit, model: str, thread_id: str) -> None:
    if toolkit.name == "sandbox":
        screen.say("The store is invented, and new each time this starts; CENTRA_URL and CENTRA_TOKEN name a real one.")
    else:
        groups = ", ".join(dict.fromkeys(spec.group for spec in toolkit.writes.values() if spec.name != UNDO))
        may = f"The agent may propose changes to: {groups}." if groups else "Read only; CENTRA_WRITES allows changes."
        screen.say(f"The store is {toolkit.centra.url}. {may}")
    screen.say(f"The model is {model}.")
    screen.say(f"Conversation {thread_id}. {_COMMANDS}")
    screen.show()


def _last_exchange(messages: list[AnyMessage]) -> Iterator[str]:
    """What the person wrote last, and the answer if there is one."""
    said = [message for message in messages if isinstance(message, HumanMessage)]
    if said:
        yield f"You: {said[-1].text}"
        after = messages[messages.index(said[-1]) + 1 :]
        yield from [str(message.text) for message in after if isinstance(message, AIMessage) and message.text]
