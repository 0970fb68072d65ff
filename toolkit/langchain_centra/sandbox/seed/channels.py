"""Currencies, countries, markets, stores, warehouses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.channels import (
    AllocationRule,
    Country,
    CountryState,
    Currency,
    Language,
    Market,
    Pricelist,
    ShippingOption,
    Store,
    StorePlugin,
)
from langchain_centra.sandbox.state.stock import Warehouse

if TYPE_CHECKING:
    from datetime import datetime

    from langchain_centra.sandbox.state import State

_CURRENCIES = [
    ("Swedish krona", "SEK", 1.0, "752"),
    ("Euro", "EUR", 11.2, "978"),
    ("US dollar", "USD", 10.4, "840"),
]
_COUNTRIES = [
    ("Sweden", "SE", "SWE", 752, "Europe", True),
    ("Denmark", "DK", "DNK", 208, "Europe", True),
    ("Finland", "FI", "FIN", 246, "Europe", True),
    ("Norway", "NO", "NOR", 578, "Europe", False),
    ("Germany", "DE", "DEU", 276, "Europe", True),
    ("Netherlands", "NL", "NLD", 528, "Europe", True),
    ("France", "FR", "FRA", 250, "Europe", True),
    ("Portugal", "PT", "PRT", 620, "Europe", True),
    ("United Kingdom", "GB", "GBR", 826, "Europe", False),
    ("United States", "US", "USA", 840, "North America", False),
]
_STATES = [("California", "CA"), ("Illinois", "IL"), ("New York", "NY"), ("Oregon", "OR")]
_RULES = [("Nordics", [1, 2]), ("Europe", [2, 1]), ("North America", [3, 1])]
_WAREHOUSES = [
    ("Stockholm", "SE", "120 30", "sto", 0),
    ("Rotterdam", "NL", "3011 AA", "rtm", 0),
    ("New Jersey", "US", "07102", "ewr", 2),
]
_MARKETS = [
    ("Sweden", 1, 1, ["SE"]),
    ("Europe", 1, 2, ["DK", "FI", "NO", "DE", "NL", "FR", "PT", "GB"]),
    ("North America", 1, 3, ["US"]),
    ("Wholesale Europe", 2, 2, ["SE", "DK", "FI", "DE", "NL", "FR"]),
]
_PRICELISTS: list[tuple[str, str, int, list[str]]] = [
    ("SEK", "SEK", 1, ["SE"]),
    ("EUR", "EUR", 1, ["DK", "FI", "NO", "DE", "NL", "FR", "PT", "GB"]),
    ("USD", "USD", 1, ["US"]),
    ("Wholesale EUR", "EUR", 2, []),
    ("Members SEK", "SEK", 1, []),
    ("Archive Sale EUR", "EUR", 1, []),
]
_MAIN_PRICELISTS = 4
_PLUGINS = [
    ("Klarna Payments", "klarna-payments", "klarna_payments", False),
    ("Adyen Drop-In", "adyen-drop-in", "adyen_drop_in", True),
    ("Invoice", "invoice", "invoice", False),
]


def fill_channels(state: State, opened: datetime) -> None:
    """Fill in where the store sells and ships from."""
    for i, (name, code, rate, iso_number) in enumerate(_CURRENCIES, 1):
        state.currencies[code] = Currency(
            id=i,
            name=name,
            code=code,
            current_base_rate=rate,
            is_base=code == "SEK",
            iso_number=iso_number,
            updated_at=opened,
            suffix=f" {code}",
        )
    for i, (name, code, iso3, number, continent, is_eu) in enumerate(_COUNTRIES, 1):
        state.countries[code] = Country(
            id=i, name=name, code=code, iso3=iso3, iso_number=number, continent=continent, is_eu=is_eu
        )
    state.countries["US"].states = [CountryState(i, name, code) for i, (name, code) in enumerate(_STATES, 1)]
    for i, (name, locale) in enumerate([("English", "en_GB"), ("Swedish", "sv_SE"), ("German", "de_DE")], 1):
        language, country = locale.split("_")
        state.languages[i] = Language(
            id=i, name=name, code=locale, language_code=language, language_name=name, country_code=country
        )
    _fill_fulfilment(state)
    _fill_stores(state)


def _fill_fulfilment(state: State) -> None:
    state.allocation_rules = {i: AllocationRule(i, name, ids) for i, (name, ids) in enumerate(_RULES, 1)}
    for i, (name, code, zip_code, external_id, threshold) in enumerate(_WAREHOUSES, 1):
        country = state.countries[code]
        state.warehouses[i] = Warehouse(
            id=i, name=name, country=country, zip_code=zip_code, external_id=external_id, threshold=threshold
        )
    state.payment_plugins = {
        i: StorePlugin(i, name, uri, plugin, asynchronous)
        for i, (name, uri, plugin, asynchronous) in enumerate(_PLUGINS, 1)
    }


def _fill_stores(state: State) -> None:
    for i, (name, kind) in enumerate([("Alvelund", "DIRECT_TO_CONSUMER"), ("Alvelund Wholesale", "WHOLESALE")], 1):
        state.stores[i] = Store(id=i, name=name, type=kind, allocation_rule=state.allocation_rules[i])
    for i, (name, store_id, rule_id, codes) in enumerate(_MARKETS, 1):
        state.markets[i] = Market(
            id=i,
            name=name,
            comment=None,
            store=state.stores[store_id],
            allocation_rule=state.allocation_rules[rule_id],
            assigned_to_countries=[state.countries[code] for code in codes],
        )
    standard = ShippingOption(1, "Standard", "standard")
    for i, (name, code, store_id, codes) in enumerate(_PRICELISTS, 1):
        state.pricelists[i] = Pricelist(
            id=i,
            name=name,
            status="INACTIVE" if name.startswith("Archive") else "ACTIVE",
            currency=state.currencies[code],
            store=state.stores[store_id],
            default_shipping_option=standard,
            assigned_to_countries=[state.countries[c] for c in codes],
            is_default_for_currency=i <= _MAIN_PRICELISTS,
        )
