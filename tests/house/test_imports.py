"""What an import loads, and what it leaves alone."""

import subprocess
import sys

import pytest

HEAVY = {"langgraph", "langchain", "langchain_openai", "ariadne", "sqlalchemy", "polars", "rich"}


def loaded(statement: str) -> set[str]:
    """The packages that a statement loads in a new interpreter."""
    program = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {module.partition(".")[0] for module in run.stdout.split()}


@pytest.mark.slow
def test_the_packages_load_nothing_heavy() -> None:
    assert loaded("import langchain_centra, langchain_centra_graphs").isdisjoint(HEAVY)


@pytest.mark.slow
def test_the_toolkit_loads_nothing_heavy_that_httpx_does_not() -> None:
    assert loaded("from langchain_centra import CentraToolkit").isdisjoint(HEAVY - loaded("import httpx"))
