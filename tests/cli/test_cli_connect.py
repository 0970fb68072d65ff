"""centra-agent connect and permissions."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from langchain_centra.cli.app import app
from langchain_centra.sandbox import Sandbox


@pytest.fixture(scope="module")
def store() -> Sandbox:
    return Sandbox(plan="unlimited")


@pytest.fixture(scope="module")
def url(store: Sandbox) -> Iterator[str]:
    with store.serve() as url:
        yield url


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(app, list(words), env={name.upper(): value for name, value in environment.items()})


def test_a_store_that_works_ends_with_exit_code_0(url: str, store: Sandbox) -> None:
    result = run("connect", centra_url=url, centra_token=store.TOKEN)
    assert result.exit_code == 0, result.output
    assert [line.split(":")[0][4:] for line in result.output.splitlines()[:6]] == [
        "URL",
        "reachable",
        "token",
        "schema",
        "permissions",
        "rate limits",
    ]
    assert result.output.splitlines()[-1].startswith("active")
    assert store.TOKEN not in result.output


def test_a_wrong_token_ends_with_exit_code_1_and_is_not_shown(url: str) -> None:
    result = run("connect", "--json", centra_url=url, centra_token="canary-token")
    assert result.exit_code == 1
    assert json.loads(result.output)["state"] == "failed"
    assert "canary" not in result.output


@pytest.mark.parametrize("url", ["", "https://your-store.centra.com", "http://acme.centra.com", "acme"])
def test_an_address_that_cannot_be_right_is_named(url: str) -> None:
    result = run("connect", centra_url=url, centra_token="token")
    assert result.exit_code == 1
    assert result.output.startswith("no  URL: CENTRA_URL ")
    assert "failed. Set it to" in result.output


def listed(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("permissions", "--json", *words).output)
    return found


def test_reads_alone_need_no_write_permission() -> None:
    found = listed()
    assert "Order:read" in found["read"]
    assert found["write"] == []


def test_a_group_of_writes_adds_what_it_needs() -> None:
    assert "Order:write" in listed("--writes", "orders")["write"]


def test_a_tool_alone_needs_less_than_its_group() -> None:
    found = listed("--tools", "confirm_order")
    assert "Order:write" in found["write"]
    assert found["read"] == []


def test_it_explains_which_tools_need_what() -> None:
    assert "Warehouse:read for " in run("permissions", "--explain").output


def test_an_unknown_name_is_refused() -> None:
    result = run("permissions", "--writes", "nothing")
    assert result.exit_code == 1
    assert "nothing" in str(result.exception)


def test_the_difference_shows_what_the_token_has_shown(url: str, store: Sandbox) -> None:
    settings = {"centra_url": url, "centra_token": store.issue_token(["Order:read"])}
    run("connect", **settings)
    output = run("permissions", "--diff", "--writes", "orders", **settings).output
    assert "Order:read [has it]" in output
    assert "Warehouse:read [lacks it]" in output
    assert "Order:write [not seen yet]" in output


@pytest.mark.parametrize("preset", ["analyst", "customer_service", "merchandiser", "fulfilment"])
def test_each_preset_is_a_choice_of_tools(preset: str) -> None:
    assert listed("--preset", preset)["read"]
