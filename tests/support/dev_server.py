"""A real `langgraph dev` in an empty folder."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from langchain_centra.sandbox import Sandbox

GRAPH = "store_agent"


@contextmanager
def dev_server(folder: Path, graph: str, store_url: str, settings: Mapping[str, str]) -> Iterator[str]:
    """Serve the graph that a file names, on the store of that URL; yields the server's own URL."""
    (folder / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": {GRAPH: graph}}))
    port = _free_port()
    command = ["dev", "--no-browser", "--no-reload", "--port", str(port), "--n-jobs-per-worker", "4"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("langgraph"), *command],
            cwd=folder,
            env={**_environment(folder, store_url), **settings},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _started(f"http://127.0.0.1:{port}", process, folder / "log")
        finally:
            process.terminate()
            process.wait(timeout=20)


def _free_port() -> int:
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


def _started(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    while process.poll() is None:
        try:
            if httpx.get(f"{url}/ok").is_success:
                return url
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"langgraph dev ended:\n{log.read_text()}")
