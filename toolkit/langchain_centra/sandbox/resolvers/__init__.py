"""The resolvers, one module a domain; a field without one reads the attribute of its name."""

from ariadne.types import SchemaBindable

from langchain_centra.sandbox.mutations import mutation_type

from . import (
    catalogue,
    channels,
    customers,
    order_updates,
    order_writes,
    orders,
    platform,
    shipments,
    stock,
    stock_writes,
)


def bindables() -> list[SchemaBindable]:
    """Return everything that the schema is made executable with."""
    reads = (catalogue, channels, customers, orders, platform, shipments, stock)
    writes = (order_updates, order_writes, stock_writes)
    if not all(module.MUTATIONS for module in writes):
        raise LookupError("A module of writes registers no mutation.")
    return [*(bindable for module in reads for bindable in module.BINDABLES), mutation_type]
