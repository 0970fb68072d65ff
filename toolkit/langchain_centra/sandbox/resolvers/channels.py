"""Stores, markets, pricelists, countries, languages, currencies, allocation rules."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

if TYPE_CHECKING:
    from langchain_centra.sandbox.state.channels import Pricelist

query = QueryType()
pricelist_type = ObjectType("Pricelist")
BINDABLES = [query, pricelist_type]

_STORES = Listing(Filter("StoreFilter", {"type": attrgetter("type"), "name": attrgetter("name")}))
MARKETS = Listing(
    Filter(
        "MarketFilter",
        {
            "id": attrgetter("id"),
            "name": attrgetter("name"),
            "assignedCountryId": lambda market: [country.id for country in market.assigned_to_countries],
            "storeId": attrgetter("store.id"),
            "externalId": attrgetter("external_id"),
        },
        text=lambda market: (market.name, market.comment),
    ),
    {"id": attrgetter("id")},
)
PRICELISTS = Listing(
    Filter(
        "PricelistFilter",
        {
            "id": attrgetter("id"),
            "name": attrgetter("name"),
            "status": attrgetter("status"),
            "assignedToCountryId": lambda pricelist: [country.id for country in pricelist.assigned_to_countries],
            "currencyId": attrgetter("currency.id"),
            "isDefaultForCurrency": attrgetter("is_default_for_currency"),
            "storeId": attrgetter("store.id"),
            "externalId": attrgetter("external_id"),
        },
        text=lambda pricelist: (pricelist.name, pricelist.comment),
    ),
    {"id": attrgetter("id")},
)
COUNTRIES = Listing(
    Filter(
        "CountryFilter",
        {
            "id": attrgetter("id"),
            "name": attrgetter("name"),
            "ISO2": attrgetter("code"),
            "ISO3": attrgetter("iso3"),
            "ISO_NUM": attrgetter("iso_number"),
            "continent": attrgetter("continent"),
            "isEU": attrgetter("is_eu"),
            "totalStates": lambda country: len(country.states),
        },
        text=lambda country: (country.name, country.code, country.iso3),
    ),
    {"name": attrgetter("name")},
    bounded=False,
)
_LANGUAGES = Listing(Filter("LanguageFilter", {}))
_CURRENCIES = Listing(Filter("CurrencyFilter", {"isBase": attrgetter("is_base")}))
_ALLOCATION_RULES = Listing(Filter("AllocationRuleFilter", {}))


@query.field("stores")
def stores(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the stores."""
    return _STORES.page(context_of(info).state.stores.values(), info, arguments)


@query.field("market")
def market(_source: object, info: Info, **arguments: Any) -> Any:
    """Return a market, or null."""
    return context_of(info).state.markets.get(arguments["id"])


@query.field("markets")
def markets(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the markets."""
    return MARKETS.page(context_of(info).state.markets.values(), info, arguments)


@query.field("pricelist")
def pricelist(_source: object, info: Info, **arguments: Any) -> Any:
    """Return a pricelist, or null."""
    return context_of(info).state.pricelists.get(arguments["id"])


@query.field("pricelists")
def pricelists(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the pricelists."""
    return PRICELISTS.page(context_of(info).state.pricelists.values(), info, arguments)


@pricelist_type.field("assignedToCountries")
def countries_of_pricelist(pricelist: Pricelist, info: Info, **arguments: Any) -> list[Any]:
    """List the countries in which a pricelist holds; the limit is optional."""
    return COUNTRIES.page(pricelist.assigned_to_countries, info, arguments)


@query.field("countries")
def countries(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the countries; the limit is optional."""
    return COUNTRIES.page(context_of(info).state.countries.values(), info, arguments)


@query.field("languages")
def languages(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the languages."""
    return _LANGUAGES.page(context_of(info).state.languages.values(), info, arguments)


@query.field("currencies")
def currencies(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the currencies."""
    return _CURRENCIES.page(context_of(info).state.currencies.values(), info, arguments)


@query.field("allocationRules")
def allocation_rules(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the allocation rules."""
    return _ALLOCATION_RULES.page(context_of(info).state.allocation_rules.values(), info, arguments)
