"""Rewrite the tables of README.md from the tools' declarations; with --check, fail where they are out of date."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from langchain_centra import ApprovalPolicy, CentraToolkit
from langchain_centra.approval.policy import Verdict
from langchain_centra.toolkit import ALIASES
from langchain_centra.tools import TOOLS
from langchain_centra.tools.spec import ToolSpec, WriteTool

README = Path(__file__).parents[1] / "README.md"


def tools_table() -> str:
    """Every tool: what it does, what it can cause, and whether a person is asked by default."""
    rows = ((f"`{tool.name}`", tool.group, tool.description, *_consequences(tool)) for tool in TOOLS)
    return _table(("tool", "group", "what it does", "effects", "a person decides"), rows)


def permissions_table() -> str:
    """What the token needs for the reads, and what the writes need beyond that."""
    with CentraToolkit.sandbox() as toolkit:
        required = toolkit.required_permissions()
    needed = [(name, kind) for kind in ("read", "write") for name in required[kind]]
    rows = ((f"`{name}`", f"{kind}s", ALIASES.get(name, "")) for name, kind in needed)
    return _table(("permission", "needed for", "older name"), rows)


BLOCKS = {"tools": tools_table, "permissions": permissions_table}


def rewritten(text: str) -> str:
    """The text with each block between `<!-- name -->` and `<!-- /name -->` written anew."""
    for name, block in BLOCKS.items():
        marked = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        match = marked.search(text)
        if match is None:
            raise SystemExit(f"README.md has no block named {name}.")
        text = f"{text[: match.end(1)]}{block()}\n{text[match.start(2) :]}"
    return text


def _consequences(tool: ToolSpec) -> tuple[str, str]:
    if not isinstance(tool, WriteTool):
        return "reads only", "no"
    rules = ApprovalPolicy().effects
    runs = all(effect in rules and rules[effect].verdict is Verdict.RUN for effect in tool.effects)
    return ", ".join(sorted(tool.effects)), "no" if runs else "yes"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows))


def main() -> None:
    """Write README.md, or compare it."""
    old = README.read_text(encoding="utf-8")
    new = rewritten(old)
    if "--check" not in sys.argv:
        README.write_text(new, encoding="utf-8")
    elif new != old:
        raise SystemExit("README.md is out of date: run make docs.")


if __name__ == "__main__":
    main()
