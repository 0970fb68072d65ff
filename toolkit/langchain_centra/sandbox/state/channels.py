"""Where the store sells: currencies, countries, markets, stores, and who it sells to.

A class is named as its GraphQL type, an attribute as its field in snake case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from .orders import Order


@dataclass(slots=True, eq=False, kw_only=True)
class Currency:
    """A currency; `current_base_rate` is how much of the base currency one unit is worth."""

    id: int
    name: str
    code: str
    current_base_rate: float
    is_base: bool
    iso_number: str
    updated_at: datetime
    denominator: int = 100
    prefix: str | None = None
    suffix: str | None = None
    decimal_point: str = "."
    decimal_digits: int = 2
    thousands_separator: str = ""
    external_id: str | None = None


@dataclass(slots=True, frozen=True, eq=False)
class MonetaryValue:
    """An amount in a currency, counted in its smallest unit."""

    value_in_cents: int
    currency: Currency
    conversion_rate: float
    conversion_date: datetime

    @property
    def value(self) -> float:
        """The amount in whole units."""
        return self.value_in_cents / self.currency.denominator

    @property
    def formatted_value(self) -> str:
        """The amount as people read it, such as `700.00 SEK`."""
        return f"{self.currency.prefix or ''}{self.value:.2f}{self.currency.suffix or ''}"


@dataclass(slots=True, eq=False)
class CountryState:
    """A state or province of a country."""

    id: int
    name: str
    code: str


@dataclass(slots=True, eq=False, kw_only=True)
class Country:
    """A country, by its ISO 3166 codes."""

    id: int
    name: str
    code: str
    iso3: str
    iso_number: int
    continent: str
    is_eu: bool
    states: list[CountryState] = field(default_factory=list)


@dataclass(slots=True, eq=False, kw_only=True)
class Language:
    """A language that texts can be translated to."""

    id: int
    name: str
    code: str
    language_code: str
    language_name: str
    country_code: str
    is_available_for_translation: bool = True
    is_active: bool = True


@dataclass(slots=True, eq=False)
class AllocationRule:
    """Which warehouses serve an order, in the order in which they are tried."""

    id: int
    name: str
    warehouse_ids: list[int]


@dataclass(slots=True, eq=False)
class StorePlugin:
    """A payment plugin of a store.

    `asynchronous` providers answer a cancel with a request first and the result after it. Set `fails` to have the
    provider refuse.
    """

    id: int
    name: str
    uri: str
    plugin: str
    asynchronous: bool = False
    fails: bool = False
    status: str = "ACTIVE"


@dataclass(slots=True, eq=False)
class ShippingOption:
    """A way to ship."""

    id: int
    name: str
    uri: str


@dataclass(slots=True, eq=False)
class ShippingPriceGroup:
    """The price group by which an order's shipping was charged."""

    shipping_option: ShippingOption


@dataclass(slots=True, eq=False, kw_only=True)
class Store:
    """A shop: direct to consumer or wholesale."""

    id: int
    name: str
    type: str
    allocation_rule: AllocationRule


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Market:
    """A part of the world that a store sells to."""

    id: int
    name: str
    comment: str | None
    store: Store
    allocation_rule: AllocationRule
    assigned_to_countries: list[Country]
    external_id: str | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Pricelist:
    """Prices in one currency."""

    id: int
    name: str
    status: str
    currency: Currency
    store: Store
    default_shipping_option: ShippingOption
    assigned_to_countries: list[Country]
    comment: str | None = None
    is_default_for_currency: bool = True
    external_id: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Address:
    """A postal address with its contact."""

    first_name: str | None = None
    last_name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    zip_code: str | None = None
    state_or_province: str | None = None
    cell_phone_number: str | None = None
    phone_number: str | None = None
    fax_number: str | None = None
    email: str | None = None
    company_name: str | None = None
    attention: str | None = None
    vat_number: str | None = None
    ec_vat_number: str | None = None
    country: Country | None = None
    state: CountryState | None = None

    def copy(self) -> Address:
        """Return an address of its own; `dataclasses.replace` takes twice as long."""
        return Address(**dict(zip(self.__slots__, _ADDRESS(self), strict=True)))


_ADDRESS = attrgetter(*Address.__slots__)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Customer:
    """A shopper of a direct-to-consumer store."""

    id: int
    email: str
    first_name: str
    last_name: str
    store: Store
    market: Market
    pricelist: Pricelist
    billing_address: Address
    created_at: datetime
    updated_at: datetime
    cell_phone_number: str | None = None
    phone_number: str | None = None
    last_login_at: datetime | None = None
    last_online_at: datetime | None = None
    birthdate: date | None = None
    internal_comment: str | None = None
    status: str = "ACTIVE"
    external_id: str | None = None
    orders: list[Order] = field(default_factory=list)

    @property
    def total_orders(self) -> int:
        """How many orders the customer has placed, cancelled ones too (inferred)."""
        return len(self.orders)

    @property
    def last_order(self) -> Order | None:
        """The newest order."""
        return max(self.orders, key=lambda order: order.order_date, default=None)


@dataclass(slots=True, eq=False, kw_only=True)
class Account:
    """A wholesale customer."""

    id: int
    name: str
    discount_percent: float | None = None
    is_discount_visible: bool = False
    website_url: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Buyer:
    """A person who orders for a wholesale account."""

    id: int
    email: str
    first_name: str
    last_name: str
    status: str = "ACTIVE"


@dataclass(slots=True, eq=False)
class AtOnceDeliveryWindow:
    """A wholesale delivery window for goods that are in stock."""

    id: int
    name: str
