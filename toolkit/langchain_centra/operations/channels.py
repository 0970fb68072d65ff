"""Where a store sells: markets, stores, pricelists, currencies, countries. They change slowly and are kept for minutes.

A market of a direct-to-consumer store and a pricelist are assigned to countries; a market has one allocation rule,
which chooses the warehouses (Centra, "Inventory").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import Field

from langchain_centra.client import AsyncCentra
from langchain_centra.operations.kept import kept
from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import Currency, Named, Record

RowT = TypeVar("RowT", bound=Record)

PAGE = 200


class StoreName(Named):
    """A store: DIRECT_TO_CONSUMER or WHOLESALE."""

    type: str | None = None


class CountryCode(Record):
    """A country by its two-letter code."""

    id: int
    code: str | None = None


class Market(Named):
    """A part of the world that a store sells to."""

    store: StoreName | None = None
    assigned_to_countries: list[CountryCode] | None = None
    allocation_rule: Named | None = None


class Store(StoreName):
    """A shop with the rule that chooses its warehouses."""

    allocation_rule: Named | None = None


class Pricelist(Named):
    """A list of prices in one currency."""

    status: str | None = None
    currency: Currency | None = None
    store: StoreName | None = None
    assigned_to_countries: list[CountryCode] | None = None


class CurrencyRate(Record):
    """A currency; `current_base_rate` is what one unit is worth in the base currency."""

    id: int
    name: str | None = None
    code: str | None = None
    current_base_rate: Decimal | None = None
    is_base: bool | None = None


class Country(CountryCode):
    """A country that can be sold to."""

    name: str | None = None
    continent: str | None = None
    is_eu: bool | None = Field(None, alias="isEU")


class Markets(Record):
    """The answer to LIST_MARKETS."""

    markets: list[Market] | None = None


class Stores(Record):
    """The answer to LIST_STORES."""

    stores: list[Store] | None = None


class Pricelists(Record):
    """The answer to LIST_PRICELISTS."""

    pricelists: list[Pricelist] | None = None


class Currencies(Record):
    """The answer to LIST_CURRENCIES."""

    currencies: list[CurrencyRate] | None = None


class Countries(Record):
    """The answer to LIST_COUNTRIES."""

    countries: list[Country] | None = None


_STORE = "store { id name type }"
_RULE = "allocationRule { id name }"
_MARKET_COUNTRIES = "assignedToCountries { id code }"
_PRICELIST_COUNTRIES = "assignedToCountries(limit: 200) { id code }"

LIST_MARKETS = Operation(
    document=f"""
    query ListMarkets($limit: Int!, $page: Int!) {{
      markets(limit: $limit, page: $page) {{ id name {_STORE} {_MARKET_COUNTRIES} {_RULE} }}
    }}""",
    result=Markets,
    needs=frozenset({"Market:read"}),
    optional={"Store:read": _STORE, "Country:read": _MARKET_COUNTRIES, "AllocationRule:read": _RULE},
)

LIST_STORES = Operation(
    document=f"""
    query ListStores($limit: Int!, $page: Int!) {{
      stores(limit: $limit, page: $page) {{ id name type {_RULE} }}
    }}""",
    result=Stores,
    needs=frozenset({"Store:read"}),
    optional={"AllocationRule:read": _RULE},
)

LIST_PRICELISTS = Operation(
    document=f"""
    query ListPricelists($limit: Int!, $page: Int!) {{
      pricelists(sort: [id_ASC], limit: $limit, page: $page) {{
        id name status
        currency {{ id code }}
        {_STORE}
        {_PRICELIST_COUNTRIES}
      }}
    }}""",
    result=Pricelists,
    needs=frozenset({"Pricelist:read"}),
    optional={"Store:read": _STORE, "Country:read": _PRICELIST_COUNTRIES},
)

LIST_CURRENCIES = Operation(
    document="""
    query ListCurrencies($limit: Int!, $page: Int!) {
      currencies(limit: $limit, page: $page) { id name code currentBaseRate isBase }
    }""",
    result=Currencies,
    needs=frozenset({"Currency:read"}),
)

LIST_COUNTRIES = Operation(
    document="""
    query ListCountries($limit: Int!, $page: Int!) {
      countries(limit: $limit, page: $page) { id name code continent isEU }
    }""",
    result=Countries,
    needs=frozenset({"Country:read"}),
)


@dataclass(frozen=True, kw_only=True)
class Kept(Generic[RowT]):
    """A whole list, with the permissions whose fields are left out."""

    rows: Sequence[RowT]
    withheld: frozenset[str]


async def all_markets(centra: AsyncCentra) -> Kept[Market]:
    """Return every market."""
    return await kept(centra, "markets", lambda: _read(centra, LIST_MARKETS, lambda found: found.markets))


async def all_stores(centra: AsyncCentra) -> Kept[Store]:
    """Return every store."""
    return await kept(centra, "stores", lambda: _read(centra, LIST_STORES, lambda found: found.stores))


async def all_pricelists(centra: AsyncCentra) -> Kept[Pricelist]:
    """Return every pricelist."""
    return await kept(centra, "pricelists", lambda: _read(centra, LIST_PRICELISTS, lambda found: found.pricelists))


async def all_currencies(centra: AsyncCentra) -> Kept[CurrencyRate]:
    """Return every currency."""
    return await kept(centra, "currencies", lambda: _read(centra, LIST_CURRENCIES, lambda found: found.currencies))


async def all_countries(centra: AsyncCentra) -> Kept[Country]:
    """Return every country."""
    return await kept(centra, "countries", lambda: _read(centra, LIST_COUNTRIES, lambda found: found.countries))


async def _read(
    centra: AsyncCentra, operation: Operation[Any], rows_of: Callable[[Any], list[RowT] | None]
) -> Kept[RowT]:
    found: list[RowT] = []
    page = 1
    while True:
        reply = await operation(centra, limit=PAGE, page=page)
        rows = rows_of(reply.data) or []
        found += rows
        if len(rows) < PAGE:
            return Kept(rows=found, withheld=reply.withheld)
        page += 1
