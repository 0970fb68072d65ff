"""What an import loads, and what it leaves alone."""

import subprocess
import sys

import pytest

HEAVY = {"langgraph", "langchain", "langchain_openai", "ariadne", "sqlalchemy", "polars", "rich"}


def loaded_modules(statement: str) -> set[str]:
    """The modules that a statement loads in a new interpreter."""
    program = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def loaded(statement: str) -> set[str]:
    """The packages that a statement loads in a new interpreter."""
    return {module.partition(".")[0] for module in loaded_modules(statement)}


@pytest.mark.slow
def test_the_packages_load_nothing_heavy() -> None:
    assert loaded("import langchain_centra, langchain_centra_graphs").isdisjoint(HEAVY)


@pytest.mark.slow
def test_the_toolkit_loads_nothing_heavy_that_httpx_does_not() -> None:
    assert loaded("from langchain_centra import CentraToolkit").isdisjoint(HEAVY - loaded("import httpx"))


@pytest.mark.slow
def test_the_tools_are_loaded_by_the_first_toolkit_and_not_before() -> None:
    statement = "from langchain_centra import CentraToolkit"
    assert "langchain_centra.tools.registry" not in loaded_modules(statement)
    assert "langchain_centra.tools.registry" in loaded_modules(f"{statement}; CentraToolkit.sandbox()")
