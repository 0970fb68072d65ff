"""What the command says of itself."""

from importlib.metadata import version

from typer.testing import CliRunner

from langchain_centra.cli.app import app


def test_it_tells_its_version() -> None:
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.output) == (0, f"langchain-centra {version('langchain-centra')}\n")


def test_without_a_command_it_shows_them_all() -> None:
    told = CliRunner().invoke(app, [])
    assert all(name in told.output for name in ("demo", "chat", "connect", "approvals", "audit"))
