"""Prints the matrix with its counts: `make matrix`."""

from collections import Counter
from typing import Any

import pytest
from situations import LEFT_OUT, SITUATIONS, cells, sample

from ways import WAYS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", action="store_true", help="run and print the whole matrix of writes and situations")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All cells with --matrix, else one write in full and two cells of each other one."""
    metafunc.parametrize(("tool", "situation", "way"), cells() if _whole(metafunc.config) else sample())


def _whole(config: pytest.Config) -> bool:
    # Registered only where this folder is named on the command line.
    return bool(config.getoption("--matrix", default=False))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line for each situation: how many tools hold in it, by way."""
    if not _whole(config):
        return
    held, all_of = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            _, situation, way = report.nodeid.partition("[")[2].removesuffix("]").split("-")
            all_of[situation, way] += 1
            held[situation, way] += outcome == "passed"
    lines = ["| situation | " + " | ".join(WAYS) + " |", "| --- |" + " --- |" * len(WAYS)]
    for name in SITUATIONS:
        counts = [f"{held[name, way]} of {all_of[name, way]}" if all_of[name, way] else "left out" for way in WAYS]
        lines.append(f"| {name} | {' | '.join(counts)} |")
    lines.append(f"\n{sum(held.values())} of {sum(all_of.values())} cells hold.")
    lines += [f"Left out: {name}, {way}: {reason}." for (name, way), reason in LEFT_OUT.items()]
    terminalreporter.write_line("\n".join(lines))
