"""The sandbox as a process of its own."""

import errno
import threading
from contextlib import suppress

import typer

from langchain_centra.cli.errors import CommandFailed
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import WriteTool


def serve(port: int) -> None:
    """Serve a fresh sandbox on loopback until Ctrl-C.

    Raises CommandFailed when the port cannot be used.
    """
    try:
        with Sandbox().serve(port) as url:
            typer.echo(_welcome(url))
            with suppress(KeyboardInterrupt):
                threading.Event().wait()
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise CommandFailed(f"Port {port} cannot be used ({error.strerror}). Choose another one with --port.") from None
    typer.echo("The sandbox has stopped; what was changed in it is gone.")


def _welcome(url: str) -> str:
    groups = dict.fromkeys(tool.group for tool in TOOLS if isinstance(tool, WriteTool))
    return f"""\
A store with invented data, at {url}/graphql until Ctrl-C.

export CENTRA_URL={url}
export CENTRA_TOKEN={Sandbox.TOKEN}
export CENTRA_WRITES={",".join(groups)}

With these lines in another terminal, centra-agent chat works on this store."""
