"""The permissions to tick in Centra for the chosen tools, and no others."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import typer

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.undo import UNDO
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.cli.kept_token import kept_token
from langchain_centra.cli.startup import journal_url
from langchain_centra.connecting import recalled
from langchain_centra.tools.spec import ToolSpec

_NOWHERE = "http://127.0.0.1"


@dataclass(frozen=True)
class Wanted:
    """The tools that the person chose: names separated by commas, "all" for every write, or a preset."""

    writes: str
    tools: str
    preset: str | None

    def toolkit(self) -> CentraToolkit:
        """A toolkit of these tools, connected to nothing; raises CommandFailed for unknown names."""
        centra = AsyncCentra(_NOWHERE, "none")
        try:
            if self.tools:
                return CentraToolkit.of_names(centra, _names(self.tools))
            writes = True if self.writes == "all" else _names(self.writes) or None
            return CentraToolkit(centra, preset=self.preset, writes=writes)
        except ValueError as error:
            raise CommandFailed(str(error)) from None

    def settings(self, toolkit: CentraToolkit) -> dict[str, str]:
        """The environment that makes the same choice, on a token with the permissions for it."""
        writes = [name for name in toolkit.writes if name != UNDO] if self.tools else _names(self.writes)
        if self.writes == "all":
            writes = list(dict.fromkeys(spec.group for name, spec in toolkit.writes.items() if name != UNDO))
        required = cast("Mapping[str, list[str]]", toolkit.required_permissions())
        chosen = {
            "CENTRA_PRESET": self.preset or "",
            "CENTRA_WRITES": ",".join(writes),
            "CENTRA_GRANTED": ",".join((*required["read"], *required["write"])),
        }
        return {name: value for name, value in chosen.items() if value}


async def permissions(wanted: Wanted, *, explain: bool, diff: bool, as_json: bool) -> None:
    """Write what to tick, for reads and for writes."""
    async with wanted.toolkit() as toolkit:
        required = cast("Mapping[str, Any]", toolkit.required_permissions())
        settings = wanted.settings(toolkit)
        users = {name: _users(name, toolkit.specs) for kind in ("read", "write") for name in required[kind]}
    known = await _known() if diff else {}
    if as_json:
        shown = dict(required) | {"settings": settings}
        shown |= ({"tools": users} if explain else {}) | ({"token": known} if diff else {})
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    for kind, title in (("read", "To read:"), ("write", "To write, besides:")):
        if required[kind]:
            typer.echo(title)
        for name in required[kind]:
            typer.echo("  " + _line(name, required["aliases"], users if explain else {}, known))
    if not diff:
        typer.echo("The settings of this choice, once they are ticked:")
        for name, value in settings.items():
            typer.echo(f"  export {name}={value}")


def _line(name: str, aliases: Mapping[str, str], users: Mapping[str, list[str]], known: Mapping[str, Any]) -> str:
    parts = [name]
    if name in aliases:
        parts.append(f"(older Centra: {aliases[name]})")
    if known:
        parts.append(f"[{_state(name, known)}]")
    if name in users:
        parts.append(f"for {', '.join(users[name])}")
    return " ".join(parts)


def _state(name: str, known: Mapping[str, Any]) -> str:
    if name in known["shown"]:
        return "has it"
    if name in known["missing"]:
        return "lacks it"
    if not known["granted"]:
        return "not seen yet"
    return "has it, says CENTRA_GRANTED" if name in known["granted"] else "lacks it, says CENTRA_GRANTED"


async def _known() -> Mapping[str, Any]:
    centra = AsyncCentra.from_env(token=kept_token())
    journal = Journal(journal_url())
    try:
        return await recalled(centra, journal)
    finally:
        await journal.aclose()
        await centra.aclose()


def _users(permission: str, specs: tuple[ToolSpec, ...]) -> list[str]:
    return [spec.name for spec in specs if permission in spec.needs | spec.optional]


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
