"""Vouchers."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

if TYPE_CHECKING:
    from langchain_centra.sandbox.state.discounts import Voucher
    from langchain_centra.sandbox.state.orders import AppliedVoucherDiscount

query = QueryType()
voucher_type = ObjectType("Voucher")
BINDABLES = [query, voucher_type]

_VOUCHERS = Listing(
    Filter(
        "VoucherFilter",
        {
            "id": attrgetter("id"),
            "status": attrgetter("status"),
            "name": attrgetter("name"),
            "method": attrgetter("method"),
            "code": attrgetter("code"),
            "startAt": attrgetter("start_at"),
            "stopAt": attrgetter("stop_at"),
            "maxUsages": attrgetter("max_usages"),
            "successfulUsages": attrgetter("successful_usages"),
            "createdAt": attrgetter("created_at"),
            "updatedAt": attrgetter("updated_at"),
            "combineWithOtherVouchers": attrgetter("combine_with_other_vouchers"),
            "reuse": attrgetter("reuse"),
            "marketId": lambda voucher: [market.id for market in voucher.markets],
            "storeId": attrgetter("store.id"),
            "externalId": attrgetter("external_id"),
        },
        text=lambda voucher: (voucher.name, voucher.code, voucher.url),
    )
)
_USAGES = Listing(
    Filter(
        "AppliedVoucherFilter",
        {
            "date": attrgetter("date"),
            "value": lambda usage: usage.cents / usage.order.currency.denominator,
            "voucherMethod": attrgetter("voucher_method"),
            "orderId": attrgetter("order.id"),
            "voucherId": attrgetter("voucher.id"),
        },
    ),
    {"orderId": attrgetter("order.id"), "voucherId": attrgetter("voucher.id")},
)


@query.field("voucher")
def voucher(_source: object, info: Info, **arguments: Any) -> Voucher | None:
    """Return a voucher, or null."""
    return context_of(info).state.vouchers.get(arguments["id"])


@query.field("vouchers")
def vouchers(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the vouchers."""
    return _VOUCHERS.page(context_of(info).state.vouchers.values(), info, arguments)


@voucher_type.field("usages")
def usages(voucher: Voucher, info: Info, **arguments: Any) -> list[AppliedVoucherDiscount]:
    """List what the voucher took off orders, oldest first."""
    orders = context_of(info).state.orders.values()
    found = (usage for order in orders for usage in order.discounts_applied if usage.voucher is voucher)
    return _USAGES.page(found, info, arguments)
