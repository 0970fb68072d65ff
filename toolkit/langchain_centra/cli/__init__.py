"""The command `centra-agent`."""

import io
import sys


def main() -> None:
    """Run the command line; what goes wrong ends in a sentence or two on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A store's texts must not break output to a file or pipe whose encoding lacks a letter.
            stream.reconfigure(errors="replace")
    try:
        from langchain_centra.cli.app import app

        app(prog_name="centra-agent")
    except Exception as error:
        sentence = _explained(error)
        if sentence is None:
            raise
        sys.stderr.write(f"{sentence}\n")
        sys.exit(1)


def _explained(error: Exception) -> str | None:
    if isinstance(error, ModuleNotFoundError):
        return f'The Python package {error.name} is missing: pip install "langchain-centra[all]".'
    from langchain_centra.cli.errors import CommandFailed
    from langchain_centra.cli.text import plain
    from langchain_centra.client import CentraError

    return plain(error) if isinstance(error, (CommandFailed, CentraError)) else None
