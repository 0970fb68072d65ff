"""The sums of an order, each worked out when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .orders import without_tax

if TYPE_CHECKING:
    from .channels import MonetaryValue
    from .orders import Order


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """Sums over an order; consumer prices include tax, so nothing is added or deducted."""

    order: Order
    weight: None = None

    @property
    def quantity(self) -> int:
        """Units without cancelled ones."""
        return sum(line.quantity for line in self.order.lines)

    @property
    def cancelled_quantity(self) -> int:
        """Cancelled units."""
        return sum(line.cancelled_quantity for line in self.order.lines)

    @property
    def original_quantity(self) -> int:
        """Units with cancelled ones."""
        return self.quantity + self.cancelled_quantity

    @property
    def unexpedited_quantity(self) -> int:
        """Units that have not left."""
        return self.quantity - sum(line.shipped_quantity for line in self.order.lines)

    @property
    def line_values(self) -> MonetaryValue:
        """What the lines cost."""
        return self.order.money(self.order.lines_cents)

    @property
    def handling(self) -> MonetaryValue:
        """The handling cost."""
        return self.order.money(self.order.handling_cents)

    @property
    def shipping(self) -> MonetaryValue:
        """The shipping cost."""
        return self.order.money(self.order.shipping_cents)

    @property
    def discounts(self) -> MonetaryValue:
        """What the discounts take off."""
        return self.order.money(self.order.discount_cents)

    @property
    def tax_included(self) -> MonetaryValue:
        """The tax in the grand total."""
        total = self.order.grand_total_cents
        return self.order.money(total - without_tax(total, self.order.tax_percent))

    @property
    def shipping_tax_included(self) -> MonetaryValue:
        """The tax in the shipping cost."""
        cents = self.order.shipping_cents
        return self.order.money(cents - without_tax(cents, self.order.tax_percent))

    @property
    def tax_added(self) -> MonetaryValue:
        """Tax on top: none."""
        return self.order.money(0)

    tax_deducted = shipping_tax_added = shipping_tax_deducted = tax_added
