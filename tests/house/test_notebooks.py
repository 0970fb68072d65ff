"""The notebooks run, and are kept without outputs."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def read(notebook: Path) -> Any:
    return nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    kept = [cell.source for cell in read(path).cells if cell.get("outputs") or cell.get("execution_count")]
    assert kept == []


@pytest.mark.slow
async def test_the_first_look_ends_with_a_cancelled_order(tmp_path: Path) -> None:
    notebook = read(NOTEBOOKS / "01_first_look.ipynb")
    await NotebookClient(notebook, timeout=60, resources={"metadata": {"path": tmp_path}}).async_execute()
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert "Order 1042: CANCELLED" in printed
