"""A store on loopback that the commands of a module connect to."""

from collections.abc import Iterator

import pytest

from langchain_centra.sandbox import Sandbox


@pytest.fixture(scope="module")
def store() -> Sandbox:
    """A store without rate limits."""
    return Sandbox(plan="unlimited")


@pytest.fixture(scope="module")
def url(store: Sandbox) -> Iterator[str]:
    """Where it answers."""
    with store.serve() as url:
        yield url
