"""Checking a store before an agent works on it."""

import json

import typer
from pydantic import SecretStr

from langchain_centra import CentraToolkit
from langchain_centra.cli.kept_token import keep, kept_token
from langchain_centra.cli.text import plain
from langchain_centra.client import SettingsError
from langchain_centra.connecting import Check, Connection

_MARKS = {True: "ok", False: "no", None: "??"}


async def connect(*, as_json: bool, save: SecretStr | None = None, anew: bool = False) -> int:
    """Write one line for each check and the state; returns 0 where an agent can work, else 1.

    A token to `save` is used, and kept in the keyring if an agent can work with it. What a token lacked before is
    forgotten if it begins `anew`.
    """
    connection = await _connected(save or kept_token(), anew)
    if as_json:
        typer.echo(json.dumps(connection.as_json(), indent=2, ensure_ascii=False))
    else:
        _show(connection)
    if connection.state not in ("active", "limited"):
        return 1
    if save:
        keep(connection.url, save)
        typer.echo("The token is in the keyring of this machine now; CENTRA_TOKEN is not needed here.", err=True)
    return 0


async def _connected(token: SecretStr | None, anew: bool) -> Connection:
    try:
        toolkit = CentraToolkit.from_env(token=token)
    except SettingsError as error:
        return _refused(error)
    async with toolkit:
        return await toolkit.aconnect(anew=anew)


def _refused(error: SettingsError) -> Connection:
    name = "URL" if error.setting == "CENTRA_URL" else "token" if error.setting == "CENTRA_TOKEN" else "settings"
    checks = (Check(name=name, passed=False, text=error.message),)
    return Connection(store="", url="", environment="", state="failed", checks=checks, next=error.hint)


def _show(connection: Connection) -> None:
    for check in connection.checks:
        typer.echo(f"{_MARKS[check.passed]}  {check.name}: {plain(check.text)}")
    for report in connection.tools:
        if not report.usable:
            typer.echo(f"    without {report.tool}: {plain(report.reason)}")
    for field in connection.deprecated:
        typer.echo(f"    deprecated: {plain(field['field'])}, {plain(field['reason'])}")
    usable = sum(report.usable for report in connection.tools)
    counted = f" ({usable} of {len(connection.tools)} tools)" if connection.tools else ""
    typer.echo(f"{connection.state}{counted}. {plain(connection.next)}")
