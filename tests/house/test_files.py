"""What the repository promises about its own files."""

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest

import langchain_centra
import langchain_centra_graphs
from langchain_centra.toolkit_settings import ToolkitSettings

ROOT = Path(__file__).parents[2]
PACKAGES = (langchain_centra, langchain_centra_graphs)
MODULES = [path for package in PACKAGES for path in sorted(Path(package.__path__[0]).rglob("*.py"))]
LINES = 400


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_say_that_they_are_typed(package: object) -> None:
    assert files(package.__name__).joinpath("py.typed").is_file()  # type: ignore[attr-defined]


def test_no_module_is_longer_than_one_can_read() -> None:
    long = {path.name: lines for path in MODULES if (lines := path.read_text(encoding="utf-8").count("\n")) > LINES}
    assert long == {}


@pytest.mark.parametrize("document", [".env.example", "docs/connect.md"])
def test_every_setting_is_listed(document: str) -> None:
    settings = {f"CENTRA_{name.upper()}" for name in ToolkitSettings.model_fields}
    code = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    settings |= set(re.findall(r"\bCENTRA_[A-Z_]+\b", code))
    listed = re.findall(r"CENTRA_[A-Z_]+", (ROOT / document).read_text(encoding="utf-8"))
    assert settings - set(listed) == set()


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    newest = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == version("langchain-centra")


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    documents = " ".join(path.read_text(encoding="utf-8") for path in ROOT.glob("*.md"))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", documents, re.MULTILINE)) <= targets


@pytest.fixture
def graph_file() -> Path:
    """The file that langgraph.json names, where it is installed."""
    named = json.loads((ROOT / "langgraph.json").read_text(encoding="utf-8"))["graphs"]["store_agent"]["path"]
    spec = find_spec("langchain_centra_graphs.studio")
    assert spec
    assert spec.origin
    assert named == "./graphs/" + "/".join(Path(spec.origin).parts[-2:]) + ":graph"
    return Path(spec.origin)


@pytest.mark.slow
def test_the_graph_that_langgraph_json_names_can_be_imported_by_its_path(graph_file: Path) -> None:
    program = (
        "import importlib.util, sys; spec = importlib.util.spec_from_file_location('studio', sys.argv[1]);"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module); print(module.graph.name)"
    )
    loaded = subprocess.run([sys.executable, "-c", program, graph_file], capture_output=True, text=True, check=True)
    assert loaded.stdout == "sandbox agent\n"


def test_files_that_are_imported_by_path_import_absolutely(graph_file: Path) -> None:
    tree = ast.parse(graph_file.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
