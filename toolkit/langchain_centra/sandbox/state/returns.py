"""Returns: units of a shipment that came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .channels import Account, Customer, Store
    from .orders import DirectToConsumerOrder, Order, PaymentHistoryEntry, Shipment, ShipmentLine, WholesaleOrder
    from .stock import Warehouse


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Return:
    """Goods of one shipment that come back; amounts are in the smallest unit of the order's currency.

    The old `status` of the API has no attribute: its values here were not published.
    """

    id: int
    order: Order
    shipment: Shipment
    created_at: datetime
    return_status: str = "PENDING"
    comment: str | None = None
    returned_to_stock: bool = False
    return_warehouse: Warehouse | None = None
    shipping_cents: int = 0
    handling_cents: int = 0
    discount_cents: int = 0
    return_cost_cents: int = 0
    created_from: str | None = None
    external_id: str | None = None
    used_fallback_tax: bool = False
    lines: list[ReturnLine] = field(default_factory=list)
    refund_payment_history: list[PaymentHistoryEntry] = field(default_factory=list)
    admin_user: None = None

    @property
    def store(self) -> Store:
        """The order's store."""
        return self.order.store

    @property
    def currency_base_rate(self) -> float:
        """The order's rate."""
        return self.order.currency_base_rate

    @property
    def total_quantity(self) -> int:
        """Units that come back."""
        return sum(line.quantity for line in self.lines)

    @property
    def lines_cents(self) -> int:
        """What the returned units cost."""
        return sum(line.value_cents for line in self.lines)

    @property
    def grand_total_cents(self) -> int:
        """Lines, shipping and handling, less the discount and what the return costs (inferred)."""
        return (
            self.lines_cents + self.shipping_cents + self.handling_cents - self.discount_cents - self.return_cost_cents
        )


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class DirectToConsumerReturn(Return):
    """A return of a shopper."""

    order: DirectToConsumerOrder  # pyright: ignore[reportIncompatibleVariableOverride] -- never assigned anew

    @property
    def customer(self) -> Customer:
        """Who sends it back."""
        return self.order.customer


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class WholesaleReturn(Return):
    """A return of a wholesale account."""

    order: WholesaleOrder  # pyright: ignore[reportIncompatibleVariableOverride] -- as above

    @property
    def account(self) -> Account:
        """Who sends it back."""
        return self.order.account


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class ReturnLine:
    """Units of a shipment line that come back."""

    id: int
    shipment_line: ShipmentLine
    quantity: int

    @property
    def value_cents(self) -> int:
        """What the units cost."""
        return self.quantity * self.shipment_line.order_line.unit_price_cents
