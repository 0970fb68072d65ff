"""Price campaigns."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

from .channels import MARKETS, PRICELISTS

if TYPE_CHECKING:
    from langchain_centra.sandbox.paging import Connection
    from langchain_centra.sandbox.state.channels import Market, Pricelist, Store
    from langchain_centra.sandbox.state.discounts import Campaign
    from langchain_centra.sandbox.state.displays import Display

query = QueryType()
campaign_type = ObjectType("Campaign")
store_type = ObjectType("Store")
market_type = ObjectType("Market")
pricelist_type = ObjectType("Pricelist")
display_type = ObjectType("Display")
BINDABLES = [query, campaign_type, store_type, market_type, pricelist_type, display_type]

_FILTER = Filter(
    "CampaignFilter",
    {
        "id": attrgetter("id"),
        "name": attrgetter("name"),
        "marketId": lambda campaign: [market.id for market in campaign.markets],
        "pricelistId": lambda campaign: [pricelist.id for pricelist in campaign.pricelists],
        "storeId": attrgetter("store.id"),
        "status": attrgetter("status"),
        "updatedAt": attrgetter("updated_at"),
    },
    text=lambda campaign: (campaign.name,),
)
_SORTS = {"id": attrgetter("id"), "updatedAt": attrgetter("updated_at")}
_CAMPAIGNS = Listing(_FILTER, _SORTS)
_UNBOUNDED = Listing(_FILTER, _SORTS, bounded=False)
_VARIANTS = Listing(Filter("CampaignVariantFilter", {"status": attrgetter("status")}), {"id": attrgetter("id")})


@query.field("campaigns")
def campaigns(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the campaigns."""
    return _CAMPAIGNS.page(context_of(info).state.campaigns.values(), info, arguments)


@query.field("campaignConnection")
def campaign_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the campaigns."""
    return _CAMPAIGNS.connection(context_of(info).state.campaigns.values(), info, arguments)


@campaign_type.field("markets")
def markets_of(campaign: Campaign, info: Info, **arguments: Any) -> list[Any]:
    """List a campaign's markets; the limit is optional."""
    return MARKETS.page(campaign.markets, info, arguments)


@campaign_type.field("pricelists")
def pricelists_of(campaign: Campaign, info: Info, **arguments: Any) -> list[Any]:
    """List a campaign's pricelists; the limit is optional."""
    return PRICELISTS.page(campaign.pricelists, info, arguments)


@store_type.field("campaigns")
def campaigns_of_store(store: Store, info: Info, **arguments: Any) -> list[Any]:
    """List a store's campaigns."""
    return _CAMPAIGNS.page((row for row in _all(info) if row.store is store), info, arguments)


@market_type.field("campaigns")
def campaigns_of_market(market: Market, info: Info) -> list[Any]:
    """List a market's campaigns: all of them."""
    return [row for row in _all(info) if market in row.markets]


@pricelist_type.field("campaigns")
def campaigns_of_pricelist(pricelist: Pricelist, info: Info, **arguments: Any) -> list[Any]:
    """List a pricelist's campaigns; the limit is optional."""
    return _UNBOUNDED.page((row for row in _all(info) if pricelist in row.pricelists), info, arguments)


def _all(info: Info) -> list[Campaign]:
    return list(context_of(info).state.campaigns.values())


@display_type.field("campaignVariants")
def campaign_variants_of(display: Display, info: Info, **arguments: Any) -> list[Any]:
    """List what campaigns do to the variants of a display, in its store only (inferred)."""
    shown = display.product_variants
    found = (row for campaign in _all(info) if campaign.store is display.store for row in campaign.variants)
    return _VARIANTS.page((row for row in found if row.product_variant in shown), info, arguments)
