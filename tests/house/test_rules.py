"""What holds for every test here."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"


async def serve_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reach(connecting: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
    _, writer = await connecting
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_test_reaches_loopback(host: str) -> None:
    async with await asyncio.start_server(serve_nothing, "127.0.0.1", 0) as server:
        await reach(asyncio.ensure_future(asyncio.open_connection(host, server.sockets[0].getsockname()[1])))


async def test_a_test_reaches_sockets_of_the_file_system(tmp_path: Path) -> None:
    async with await asyncio.start_unix_server(serve_nothing, tmp_path / "socket"):
        await reach(asyncio.ensure_future(asyncio.open_unix_connection(tmp_path / "socket")))


async def test_a_test_reaches_nothing_else() -> None:
    with pytest.raises(Warning, match="A test tried to use"):
        await asyncio.open_connection("192.0.2.1", 443)


def test_a_test_has_a_home_of_its_own(own_environment: Path) -> None:
    assert platformdirs.user_state_path("centra").is_relative_to(own_environment)


@pytest.mark.slow
def test_a_slow_test_has_90_seconds(request: pytest.FixtureRequest) -> None:
    timeout = request.node.get_closest_marker("timeout")
    assert timeout
    assert timeout.args == (90,)


@pytest.mark.slow
@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 failed")])
def test_a_skip_is_a_failure_in_ci(tmp_path: Path, ci: str, outcome: str) -> None:
    shutil.copy(CONFTEST, tmp_path)
    (tmp_path / "test_skipping.py").write_text("import pytest\ndef test(): pytest.skip('the server is not there')\n")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", tmp_path, "-c", os.devnull, tmp_path],
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
    )
    assert outcome in run.stdout
    assert "the server is not there" in run.stdout
