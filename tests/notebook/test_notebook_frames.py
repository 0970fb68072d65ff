"""The rows of a tool as a DataFrame."""

from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from langchain_centra import CentraToolkit
from langchain_centra.notebook import to_pandas

pytestmark = pytest.mark.slow  # the first import of pandas is slow on a busy machine


@pytest.fixture(scope="module")
def result() -> ToolMessage:
    with CentraToolkit.sandbox(writes=False) as toolkit:
        [search] = [tool for tool in toolkit.get_tools() if tool.name == "search_orders"]
        message = search.invoke({"name": "search_orders", "args": {}, "id": "call_1", "type": "tool_call"})
    assert isinstance(message, ToolMessage)
    return message


def test_an_artifact_becomes_a_frame_with_a_line_for_each_row(result: ToolMessage) -> None:
    frame = result.artifact.to_pandas()
    assert len(frame) == len(result.artifact) > 0
    assert "number" in frame.columns


def test_what_a_checkpoint_gives_back_becomes_the_same_frame(result: ToolMessage) -> None:
    serializer = JsonPlusSerializer()
    stored: Any = serializer.loads_typed(serializer.dumps_typed({"messages": [result]}))
    [message] = stored["messages"]
    assert type(message.artifact) is list
    assert to_pandas(message).equals(to_pandas(result))
    assert to_pandas(message.artifact).equals(result.artifact.to_pandas())


def test_a_result_without_rows_has_no_frame() -> None:
    with pytest.raises(ValueError, match="has no rows"):
        to_pandas(ToolMessage("No such order.", tool_call_id="call_1", name="get_order", status="error"))
