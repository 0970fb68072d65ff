"""What the model sees of each tool, and what the tool needs and causes, only changes on purpose.

After a change made on purpose run `UPDATE_SNAPSHOTS=1 pytest tests/tools/test_snapshots.py` and commit the result.
"""

import json
import os
from pathlib import Path

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool

from langchain_centra import CentraToolkit
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import ToolSpec, WriteTool

FOLDER = Path(__file__).parents[1] / "snapshots"
HOW = "If the change is wanted, run: UPDATE_SNAPSHOTS=1 pytest tests/tools/test_snapshots.py, and commit the result."


def snapshot(spec: ToolSpec, toolkit: CentraToolkit) -> str:
    [tool] = [tool for tool in toolkit.get_tools() if tool.name == spec.name]
    seen = {
        "group": spec.group,
        "needs": sorted(spec.needs),
        "optional": sorted(spec.optional),
        "effects": sorted(spec.effects) if isinstance(spec, WriteTool) else [],
        "model_sees": convert_to_openai_tool(tool)["function"],
    }
    return json.dumps(seen, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("spec", TOOLS, ids=lambda spec: spec.name)
def test_a_tool_is_as_its_snapshot_says(spec: ToolSpec, toolkit: CentraToolkit) -> None:
    path = FOLDER / f"{spec.name}.json"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(snapshot(spec, toolkit))
    assert path.exists(), f"{spec.name} has no snapshot. {HOW}"
    assert path.read_text() == snapshot(spec, toolkit), f"{spec.name} differs from {path.name}. {HOW}"


def test_no_snapshot_is_left_of_a_tool_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {spec.name for spec in TOOLS}


@pytest.mark.parametrize("spec", TOOLS, ids=lambda spec: spec.name)
def test_what_the_model_sees_is_lean(spec: ToolSpec, toolkit: CentraToolkit) -> None:
    seen = json.loads(snapshot(spec, toolkit))["model_sees"]
    for noise in ("anyOf", '"null"', '"default"', '"title"', "$ref", "$defs"):
        assert noise not in json.dumps(seen)
    assert len(json.dumps(seen)) < 1_000
