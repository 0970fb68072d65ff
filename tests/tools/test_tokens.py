"""What the tools cost a model stays within bounds; `benchmarks/tokens.py` prints the table."""

import json

from langchain_core.utils.function_calling import convert_to_openai_tool
from rs_bpe.bpe import openai  # type: ignore[import-not-found]

from langchain_centra import CentraToolkit
from langchain_centra.tools.spec import ReadTool


def test_the_tools_are_small_enough_for_a_model(toolkit: CentraToolkit) -> None:
    encoder = openai.o200k_base()
    tokens = {
        tool.name: len(
            encoder.encode(
                json.dumps(convert_to_openai_tool(tool)["function"], separators=(",", ":"), ensure_ascii=False)
            )
        )
        for tool in toolkit.get_tools()
    }
    assert {name: count for name, count in tokens.items() if count > 260} == {}
    assert sum(tokens[spec.name] for spec in toolkit.specs if isinstance(spec, ReadTool)) <= 2_600
    assert sum(tokens.values()) <= 4_500
