"""LangChain's standard tests for every tool, unit and integration, against the sandbox."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from examples import ARGUMENTS
from langchain_core.tools import BaseTool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import ToolSpec, WriteTool


@cache
def toolkit() -> CentraToolkit:
    sandbox = Sandbox(plan="unlimited")
    centra = AsyncCentra(sandbox.url, sandbox.TOKEN, transport=sandbox.transport())
    return CentraToolkit(centra, writes=True, journal="sqlite://")


@cache
def tools() -> dict[str, BaseTool]:
    return {tool.name: tool for tool in toolkit().get_tools()}


@pytest.fixture(autouse=True, scope="module")
def closing() -> Iterator[None]:
    """Close the one toolkit that all suites share."""
    yield
    toolkit().close()


def suite(spec: ToolSpec, base: type[Any]) -> type[Any]:
    """The standard tests of one tool."""
    given = {
        "tool_constructor": property(lambda _: tools()[spec.name]),
        "tool_constructor_params": property(lambda _: {}),
        "tool_invoke_params_example": property(lambda _: ARGUMENTS[spec.name]),
    }
    return type(f"Test_{spec.name}_{base.__name__}", (base,), given)


NOBODY = "a write gives rows only where a person can be asked; called by itself it says so"


class AloneTests(ToolsIntegrationTests):
    """The standard tests for a write, which answers with an error outside of an agent."""

    @pytest.mark.xfail(reason=NOBODY, strict=True)
    def test_invoke_matches_output_schema(self, tool: BaseTool) -> None:
        super().test_invoke_matches_output_schema(tool)

    @pytest.mark.xfail(reason=NOBODY, strict=True)
    async def test_async_invoke_matches_output_schema(self, tool: BaseTool) -> None:
        await super().test_async_invoke_matches_output_schema(tool)


for one in TOOLS:
    integration = AloneTests if isinstance(one, WriteTool) else ToolsIntegrationTests
    for made in (suite(one, ToolsUnitTests), suite(one, integration)):
        globals()[made.__name__] = made
