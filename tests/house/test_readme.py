"""What README.md promises is there and runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from langchain_centra.cli.app import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs_and_the_first_ends_with_a_written_change(example: str, tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-W", "error", "-c", example], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    if example == EXAMPLES[0]:
        assert "Cancel order 1042 (646.00 SEK, 3 units): Written." in run.stdout


def test_every_command_exists() -> None:
    group = typer.main.get_command(app)
    named = set(re.findall(r"^centra-agent ([a-z]+)", README, re.MULTILINE))
    assert named
    assert named <= set(getattr(group, "commands", ()))


def test_every_linked_file_exists() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert [name for name in linked if not (ROOT / name).exists()] == []


def test_the_generated_tables_are_current() -> None:
    checked = subprocess.run([sys.executable, ROOT / "docs/generate.py", "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
