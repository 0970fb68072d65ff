"""What README.md and the pages of docs/ show is there and runs."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import metadata
from pathlib import Path
from shlex import split
from typing import Any

import click
import langchain.agents
import langgraph_cli.cli
import pytest
import typer
from postgres import postgres_server as postgres_server
from postgres import postgres_url as postgres_url
from typer.testing import CliRunner

from langchain_centra import ApprovalPolicy
from langchain_centra.cli.app import app
from langchain_centra.sandbox import Sandbox
from langchain_centra.toolkit_settings import ToolkitSettings

assert langchain.agents  # what the examples use is loaded here, not in the time of the first of them

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CHECKED = {"sh", "python", "toml", "json", "text", "console", "{toctree}"}
"""Each kind of block is checked below; console blocks one by one."""

ADDING = "adding-a-tool"
"""The page that test_adding_a_tool.py carries out: its Python and its diffs are files of the repository."""

READ_ELSEWHERE = {"CENTRA_MODEL", "CENTRA_SERVER_KEY"}
"""Settings that are not read with the others."""


def blocks(page: Path, *kinds: str) -> list[tuple[str, str]]:
    return [found for found in BLOCK.findall(page.read_text(encoding="utf-8")) if found[0] in kinds]


def commands(page: Path) -> Iterator[list[str]]:
    for _, block in blocks(page, "sh"):
        yield from (words for line in block.splitlines() if (words := split(line, comments=True)))


def settings() -> set[str]:
    return {f"CENTRA_{name.upper()}" for name in ToolkitSettings.model_fields} | READ_ELSEWHERE


EVERY_COMMAND = [words for page in PAGES for words in commands(page)]
WITH_EXAMPLES = [
    pytest.param(page, id=page.stem, marks=pytest.mark.slow if page.stem == "production" else [])
    for page in PAGES
    if blocks(page, "python") and page.stem != ADDING
]


@pytest.mark.parametrize("page", WITH_EXAMPLES)
def test_the_examples_of_a_page_run_and_print_what_it_shows(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CENTRA_URL", "https://acme.centra.com")
    monkeypatch.setenv("CENTRA_TOKEN", "token")
    if page.stem == "production":
        monkeypatch.setenv("CENTRA_JOURNAL", request.getfixturevalue("postgres_url"))
    names: dict[str, Any] = {"__name__": "example"}
    printed = ""
    for kind, block in blocks(page, "python", "text"):
        if kind == "python":
            exec(compile(block, page.name, "exec"), names)
            printed = capsys.readouterr().out
        else:
            assert block in printed


def test_the_example_of_readme_ends_with_a_written_change(capsys: pytest.CaptureFixture[str]) -> None:
    [use] = [block for _, block in blocks(ROOT / "README.md", "python") if "OfflineModel" in block]
    exec(compile(use, "README.md", "exec"), {})
    assert "Cancel order 1042 (646.00 SEK, 3 units): Written." in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_of_a_kind_that_is_checked(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert {kind for kind, _ in BLOCK.findall(text)} <= CHECKED | ({"diff"} if page.stem == ADDING else set())
    assert text.count("```") == 2 * len(BLOCK.findall(text)), "a block is indented or is not closed"


@pytest.mark.parametrize("words", [words for words in EVERY_COMMAND if words[0] == "centra-agent"], ids=" ".join)
def test_a_command_exists_and_takes_its_options(words: list[str]) -> None:
    parse(typer.main.get_command(app), words[1:])


def parse(command: Any, words: list[str], parent: click.Context | None = None) -> None:
    context = command.make_context(command.name, list(words), parent=parent)
    if hasattr(command, "resolve_command"):
        _, inner, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        parse(inner, rest, context)


def test_every_other_command_is_one_that_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    extras = set(metadata("langchain-centra").get_all("Provides-Extra") or ())
    for first, *rest in (words for words in EVERY_COMMAND if words[0] != "centra-agent"):
        if first == "make":
            assert rest[0] in targets
        elif first == "langgraph":
            parse(langgraph_cli.cli.cli, rest)
        elif first == "export":
            assert rest[0].partition("=")[0] in settings()
        elif first == "UPDATE_SNAPSHOTS=1":
            assert all((ROOT / name).exists() for name in rest if name.startswith("tests/"))
        else:
            assert (first, rest[0]) == ("pip", "install")
            assert set(rest[1].partition("[")[2].rstrip("]").split(",")) <= extras


def test_every_setting_that_is_named_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"\bCENTRA_[A-Z_]+", page.read_text(encoding="utf-8"))}
    assert named - settings() == set()


def test_every_policy_loads(tmp_path: Path) -> None:
    policies = [block for page in PAGES for _, block in blocks(page, "toml")]
    assert policies
    for number, policy in enumerate(policies):
        file = tmp_path / f"{number}.toml"
        file.write_text(policy, encoding="utf-8")
        assert ApprovalPolicy.from_toml(file) != ApprovalPolicy()


def test_every_json_block_is_json() -> None:
    for page in PAGES:
        for _, block in blocks(page, "json"):
            assert isinstance(json.loads(block), Mapping)


@pytest.mark.slow  # over HTTP, and every operation is compared with the schema
def test_connect_says_what_its_page_shows() -> None:
    [(_, shown)] = blocks(ROOT / "docs/connect.md", "console")
    sandbox = Sandbox()
    with sandbox.serve() as url:
        result = CliRunner().invoke(app, ["connect"], env={"CENTRA_URL": url, "CENTRA_TOKEN": sandbox.TOKEN})
    assert result.exit_code == 0
    assert result.output == shown.replace("http://127.0.0.1:8787", url)


def test_the_layers_on_the_page_are_those_that_are_checked() -> None:
    [(_, shown)] = blocks(ROOT / "docs/architecture.md", "console")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [layers] = re.findall(r"^layers = \[\n(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    checked = [set(re.findall(r"\w+(?= \||\")", line)) for line in layers.splitlines()]
    written = [set(re.findall(r"\w+", layer)) - {"langchain_centra"} for layer in shown.split(">")]
    assert [names for names in checked if names != {"toolkit_settings"}] == written
