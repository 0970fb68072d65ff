"""The resolvers, one module a domain; a field without one reads the attribute of its name."""

from ariadne.types import SchemaBindable

from . import (
    catalogue,
    channels,
    customers,
    order_updates,
    order_writes,
    orders,
    platform,
    returns,
    shipment_writes,
    shipments,
    stock,
    stock_writes,
)

_READS = (catalogue, channels, customers, orders, platform, returns, shipments, stock)
_WRITES = (order_updates, order_writes, shipment_writes, stock_writes)


def bindables() -> list[SchemaBindable]:
    """Return everything that the schema is made executable with."""
    return [bindable for module in (*_READS, *_WRITES) for bindable in module.BINDABLES]
