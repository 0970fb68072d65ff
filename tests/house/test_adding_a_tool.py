"""docs/adding-a-tool.md, carried out in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import langchain_centra
import langchain_centra_graphs

ROOT = Path(__file__).parents[2]
SOURCES = {"toolkit": langchain_centra, "graphs": langchain_centra_graphs}
PAGE = (ROOT / "docs" / "adding-a-tool.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?:`(\S+)`:\n\n)?^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
"""The file that the words before it name, the kind and the text of each block."""

ADDED = [(file, kind, text) for file, kind, text in BLOCKS if file]
FILES = [file for file, _, _ in ADDED]
COMMANDS = [line for _, kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
NEW = "set_customs_code"

OF_SNAPSHOTS = [f"tests/tools/test_{name}.py" for name in ("cards", "snapshots", "tokens")]
OF_TOOLS = [f"tests/tools/test_{name}.py" for name in ("every_tool", "every_write", "standard_suites")]
OF_OPERATIONS = [
    *("tests/operations/test_documents.py", "tests/operations/test_filled_inputs.py"),
    "tests/graphs/test_all_writes.py",
]
"""What tries every write at once comes with them. `make matrix` tries them, too, but takes a minute a tool."""

NEAR = """
[[tool.mypy.overrides]]
module = ["langchain_centra.*", "pydantic.*"]
follow_imports = "silent"

[[tool.mypy.overrides]]
module = ["langchain_centra", "langchain_centra.toolkit.*"]
follow_imports = "skip"
"""
"""With all that the toolkit imports, mypy takes a minute where it has no cache."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository with what the page adds."""
    half_written = shutil.ignore_patterns("*.pyc.*")
    for root, package in SOURCES.items():
        source = Path(package.__path__[0])
        shutil.copytree(source, tmp_path / root / source.name, ignore=half_written)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=half_written)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for file, kind, text in ADDED:
        add(tmp_path / file, kind, text)
    return tmp_path


def add(file: Path, kind: str, text: str) -> None:
    """Write a file, or add to it the lines that a diff adds, unless who follows the page has done so already."""
    if kind == "python":
        file.write_text(text, encoding="utf-8")
        return
    for hunk in text.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in marks) for marks in (" ", " +"))
        before = file.read_text(encoding="utf-8")
        assert before.count(old) + before.count(new) == 1, f"{file.name} has changed: the page says where to add to it"
        file.write_text(before.replace(old, new), encoding="utf-8")


def run(copy: Path, *command: str) -> str:
    """What a command prints that succeeds in the copy."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(copy / root) for root in SOURCES)}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def python(copy: Path, *arguments: str) -> str:
    """What Python prints in the copy."""
    return run(copy, sys.executable, *arguments)


@pytest.mark.slow
def test_what_the_page_proposes_is_what_it_shows(copy: Path) -> None:
    [(program, shown)] = [
        (text, printed) for (file, kind, text), (_, _, printed) in pairwise(BLOCKS) if kind == "python" and not file
    ]
    assert python(copy, "-c", program) == shown


@pytest.mark.slow
def test_the_snapshots_that_the_page_writes_are_all_that_is_wanted(copy: Path) -> None:
    [snapshots] = [command for command in COMMANDS if "UPDATE_SNAPSHOTS" in command]
    run(copy, "sh", "-c", snapshots)
    check(copy, OF_SNAPSHOTS, NEW, "has_a_card", "is_gone", "small_enough")


@pytest.mark.slow
def test_what_holds_for_every_tool_holds_for_that_of_the_page(copy: Path) -> None:
    check(copy, OF_TOOLS, NEW, "has_an_example", "every_write_")


@pytest.mark.slow
def test_what_holds_for_every_operation_holds_for_those_of_the_page(copy: Path) -> None:
    check(copy, OF_OPERATIONS, "CustomsCode", "belongs_to_a_tool", "write_fills_is_listed", "what_was_approved")


def check(copy: Path, files: list[str], *names: str) -> None:
    """Run those tests of the files whose names have one of these parts, each of which some have."""
    chosen = ["-p", "no:cacheprovider", "-k", " or ".join(names)]
    tried = python(copy, "-m", "pytest", "-v", *files, *chosen)
    assert [name for name in names if name not in tried] == []


@pytest.mark.slow
def test_the_files_of_the_page_pass_the_checks(copy: Path) -> None:
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write(NEAR)
    python(copy, "-m", "ruff", "check", *FILES)
    python(copy, "-m", "ruff", "format", "--check", *FILES)
    written = [file for file, kind, _ in ADDED if kind == "python"]
    python(copy, "-m", "mypy", "--follow-imports=skip", *written)


def test_the_page_names_what_writes_the_pages_and_checks_everything() -> None:
    assert {"make docs", "make matrix", "make check", "make test"} <= set(COMMANDS)
