"""Customers."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

if TYPE_CHECKING:
    from langchain_centra.sandbox.paging import Connection

query = QueryType()
BINDABLES = [query]

CUSTOMERS = Listing(
    Filter(
        "CustomerFilter",
        {
            "id": attrgetter("id"),
            "status": attrgetter("status"),
            "email": attrgetter("email"),
            "firstName": attrgetter("first_name"),
            "lastName": attrgetter("last_name"),
            "cellPhoneNumber": attrgetter("cell_phone_number"),
            "phoneNumber": attrgetter("phone_number"),
            "createdAt": attrgetter("created_at"),
            "updatedAt": attrgetter("updated_at"),
            "lastLoginAt": attrgetter("last_login_at"),
            "countryId": attrgetter("billing_address.country.id"),
            "marketId": attrgetter("market.id"),
            "pricelistId": attrgetter("pricelist.id"),
            "storeId": attrgetter("store.id"),
            "totalOrders": attrgetter("total_orders"),
            "externalId": attrgetter("external_id"),
        },
        text=lambda c: (c.email, f"{c.first_name} {c.last_name}", c.phone_number, c.cell_phone_number),
    )
)


@query.field("customer")
def customer(_source: object, info: Info, **arguments: Any) -> Any:
    """Return a customer, or null."""
    return context_of(info).state.customers.get(arguments["id"])


@query.field("customers")
def customers(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the customers."""
    return CUSTOMERS.page(context_of(info).state.customers.values(), info, arguments)


@query.field("customerConnection")
def customer_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the customers."""
    return CUSTOMERS.connection(context_of(info).state.customers.values(), info, arguments)
