"""create_category and set_category_displays: what they propose, and what sending it does."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from langchain_centra.approval.card import markdown, preview
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal
from langchain_centra.client import AsyncCentra, PermissionMissing, UserErrors
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.state.displays import Category, Display
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]
FACT = "category Clothing > Linen in store Alvelund"


def card(proposal: Proposal) -> str:
    return markdown(
        preview(proposal, revision=1, read_at="2026-03-01T12:00Z", expires_at="2026-03-02T12:00Z", args_digest="")
    )


def named(sandbox: Sandbox, name: str, store_id: int = 1) -> Category:
    return next(r for r in sandbox.store.categories.values() if (r.name, r.store.id) == (name, store_id))


def display(sandbox: Sandbox, name: str, store_id: int = 1) -> Display:
    return next(r for r in sandbox.store.displays.values() if (r.name, r.store.id) == (name, store_id))


async def carry_out(spec: WriteTool, centra: AsyncCentra, proposal: Proposal) -> None:
    """Send every step, checking that the store shows `before` ahead of it and `after` behind it."""
    for step in proposal.steps:
        assert step.before.items() <= (await spec.observe(centra, step)).items()
        assert not (await spec.send(centra, step)).warnings
        assert step.after.items() <= (await spec.observe(centra, step)).items()


async def test_a_category_is_proposed_with_where_it_appears(propose: Propose, sandbox: Sandbox) -> None:
    proposal = await propose("create_category", name="Linen", parent="clothing")
    assert proposal.sentence == "Create the category Clothing > Linen in store Alvelund"
    assert proposal.effects == {Effect.CONTENT}
    [status, seen] = proposal.changes
    assert (status.before, status.after) == ("not there", "ACTIVE")
    assert (seen.before, seen.after) == ("no market", "Sweden, Europe, North America")
    assert "a category cannot be deleted from here" in card(proposal)
    assert not sandbox.mutations


async def test_a_category_is_made_and_found_by_its_name_under_its_parent(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("create_category", name="Linen", parent="Clothing", status="INACTIVE")
    assert proposal.changes[1].after == "no market until it is active"
    await carry_out(write("create_category"), centra, proposal)
    made = named(sandbox, "Linen")
    assert (made.parent, made.status) == (named(sandbox, "Clothing"), "INACTIVE")
    assert len(sandbox.mutations) == 1


async def test_a_top_category_is_made_in_the_store_that_is_named(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    with pytest.raises(Impossible, match="Say in which store: Alvelund, Alvelund Wholesale"):
        await propose("create_category", name="Spring")
    with pytest.raises(Impossible, match="There is no store 'Nowhere'"):
        await propose("create_category", name="Spring", store="Nowhere")
    proposal = await propose("create_category", name="Spring", store="alvelund wholesale")
    await carry_out(write("create_category"), centra, proposal)
    assert named(sandbox, "Spring", 2).parent is None


async def test_a_category_that_is_there_is_not_made_again(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match=r"Clothing > tops is already there in store Alvelund \(ACTIVE\)"):
        await propose("create_category", name="tops", parent="Clothing")


async def test_the_same_name_elsewhere_and_a_hidden_parent_are_warned_of(propose: Propose) -> None:
    proposal = await propose("create_category", name="Knitwear", parent="Sale")
    assert proposal.warnings == (
        "The store already has a category of this name: Clothing > Knitwear.",
        "Sale, under which it would stand, is INACTIVE.",
    )


async def test_an_unknown_or_ambiguous_parent_is_answered_with_candidates(propose: Propose) -> None:
    with pytest.raises(Impossible, match=r"There is no category 'Wear'. Close to it: .*Clothing > Knitwear"):
        await propose("create_category", name="X", parent="Wear")
    with pytest.raises(Impossible, match="2 categories are called 'Knitwear': Clothing > Knitwear in store Alvelund"):
        await propose("create_category", name="X", parent="Knitwear")


async def test_a_category_that_somebody_else_made_meanwhile_is_seen(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    [step] = (await propose("create_category", name="Linen", parent="Clothing")).steps
    parent = named(sandbox, "Clothing")
    sandbox.store.categories[9] = Category(id=9, name="LINEN", uri="linen", store=parent.store, parent=parent)
    assert step.before == {FACT: "none"}
    assert await write("create_category").observe(centra, step) == {FACT: "ACTIVE"}


async def test_a_tree_that_is_too_deep_is_refused_by_the_store(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    parent = named(sandbox, "Rainwear")
    for number in range(9, 12):
        parent = Category(id=number, name=f"Level {number}", uri="level", store=parent.store, parent=parent)
        sandbox.store.categories[number] = parent
    [step] = (await propose("create_category", name="X", parent="Level 11")).steps
    with pytest.raises(UserErrors, match="at most 6 levels"):
        await write("create_category").send(centra, step)


@pytest.mark.parametrize("missing", ["Category:read", "Store:read"])
async def test_making_a_category_names_the_permission_that_it_lacks(
    write: Write, sandbox: Sandbox, lacking: Callable[..., str], missing: str
) -> None:
    spec = write("create_category")
    async with AsyncCentra(sandbox.url, lacking(missing), transport=sandbox.transport()) as centra:
        with pytest.raises(PermissionMissing, match=missing):
            await spec.propose(centra, spec.validate({"name": "Linen", "parent": "Clothing"}))


async def test_displays_get_into_a_category_and_out_of_it_with_one_mutation_each(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose(
        "set_category_displays", category="Gifts", add=["Alva Tee", "birk-tee"], remove=["alva scarf"]
    )
    assert proposal.sentence == (
        "Add 2 displays to Accessories > Gifts and take the display Alva Scarf out of it in store Alvelund"
    )
    assert [(change.before, change.after) for change in proposal.changes] == [
        ("no", "yes"),
        ("no", "yes"),
        ("yes", "no"),
    ]
    assert proposal.changes[0].object == "Alva Tee (ACTIVE, Sweden, Europe, North America)"
    assert (proposal.rows, len(proposal.steps)) == (3, 3)
    await carry_out(write("set_category_displays"), centra, proposal)
    gifts = named(sandbox, "Gifts")
    assert gifts in display(sandbox, "Alva Tee").categories
    assert gifts in display(sandbox, "Birk Tee").categories
    assert gifts not in display(sandbox, "Alva Scarf").categories
    assert [record.name for record in sandbox.mutations] == ["updateDisplay"] * 3


async def test_the_reverse_puts_everything_back(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    before = {d.id: {*d.categories} for d in sandbox.store.displays.values()}
    proposal = await propose("set_category_displays", category="Gifts", add=["Alva Tee"], remove=["Alva Scarf"])
    await carry_out(write("set_category_displays"), centra, proposal)
    assert proposal.reverse
    await carry_out(
        write("set_category_displays"), centra, await propose(proposal.reverse.tool, **proposal.reverse.args)
    )
    assert {d.id: {*d.categories} for d in sandbox.store.displays.values()} == before


async def test_what_is_so_already_is_left_out(propose: Propose) -> None:
    proposal = await propose("set_category_displays", category="Gifts", add=["Alva Tee", "Alva Scarf"])
    assert proposal.rows == 1
    with pytest.raises(NothingToChange, match="already as requested"):
        await propose("set_category_displays", category="Gifts", add=["Alva Scarf"], remove=["Alva Tee"])


async def test_fifty_displays_are_read_in_few_requests(propose: Propose, sandbox: Sandbox) -> None:
    names = [d.name for d in sandbox.store.displays.values() if d.store.id == 1][:50]
    proposal = await propose("set_category_displays", category="Sale", add=names)
    assert len(sandbox.requests) == 3
    assert proposal.rows == 46
    assert "Sale is INACTIVE, so shoppers may not see it." in proposal.warnings
    assert "46 changes in all" in card(proposal)


async def test_what_shoppers_do_not_see_and_a_canonical_category_are_warned_of(
    propose: Propose, sandbox: Sandbox
) -> None:
    display(sandbox, "Alva Tee").status = "INACTIVE"
    display(sandbox, "Birk Tee").markets = []
    proposal = await propose(
        "set_category_displays", category="Clothing > Knitwear", add=["Alva Tee", "Birk Tee"], remove=["Alva Cardigan"]
    )
    assert proposal.warnings == (
        "Not active, so shoppers do not see them: Alva Tee.",
        "In no market, so shoppers do not see them: Birk Tee.",
        "Clothing > Knitwear is the canonical category of Alva Cardigan; what becomes of that is not documented.",
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"add": ["Nothing"]}, "There is no display Nothing. Close to Nothing: none"),
        ({"add": ["tee"]}, r"Close to tee: Alva Tee \(#2001, address alva-tee, store Alvelund\)"),
        ({"add": ["#2061"]}, "is not of the category's store, Alvelund"),
        ({"add": ["#999"]}, "There is no display #999"),
        ({"add": ["Alva Tee"], "remove": ["#2001"]}, "Alva Tee is to be added and removed"),
    ],
)
async def test_displays_that_cannot_be_meant_are_explained(
    propose: Propose, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Impossible, match=reason):
        await propose("set_category_displays", category="Gifts", **arguments)


async def test_two_displays_of_one_name_are_told_apart_by_number(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.displays[2002].name = "Alva Tee"
    with pytest.raises(Impossible, match=r"names 2 of them: Alva Tee \(#2001.*Alva Tee \(#2002"):
        await propose("set_category_displays", category="Gifts", add=["Alva Tee"])
    assert (await propose("set_category_displays", category="Gifts", add=["#2002"])).rows == 1


async def test_nothing_to_add_or_remove_is_refused(propose: Propose) -> None:
    with pytest.raises(InvalidArguments, match="Name displays to add or to remove"):
        await propose("set_category_displays", category="Gifts")


async def test_a_display_that_moved_meanwhile_is_seen(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    [step] = (await propose("set_category_displays", category="Gifts", add=["Alva Tee"])).steps
    display(sandbox, "Alva Tee").categories.append(named(sandbox, "Gifts"))
    assert await write("set_category_displays").observe(centra, step) == step.after
    del sandbox.store.displays[2001]
    assert await write("set_category_displays").observe(centra, step) == {}


async def test_markets_and_store_are_said_to_be_unreadable(
    write: Write, sandbox: Sandbox, lacking: Callable[..., str]
) -> None:
    spec = write("set_category_displays")
    token = lacking("Market:read", "Store:read")
    async with AsyncCentra(sandbox.url, token, transport=sandbox.transport()) as centra:
        proposal = await spec.propose(centra, spec.validate({"category": "Gifts", "add": ["#2001"]}))
    assert proposal.changes[0].object == "Alva Tee (ACTIVE, markets not readable)"
    assert proposal.sentence.endswith("in store (not readable)")


async def test_adding_displays_names_the_permission_that_it_lacks(
    write: Write, sandbox: Sandbox, lacking: Callable[..., str], propose: Propose
) -> None:
    [step] = (await propose("set_category_displays", category="Gifts", add=["Alva Tee"])).steps
    async with AsyncCentra(sandbox.url, lacking("Display:write"), transport=sandbox.transport()) as centra:
        with pytest.raises(PermissionMissing, match="Display:write"):
            await write("set_category_displays").send(centra, step)
