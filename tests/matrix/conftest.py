"""Runs the matrix whole, prints it and writes its page: `make matrix`."""

from typing import Any

import pytest
from matrix_page import PAGE, Tried, page
from situations import cells, sample


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", action="store_true", help="run the whole matrix of writes and write its page")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All cells with --matrix, else one for each situation and way."""
    metafunc.parametrize(("tool", "situation", "way"), cells() if _whole(metafunc.config) else sample())


def _whole(config: pytest.Config) -> bool:
    # Registered only where this folder is named on the command line.
    return bool(config.getoption("--matrix", default=False))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The page, which stays as it was where only some cells were run."""
    if not _whole(config):
        return
    results = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            told = dict(report.user_properties)
            results[tuple(told["cell"])] = Tried(outcome == "passed", "unknown" in told.get("ended", ()))
    ordered = {cell: results[cell] for cell in cells() if cell in results}
    text = page(ordered)
    terminalreporter.write_line(text)
    if len(ordered) == len(cells()):
        PAGE.write_text(text, encoding="utf-8")
