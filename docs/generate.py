"""Rewrite what documents say of tools and errors from the code; with --check, fail where they are out of date."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from reference import reference, short_list, table
from screenshot import terminal_card

from langchain_centra import CentraToolkit
from langchain_centra.approval import journal_errors
from langchain_centra.client import CentraError
from langchain_centra.toolkit import ALIASES

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"

assert journal_errors  # noqa: S101 (its errors are listed, too)
_LATER = "Do what its message says."
_PERMISSIONS = (
    "What a token needs for all tools. `centra-agent permissions` and `toolkit.required_permissions()` give it for\n"
    "those that you choose."
)


def permissions_table() -> str:
    """What the token needs for the reads, and what the writes need beyond that."""
    with CentraToolkit.sandbox(writes=True) as toolkit:
        required = toolkit.required_permissions()
    needed = [(name, kind) for kind in ("read", "write") for name in required[kind]]
    rows = ((f"`{name}`", f"{kind}s", ALIASES.get(name, "")) for name, kind in needed)
    return table(("permission", "needed for", "older name"), rows)


def troubleshooting() -> str:
    """Every error: when it is raised, and what to do."""
    rows = ((f"`{kind.__name__}`", _first_sentence(kind), kind.hint or _LATER) for kind in _errors(CentraError))
    return (
        "# Troubleshooting\n\nEvery error says in its message what happened and what to do next. "
        "`centra-agent connect` checks address, token, schema, permissions and rate limits in order.\n\n"
        f"{table(('error', 'what happened', 'what to do'), rows)}\n"
    )


def _errors(kind: type[CentraError]) -> Iterable[type[CentraError]]:
    for below in kind.__subclasses__():
        if below.__doc__ and below.__module__.startswith("langchain_centra"):
            yield below
            yield from _errors(below)


def _first_sentence(kind: type[CentraError]) -> str:
    return " ".join((kind.__doc__ or "").partition("\n\n")[0].split()).replace("|", "/")


def rewritten(text: str) -> str:
    """README.md with its list of tools, between two comments, written anew."""
    marked = re.compile(r"(?<=<!-- tools -->\n).*?(?=<!-- /tools -->)", re.DOTALL)
    new, found = marked.subn(lambda _: f"{short_list()}\n", text)
    if not found:
        raise SystemExit("README.md has no list of tools.")
    return new


def documents() -> Iterable[tuple[Path, str]]:
    """Every document that is generated, in whole or in part, as it should be."""
    yield README, rewritten(README.read_text(encoding="utf-8"))
    yield DOCS / "tools.md", f"{reference()}\n## Permissions\n\n{_PERMISSIONS}\n\n{permissions_table()}\n"
    yield DOCS / "troubleshooting.md", troubleshooting()
    yield DOCS / "images" / "terminal-card.svg", terminal_card()


def main() -> None:
    """Write the documents, or compare them."""
    for path, new in documents():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if "--check" not in sys.argv:
            path.write_text(new, encoding="utf-8")
        elif new != old:
            raise SystemExit(f"{path.name} is out of date: run make docs.")


if __name__ == "__main__":
    main()
