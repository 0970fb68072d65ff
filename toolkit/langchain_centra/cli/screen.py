"""What is written to the terminal while an agent works."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import ToolMessage
from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from langchain_centra.cli.text import plain, plain_lines

_AFTER_A_WORD = re.compile(r"(?<=\s)")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Lay out rows of text; what is too long for its column is broken, never cut off."""
    laid_out = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="")
    for column in columns:
        laid_out.add_column(column, overflow="fold")
    for row in rows:
        laid_out.add_row(*(Text(plain(cell)) for cell in row))
    return laid_out


class Screen:
    """A terminal, or a file in its place, that an agent's turn is shown on as it happens."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self._column = 0
        self._unfinished = ""
        self._bar: Progress | None = None

    def words(self, text: str) -> None:
        """Show the next part of what the agent says; lines are broken between words."""
        if self._bar is not None:
            self.end_line()
        *words, self._unfinished = _AFTER_A_WORD.split(self._unfinished + text)
        for word in words:
            self._word(word)

    def progress(self, done: Mapping[str, Any] | None) -> None:
        """Show how far a long reading has come, on a terminal, until something else is shown."""
        if done is None or not self.console.is_terminal:
            return
        if self._bar is None:
            self.end_line()
            self._bar = Progress(
                TextColumn("  {task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                console=self.console,
                transient=True,
            )
            self._bar.start()
        tasks = {task.description: task.id for task in self._bar.tasks}
        task = tasks[done["what"]] if done["what"] in tasks else self._bar.add_task(done["what"], total=None)
        self._bar.update(task, completed=done["done"], total=done["total"])

    def show(self, renderable: RenderableType = "") -> None:
        """Show something that is laid out; a text goes through `say`."""
        self.end_line()
        self.console.print(renderable)

    def say(self, text: str, style: str = "") -> None:
        """Show a text on lines of its own."""
        self.show(Text(plain_lines(text), style=style))

    def called(self, name: str, args: Mapping[str, Any]) -> None:
        """Show that the agent calls a tool."""
        about = ", ".join(f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in args.items())
        self._step("→", name, "dim", about, whole=False)

    def answered(self, message: ToolMessage) -> None:
        """Show the first line of what a tool has answered: whole if it is an outcome, cut to fit if it is data."""
        failed = message.status == "error"
        about = str(message.text).partition("\n")[0]
        mark, style = ("✗", "red") if failed else ("←", "green")
        self._step(mark, message.name or "tool", style, about, whole=message.artifact is None)

    def end_line(self) -> None:
        """End what the agent says, and a progress bar; what follows begins on a new line."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        if self._unfinished:
            self._word(self._unfinished)
            self._unfinished = ""
        if self._column:
            self._break()

    def _step(self, mark: str, name: str, style: str, about: str, *, whole: bool) -> None:
        self.end_line()
        line = Text.assemble((f"  {mark} ", style), (plain(name), "bold"), "  ", (plain(about), "dim"))
        self.console.print(line, no_wrap=not whole, overflow="fold" if whole else "ellipsis")

    def _word(self, word: str) -> None:
        shown = plain(word.rstrip("\n"))
        if self._column and self._column + cell_len(shown.rstrip()) >= self.console.width:
            self._break()
        self.console.print(Text(shown), end="", soft_wrap=True)
        self._column += cell_len(shown)
        if word.endswith("\n"):
            self._break()

    def _break(self) -> None:
        self.console.print()
        self._column = 0
