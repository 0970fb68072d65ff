"""Every write tool, in every situation, through every way in: nothing twice, nothing unapproved, nothing lost."""

from collections.abc import Callable

import pytest
from cells import IN_MATRIX, Cell
from conversations import Way
from situations import SITUATIONS

from ways import starting

SPECS = {spec.name: spec for spec in IN_MATRIX}


@pytest.mark.slow  # several agents in one process, on a machine that may be busy
async def test_cell(tool: str, situation: str, way: Way, record_property: Callable[[str, object], None]) -> None:
    record_property("cell", (tool, situation, way))
    async with starting(way, "ainvoke", None) as start:
        cell = Cell(SPECS[tool], way, start)
        await SITUATIONS[situation](cell)
        record_property("ended", [card.state for card in await cell.talk.cards()])
