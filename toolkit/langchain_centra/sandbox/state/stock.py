"""Warehouses, stock levels and stock changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .catalogue import ProductSize
    from .channels import Country, MonetaryValue


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Warehouse:
    """A place with stock.

    Of the enums of ownership and master one value each was published, which is what the seed uses; allocation policy
    has no attribute: the only known value, CHECK_FIRST, would be untrue here.
    """

    id: int
    name: str
    country: Country
    zip_code: str
    stock_ownership: str = "THIRD_PARTY"
    stock_master: str = "EXTERNAL"
    status: str = "ACTIVE"
    is_consignation: bool = False
    is_hidden_from_stock_view: bool = False
    threshold: int = 0
    external_id: str | None = None
    brick_and_mortar: None = None
    state: None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Stock:
    """Units of one product size in one warehouse.

    Nothing is on purchase orders in the sandbox: the incoming quantities are 0.
    """

    product_size: ProductSize
    warehouse: Warehouse
    physical_quantity: int = 0
    allocated_quantity: int = 0
    demand_quantity: int = 0
    incoming_quantity: int = 0
    linked_incoming_quantity: int = 0
    unlinked_incoming_quantity: int = 0
    on_delivery_quantity: int = 0

    @property
    def free_to_allocate_quantity(self) -> int:
        """Physical minus allocated."""
        return self.physical_quantity - self.allocated_quantity

    @property
    def available_now_quantity(self) -> int:
        """Free to allocate minus demand; may be negative."""
        return self.free_to_allocate_quantity - self.demand_quantity

    @property
    def available_quantity(self) -> int:
        """Available now plus what is incoming and not linked to orders."""
        return self.available_now_quantity + self.unlinked_incoming_quantity

    @property
    def unshipped_quantity(self) -> int:
        """On orders and not shipped: allocated plus demand (inferred from the field's description)."""
        return self.allocated_quantity + self.demand_quantity


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class StockChange:
    """A recorded movement of stock; `comment` is the description that the caller gave."""

    id: int
    created_at: datetime
    comment: str
    warehouse: Warehouse
    lines: list[StockChangeLine] = field(default_factory=list)
    admin_user: None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class StockChangeLine:
    """Units of one product size that came (positive) or left (negative)."""

    id: int
    stock_change: StockChange
    product_size: ProductSize
    warehouse: Warehouse
    delivered_quantity: int
    currency_base_rate: float = 1.0
    unit_cost: MonetaryValue | None = None
    created_from_shipment_line: None = None
