"""What a GraphQL document does, as far as the client has to know: read or change."""

from __future__ import annotations

import re

from langchain_centra.client.errors import RequestRefused

_STRING_OR_COMMENT = re.compile(r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*', re.DOTALL)
_WORD = re.compile(r"\w+")
_INNERMOST = re.compile(r"\([^(){}]*\)|\{[^(){}]*\}")


def is_mutation(document: str) -> bool:
    """Tell whether a document changes something.

    One operation a document, because the client treats the whole request as a read or as a change.

    Raises:
        RequestRefused: the document has no operation, several, or a subscription.
    """
    kinds = [kind for kind in _definitions(document) if kind != "fragment"]
    if kinds not in (["query"], ["mutation"]):
        found = f"this one has: {', '.join(kinds)}" if kinds else "this one has none"
        raise RequestRefused([f"A document holds exactly one query or mutation; {found}"])
    return kinds == ["mutation"]


def _definitions(document: str) -> list[str]:
    """Return the keyword of each definition at the top level of a document."""
    outline = _STRING_OR_COMMENT.sub(" ", document)
    before = ""
    while before != outline:
        before, outline = outline, _INNERMOST.sub(lambda found: ";" if found[0][0] == "{" else " ", outline)
    words = [_WORD.search(head) for head in outline.split(";")[:-1]]
    return [word[0] if word else "query" for word in words]
