"""A real `langgraph dev` in an empty folder."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from langchain_centra.sandbox import Sandbox

GRAPH = "store_agent"


@dataclass
class DevServer:
    """The server of a folder; what it stores there outlives its process."""

    folder: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """All that it has logged."""
        return (self.folder / "log").read_text()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["dev", "--no-browser", "--no-reload", "--port", str(self.port), "--n-jobs-per-worker", "4"]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).with_name("langgraph"), *command],
                cwd=self.folder,
                env=dict(self.environment),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        while self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/ok").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        pytest.fail(f"langgraph dev ended:\n{self.log}")

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)


def configure(folder: Path, graph: str) -> None:
    """Write a `langgraph.json` that names the graph of a file."""
    (folder / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": {GRAPH: graph}}))


@contextmanager
def dev_server(folder: Path, store_url: str, settings: Mapping[str, str]) -> Iterator[DevServer]:
    """Serve what the `langgraph.json` of a folder says, on the store of that URL."""
    server = DevServer(folder, {**_environment(folder, store_url), **settings})
    try:
        server.start()
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(folder: Path, store_url: str) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "CENTRA_URL": store_url,
        "CENTRA_TOKEN": Sandbox.TOKEN,
        "CENTRA_JOURNAL": f"sqlite:///{folder / 'journal.sqlite3'}",
        "LANGGRAPH_CLI_NO_ANALYTICS": "1",
        "LANGGRAPH_NO_VERSION_CHECK": "true",
    }
