"""A real JupyterLab on loopback, and the browser that shows it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from dev_server import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_TOKEN = "lab-token"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_NO_NETWORK = ("--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")


def find_chromium() -> str:
    """Where a Chromium is; the test is skipped where none is installed."""
    for found in map(shutil.which, _BROWSERS):
        if found:
            return found
    pytest.skip("Chromium is not installed")


@contextmanager
def chromium(home: Path) -> Iterator["Browser"]:
    """A browser without a window that reaches loopback only."""
    executable = find_chromium()
    # Loading it takes long, and nothing else needs it.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--disable-gpu", *_NO_NETWORK], env={**_environment(home)}
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def jupyter_lab(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Serve the notebooks of a folder; kernels see the settings. Yields the URL of a notebook, without its name."""
    home = folder / "home"
    config = home / ".jupyter" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}))
    url = f"http://127.0.0.1:{free_port()}"
    with (folder / "log").open("w") as log:
        lab = subprocess.Popen(
            _command(url), cwd=folder, env={**_environment(home), **settings}, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(url, lab, folder / "log")
        yield f"{url}/doc/tree/{{notebook}}?token={_TOKEN}"
    finally:
        lab.terminate()
        lab.wait(timeout=20)


def _command(url: str) -> list[str]:
    return [
        *(str(Path(sys.executable).with_name("jupyter")), "lab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={url.rpartition(':')[2]}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={_TOKEN}", "--LabApp.extension_manager=readonly"),
    ]


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home)}


def _wait_for(url: str, lab: subprocess.Popen[bytes], log: Path) -> None:
    while lab.poll() is None:
        try:
            if httpx.get(f"{url}/api").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"jupyter lab ended:\n{log.read_text()}")
