"""The matrix as a page of the documentation."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from cells import IN_MATRIX
from conversations import Way
from situations import LEFT_OUT, SITUATIONS

from ways import WAYS

PAGE = Path(__file__).parents[2] / "docs" / "matrix.md"

_HEAD = """\
# Matrix

Written by `make matrix`, which runs every write tool in every situation through
[each way in](approval.md#three-ways-in) on the sandbox. A cell holds if nothing was written twice, nothing without a
stored decision or a rule that lets it run, and nothing got lost: the card says what became of the write, and the
history has one result for the call. Processes that are killed, two processes on one conversation, and PostgreSQL have
tests of their own (`tests/graphs/crash`, `tests/approval`).
"""


class Tried(NamedTuple):
    """What became of a cell."""

    held: bool
    unknown: bool


Results = Mapping[tuple[str, str, Way], Tried]


def page(results: Results) -> str:
    """The page; `results` has every cell."""
    held = sum(one.held for one in results.values())
    parts = [
        _HEAD,
        f"**{held} of {len(results)} cells hold**, of {len(IN_MATRIX)} tools in {len(SITUATIONS)} situations.",
        *_failed(results),
        f"\n## Situations\n\n{_situations(results)}\n\nLeft out:\n",
        *(f"- {name}, {way}: {reason}." for (name, way), reason in LEFT_OUT.items()),
        f"\n## Tools\n\n{_TOOLS}\n\n{_tools(results)}\n",
    ]
    return "\n".join(parts)


_TOOLS = """\
Where the answer to a write is lost and the store does not show what was written, the outcome is *not known*: a person
is told to look, and nothing is repeated. The last column names the situations in which that is how the write ends."""


def _failed(results: Results) -> list[str]:
    return [f"- Does not hold: {', '.join(cell)}." for cell, tried in results.items() if not tried.held]


def _situations(results: Results) -> str:
    rows = [["situation", "what happens", *WAYS]]
    for name, situation in SITUATIONS.items():
        counts = [_count(results, 1, name, way) if (name, way) not in LEFT_OUT else "left out" for way in WAYS]
        rows.append([name, " ".join((situation.__doc__ or "").split()), *counts])
    return _table(rows)


def _tools(results: Results) -> str:
    rows = [["tool", *WAYS, "not known after"]]
    for spec in IN_MATRIX:
        unknown = Counter(name for (tool, name, _), tried in results.items() if tool == spec.name and tried.unknown)
        counts = [_count(results, 0, spec.name, way) for way in WAYS]
        rows.append([f"`{spec.name}`", *counts, "; ".join(name for name in SITUATIONS if unknown[name])])
    return _table(rows)


def _count(results: Results, place: int, name: str, way: Way) -> str:
    found = [tried.held for cell, tried in results.items() if cell[place] == name and cell[2] == way]
    return f"{sum(found)} of {len(found)}"


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *body))
