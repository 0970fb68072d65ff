"""adjust_stock, and what it shares with set_stock: codes and the way back."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, Proposal, Step
from langchain_centra.client import AsyncCentra, PermissionMissing, UserErrors
from langchain_centra.sandbox import DEMO_SKU, Sandbox
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]
OTHER = "TEE01BLKL"


def adjusting(*lines: tuple[str, int], warehouse: str = "Stockholm", reason: str = "Delivery 7") -> dict[str, Any]:
    return {
        "lines": [{"sku": sku, "change": change} for sku, change in lines],
        "warehouse": warehouse,
        "reason": reason,
    }


def only(proposal: Proposal) -> Step:
    [step] = proposal.steps
    return step


def holds(expected: dict[str, Any], seen: dict[str, Any]) -> bool:
    return expected.items() <= seen.items()


@pytest.fixture
def spec(write: Write) -> WriteTool:
    return write("adjust_stock")


@pytest.mark.parametrize("sign", [1, -1])
async def test_one_mutation_moves_several_skus_and_is_found_by_its_mark(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox, sign: int
) -> None:
    stock = sandbox.store.stock
    was = [stock[sku, 1].physical_quantity for sku in (DEMO_SKU, OTHER)]
    step = only(await propose("adjust_stock", **adjusting((DEMO_SKU, 3 * sign), (OTHER, 2 * sign))))
    assert not sandbox.mutations
    assert holds(step.before, await spec.observe(centra, step))
    assert not (await spec.send(centra, step)).warnings
    assert holds(step.after, await spec.observe(centra, step))
    assert [stock[sku, 1].physical_quantity for sku in (DEMO_SKU, OTHER)] == [was[0] + 3 * sign, was[1] + 2 * sign]
    [change] = list(sandbox.store.stock_changes.values())[-1:]
    [mark] = [name.removeprefix("stock change ") for name in step.after if name.startswith("stock change ")]
    assert change.comment == f"Delivery 7 [{mark}]"
    assert len(sandbox.mutations) == 1


async def test_the_card_shows_the_level_after_and_that_repeating_repeats(propose: Propose) -> None:
    proposal = await propose("adjust_stock", **adjusting((DEMO_SKU, -2)))
    assert proposal.sentence == f"Take 2 units of {DEMO_SKU} out of the stock in Stockholm"
    [change] = proposal.changes
    assert (change.before, change.after, change.unit) == (12, 10, "units")
    assert "once more" in proposal.stock[-1]
    assert proposal.effects == {Effect.STOCK}
    assert proposal.measures == {"stock_delta": Decimal(2)}


async def test_the_same_adjustment_twice_has_a_mark_of_its_own_each_time(propose: Propose) -> None:
    steps = [only(await propose("adjust_stock", **adjusting((DEMO_SKU, 1)))) for _ in range(2)]
    assert steps[0].after != steps[1].after


async def test_an_adjustment_is_taken_back_by_its_reverse(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("adjust_stock", **adjusting((DEMO_SKU, 5)))
    await spec.send(centra, only(proposal))
    assert proposal.reverse is not None
    await spec.send(centra, only(await propose(proposal.reverse.tool, **proposal.reverse.args)))
    assert sandbox.store.stock[DEMO_SKU, 1].physical_quantity == 12


async def test_another_movement_in_between_shows_in_the_fingerprint(
    propose: Propose, spec: WriteTool, centra: AsyncCentra
) -> None:
    step = only(await propose("adjust_stock", **adjusting((DEMO_SKU, 5))))
    await spec.send(centra, only(await propose("adjust_stock", **adjusting((DEMO_SKU, 5)))))
    seen = await spec.observe(centra, step)
    assert not holds(step.before, seen)
    assert not holds(step.after, seen), "the same units of somebody else are not taken for ours"


async def test_an_ean_means_its_size_and_sums_up_with_its_sku(propose: Propose, sandbox: Sandbox) -> None:
    ean = sandbox.store.product_sizes[DEMO_SKU].ean
    proposal = await propose("adjust_stock", **adjusting((ean, 1), (DEMO_SKU, 2)))
    assert [change.after for change in proposal.changes] == [15]


async def test_more_than_is_there_cannot_be_taken_away(propose: Propose) -> None:
    with pytest.raises(Impossible, match="has 12 units in Stockholm, so 13 cannot be taken away"):
        await propose("adjust_stock", **adjusting((DEMO_SKU, -13)))


async def test_units_that_orders_hold_are_warned_of_and_may_be_refused(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("adjust_stock", **adjusting((DEMO_SKU, -11)))
    assert "orders hold 2 units" in proposal.warnings[0]
    with pytest.raises(UserErrors):
        await spec.send(centra, only(proposal))
    assert sandbox.store.stock[DEMO_SKU, 1].physical_quantity == 12


@pytest.mark.parametrize("tool", ["adjust_stock", "set_stock"])
async def test_an_absurd_number_of_units_is_warned_of(propose: Propose, tool: str) -> None:
    million = 1_000_000
    lines = [{"sku": DEMO_SKU, "warehouse": "Stockholm", "quantity": million}]
    arguments = {"lines": lines} if tool == "set_stock" else adjusting((DEMO_SKU, million))
    assert "unusually" in (await propose(tool, **arguments)).warnings[0]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (adjusting(("nonsense", 1)), "No product has the SKU nonsense"),
        (adjusting(("7350000999999", 1)), "No product has the SKU or EAN 7350000999999"),
        (adjusting((DEMO_SKU, 1), warehouse="rotter"), "Close to it: Rotterdam"),
        (adjusting((DEMO_SKU, 1), warehouse="Atlantis"), "Stockholm, Rotterdam, New Jersey"),
    ],
)
async def test_what_is_not_there_is_answered_with_what_is(
    propose: Propose, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Impossible, match=reason):
        await propose("adjust_stock", **arguments)


async def test_one_ean_of_two_sizes_is_not_told_apart_by_guessing(propose: Propose, sandbox: Sandbox) -> None:
    [one, other, *_] = sandbox.store.product_sizes.values()
    one.ean = other.ean
    with pytest.raises(Impossible, match="is the SKU or EAN of 2 product sizes"):
        await propose("adjust_stock", **adjusting((other.ean, 1)))


async def test_missing_permissions_are_named(sandbox: Sandbox, spec: WriteTool, lacking: Callable[..., str]) -> None:
    given = spec.validate(adjusting((DEMO_SKU, 1)))
    async with AsyncCentra(sandbox.url, lacking("ProductVariant:read"), transport=sandbox.transport()) as centra:
        with pytest.raises(Impossible, match="ProductVariant:read"):
            await spec.propose(centra, given)
    async with AsyncCentra(sandbox.url, lacking("StockChange:write"), transport=sandbox.transport()) as centra:
        step = only(await spec.propose(centra, given))
        with pytest.raises(PermissionMissing, match="StockChange:write"):
            await spec.send(centra, step)
    async with AsyncCentra(sandbox.url, lacking("StockChange:read"), transport=sandbox.transport()) as centra:
        with pytest.raises(PermissionMissing, match="StockChange:read"):
            await spec.observe(centra, step)


async def test_set_stock_takes_eans_and_gives_its_way_back(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    ean = sandbox.store.product_sizes[DEMO_SKU].ean
    proposal = await propose("set_stock", lines=[{"sku": ean, "warehouse": "Stockholm", "quantity": 40}])
    await write("set_stock").send(centra, only(proposal))
    assert proposal.reverse is not None
    back = await propose(proposal.reverse.tool, **proposal.reverse.args)
    assert [(change.before, change.after) for change in back.changes] == [(40, 12)]


@pytest.mark.parametrize(
    "arguments",
    [
        adjusting((DEMO_SKU, 0)),
        adjusting((DEMO_SKU, 2**31)),
        adjusting((DEMO_SKU, 1), (OTHER, -1)),
        adjusting(),
        adjusting(*[(DEMO_SKU, 1)] * 101),
        adjusting((DEMO_SKU, 1), reason=""),
        adjusting((DEMO_SKU, True)),
    ],
)
async def test_absurd_lines_are_explained(propose: Propose, sandbox: Sandbox, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArguments, match="adjust_stock") as explained:
        await propose("adjust_stock", **arguments)
    assert len(str(explained.value)) < 300
    assert not sandbox.requests
