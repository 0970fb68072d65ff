"""The page of the matrix is that of the present tools and situations."""

from cells import IN_MATRIX
from matrix_page import PAGE
from situations import LEFT_OUT, SITUATIONS, cells


def test_the_page_names_every_write_and_every_situation_and_all_cells_hold() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = {line.split(" | ")[0].strip("|` ") for line in page.splitlines() if line.startswith("| ")}
    assert {spec.name for spec in IN_MATRIX} | SITUATIONS.keys() <= rows, "run make matrix"
    assert f"**{len(cells())} of {len(cells())} cells hold**" in page, "run make matrix"
    assert all(f"- {name}, {way}: {reason}." in page for (name, way), reason in LEFT_OUT.items()), "run make matrix"
