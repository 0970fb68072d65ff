"""set_voucher_status, delete_voucher and set_campaign_status: what they propose, and what sending them does."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal
from langchain_centra.client import AsyncCentra, PermissionMissing, UserErrors
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]

SOME: list[tuple[str, dict[str, Any], str]] = [
    ("set_voucher_status", {"vouchers": ["WELCOME"], "status": "INACTIVE"}, "Voucher:write"),
    ("delete_voucher", {"voucher": "WELCOME"}, "Voucher:write"),
    ("set_campaign_status", {"campaign": "Outerwear Days", "status": "ACTIVE"}, "Campaign:write"),
]
each = pytest.mark.parametrize(("tool", "arguments", "permission"), SOME)


async def carry_out(spec: WriteTool, centra: AsyncCentra, proposal: Proposal) -> None:
    """Send every step, checking that the store shows `before` ahead of it and `after` behind it."""
    for step in proposal.steps:
        assert step.before.items() <= (await spec.observe(centra, step)).items()
        assert not (await spec.send(centra, step)).warnings
        assert step.after.items() <= (await spec.observe(centra, step)).items()


async def test_vouchers_are_switched_off_with_what_runs_beside_them(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("set_voucher_status", vouchers=["welcome", "Alma's followers", "STAFF"], status="INACTIVE")
    assert len(sandbox.requests) == 1
    assert proposal.sentence == "Switch off 2 vouchers"
    assert [change.object for change in proposal.changes] == [
        "voucher Welcome (WELCOME), uses not limited",
        "voucher Alma's followers (ALMA15), uses left 12 of 500",
    ]
    assert proposal.warnings == (
        "Can be combined with other vouchers: Welcome.",
        "Campaigns that run in the same markets: Knitwear Weeks, End of Denim.",
    )
    await carry_out(write("set_voucher_status"), centra, proposal)
    assert [sandbox.store.vouchers[number].status for number in (1, 3)] == ["INACTIVE"] * 2
    assert proposal.reverse
    await carry_out(write("set_voucher_status"), centra, await propose("set_voucher_status", **proposal.reverse.args))
    assert sandbox.store.vouchers[1].status == "ACTIVE"


async def test_switching_on_a_voucher_that_is_over_or_used_up_is_warned_of(propose: Propose, sandbox: Sandbox) -> None:
    for number in (3, 7):
        sandbox.store.vouchers[number].status = "INACTIVE"
    sandbox.store.vouchers[3].successful_usages = 500
    warnings = (await propose("set_voucher_status", vouchers=["ALMA15", "SPRING"], status="ACTIVE")).warnings
    assert "Past their last day" in warnings[0]
    assert warnings[1] == "No use is left of Alma's followers."


async def test_a_deleted_voucher_is_gone_and_the_card_says_that_it_cannot_come_back(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("delete_voucher", voucher="spring")
    assert proposal.sentence == "Delete voucher Spring (SPRING)"
    assert proposal.undo is None
    assert proposal.reverse is None
    assert proposal.effects == {Effect.DELETE}
    assert "it was used 311 times so far; switching the voucher off can be undone" in proposal.warnings[0]
    await carry_out(write("delete_voucher"), centra, proposal)
    assert 7 not in sandbox.store.vouchers
    with pytest.raises(UserErrors):
        await write("delete_voucher").send(centra, proposal.steps[0])


async def test_a_campaign_is_switched_on_with_its_products_markets_and_dates(
    propose: Propose, write: Write, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("set_campaign_status", campaign="outerwear days", status="ACTIVE")
    assert proposal.sentence == (
        "Switch on the campaign Outerwear Days in Sweden, Europe, North America, pricelists SEK, EUR, USD"
    )
    assert proposal.warnings[0] == "2 products become cheaper: Alva Parka (-15 %), Birk Raincoat (-15 %)."
    assert proposal.warnings[1].startswith("Its dates: ")
    assert proposal.effects == {Effect.STATUS, Effect.PRICE}
    await carry_out(write("set_campaign_status"), centra, proposal)
    assert sandbox.store.campaigns[2].status == "ACTIVE"
    assert proposal.reverse
    back = await propose("set_campaign_status", **proposal.reverse.args)
    assert "2 products go back to full price" in back.warnings[0]


async def test_a_campaign_without_products_on_displays_is_said_to_have_none(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.campaigns[2].variants.clear()
    proposal = await propose("set_campaign_status", campaign="Outerwear Days", status="ACTIVE")
    assert proposal.warnings == ("No display of its markets shows a product of it.",)


async def test_what_is_so_already_is_not_written(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match="Already ACTIVE: voucher Welcome"):
        await propose("set_voucher_status", vouchers=["WELCOME"], status="ACTIVE")
    with pytest.raises(NothingToChange, match="is ACTIVE already"):
        await propose("set_campaign_status", campaign="End of Denim", status="ACTIVE")


async def test_unknown_names_are_answered_with_close_ones(propose: Propose) -> None:
    with pytest.raises(Impossible, match=r"Close to it: Press \(PRESS\)"):
        await propose("delete_voucher", voucher="PRES")
    with pytest.raises(Impossible, match="Use search_vouchers"):
        await propose("set_voucher_status", vouchers=["WELCOME", "zz"], status="INACTIVE")
    with pytest.raises(Impossible, match="Close to it: End of Denim"):
        await propose("set_campaign_status", campaign="denim", status="INACTIVE")


async def test_all_vouchers_that_are_not_there_are_told_at_once(propose: Propose) -> None:
    with pytest.raises(Impossible, match="name 'ATLANTIS', 'AVALON'"):
        await propose("set_voucher_status", vouchers=["ATLANTIS", "WELCOME", "AVALON"], status="INACTIVE")


async def test_campaigns_of_one_name_are_not_told_apart_by_guessing(propose: Propose, sandbox: Sandbox) -> None:
    for campaign in sandbox.store.campaigns.values():
        campaign.name = "Outerwear Days"
    with pytest.raises(Impossible, match="campaigns are called 'Outerwear Days'"):
        await propose("set_campaign_status", campaign="Outerwear Days", status="ACTIVE")


async def test_vouchers_of_one_name_are_not_told_apart_by_guessing(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.vouchers[2].name = "Welcome gift"
    sandbox.store.vouchers[3].name = "welcome gift"
    with pytest.raises(Impossible, match=r"Several vouchers are called .*; give the code: .*SUMMER.*ALMA15"):
        await propose("delete_voucher", voucher="Welcome gift")


@each
async def test_a_change_in_between_shows_in_the_fingerprint(
    propose: Propose,
    write: Write,
    centra: AsyncCentra,
    sandbox: Sandbox,
    tool: str,
    arguments: dict[str, Any],
    permission: str,
) -> None:
    [step] = (await propose(tool, **arguments)).steps
    if permission == "Campaign:write":
        sandbox.store.campaigns[2].status = "ACTIVE"
    else:
        sandbox.store.vouchers[1].status = "INACTIVE"
    assert not step.before.items() <= (await write(tool).observe(centra, step)).items()


@each
async def test_a_missing_permission_is_named(
    propose: Propose,
    write: Write,
    sandbox: Sandbox,
    lacking: Callable[..., str],
    tool: str,
    arguments: dict[str, Any],
    permission: str,
) -> None:
    [step] = (await propose(tool, **arguments)).steps
    async with AsyncCentra(sandbox.url, lacking(permission), transport=sandbox.transport()) as client:
        with pytest.raises(PermissionMissing, match=permission):
            await write(tool).send(client, step)


async def test_campaigns_that_cannot_be_read_are_said_to_be_so(
    write: Write, sandbox: Sandbox, lacking: Callable[..., str]
) -> None:
    spec = write("set_voucher_status")
    token = lacking("Campaign:read")
    async with AsyncCentra(sandbox.url, token, transport=sandbox.transport()) as client:
        proposal = await spec.propose(client, spec.validate({"vouchers": ["PRESS"], "status": "INACTIVE"}))
    assert proposal.warnings == ("Which campaigns run in the same markets cannot be read.",)


@pytest.mark.parametrize(
    "arguments", [{}, {"vouchers": []}, {"vouchers": [""], "status": "ACTIVE"}, {"vouchers": ["a"], "status": "gone"}]
)
async def test_absurd_arguments_are_explained(propose: Propose, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArguments, match="set_voucher_status"):
        await propose("set_voucher_status", **arguments)
