"""Reading vouchers and campaigns."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from langchain_centra.client import AsyncCentra
from langchain_centra.operations.discounts import (
    LIST_CAMPAIGNS,
    SEARCH_VOUCHERS,
    SEARCH_VOUCHERS_BY_TEXT,
    Campaign,
    Voucher,
)
from langchain_centra.operations.values import Named
from langchain_centra.tools.arguments import ActiveStatus, Arguments, Text
from langchain_centra.tools.periods import Moment, date_range, in_order, period_sentence
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import left_out, listed, table

_CAMPAIGNS = 100
_NAMES = 8


class SearchVouchers(Arguments):
    """What search_vouchers takes."""

    text: Text | None = Field(None, description="In code or name.")
    status: ActiveStatus | None = None
    ends_from: Moment | None = Field(None, description="Date or ISO time.")
    ends_to: Moment | None = None
    limit: int = Field(20, ge=1, le=50)

    @field_validator("ends_to")
    @classmethod
    def _in_order(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if not in_order(info.data.get("ends_from"), value):
            raise ValueError("It should be on or after ends_from")
        return value


class ListCampaigns(Arguments):
    """What list_campaigns takes."""

    name: Text | None = Field(None, description="Part of the name.")
    status: ActiveStatus | None = None


@read_tool(group="channels", operations=[SEARCH_VOUCHERS, SEARCH_VOUCHERS_BY_TEXT])
async def search_vouchers(centra: AsyncCentra, arguments: SearchVouchers) -> Answer:
    """Find vouchers with their dates, how often they were used and how many uses are left."""
    where: dict[str, Any] = {"status": [arguments.status]} if arguments.status else {}
    bounds = await date_range(centra, arguments.ends_from, arguments.ends_to)
    if bounds:
        where["stopAt"] = bounds
    rows, withheld = await vouchers_with(centra, arguments.text, where, arguments.limit + 1)
    period = period_sentence("Ends", bounds)
    if not rows:
        return Answer(text="\n".join(["No voucher matches.", *period, *left_out(withheld)]))
    found = rows[: arguments.limit]
    columns = ("voucher", "code or link", "status", "works by", "from", "until", "used", "left", "store")
    listing = table(columns, [_voucher(voucher) for voucher in found])
    more = listing.shown < len(rows)
    title = f"{listing.shown} voucher{'' if listing.shown == 1 else 's'}"
    title += "; there are more: narrow by text, status or dates, or raise limit (50 at most):" if more else ":"
    text = "\n".join([title, *period, listing.text, *left_out(withheld)])
    return Answer(text=text, rows=found[: listing.shown])


@read_tool(group="channels", operations=[LIST_CAMPAIGNS])
async def list_campaigns(centra: AsyncCentra, arguments: ListCampaigns) -> Answer:
    """List the price campaigns, newest first, with their markets and pricelists."""
    where: dict[str, Any] = {"status": [arguments.status]} if arguments.status else {}
    if arguments.name:
        where["name"] = {"contains": arguments.name}
    reply = await LIST_CAMPAIGNS(centra, where=where or None, limit=_CAMPAIGNS + 1)
    rows = reply.data.campaigns or []
    if not rows:
        return Answer(text="\n".join(["No campaign matches.", *left_out(reply.withheld)]))
    found = rows[:_CAMPAIGNS]
    listing = table(("campaign", "status", "markets", "pricelists"), [_campaign(campaign) for campaign in found])
    more = "; there are more: narrow by name or status" if listing.shown < len(rows) else ""
    title = f"{listing.shown} campaign{'' if listing.shown == 1 else 's'}{more}:"
    text = [title, listing.text, *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=found[: listing.shown])


async def vouchers_with(
    centra: AsyncCentra, text: str | None, where: Mapping[str, Any], limit: int
) -> tuple[list[Voucher], frozenset[str]]:
    """Return vouchers whose code or name contains a text, and what the token may not read."""
    if text is None:
        reply = await SEARCH_VOUCHERS(centra, where=where or None, limit=limit)
        return reply.data.vouchers or [], reply.withheld
    part = {"contains": text}
    both = await SEARCH_VOUCHERS_BY_TEXT(
        centra, code={**where, "code": part}, name={**where, "name": part}, limit=limit
    )
    found = [*(both.data.by_code or []), *(both.data.by_name or [])]
    return list({voucher.id: voucher for voucher in found}.values()), both.withheld


def uses_left(voucher: Voucher) -> str:
    """Write how many uses of a voucher are left."""
    if not voucher.max_usages:
        return "no limit"
    if voucher.successful_usages is None:
        return "not readable"
    return str(max(voucher.max_usages - voucher.successful_usages, 0))


def names_of(things: Sequence[Named] | None) -> str | None:
    """Write the names of markets or pricelists."""
    return listed([thing.name or "-" for thing in things], _NAMES) if things else None


def _voucher(voucher: Voucher) -> list[Any]:
    store = voucher.store.name if voucher.store else None
    return [
        voucher.name,
        voucher.code or voucher.url,
        voucher.status,
        voucher.method,
        voucher.start_at,
        voucher.stop_at,
        voucher.successful_usages,
        uses_left(voucher),
        store,
    ]


def _campaign(campaign: Campaign) -> list[Any]:
    return [campaign.name, campaign.status, names_of(campaign.markets), names_of(campaign.pricelists)]
