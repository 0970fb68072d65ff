"""update_product: what it proposes, and what sending it does."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal, Step
from langchain_centra.client import AsyncCentra, PermissionMissing, UserErrors
from langchain_centra.sandbox import DEMO_SKU, Sandbox
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]
LIVE = "Alva Tee (Sweden, Europe, North America); Alva Tee (Wholesale Europe)"


@pytest.fixture
def tee(sandbox: Sandbox) -> Any:
    """Alva Tee, TEE01."""
    return sandbox.store.products[1]


@pytest.fixture
def spec(write: Write) -> WriteTool:
    """The tool's declaration."""
    return write("update_product")


def only(proposal: Proposal) -> Step:
    [step] = proposal.steps
    return step


def holds(expected: dict[str, Any], seen: dict[str, Any]) -> bool:
    return expected.items() <= seen.items()


async def carry_out(spec: WriteTool, centra: AsyncCentra, proposal: Proposal) -> None:
    """Send every step, checking that the store shows `before` ahead of it and `after` behind it."""
    for step in proposal.steps:
        assert holds(step.before, await spec.observe(centra, step))
        await spec.send(centra, step)
        assert holds(step.after, await spec.observe(centra, step))


async def test_a_new_name_is_shown_with_where_shoppers_see_the_product(propose: Propose, sandbox: Sandbox) -> None:
    proposal = await propose("update_product", product="TEE01", name="Alva T-shirt")
    assert proposal.sentence == "Change the name of product TEE01 (Alva Tee)"
    assert [(c.object, c.field, c.before, c.after) for c in proposal.changes] == [
        ("product TEE01 (Alva Tee)", "name", "Alva Tee", "Alva T-shirt")
    ]
    assert proposal.effects == {Effect.CONTENT}
    assert proposal.targets == {"product:1"}
    assert proposal.warnings == (f"It is live on {LIVE}. Displays keep names of their own.",)
    assert proposal.undo == "set the name back to what it was"
    assert only(proposal).before == {"name": "Alva Tee", "live on": LIVE}
    assert not sandbox.mutations


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "Alva T-shirt"},
        {"status": "inactive"},
        {"product_number": "TEE77"},
        {"internal_comment": "Check the fabric"},
        {"internal_comment": ""},
        {"name": "Alva T-shirt", "status": "INACTIVE", "product_number": "TEE77", "internal_comment": "Old stock"},
    ],
    ids=lambda wanted: " and ".join(wanted),
)
async def test_sending_and_reversing_leads_to_after_and_back_to_before(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox, tee: Any, wanted: dict[str, str]
) -> None:
    tee.internal_comment = "As it was"
    proposal = await propose("update_product", product="TEE01", **wanted)
    step = only(proposal)
    assert holds(step.before, await spec.observe(centra, step))
    assert not (await spec.send(centra, step)).warnings
    assert holds(step.after, await spec.observe(centra, step))
    assert len(sandbox.mutations) == 1
    reverse = proposal.reverse
    assert reverse
    back = await propose(reverse.tool, **reverse.args)
    await spec.send(centra, only(back))
    assert (tee.name, tee.status, tee.product_number, tee.internal_comment) == (
        "Alva Tee", "ACTIVE", "TEE01", "As it was",
    )  # fmt: skip


async def test_the_displays_in_all_markets_are_renamed_before_the_product(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox, tee: Any
) -> None:
    proposal = await propose("update_product", product="TEE01", name="Alva T-shirt", display_name="Alva T-shirt")
    assert proposal.sentence == "Change the name and display names of product TEE01 (Alva Tee)"
    assert [(c.object, c.before, c.after) for c in proposal.changes] == [
        ("product TEE01 (Alva Tee)", "Alva Tee", "Alva T-shirt"),
        ("display Alva Tee (Sweden, Europe, North America)", "Alva Tee", "Alva T-shirt"),
        ("display Alva Tee (Wholesale Europe)", "Alva Tee", "Alva T-shirt"),
    ]
    assert proposal.warnings == (f"It is live on {LIVE}.",)
    assert [step.targets[0].split(":")[0] for step in proposal.steps] == ["display", "display", "product"]
    await carry_out(spec, centra, proposal)
    assert [record.name for record in sandbox.mutations] == ["updateDisplay", "updateDisplay", "updateProduct"]
    assert {tee.name, *(display.name for display in tee.displays)} == {"Alva T-shirt"}
    assert proposal.reverse
    await carry_out(spec, centra, await propose(proposal.reverse.tool, **proposal.reverse.args))
    assert {tee.name, *(display.name for display in tee.displays)} == {"Alva Tee"}


async def test_a_display_that_has_the_name_already_is_left_alone(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, tee: Any
) -> None:
    tee.displays[0].name, tee.displays[1].status = "Alva T-shirt", "INACTIVE"
    proposal = await propose("update_product", product="TEE01", display_name="Alva T-shirt")
    [change] = proposal.changes
    assert change.object == "display Alva Tee (INACTIVE, Wholesale Europe)"
    assert proposal.undo == "set the display names back to what they were"
    assert proposal.reverse is None
    await carry_out(spec, centra, proposal)
    with pytest.raises(NothingToChange):
        await propose("update_product", product="TEE01", display_name="Alva T-shirt")


async def test_displays_that_are_not_there_or_not_readable_are_not_renamed(
    propose: Propose, spec: WriteTool, sandbox: Sandbox, lacking: Callable[..., str], tee: Any
) -> None:
    tee.displays.clear()
    with pytest.raises(Impossible, match="Alva Tee has no displays"):
        await propose("update_product", product="TEE01", display_name="Alva T-shirt")
    async with AsyncCentra(sandbox.url, lacking("Display:read"), transport=sandbox.transport()) as centra:
        with pytest.raises(Impossible, match="Display:read"):
            await spec.propose(centra, spec.validate({"product": "TEE01", "display_name": "Alva T-shirt"}))


async def test_a_token_that_may_not_change_displays_writes_nothing_at_all(
    sandbox: Sandbox, spec: WriteTool, lacking: Callable[..., str]
) -> None:
    wanted = {"product": "TEE01", "name": "Alva T-shirt", "display_name": "Alva T-shirt"}
    async with AsyncCentra(sandbox.url, lacking("Display:write"), transport=sandbox.transport()) as centra:
        proposal = await spec.propose(centra, spec.validate(wanted))
        with pytest.raises(PermissionMissing, match="Display:write"):
            await spec.send(centra, proposal.steps[0])
    assert not [record for record in sandbox.mutations if record.applied]


async def test_a_status_says_where_the_product_becomes_or_ceases_to_be_live(propose: Propose, tee: Any) -> None:
    off = await propose("update_product", product="TEE01", status="INACTIVE")
    assert off.warnings == (f"It is no longer live on {LIVE}.",)
    tee.status = "INACTIVE"
    assert (await propose("update_product", product="TEE01", status="ACTIVE")).warnings == (
        f"It becomes live on {LIVE}.",
    )
    for display in tee.displays:
        display.status = "INACTIVE"
    [nowhere] = (await propose("update_product", product="TEE01", status="ACTIVE")).warnings
    assert nowhere == "It becomes live nowhere: no active display shows it."


async def test_only_what_differs_is_written(propose: Propose, spec: WriteTool, centra: AsyncCentra, tee: Any) -> None:
    proposal = await propose("update_product", product="TEE01", name="Alva Tee", status="INACTIVE")
    assert only(proposal).variables == {"id": tee.id, "status": "INACTIVE"}
    assert proposal.effects == {Effect.STATUS}
    await spec.send(centra, only(proposal))
    assert (tee.name, tee.status) == ("Alva Tee", "INACTIVE")


async def test_a_product_that_is_as_requested_is_not_written(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match=r"The product TEE01 \(Alva Tee\) already is as requested"):
        await propose("update_product", product="TEE01", name="Alva Tee", status="ACTIVE", internal_comment="")


async def test_a_change_of_nothing_is_answered_with_what_can_change(propose: Propose) -> None:
    with pytest.raises(Impossible, match="name, display_name, status, product_number or internal_comment"):
        await propose("update_product", product="TEE01")


async def test_a_new_number_is_shown_with_the_skus_that_it_changes(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("update_product", product=DEMO_SKU, product_number="TEE77")
    assert proposal.warnings[0] == (
        "All 8 SKUs of the product change with its number, such as TEE01BLKS to TEE77BLKS; "
        "other systems may know the old ones."
    )
    await spec.send(centra, only(proposal))
    assert "TEE77BLKS" in sandbox.store.product_sizes


async def test_the_number_of_another_product_is_refused(propose: Propose) -> None:
    with pytest.raises(Impossible, match="TEE02 is already used by Birk Tee"):
        await propose("update_product", product="TEE01", product_number="TEE02")


async def test_a_refusal_of_the_store_is_raised_and_nothing_is_written(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox, tee: Any
) -> None:
    step = only(await propose("update_product", product="TEE01", product_number="TEE77"))
    sandbox.store.products[2].product_number = "TEE77"
    with pytest.raises(UserErrors):
        await spec.send(centra, step)
    assert tee.product_number == "TEE01"


async def test_an_internal_comment_concerns_no_shopper(propose: Propose, tee: Any) -> None:
    tee.internal_comment = "As it was"
    proposal = await propose("update_product", product="TEE01", internal_comment="")
    assert [(change.before, change.after) for change in proposal.changes] == [("As it was", "(empty)")]
    assert proposal.warnings == ()
    assert only(proposal).before == {"internal comment": "As it was"}


@pytest.mark.parametrize("field", ["name", "status", "display"])
async def test_a_change_behind_the_back_shows_in_the_fingerprint(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, tee: Any, field: str
) -> None:
    step = only(await propose("update_product", product="TEE01", name="Alva T-shirt", status="INACTIVE"))
    if field == "display":
        tee.displays[0].markets.pop()
    else:
        setattr(tee, field, {"name": "Other", "status": "INACTIVE"}[field])
    assert not holds(step.before, await spec.observe(centra, step))


async def test_a_product_that_is_gone_shows_in_the_fingerprint(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    step = only(await propose("update_product", product="TEE01", name="Alva T-shirt"))
    del sandbox.store.products[1]
    assert await spec.observe(centra, step) == {}


async def test_what_cannot_be_read_is_said_on_the_card(
    sandbox: Sandbox, spec: WriteTool, lacking: Callable[..., str]
) -> None:
    token = lacking("Product.internalComment:read", "Display:read", "ProductSize:read")
    async with AsyncCentra(sandbox.url, token, transport=sandbox.transport()) as centra:
        wanted = {"product": "TEE01", "product_number": "TEE77", "internal_comment": "New"}
        proposal = await spec.propose(centra, spec.validate(wanted))
        step = only(proposal)
        assert holds(step.before, await spec.observe(centra, step))
        await spec.send(centra, step)
        assert await spec.observe(centra, step) == {"product number": "TEE77"}
    assert proposal.warnings == (
        "All SKUs of the product change with its number; which they are cannot be read.",
        "Where the product is live cannot be read.",
        "The present internal comment cannot be read; it is replaced.",
    )
    assert [change.before for change in proposal.changes] == ["TEE01", None]
    assert proposal.reverse is None
    assert proposal.undo == "set the product number back to what it was"


async def test_a_mutation_without_its_permission_writes_nothing(
    sandbox: Sandbox, spec: WriteTool, lacking: Callable[..., str], tee: Any
) -> None:
    async with AsyncCentra(sandbox.url, lacking("Product:write"), transport=sandbox.transport()) as centra:
        proposal = await spec.propose(centra, spec.validate({"product": "TEE01", "name": "Alva T-shirt"}))
        with pytest.raises(PermissionMissing, match="Product:write"):
            await spec.send(centra, only(proposal))
    assert tee.name == "Alva Tee"


@pytest.mark.parametrize("product", ["Alva", "zzz"])
async def test_an_unknown_product_is_not_proposed(propose: Propose, product: str) -> None:
    with pytest.raises(Impossible, match="No product has the number, name or SKU"):
        await propose("update_product", product=product, status="INACTIVE")


async def test_a_name_of_several_products_is_answered_with_their_numbers(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.products[2].name = "Alva Tee"
    with pytest.raises(Impossible, match=r"TEE01 \(Alva Tee\); LST01 \(Alva Tee\)"):
        await propose("update_product", product="Alva Tee", status="INACTIVE")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"product": "TEE01", "name": ""},
        {"product": "TEE01", "name": "x" * 10_000},
        {"product": "TEE01", "status": "GONE"},
        {"product": "TEE01", "product_number": " "},
        {"product": "TEE01", "internal_comment": "x" * 10_000},
    ],
)
async def test_absurd_arguments_are_explained_in_a_sentence(propose: Propose, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArguments) as explained:
        await propose("update_product", **arguments)
    assert "update_product" in str(explained.value)
    assert len(str(explained.value)) < 200
