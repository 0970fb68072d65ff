"""Vouchers and price campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .catalogue import ProductVariant
    from .channels import Market, MonetaryValue, Pricelist, Store


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Voucher:
    """A voucher: by code, by link or without the shopper's doing; `cents` is what it takes off an order in SEK."""

    id: int
    name: str
    store: Store
    markets: list[Market]
    created_at: datetime
    updated_at: datetime
    cents: int
    code: str | None = None
    url: str | None = None
    method: str = "CODE"
    status: str = "ACTIVE"
    start_at: datetime | None = None
    stop_at: datetime | None = None
    max_usages: int | None = None
    successful_usages: int = 0
    priority: int = 0
    combine_with_other_vouchers: bool = False
    reuse: bool = False
    conversion_html: str | None = None
    external_id: str | None = None
    cloned_from: None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Campaign:
    """A price campaign; its variants carry the discounts and the dates."""

    id: int
    name: str
    status: str
    store: Store
    markets: list[Market]
    pricelists: list[Pricelist]
    updated_at: datetime
    variants: list[CampaignVariant] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class CampaignVariant:
    """What a campaign does to the price of one variant."""

    id: int
    campaign: Campaign
    product_variant: ProductVariant
    created_at: datetime
    start_at: datetime
    stop_at: datetime
    discount_percent: float | None = None
    fixed_price: MonetaryValue | None = None
    status: str = "ACTIVE"
    show_sale: bool = True
    show_news: bool = False
