"""Reading where the store sells: markets, stores, pricelists, currencies, countries."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import Field

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.channels import (
    LIST_COUNTRIES,
    LIST_CURRENCIES,
    LIST_MARKETS,
    LIST_PRICELISTS,
    LIST_STORES,
    Country,
    CountryCode,
    CurrencyRate,
    Kept,
    Market,
    Pricelist,
    Store,
    all_countries,
    all_currencies,
    all_markets,
    all_pricelists,
    all_stores,
)
from langchain_centra.operations.values import Record
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import cell, flag, left_out, listed, table

RowT = TypeVar("RowT", bound=Record)

_COUNTRIES = 12


class ListByName(Arguments):
    """What the lists of markets and pricelists take."""

    name: Text | None = Field(None, description="Part of the name.")


class ListStores(Arguments):
    """What list_stores takes: nothing."""


class ListCurrencies(Arguments):
    """What list_currencies takes: nothing."""


class ListCountries(Arguments):
    """What list_countries takes."""

    name: Text | None = Field(None, description="Part of name or continent, or the code.")


@read_tool(group="channels", operations=[LIST_MARKETS])
async def list_markets(centra: AsyncCentra, arguments: ListByName) -> Answer:
    """List the markets with store, countries and stock allocation rule."""
    columns = ("market", "store", "allocation rule", "countries")
    return _answer("market", await all_markets(centra), arguments.name, columns, _market)


@read_tool(group="channels", operations=[LIST_STORES])
async def list_stores(centra: AsyncCentra, _arguments: ListStores) -> Answer:
    """List the stores: direct to consumer or wholesale."""
    return _answer("store", await all_stores(centra), None, ("store", "type", "allocation rule"), _store)


@read_tool(group="channels", operations=[LIST_PRICELISTS])
async def list_pricelists(centra: AsyncCentra, arguments: ListByName) -> Answer:
    """List the pricelists with currency, status, store and countries."""
    columns = ("pricelist", "currency", "status", "store", "countries")
    return _answer("pricelist", await all_pricelists(centra), arguments.name, columns, _pricelist)


@read_tool(group="channels", operations=[LIST_CURRENCIES])
async def list_currencies(centra: AsyncCentra, _arguments: ListCurrencies) -> Answer:
    """List the currencies with their rate to the base currency."""
    found = await all_currencies(centra)
    base = next((currency.code for currency in found.rows if currency.is_base), None)
    columns = ("currency", "name", f"worth of one unit in {base or 'the base currency'}", "base")
    return _answer("currency", found, None, columns, _currency, kinds="currencies")


@read_tool(group="channels", operations=[LIST_COUNTRIES])
async def list_countries(centra: AsyncCentra, arguments: ListCountries) -> Answer:
    """List the countries with code, continent and EU membership."""
    columns = ("country", "code", "continent", "in the EU")
    return _answer("country", await all_countries(centra), arguments.name, columns, _country, kinds="countries")


def pricelist_named(name: str, pricelists: Sequence[Pricelist]) -> Pricelist:
    """Return the pricelist of that name, whatever its case; raises Impossible with the candidates."""
    return one_named("pricelist", name, pricelists, lambda pricelist: pricelist.name)


def _answer(
    kind: str,
    found: Kept[RowT],
    part: str | None,
    columns: Sequence[str],
    row_of: Callable[[RowT], list[Any]],
    *,
    kinds: str | None = None,
) -> Answer:
    kinds = kinds or f"{kind}s"
    rows = [row for row in found.rows if _is_meant(row, part)]
    if not rows:
        raise Impossible(
            f"No {kind} matches {cell(part)!r}; the store has {len(found.rows)} {kinds}."
            if part
            else f"The store has no {kinds}."
        )
    listing = table(columns, [row_of(row) for row in rows])
    more = "; narrow by a part of the name" if listing.shown < len(rows) else ""
    text = [f"{listing.shown} of {len(rows)} {kinds}{more}:", listing.text, *left_out(found.withheld)]
    return Answer(text="\n".join(text), rows=rows[: listing.shown])


def _is_meant(row: Any, part: str | None) -> bool:
    if part is None:
        return True
    words = [row.name, row.continent] if isinstance(row, Country) else [row.name]
    if isinstance(row, Country) and (row.code or "").casefold() == part.casefold():
        return True
    return any(part.casefold() in (word or "").casefold() for word in words)


def _market(market: Market) -> list[Any]:
    rule = market.allocation_rule.name if market.allocation_rule else None
    return [market.name, market.store and market.store.name, rule, _codes(market.assigned_to_countries)]


def _store(store: Store) -> list[Any]:
    return [store.name, store.type, store.allocation_rule and store.allocation_rule.name]


def _pricelist(pricelist: Pricelist) -> list[Any]:
    code = pricelist.currency.code if pricelist.currency else None
    store = pricelist.store.name if pricelist.store else None
    return [pricelist.name, code, pricelist.status, store, _codes(pricelist.assigned_to_countries)]


def _currency(currency: CurrencyRate) -> list[Any]:
    rate = None if currency.current_base_rate is None else f"{currency.current_base_rate:g}"
    return [currency.code, currency.name, rate, flag(currency.is_base)]


def _country(country: Country) -> list[Any]:
    return [country.name, country.code, country.continent, flag(country.is_eu)]


def _codes(countries: Sequence[CountryCode] | None) -> str | None:
    return listed([country.code or "?" for country in countries], _COUNTRIES) if countries else None
