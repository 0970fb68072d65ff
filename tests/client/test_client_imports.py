"""What importing the package costs, and what it leaves alone."""

import subprocess
import sys

import pytest

import langchain_centra
import langchain_centra.client

HEAVY = ("langchain_core", "langgraph", "sqlalchemy", "tenacity", "pydantic_settings", "ariadne")


@pytest.mark.parametrize(
    "statement", ["import langchain_centra", "import langchain_centra.client", "from langchain_centra import Centra"]
)
def test_the_client_loads_nothing_that_a_request_does_not_need(statement: str) -> None:
    program = f"import sys; {statement}; print([name for name in {HEAVY!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"


def test_importing_the_package_alone_loads_no_part_of_it() -> None:
    program = "import langchain_centra, sys; print([name for name in sys.modules if name.startswith('langchain_')])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout == "['langchain_centra']\n"


@pytest.mark.parametrize("name", langchain_centra.__all__)
def test_every_public_name_of_the_package_is_there(name: str) -> None:
    assert getattr(langchain_centra, name)
    assert name in dir(langchain_centra)


@pytest.mark.parametrize("name", langchain_centra.client.__all__)
def test_every_public_name_of_the_client_is_there(name: str) -> None:
    assert getattr(langchain_centra.client, name)


@pytest.mark.parametrize("module", [langchain_centra, langchain_centra.client])
def test_an_unknown_name_is_an_attribute_error(module: object) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = module.Nothing  # type: ignore[attr-defined]
