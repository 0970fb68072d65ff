"""Counters and rate limits."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

from .catalogue import PRODUCTS
from .channels import COUNTRIES
from .customers import CUSTOMERS
from .orders import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

query = QueryType()
counters_type = ObjectType("Counters")
BINDABLES = [query, counters_type]

_RATE_LIMITS = Filter(
    "RateLimitFilter", {"type": attrgetter("type"), "intervalSeconds": attrgetter("interval_seconds")}
)


@query.field("counters")
def counters(_source: object, _info: Info) -> dict[str, Any]:
    """Return the object that the counters hang on."""
    return {}


@query.field("rateLimits")
def rate_limits(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the six buckets, this request already paid."""
    context = context_of(info)
    return list(Listing(_RATE_LIMITS).matching(context.limits.buckets, info, arguments.get("where")))


def _count(rows: Iterable[Any], listing: Listing, info: Info, arguments: dict[str, Any]) -> int:
    return sum(1 for _ in listing.matching(rows, info, arguments.get("where")))


@counters_type.field("customers")
def customers(_source: object, info: Info, **arguments: Any) -> int:
    """Count customers."""
    return _count(context_of(info).state.customers.values(), CUSTOMERS, info, arguments)


@counters_type.field("orders")
def orders(_source: object, info: Info, **arguments: Any) -> int:
    """Count orders."""
    return _count(context_of(info).state.orders.values(), ORDERS, info, arguments)


@counters_type.field("countries")
def countries(_source: object, info: Info, **arguments: Any) -> int:
    """Count countries."""
    return _count(context_of(info).state.countries.values(), COUNTRIES, info, arguments)


@counters_type.field("products")
def products(_source: object, info: Info, **arguments: Any) -> int:
    """Count products."""
    return _count(context_of(info).state.products.values(), PRODUCTS, info, arguments)


@counters_type.field("graphQLAccess")
def graphql_access(_source: object, info: Info) -> int:
    """Count tokens."""
    return context_of(info).token_count
