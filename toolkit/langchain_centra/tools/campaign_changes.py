"""Switching campaigns on and off."""

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra, PermissionMissing
from langchain_centra.operations.discounts import (
    CAMPAIGN_PRODUCTS,
    DISPLAYS_PER_PAGE,
    LIST_CAMPAIGNS,
    SET_CAMPAIGN_STATUS,
    Campaign,
    CampaignVariant,
)
from langchain_centra.tools.arguments import ActiveStatus, Arguments, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.discounts import names_of
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import amount, cell, counted, day_and_time, listed

_CANDIDATES = 50
_PAGES = 25
_UNREADABLE = "Which products it concerns cannot be read."
_PRODUCTS = 6


class SetCampaignStatus(Arguments):
    """What set_campaign_status takes."""

    campaign: Text
    status: ActiveStatus


async def observe_campaign(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the status of a step's campaign again."""
    rows = (await LIST_CAMPAIGNS(centra, where={"id": [step.variables["id"]]}, limit=1)).data.campaigns
    if not rows or rows[0].status is None:
        return {}
    return {"status": rows[0].status}


@write_tool(
    group="discounts",
    operations=[LIST_CAMPAIGNS, SET_CAMPAIGN_STATUS],
    sometimes=[CAMPAIGN_PRODUCTS],
    effects=[Effect.STATUS, Effect.PRICE],
    observe=observe_campaign,
)
async def set_campaign_status(centra: AsyncCentra, arguments: SetCampaignStatus) -> Proposal:
    """Switch a price campaign on or off."""
    status = arguments.status
    campaign = await _named(centra, arguments.campaign)
    if campaign.status == status:
        raise NothingToChange(f"The campaign {cell(campaign.name)} is {status} already.")
    switch, back = ("on", "off") if status == "ACTIVE" else ("off", "on")
    step = Step(
        operation=SET_CAMPAIGN_STATUS.name,
        variables={"id": campaign.id, "status": status},
        targets=(f"campaign:{campaign.id}",),
        before={} if campaign.status is None else {"status": campaign.status},
        after={"status": status},
    )
    known = campaign.status in ("ACTIVE", "INACTIVE")
    args = {"campaign": campaign.name, "status": campaign.status}
    return Proposal(
        sentence=f"Switch {switch} the campaign {cell(campaign.name)} in {_where(campaign)}",
        changes=(
            Change(object=f"campaign {cell(campaign.name)}", field="status", before=campaign.status, after=status),
        ),
        effects=frozenset({Effect.STATUS, Effect.PRICE}),
        steps=(step,),
        undo=f"switch it {back} again",
        reverse=Reverse(tool="set_campaign_status", args=args) if known else None,
        warnings=tuple(await _reach(centra, campaign, back=status == "INACTIVE")),
    )


async def _named(centra: AsyncCentra, named: str) -> Campaign:
    where = {"name": {"contains": named}}
    rows = (await LIST_CAMPAIGNS(centra, where=where, limit=_CANDIDATES)).data.campaigns
    rows = rows or (await LIST_CAMPAIGNS(centra, where=None, limit=_CANDIDATES)).data.campaigns or []
    return one_named("campaign", named, rows, lambda campaign: campaign.name)


def _where(campaign: Campaign) -> str:
    markets = "markets not readable" if campaign.markets is None else names_of(campaign.markets) or "no market"
    if campaign.pricelists is None:
        return markets
    return f"{markets}, pricelists {names_of(campaign.pricelists) or 'none'}"


async def _reach(centra: AsyncCentra, campaign: Campaign, *, back: bool) -> list[str]:
    """Say which products the campaign makes cheaper, as the displays of its markets show them."""
    if campaign.markets is None:
        return [_UNREADABLE]
    try:
        variants, whole = await _variants(centra, campaign)
    except PermissionMissing:
        return [_UNREADABLE]
    if not variants:
        return ["No display of its markets shows a product of it." if whole else _unread(variants)]
    names = list(dict.fromkeys(map(_product, variants)))
    one = len(names) == 1
    verb = f"go{'es' * one} back to full price" if back else f"become{'s' * one} cheaper"
    text = [f"{counted(len(names), 'product')} {verb}: {listed(names, _PRODUCTS)}."]
    text += _dates(variants)
    return text if whole else [*text, _unread(variants)]


async def _variants(centra: AsyncCentra, campaign: Campaign) -> tuple[list[CampaignVariant], bool]:
    markets = [market.id for market in campaign.markets or ()]
    found: list[CampaignVariant] = []
    for page in range(1, _PAGES + 1):
        reply = await CAMPAIGN_PRODUCTS(centra, markets=markets, limit=DISPLAYS_PER_PAGE, page=page)
        displays = reply.data.displays or []
        rows = (row for display in displays for row in display.campaign_variants or ())
        found += [row for row in rows if row.campaign and row.campaign.id == campaign.id]
        if len(displays) < DISPLAYS_PER_PAGE:
            return found, True
    return found, False


def _product(variant: CampaignVariant) -> str:
    row = variant.product_variant
    product = row.product.name if row and row.product else None
    name = product or (row.name if row else None) or "name not readable"
    if variant.discount_percent is not None:
        return f"{cell(name)} (-{variant.discount_percent.normalize():f} %)"
    return f"{cell(name)} ({amount(variant.fixed_price)})" if variant.fixed_price else cell(name)


def _dates(variants: Sequence[CampaignVariant]) -> Iterator[str]:
    starts = [row.start_at for row in variants if row.start_at]
    stops = [row.stop_at for row in variants if row.stop_at]
    if starts and stops:
        yield f"Its dates: {day_and_time(min(starts))} to {day_and_time(max(stops))}."


def _unread(variants: Sequence[CampaignVariant]) -> str:
    read = _PAGES * DISPLAYS_PER_PAGE
    return f"Only the first {read} displays of its markets were looked at" + (", more may follow." if variants else ".")
