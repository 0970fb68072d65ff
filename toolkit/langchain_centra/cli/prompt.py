"""What a person enters at the terminal: lines, and single keys."""

from collections.abc import Collection

from prompt_toolkit import PromptSession
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from langchain_centra.cli.errors import Undecided


class Prompt:
    """Reads lines at the terminal, with the usual keys for editing; the messages to the agent can be recalled."""

    def __init__(self) -> None:
        self._messages: PromptSession[str] = PromptSession()
        self._answers: PromptSession[str] = PromptSession()

    async def message(self) -> str:
        """Read a message to the agent; raises KeyboardInterrupt for Ctrl-C and EOFError for Ctrl-D."""
        return await self._messages.prompt_async("You: ")

    async def answer(self, question: str, filled_in: str) -> str:
        """Ask a question with an answer already filled in; raises Undecided for Ctrl-C and Ctrl-D."""
        try:
            return await self._answers.prompt_async(question, default=filled_in)
        except (KeyboardInterrupt, EOFError):
            raise Undecided from None

    async def key(self, question: str, keys: Collection[str]) -> str:
        """Ask a question that one of these keys answers at once; raises Undecided for Ctrl-C and Ctrl-D."""
        session: PromptSession[str] = PromptSession(key_bindings=_only(keys))
        try:
            return await session.prompt_async(question)
        except (KeyboardInterrupt, EOFError):
            raise Undecided from None


def _only(keys: Collection[str]) -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("<any>")
    @bindings.add("enter")
    def _(_event: KeyPressEvent) -> None:
        """Take no other key."""

    for key in keys:

        @bindings.add(key)
        @bindings.add(key.upper())
        def _(event: KeyPressEvent, key: str = key) -> None:
            event.app.current_buffer.text = key
            event.app.exit(result=key)

    return bindings
