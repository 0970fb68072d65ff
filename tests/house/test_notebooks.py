"""The notebooks run, and are kept without outputs."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

SHOWN: dict[str, list[tuple[str, str]]] = {
    "01_first_look": [("text/html", "<th>status</th>"), ("image/png", ""), ("text", "Order 1042: CANCELLED")],
    "02_drop_into_your_agent": [
        ("text/plain", "Change 1 of 1: set_stock"),
        ("text", "from 12 to 25 units: Written."),
        ("text", "Nothing was written: cancel_order changes the store"),
    ],
    "03_approvals": [
        ("application/vnd.jupyter.widget-view+json", ""),
        ("text/plain", "A person changed the arguments"),
        ("text/plain", "There is no warehouse 'Atlantis'."),
        ("text/plain", "Reason: She changed it back; keep the order."),
        ("text/plain", "Reason: Not today."),
    ],
    "04_permissions_and_policy": [
        ("text/plain", "The token lacks Warehouse:read."),
        ("text", "The merchant's policy allowed this without asking."),
        ("text", "A person is asked: Set the physical stock of TEE01BLKM in Stockholm from 25 to 250 units"),
        ("text", "the merchant's policy does not allow this"),
    ],
}
"""What each notebook shows, as which kind of output."""


def read(notebook: Path) -> Any:
    return nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]


def test_every_notebook_is_run_here() -> None:
    assert sorted(SHOWN) == sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    kept = [cell.source for cell in read(path).cells if cell.get("outputs") or cell.get("execution_count")]
    assert kept == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOWN)
async def test_a_notebook_runs_and_shows_what_it_says(name: str, tmp_path: Path) -> None:
    notebook = read(NOTEBOOKS / f"{name}.ipynb")
    client = NotebookClient(
        notebook, timeout=60, shutdown_kernel="immediate", resources={"metadata": {"path": tmp_path}}
    )
    await client.async_execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    for kind, text in SHOWN[name]:
        shown = [str(one["text"] if kind == "text" else one["data"][kind]) for one in outputs if kind in _kinds(one)]
        assert any(text in one for one in shown), f"{kind}: {text}"


def _kinds(output: Any) -> set[str]:
    return {"text"} if "text" in output else set(output.get("data", ()))
