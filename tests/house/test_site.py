"""What is generated is current, what is linked is there, and the site builds."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_linked_file_exists() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert [name for name in linked if not (ROOT / name).exists()] == []


@pytest.mark.slow  # every write is proposed once, on a store of its own
def test_what_is_generated_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs")
    documents = import_module("generate").documents()
    assert [path.name for path, new in documents if path.read_text(encoding="utf-8") != new] == [], "run make docs"


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", str(ROOT / "docs"), str(tmp_path)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    pages = "".join(page.read_text(encoding="utf-8") for page in tmp_path.glob("*.html"))
    assert re.findall(r"<(?:script|img|link)\b[^>]*(?:src|href)=\"https?:[^>]*>", pages) == []
