"""Prices: a product's in a pricelist, and those that single variants have of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .channels import MonetaryValue

if TYPE_CHECKING:
    from datetime import datetime

    from .catalogue import Product, ProductVariant
    from .channels import Pricelist


@dataclass(slots=True, eq=False)
class Cents:
    """A price and a recommended retail price in the smallest unit of a currency; None: not set."""

    price: int | None = None
    recommended_retail: int | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Price:
    """The price of one variant in one pricelist: its own, else the product's.

    `of_product` is shared by the variants of a product in a pricelist. `own` holds what the variant has of its own;
    the API does not show which of the two a price comes from.
    """

    id: int
    pricelist: Pricelist
    product_variant: ProductVariant
    of_product: Cents
    updated_at: datetime
    own: Cents = field(default_factory=Cents)

    @property
    def product(self) -> Product:
        """The variant's product."""
        return self.product_variant.product

    @property
    def price(self) -> MonetaryValue | None:
        """What a shopper pays, tax included where the store's prices include it; None: not set."""
        return self._money(self.of_product.price if self.own.price is None else self.own.price)

    @property
    def recommended_retail_price(self) -> MonetaryValue | None:
        """What a wholesale customer is advised to ask for."""
        own = self.own.recommended_retail
        return self._money(self.of_product.recommended_retail if own is None else own)

    def _money(self, cents: int | None) -> MonetaryValue | None:
        currency = self.pricelist.currency
        if cents is None:
            return None
        return MonetaryValue(cents, currency, currency.current_base_rate, self.updated_at)
