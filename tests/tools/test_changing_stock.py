"""set_stock: what it proposes, and what sending it does."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.seed.known import DEMO_PHYSICAL, DEMO_SKU
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]


def line(quantity: Any, sku: Any = DEMO_SKU, warehouse: Any = "Stockholm") -> dict[str, Any]:
    return {"sku": sku, "warehouse": warehouse, "quantity": quantity}


@pytest.fixture
def spec(write: Write) -> WriteTool:
    return write("set_stock")


async def carry_out(spec: WriteTool, centra: AsyncCentra, proposal: Proposal) -> None:
    """Send every step, checking that the store shows `before` ahead of it and `after` behind it."""
    for step in proposal.steps:
        assert step.before.items() <= (await spec.observe(centra, step)).items()
        assert not (await spec.send(centra, step)).warnings
        assert step.after.items() <= (await spec.observe(centra, step)).items()


async def test_one_level_is_shown_from_before_to_after(propose: Propose, sandbox: Sandbox) -> None:
    proposal = await propose("set_stock", lines=[line(40, warehouse="STOCKHOLM")])
    assert proposal.sentence == f"Set the physical stock of {DEMO_SKU} in Stockholm from {DEMO_PHYSICAL} to 40 units"
    [change] = proposal.changes
    assert (change.before, change.after, change.unit) == (DEMO_PHYSICAL, 40, "units")
    assert proposal.effects == {Effect.STOCK}
    assert proposal.measures == {"stock_delta": Decimal(40 - DEMO_PHYSICAL)}
    assert proposal.undo
    assert not sandbox.mutations


async def test_sending_sets_the_levels_with_one_mutation_a_warehouse(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    other = "TEE01BLKL"
    lines = [line(40), line(7, other), line(9, other, "Rotterdam"), line(40)]
    proposal = await propose("set_stock", lines=lines, reason="Count of 3 November")
    assert [len(step.targets) for step in proposal.steps] == [2, 1]
    await carry_out(spec, centra, proposal)
    stock = sandbox.store.stock
    assert [stock[DEMO_SKU, 1].physical_quantity, stock[other, 1].physical_quantity] == [40, 7]
    assert stock[other, 2].physical_quantity == 9
    assert len(sandbox.mutations) == 2
    assert {change.comment for change in list(sandbox.store.stock_changes.values())[-2:]} == {"Count of 3 November"}


async def test_a_hundred_skus_are_read_in_a_few_requests(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    skus = list(sandbox.store.product_sizes)[:100]
    proposal = await propose("set_stock", lines=[line(1_000, sku) for sku in skus])
    assert proposal.rows == 100
    assert sum(request.fields != ("rateLimits",) for request in sandbox.requests) == 5
    await carry_out(spec, centra, proposal)
    assert sum(request.fields != ("rateLimits",) for request in sandbox.requests) == 8
    assert {sandbox.store.stock[sku, 1].physical_quantity for sku in skus} == {1_000}


async def test_a_level_that_is_right_already_is_not_written(propose: Propose) -> None:
    proposal = await propose("set_stock", lines=[line(DEMO_PHYSICAL), line(7, "TEE01BLKL")])
    assert [step.targets for step in proposal.steps] == [("stock:1:TEE01BLKL",)]
    assert proposal.rows == 1


async def test_nothing_is_proposed_when_every_level_is_right_already(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match="already at the requested level"):
        await propose("set_stock", lines=[line(DEMO_PHYSICAL)])


async def test_one_sku_twice_with_different_levels_is_refused(propose: Propose) -> None:
    with pytest.raises(Impossible, match="given twice, with 5 and 6"):
        await propose("set_stock", lines=[line(5), line(6, DEMO_SKU.lower(), "stockholm")])


async def test_unknown_skus_are_named_with_similar_ones(propose: Propose) -> None:
    with pytest.raises(
        Impossible, match=r"No product has the SKU TEE01BLK, nonsense. SKUs that contain TEE01BLK: TEE01"
    ):
        await propose("set_stock", lines=[line(5, "TEE01BLK"), line(5, "nonsense"), line(5)])


async def test_an_unknown_warehouse_is_answered_with_those_that_exist(propose: Propose) -> None:
    with pytest.raises(Impossible, match="Stockholm, Rotterdam, New Jersey"):
        await propose("set_stock", lines=[line(5, warehouse="Atlantis")])


async def test_a_part_of_a_warehouse_name_is_answered_with_the_whole_name(propose: Propose) -> None:
    with pytest.raises(Impossible, match="Close to it: Rotterdam"):
        await propose("set_stock", lines=[line(5, warehouse="rotter")])


async def test_two_warehouses_of_one_name_are_not_told_apart_by_guessing(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.warehouses[2].name = "stockholm"
    with pytest.raises(Impossible, match="2 warehouses are called 'Stockholm'"):
        await propose("set_stock", lines=[line(5)])


async def test_a_sku_of_two_product_sizes_is_left_to_a_person(propose: Propose, sandbox: Sandbox) -> None:
    [size, other, *_] = sandbox.store.product_sizes.values()
    size.size_number = other.size_number
    with pytest.raises(Impossible, match="is the SKU of 2 product sizes"):
        await propose("set_stock", lines=[line(5, size.sku)])


async def test_a_level_below_what_orders_hold_is_warned_of_and_ends_differently(
    propose: Propose, spec: WriteTool, centra: AsyncCentra
) -> None:
    proposal = await propose("set_stock", lines=[line(1)])
    held = "1 of the 2 units allocated to orders would not be covered; Centra may raise the level to that."
    assert proposal.warnings == (f"{DEMO_SKU} in Stockholm: {held}",)
    [step] = proposal.steps
    assert (await spec.send(centra, step)).warnings
    assert not step.after.items() <= (await spec.observe(centra, step)).items()


async def test_a_level_that_falls_under_the_threshold_names_the_warehouse(propose: Propose, sandbox: Sandbox) -> None:
    [place] = [place for place in sandbox.store.warehouses.values() if place.threshold]
    allocated = sandbox.store.stock[DEMO_SKU, place.id].allocated_quantity
    low = await propose("set_stock", lines=[line(allocated + place.threshold - 1, warehouse=place.name)])
    assert low.warnings == (
        f"{DEMO_SKU} in {place.name} falls under the threshold of 2 units that New Jersey keeps back.",
    )
    enough = await propose("set_stock", lines=[line(allocated + place.threshold, warehouse=place.name)])
    assert not enough.warnings
    assert "New Jersey keeps back 2 units of each SKU (its threshold)." in enough.stock


async def test_a_single_unit_is_written_in_the_singular(propose: Propose) -> None:
    proposal = await propose("set_stock", lines=[line(11)])
    assert proposal.stock == ("The level changes by -1 unit.",)


async def test_an_order_in_between_shows_in_the_fingerprint(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    [step] = (await propose("set_stock", lines=[line(40)])).steps
    sandbox.store.stock[DEMO_SKU, 1].allocated_quantity += 1
    assert not step.before.items() <= (await spec.observe(centra, step)).items()


async def test_a_size_that_never_had_stock_in_a_warehouse_has_none(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    sandbox.store.stock.pop((DEMO_SKU, 3), None)
    proposal = await propose("set_stock", lines=[line(4, warehouse="New Jersey")])
    assert proposal.changes[0].before == 0
    await carry_out(spec, centra, proposal)


@pytest.mark.parametrize(
    "lines",
    [
        [line(-1)],
        [line(2**31)],
        [line(1.5)],
        [line("many")],
        [line(None)],
        [line(True)],
        [line(1, sku="")],
        [line(1, sku="x" * 1_000)],
        [line(1, warehouse="")],
        [line(1) | {"colour": "red"}],
        [],
        [line(1)] * 101,
        "all of them",
        [line(-1)] * 100,
    ],
)
async def test_absurd_lines_are_explained_in_a_few_sentences(propose: Propose, sandbox: Sandbox, lines: Any) -> None:
    with pytest.raises(InvalidArguments, match=r"set_stock") as explained:
        await propose("set_stock", lines=lines)
    assert len(str(explained.value)) < 500
    assert not sandbox.requests
