"""updateVoucher, deleteVoucher, updateCampaign and deleteCampaign.

The names of all but deleteCampaign, and that they take `id` and `input`, are inferred, and so are their rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType
from graphql import GraphQLError

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.lookup import find_market, find_pricelist
from langchain_centra.sandbox.mutations import Refused, write
from langchain_centra.sandbox.names import snake_case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.discounts import Campaign, Voucher

    Find = Callable[..., Any]

mutations = MutationType()
BINDABLES = [mutations]

_DATES = ("startAt", "stopAt")
_VOUCHER_FIELDS = (
    "name",
    "status",
    "method",
    "code",
    "url",
    "priority",
    "maxUsages",
    "combineWithOtherVouchers",
    "reuse",
    "conversionHTML",
    "externalId",
)


@write(mutations, "updateVoucher")
def update_voucher(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Change a voucher; a maximum of 0 uses means no limit."""
    voucher = _voucher(context.state, arguments["id"])
    given = {name: value for name, value in arguments["input"].items() if value is not None}
    _refuse_attributes(given, "VoucherUpdateInput")
    markets = _members(context.state, voucher.markets, given, "Markets", find_market)
    dates = {snake_case(name): context.date(given[name]) for name in _DATES if name in given}
    for name in _VOUCHER_FIELDS:
        if name in given:
            setattr(voucher, snake_case(name), given[name])
    for name, moment in dates.items():
        setattr(voucher, name, moment)
    voucher.markets, voucher.updated_at = markets, context.now
    return {"voucher": voucher}


@write(mutations, "deleteVoucher")
def delete_voucher(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a voucher; orders keep what it took off."""
    voucher = _voucher(context.state, arguments["id"])
    del context.state.vouchers[voucher.id]
    return {}


@write(mutations, "updateCampaign")
def update_campaign(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Change a campaign's name, status, markets and pricelists."""
    campaign = _campaign(context.state, arguments["id"])
    given = {name: value for name, value in arguments["input"].items() if value is not None}
    _refuse_attributes(given, "CampaignUpdateInput")
    markets = _members(context.state, campaign.markets, given, "Markets", find_market)
    pricelists = _members(context.state, campaign.pricelists, given, "Pricelists", find_pricelist)
    campaign.name, campaign.status = given.get("name", campaign.name), given.get("status", campaign.status)
    campaign.markets, campaign.pricelists, campaign.updated_at = markets, pricelists, context.now
    return {"campaign": campaign}


@write(mutations, "deleteCampaign")
def delete_campaign(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a campaign."""
    campaign = _campaign(context.state, arguments["id"])
    del context.state.campaigns[campaign.id]
    return {}


def _voucher(state: State, number: int) -> Voucher:
    if number not in state.vouchers:
        raise Refused(messages.not_found("Voucher", "ID", number), "id")
    return state.vouchers[number]


def _campaign(state: State, number: int) -> Campaign:
    if number not in state.campaigns:
        raise Refused(messages.not_found("Campaign", "ID", number), "id")
    return state.campaigns[number]


def _refuse_attributes(given: Mapping[str, Any], input_type: str) -> None:
    for name in given:
        if name.endswith(("Attributes", "DeliveryWindows")):
            raise GraphQLError(f"{input_type}.{name} is not in the sandbox yet.")


def _members(state: State, now: list[Any], given: Mapping[str, Any], plural: str, find: Find) -> list[Any]:
    """Return a list after its add and remove fields: what is removed goes first (inferred)."""
    removed = [find(state, reference, "input", f"remove{plural}") for reference in given.get(f"remove{plural}", ())]
    added = [find(state, reference, "input", f"add{plural}") for reference in given.get(f"add{plural}", ())]
    kept = [member for member in now if member not in removed]
    return kept + [member for member in added if member not in kept]
