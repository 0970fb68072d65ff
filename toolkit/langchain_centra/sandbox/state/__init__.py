"""The embedded store's state: plain objects in dictionaries, editable from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from .attributes import AssignedAttributes, Owner, owner_of
from .prices import Cents, Price
from .stock import Stock
from .timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .attributes import AttributeType, MappedAttribute
    from .catalogue import Brand, Bundle, Collection, Folder, Product, ProductSize, ProductVariant, SizeChart
    from .channels import (
        Account,
        AllocationRule,
        Buyer,
        Country,
        Currency,
        Customer,
        Language,
        Market,
        Pricelist,
        Store,
        StorePlugin,
    )
    from .discounts import Campaign, Voucher
    from .displays import Category, Display, TaxGroup
    from .orders import Order, Shipment
    from .returns import Return
    from .stock import StockChange, StockChangeLine, Warehouse

_FIRST_NEW_ID = 1_000_000_000
_FEW_ORDERS = 5_000


@dataclass(slots=True, kw_only=True)
class State:
    """Everything the store knows.

    Keys: `orders` by number, `stock` by SKU and warehouse id, `prices` by pricelist id and variant id, `product_sizes`
    by SKU, `currencies` and `countries` by code, `attribute_types` by name, `attributes` by object type and id,
    everything else by id. Orders and stock changes stand in the order in which they were made, categories in the order
    in which siblings follow each other.
    """

    currencies: dict[str, Currency] = field(default_factory=dict)
    countries: dict[str, Country] = field(default_factory=dict)
    languages: dict[int, Language] = field(default_factory=dict)
    stores: dict[int, Store] = field(default_factory=dict)
    markets: dict[int, Market] = field(default_factory=dict)
    pricelists: dict[int, Pricelist] = field(default_factory=dict)
    allocation_rules: dict[int, AllocationRule] = field(default_factory=dict)
    payment_plugins: dict[int, StorePlugin] = field(default_factory=dict)
    warehouses: dict[int, Warehouse] = field(default_factory=dict)
    brands: dict[int, Brand] = field(default_factory=dict)
    collections: dict[int, Collection] = field(default_factory=dict)
    folders: dict[int, Folder] = field(default_factory=dict)
    size_charts: dict[int, SizeChart] = field(default_factory=dict)
    products: dict[int, Product] = field(default_factory=dict)
    product_variants: dict[int, ProductVariant] = field(default_factory=dict)
    bundles: dict[int, Bundle] = field(default_factory=dict)
    product_sizes: dict[str, ProductSize] = field(default_factory=dict)
    tax_groups: dict[int, TaxGroup] = field(default_factory=dict)
    categories: dict[int, Category] = field(default_factory=dict)
    displays: dict[int, Display] = field(default_factory=dict)
    attribute_types: dict[str, AttributeType] = field(default_factory=dict)
    mapped_attributes: dict[int, MappedAttribute] = field(default_factory=dict)
    attributes: dict[Owner, AssignedAttributes] = field(default_factory=dict)
    prices: dict[tuple[int, int], Price] = field(default_factory=dict)
    stock: dict[tuple[str, int], Stock] = field(default_factory=dict)
    stock_changes: dict[int, StockChange] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    buyers: dict[int, Buyer] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    vouchers: dict[int, Voucher] = field(default_factory=dict)
    campaigns: dict[int, Campaign] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    order_numbers: dict[str, int] = field(default_factory=dict)
    shipments: dict[int, Shipment] = field(default_factory=dict)
    returns: dict[int, Return] = field(default_factory=dict)
    _timeline: Timeline | None = None
    _ids: Iterator[int] = field(default_factory=lambda: count(_FIRST_NEW_ID))

    def new_id(self) -> int:
        """Return an id that no seeded or created object has."""
        return next(self._ids)

    def attributes_of(self, row: object) -> AssignedAttributes:
        """Return what is assigned to an object, to be read and written."""
        return self.attributes.setdefault(owner_of(row), AssignedAttributes())

    def price_of(self, pricelist: Pricelist, variant: ProductVariant, now: datetime) -> Price:
        """Return the price of a variant in a pricelist, without an amount if there was none."""
        key = (pricelist.id, variant.id)
        if key not in self.prices:
            siblings = (self.prices.get((pricelist.id, other.id)) for other in variant.product.variants)
            shared = next((row.of_product for row in siblings if row), Cents())
            self.prices[key] = Price(
                id=self.new_id(), pricelist=pricelist, product_variant=variant, of_product=shared, updated_at=now
            )
        return self.prices[key]

    def stock_at(self, size: ProductSize, warehouse: Warehouse) -> Stock:
        """Return the stock of a size in a warehouse, an empty row if there was none."""
        key = (size.sku, warehouse.id)
        if key not in self.stock:
            self.stock[key] = Stock(product_size=size, warehouse=warehouse)
        return self.stock[key]

    def file_sizes_anew(self) -> None:
        """Put product sizes and their stock under the SKUs that they have now."""
        self.product_sizes = {size.sku: size for size in self.product_sizes.values()}
        self.stock = {(row.product_size.sku, row.warehouse.id): row for row in self.stock.values()}

    def latest_line(self, size: ProductSize, warehouse: Warehouse) -> StockChangeLine:
        """Return the line of the latest stock change that brought a size to a warehouse."""
        return next(
            line
            for change in reversed(self.stock_changes.values())
            for line in change.lines
            if line.product_size is size and line.warehouse is warehouse and line.delivered_quantity >= 0
        )

    def add_order(self, order: Order) -> None:
        """Put an order into the store, with its shipments."""
        self.orders[order.number] = order
        self.order_numbers[order.id] = order.number
        self.shipments.update((shipment.id, shipment) for shipment in order.shipments)

    def order_by_id(self, hash_id: str) -> Order | None:
        """Return the order with a hash id."""
        number = self.order_numbers.get(hash_id)
        return None if number is None else self.orders.get(number)

    def timeline(self) -> Timeline:
        """Return the orders by date.

        Many are sorted once: with more than 5,000 an order's date that is edited from outside is not noticed.
        """
        kept = self._timeline
        if kept is None or len(kept.orders) != len(self.orders) or len(self.orders) <= _FEW_ORDERS:
            kept = self._timeline = Timeline.of(self.orders.values(), self.order_by_id)
        return kept
