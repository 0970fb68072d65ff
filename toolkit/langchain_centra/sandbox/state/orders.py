"""Orders with their lines, allocations, payments, shipments and history."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .channels import MonetaryValue

if TYPE_CHECKING:
    from datetime import datetime

    from .catalogue import ProductSize
    from .channels import (
        Account,
        Address,
        AllocationRule,
        AtOnceDeliveryWindow,
        Buyer,
        Country,
        Currency,
        Customer,
        Market,
        Pricelist,
        ShippingPriceGroup,
        Store,
        StorePlugin,
    )
    from .discounts import Voucher
    from .displays import Category, Display
    from .returns import Return
    from .stock import StockChangeLine, Warehouse


def without_tax(cents: int, tax_percent: float) -> int:
    """Return an amount that includes tax without it."""
    return round(cents * 100 / (100 + tax_percent))


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Order:
    """An order; amounts are in the smallest unit of its currency, tax included."""

    id: str
    number: int
    status: str
    store: Store
    market: Market
    pricelist: Pricelist
    currency: Currency
    country: Country
    order_date: datetime
    updated_at: datetime
    shipping_address: Address
    billing_address: Address
    payment_method: StorePlugin
    allocation_rule: AllocationRule
    shipping_price_group: ShippingPriceGroup
    currency_base_rate: float
    tax_percent: float
    shipping_cents: int = 0
    handling_cents: int = 0
    is_on_hold: bool = False
    hold_reason: str | None = None
    is_locked: bool = False
    is_waiting_for_payment: bool = False
    is_internal: bool = False
    user_ip: str | None = None
    internal_comment: str | None = None
    other_comment: str = ""
    external_id: str | None = None
    lines: list[ProductOrderLine] = field(default_factory=list)
    discounts_applied: list[AppliedVoucherDiscount] = field(default_factory=list)
    payment_history: list[PaymentHistoryEntry] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    history: list[OrderHistoryEntry] = field(default_factory=list)

    @property
    def created_at(self) -> datetime:
        """The order date."""
        return self.order_date

    @property
    def email(self) -> str | None:
        """Where mail about the order goes."""
        return self.billing_address.email or self.shipping_address.email

    def money(self, cents: int) -> MonetaryValue:
        """Return an amount in the order's currency, at the order's rate."""
        return MonetaryValue(cents, self.currency, self.currency_base_rate, self.order_date)

    @property
    def lines_cents(self) -> int:
        """What the lines cost together."""
        return sum(line.value_cents for line in self.lines)

    @property
    def discount_cents(self) -> int:
        """What the vouchers take off."""
        return sum(discount.cents for discount in self.discounts_applied)

    @property
    def grand_total_cents(self) -> int:
        """Lines, shipping and handling, less discounts."""
        return max(0, self.lines_cents + self.shipping_cents + self.handling_cents - self.discount_cents)

    @property
    def captured_cents(self) -> int:
        """What the provider has captured."""
        captures = ("CAPTURE", "CAPTURE_GIFT_CARD")
        return sum(e.cents for e in self.payment_history if e.entry_type in captures and e.status == "SUCCESS")

    @property
    def authorized_cents(self) -> int:
        """What is authorized and not voided: authorizations plus cancels, which are negative."""
        kinds = ("AUTH", "CANCEL")
        return sum(e.cents for e in self.payment_history if e.entry_type in kinds and e.status == "SUCCESS")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class DirectToConsumerOrder(Order):
    """An order of a shopper."""

    customer: Customer


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class WholesaleOrder(Order):
    """An order of a wholesale account."""

    account: Account
    buyer: Buyer
    delivery_windows: list[AtOnceDeliveryWindow]
    purchase_order_number: str | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class ProductOrderLine:
    """Units of one product size on an order; `quantity` is without cancelled units."""

    id: int
    order: Order
    product_size: ProductSize
    quantity: int
    unit_price_cents: int
    unit_original_price_cents: int
    cancelled_quantity: int = 0
    returned_quantity: int = 0
    comment: str | None = None
    allocations: list[Allocation] = field(default_factory=list)
    product_external_url: None = None
    delivery_window: None = None

    @property
    def display(self) -> Display | None:
        """The display through which the order's store sells the product."""
        displays = self.product_size.product_variant.product.displays
        return next((display for display in displays if display.store is self.order.store), None)

    @property
    def category(self) -> Category | None:
        """The display's canonical category (inferred)."""
        return self.display.canonical_category if self.display else None

    @property
    def frontend_item_id(self) -> str | None:
        """The Checkout API's item: display item and product size."""
        item = self.display.item_of(self.product_size.product_variant) if self.display else None
        return f"{item.id}-{self.product_size.id}" if item else None

    @property
    def value_cents(self) -> int:
        """What the line costs."""
        return self.unit_price_cents * self.quantity

    @property
    def allocated_quantity(self) -> int:
        """Units reserved in warehouses."""
        return sum(allocation.quantity for allocation in self.allocations)

    @property
    def in_shipments(self) -> int:
        """Units on shipments, sent or not."""
        return sum(
            line.quantity for shipment in self.order.shipments for line in shipment.lines if line.order_line is self
        )

    @property
    def shipped_quantity(self) -> int:
        """Units that have left."""
        return sum(
            line.quantity
            for shipment in self.order.shipments
            for line in shipment.lines
            if shipment.is_shipped and line.order_line is self
        )

    @property
    def on_the_way(self) -> int:
        """Units on shipments that have not left."""
        return self.in_shipments - self.shipped_quantity

    @property
    def unshipped_quantity(self) -> int:
        """Units not on a shipment yet."""
        return self.quantity - self.in_shipments

    @property
    def demand_quantity(self) -> int:
        """Units that no warehouse holds yet."""
        return self.quantity - self.shipped_quantity - self.allocated_quantity


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Allocation:
    """Units of a line reserved in a warehouse, from the stock that a stock change brought."""

    id: int
    quantity: int
    order_line: ProductOrderLine
    warehouse: Warehouse
    stock_change_line: StockChangeLine
    is_waiting_for_confirmation: bool = False


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class AppliedVoucherDiscount:
    """What a voucher took off an order; positive (inferred: no value but 0 was published)."""

    order: Order
    cents: int
    date: datetime
    voucher: Voucher
    voucher_name: str
    code: str | None
    voucher_method: str = "CODE"
    params_json: str | None = None
    url: str | None = None
    shipping_value: None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class PaymentHistoryEntry:
    """One step of a payment; cancels and refunds are negative amounts (of refunds inferred)."""

    id: int
    created_at: datetime
    status: str
    entry_type: str
    cents: int
    order: Order
    payment_method: str
    external_reference: str | None = None
    params_json: str | None = None
    source: str | None = None
    store_plugin: StorePlugin | None = None
    external_id: str | None = None
    refund_of: Return | None = None
    admin_user: None = None

    @property
    def currency_base_rate(self) -> float:
        """The order's rate."""
        return self.order.currency_base_rate


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Shipment:
    """Units of an order that leave together; the costs are the part of the order's costs that it took."""

    id: int
    number: str
    order: Order
    created_at: datetime
    updated_at: datetime
    shipping_cents: int = 0
    handling_cents: int = 0
    discount_cents: int = 0
    captured_cents: int = 0
    internal_shipping_cost_cents: int = 0
    is_good_to_go: bool = False
    is_printed: bool = False
    is_shipped: bool = False
    is_paid: bool = False
    is_captured: bool = False
    shipped_at: datetime | None = None
    paid_at: datetime | None = None
    captured_at: datetime | None = None
    tracking_number: str | None = None
    return_tracking_number: str | None = None
    number_of_packages: int = 1
    additional_message: str | None = None
    carrier: str | None = None
    service: str | None = None
    used_fallback_tax: bool = False
    shipping_address: Address
    lines: list[ShipmentLine] = field(default_factory=list)
    admin_user: None = None
    shipment_plugin: None = None

    @property
    def is_on_hold(self) -> bool:
        """Whether its order is on hold."""
        return self.order.is_on_hold

    @property
    def currency_base_rate(self) -> float:
        """The order's rate."""
        return self.order.currency_base_rate

    @property
    def grand_total_cents(self) -> int:
        """Its lines and its share of the costs, less its share of the discount."""
        lines = sum(line.quantity * line.order_line.unit_price_cents for line in self.lines)
        return max(0, lines + self.shipping_cents + self.handling_cents - self.discount_cents)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class DirectToConsumerShipment(Shipment):
    """A shipment to a shopper."""


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class WholesaleShipment(Shipment):
    """A shipment to a wholesale account."""


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class ShipmentLine:
    """Units of an order line on a shipment."""

    id: int
    order_line: ProductOrderLine
    quantity: int
    returned_quantity: int = 0
    invoiced_quantity: int = 0


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class OrderHistoryEntry:
    """What happened to an order; the content of `data` is ours."""

    id: int
    created_at: datetime
    type: str
    order: Order
    data: dict[str, Any]
    admin_user: None = None
    organization_user_email: None = None

    @property
    def data_json(self) -> str:
        """The data as JSON."""
        return json.dumps(self.data, ensure_ascii=False)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class DirectToConsumerOrderHistoryEntry(OrderHistoryEntry):
    """What happened to a shopper's order."""

    @property
    def customer(self) -> Customer | None:
        """Who placed the order."""
        return self.order.customer if isinstance(self.order, DirectToConsumerOrder) else None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class WholesaleOrderHistoryEntry(OrderHistoryEntry):
    """What happened to a wholesale order."""
