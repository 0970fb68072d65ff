"""Finding what a person named among the rows of the store; ambiguity is answered with the candidates, never a guess."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from langchain_centra.approval.proposal import Impossible
from langchain_centra.tools.text import cell, listed

T = TypeVar("T")

MOST_PROBLEMS = 5


def one_named(
    kind: str, wanted: str, rows: Sequence[T], name_of: Callable[[T], str | None], *, kinds: str | None = None
) -> T:
    """Return the row of that name, whatever its case.

    `kind` is what one row is called ("warehouse"), `kinds` the plural where it is not made with an s.

    Raises:
        Impossible: no row has the name, or several do; the text lists the candidates.
    """
    kinds = kinds or f"{kind}s"
    exact = [row for row in rows if (name_of(row) or "").casefold() == wanted.casefold()]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise Impossible(f"{len(exact)} {kinds} are called {cell(wanted)!r}, so it is not clear which one is meant.")
    close = [row for row in rows if wanted.casefold() in (name_of(row) or "").casefold()]
    names = listed([name_of(row) or "(no name)" for row in close or rows])
    raise Impossible(
        f"There is no {kind} {cell(wanted)!r}. {'Close to it' if close else 'The store has'}: {names or 'none'}."
    )


def refuse(problems: Sequence[str]) -> None:
    """Raise Impossible with what is wrong with the rows of a call, all of it at once; nothing where all are right."""
    said = list(dict.fromkeys(problems))
    if said:
        more = len(said) - MOST_PROBLEMS
        raise Impossible(" ".join(said[:MOST_PROBLEMS]) + (f" {more} more rows are wrong." if more > 0 else ""))
