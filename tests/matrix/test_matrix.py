"""Every write tool, in every situation, through every way in: nothing twice, nothing unapproved, nothing lost."""

import pytest
from conversations import Way
from situations import SITUATIONS, WRITES, Cell, cells

from ways import starting

SPECS = {spec.name: spec for spec in WRITES}


@pytest.mark.parametrize(("tool", "situation", "way"), cells())
async def test_cell(tool: str, situation: str, way: Way) -> None:
    async with starting(way, "ainvoke", None) as start:
        await SITUATIONS[situation](Cell(SPECS[tool], way, start))
