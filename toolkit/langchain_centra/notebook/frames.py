"""The rows of a tool as a DataFrame."""

from collections.abc import Iterable, Mapping
from typing import Any

from langchain_core.messages import ToolMessage

from langchain_centra.tools.rows import Rows


def to_pandas(rows: ToolMessage | Iterable[Mapping[str, Any]]) -> Any:
    """The rows of a tool's result as a pandas DataFrame: of the message, or of its artifact.

    Raises ValueError for a message without rows, such as one that tells of an error.
    """
    if isinstance(rows, ToolMessage):
        if not isinstance(rows.artifact, list):
            raise ValueError(f"This result of {rows.name or 'a tool'} has no rows: {rows.text}")
        rows = rows.artifact
    return Rows(map(dict, rows)).to_pandas()
