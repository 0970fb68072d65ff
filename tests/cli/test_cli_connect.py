"""centra-agent connect and permissions."""

import json
import runpy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import langchain_centra_graphs as studio_package
from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.cli.app import app
from langchain_centra.client import PermissionMissing
from langchain_centra.operations.order_changes import CONFIRM_ORDER
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS

PERMISSIONS = sorted(frozenset[str]().union(*(spec.needs | spec.optional for spec in TOOLS)))


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


@pytest.mark.parametrize("command", ["connect", "chat"])
def test_a_setting_that_names_what_there_is_not_is_told(command: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[tools.sell]\nverdict = "run"\n')
    settings = {"writes": "gold", "preset": "boss", "policy": str(policy)}
    for name, value in settings.items():
        store = {"centra_url": "https://acme.centra.com", "centra_token": "token", f"centra_{name}": value}
        result = run(command, **store)
        assert result.exit_code == 1
        assert f"CENTRA_{name.upper()} names what there is not." in f"{result.output} {result.exception}"


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
    found = listed("--preset", preset)
    assert found["read"]
    assert found["settings"]["CENTRA_PRESET"] == preset


def test_it_ends_with_the_settings_of_the_choice_that_a_shell_takes(url: str, store: Sandbox) -> None:
    lines = run("permissions", "--writes", "orders, stock").output.splitlines()
    settings = dict(line.removeprefix("  export ").split("=", 1) for line in lines if line.startswith("  export "))
    assert settings["CENTRA_WRITES"] == "orders,stock"
    granted = settings["CENTRA_GRANTED"].split(",")
    connected = run(
        "connect",
        centra_url=url,
        centra_token=store.issue_token(granted),
        **{name.lower(): value for name, value in settings.items()},
    )
    assert connected.output.splitlines()[-1].startswith("active")


def test_tools_that_are_named_one_by_one_keep_their_writes() -> None:
    found = listed("--tools", "confirm_order,list_warehouses")
    assert found["settings"]["CENTRA_WRITES"] == "confirm_order"


def test_what_was_granted_says_which_writes_are_left_out(url: str, store: Sandbox) -> None:
    granted = set(PERMISSIONS) - {"Order:write"}
    settings = {"centra_url": url, "centra_token": store.issue_token(granted), "centra_granted": ",".join(granted)}
    connected = run("connect", centra_writes="orders,stock", **settings)
    assert connected.exit_code == 0
    assert "without confirm_order: The token lacks Order:write." in connected.output
    assert "limited" in connected.output.splitlines()[-1]
    output = run("permissions", "--diff", "--writes", "orders,stock", **settings).output
    assert "Order:write [lacks it, says CENTRA_GRANTED]" in output
    assert "StockChange:write [has it, says CENTRA_GRANTED]" in output


def test_what_a_write_was_refused_is_known_to_the_next_command(url: str, store: Sandbox, tmp_path: Path) -> None:
    journal = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    token = store.issue_token(set(PERMISSIONS) - {"Order:write"})
    client = AsyncCentra(store.url, token, transport=store.transport())
    with CentraToolkit(client, writes=True, journal=journal) as toolkit, pytest.raises(PermissionMissing):
        toolkit.portal.call(lambda: CONFIRM_ORDER(client, input={"order": {"number": 1042}}))
    settings = {"centra_url": url, "centra_token": token, "centra_journal": journal}
    connected = run("connect", centra_writes="orders", **settings)
    assert "without confirm_order: The token lacks Order:write." in connected.output
    assert "Order:write [lacks it]" in run("permissions", "--diff", "--writes", "orders", **settings).output


def _chat() -> None:
    CliRunner().invoke(app, ["chat"], input="")


def _studio() -> None:
    runpy.run_path(str(Path(studio_package.__file__).with_name("studio.py")))


def _notebook() -> None:
    CentraToolkit.from_env().close()


@pytest.mark.parametrize("front_end", [_chat, _studio, _notebook])
def test_a_token_that_soon_runs_out_is_warned_of_in_every_front_end(
    front_end: Callable[[], None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    soon = datetime.now(UTC) + timedelta(days=6)
    monkeypatch.setenv("CENTRA_URL", "https://acme.centra.com")
    monkeypatch.setenv("CENTRA_TOKEN", "token")
    monkeypatch.setenv("CENTRA_TOKEN_EXPIRES", soon.isoformat())
    front_end()
    assert [record.levelname for record in caplog.records if f"The token expires on {soon:%Y-%m-%d}" in record.message]


def test_connect_shows_it_beside_the_token(url: str, store: Sandbox) -> None:
    soon = datetime.now(UTC) + timedelta(days=6)
    output = run("connect", centra_url=url, centra_token=store.TOKEN, centra_token_expires=soon.isoformat()).output
    assert f"ok  token: The token is accepted; it expires on {soon:%Y-%m-%d}." in output
