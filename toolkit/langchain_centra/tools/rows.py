"""The artifact of a tool: its rows, for programs."""

from typing import Any


class Rows(list[dict[str, Any]]):
    """The typed rows of a tool's answer as JSON values.

    A checkpoint gives them back as a plain list; `langchain_centra.notebook.to_pandas` takes both.
    """

    def to_pandas(self) -> Any:
        """The rows as a pandas DataFrame (extra `notebook`); values inside of a value have a column `outer.inner`."""
        try:
            import pandas as pd  # type: ignore[import-untyped]
        except ImportError as error:
            raise ImportError("A DataFrame needs pandas: pip install 'langchain-centra[notebook]'.") from error
        return pd.json_normalize(list(self))
