"""Looking up many things that a person named, many a request."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from langchain_centra.approval.proposal import Impossible
from langchain_centra.tools.text import cell, listed

T = TypeVar("T")

Where = dict[str, Any]
Filter = Callable[[str], Where | None]
Ask = Callable[[Sequence[Where]], Awaitable[Sequence[list[T]]]]

WORDS_PER_REQUEST = 25


async def one_each(
    kind: str,
    words: Sequence[str],
    filters: Sequence[Filter],
    ask: Ask[T],
    candidate: Callable[[T], str],
    *,
    within: Where | None = None,
) -> Mapping[str, T]:
    """Return the one row that each word names.

    `kind` is what a row is called, `candidate` how one is told from others of its name, `within` narrows what is
    suggested for an unknown word.

    Raises:
        Impossible: a word names nothing, or several; the text lists the candidates.
    """
    found = await looked_up(list(dict.fromkeys(words)), filters, ask)
    unknown = [word for word, rows in found.items() if not rows]
    if unknown:
        [similar] = await ask([{"search": unknown[0].removeprefix("#"), **(within or {})}])
        names = "; ".join(cell(candidate(row)) for row in similar) or "none"
        raise Impossible(f"There is no {kind} {listed(unknown)}. Close to {cell(unknown[0])}: {names}.")
    for word, rows in found.items():
        if len(rows) > 1:
            names = "; ".join(cell(candidate(row)) for row in rows)
            raise Impossible(f"{cell(word)!r} names {len(rows)} of them: {names}. Say which, by number or #id.")
    return {word: row for word, [row] in found.items()}


async def looked_up(words: Sequence[str], filters: Sequence[Filter], ask: Ask[T]) -> Mapping[str, list[T]]:
    """Return what each word finds by the first filter that finds anything; an empty list where none does.

    A filter by name takes one value only, so `ask` sends some filters as the fields of one request and returns the
    rows of each. A filter that does not fit a word returns None for it.
    """
    found: dict[str, list[T]] = {word: [] for word in words}
    for where in filters:
        wanted = {word: given for word, rows in found.items() if not rows and (given := where(word))}
        left = list(wanted)
        for start in range(0, len(left), WORDS_PER_REQUEST):
            chunk = left[start : start + WORDS_PER_REQUEST]
            found |= zip(chunk, await ask([wanted[word] for word in chunk]), strict=True)
    return found


def by_id(word: str) -> Where | None:
    """Filter by an id that is written as `#12`, which is how candidates of one name are told apart."""
    number = word.removeprefix("#")
    return {"id": [int(number)]} if word != number and number.isdecimal() else None


def equal_to(field: str, **more: Any) -> Filter:
    """Filter by a text field that is equal to the word, and by what else is given."""
    return lambda word: {field: {"equals": word}, **more}
