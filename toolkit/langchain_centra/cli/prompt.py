"""The line that a person enters."""

from prompt_toolkit import PromptSession

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
