"""A command in a terminal of its own, driven as a person does: wait for a text, then type."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

PATIENCE = 25.0
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?<=>]*[a-zA-Z]|[=>()][A-Z0-9]?)|\r")
_BEGUN = re.compile(r"\x1b(?:\[[0-9;?<=>]*|[()])?$")
"""An escape sequence whose end has not been read yet."""
_LINES, _COLUMNS = 50, 80

COMMAND = (sys.executable, "-m", "langchain_centra.cli")


class Terminal:
    """The near end of a terminal that a process runs in."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self.process = process
        self._end = end
        self._raw = b""
        self._text = ""
        self._read_up_to = 0

    def wait_for(self, text: str) -> str:
        """Read on until this text appears, and return what was shown since the last one that was waited for."""
        while (found := self._text.find(text, self._read_up_to)) < 0:
            self._read(text)
        shown = self._text[self._read_up_to : found + len(text)]
        self._read_up_to = found + len(text)
        return shown

    def type(self, keys: str) -> None:
        """Press keys; "\\r" is Enter, "\\x03" Ctrl-C, "\\x04" Ctrl-D, "\\x15" clears the line."""
        os.write(self._end, keys.encode())

    def wait(self) -> int:
        """Read on until the process ends, and return its exit code."""
        try:
            while True:
                self._read("its end")
        except EOFError:
            return self.process.wait(PATIENCE)

    @property
    def text(self) -> str:
        """Everything shown so far, without escape sequences."""
        return self._text

    def _read(self, awaited: str) -> None:
        if not select.select([self._end], [], [], PATIENCE)[0]:
            raise TimeoutError(f"{awaited!r} did not come:\n{self._text}")
        try:
            read = os.read(self._end, 65536)
        except OSError:  # Linux: the process has closed the far end
            read = b""
        if not read:
            raise EOFError(f"{awaited!r} did not come before the end:\n{self._text}")
        self._raw += read
        whole = _BEGUN.sub("", self._raw.decode(errors="ignore"))
        self._text = _ESCAPES.sub("", whole)


@contextmanager
def terminal(*arguments: str) -> Iterator[Terminal]:
    """Run the command with these arguments in a terminal of 80 columns."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "NO_COLOR": "1"}
    process = subprocess.Popen([*COMMAND, *arguments], env=environment, preexec_fn=partial(os.login_tty, far))
    os.close(far)
    try:
        yield Terminal(process, near)
    finally:
        process.kill()
        process.wait()
        os.close(near)
