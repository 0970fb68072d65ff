"""Every write tool, in every situation, through every way in: nothing twice, nothing unapproved, nothing lost."""

from conversations import Way
from situations import SITUATIONS, WRITES, Cell

from ways import starting

SPECS = {spec.name: spec for spec in WRITES}


async def test_cell(tool: str, situation: str, way: Way) -> None:
    async with starting(way, "ainvoke", None) as start:
        await SITUATIONS[situation](Cell(SPECS[tool], way, start))
