"""The resolvers, one module a domain; a field without one reads the attribute of its name."""

from ariadne.types import SchemaBindable

from . import (
    attribute_writes,
    attributes,
    campaigns,
    catalogue,
    categories,
    category_writes,
    channels,
    customer_writes,
    customers,
    discount_writes,
    display_writes,
    displays,
    order_updates,
    order_writes,
    orders,
    platform,
    price_writes,
    prices,
    product_writes,
    returns,
    shipment_writes,
    shipments,
    stock,
    stock_writes,
    vouchers,
)

_MODULES = (
    attribute_writes,
    attributes,
    campaigns,
    catalogue,
    categories,
    category_writes,
    channels,
    customer_writes,
    customers,
    discount_writes,
    display_writes,
    displays,
    order_updates,
    order_writes,
    orders,
    platform,
    price_writes,
    prices,
    product_writes,
    returns,
    shipment_writes,
    shipments,
    stock,
    stock_writes,
    vouchers,
)


def bindables() -> list[SchemaBindable]:
    """Return everything that the schema is made executable with."""
    return [bindable for module in _MODULES for bindable in module.BINDABLES]
