"""Keeping the token in the keyring."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError
from typer.testing import CliRunner, Result

from langchain_centra.cli.app import app
from langchain_centra.sandbox import Sandbox


class InMemory(KeyringBackend):
    """A keyring that forgets."""

    priority = 1  # pyright: ignore[reportAssignmentType]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        raise PasswordDeleteError


@pytest.fixture
def ring() -> Iterator[InMemory]:
    """The keyring of the machine."""
    before, ring = keyring.get_keyring(), InMemory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def run(*words: str, url: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(words), env={"CENTRA_URL": url}, input=typed)


def test_a_token_that_works_is_kept_and_used_from_then_on(url: str, store: Sandbox, ring: InMemory) -> None:
    token = store.issue_token(token="canary-token-that-works")
    saved = run("connect", "--save", url=url, typed=f"{token}\n")
    assert saved.exit_code == 0, saved.output
    assert list(ring.kept.values()) == [token]
    later = run("connect", url=f" {url}/graphql/")
    assert later.output.splitlines()[-1].startswith("active")
    difference = run("permissions", "--diff", url=url)
    assert "Order:read [has it]" in difference.output
    assert "canary" not in saved.output + later.output + difference.output


def test_a_token_that_is_refused_is_not_kept(url: str, ring: InMemory) -> None:
    saved = run("connect", "--save", url=url, typed="canary-wrong\n")
    assert (saved.exit_code, ring.kept) == (1, {})
    assert "canary" not in saved.output


def test_another_store_does_not_get_it(url: str, ring: InMemory) -> None:
    ring.kept["langchain-centra", f"{url}/graphql"] = "canary"
    result = run("connect", url="https://acme.centra.com")
    assert (result.exit_code, "CENTRA_TOKEN is not set" in result.output) == (1, True)


def test_where_there_is_no_keyring_it_is_said_and_nothing_is_lost(url: str, store: Sandbox, ring: InMemory) -> None:
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    saved = run("connect", "--save", url=url, typed=f"{store.TOKEN}\n")
    assert "not kept" in str(saved.exception)
    assert "Set CENTRA_TOKEN" in str(saved.exception)
    assert "CENTRA_TOKEN is not set" in run("connect", url=url).output
