"""How products are presented: displays, the categories that they stand in, the variants that they activate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .catalogue import Product, ProductVariant
    from .channels import Market, Store


@dataclass(slots=True, eq=False)
class TaxGroup:
    """A group of displays that are taxed alike."""

    id: int
    name: str


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Category:
    """A category of a store; siblings follow each other as they stand in the state."""

    id: int
    name: str
    uri: str
    store: Store
    parent: Category | None = None
    status: str = "ACTIVE"
    meta_title: str | None = None
    meta_description: str | None = None
    meta_keywords: str | None = None

    @property
    def is_top_category(self) -> bool:
        """Whether it has no parent."""
        return self.parent is None


@dataclass(slots=True, eq=False, repr=False)
class DisplayItem:
    """A variant that is active on a display."""

    id: int
    display: Display
    product_variant: ProductVariant


@dataclass(slots=True, eq=False, repr=False)
class DisplayRelation:
    """A display that another one points to."""

    id: int
    type: str
    target_display: Display


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Display:
    """A product as one store shows it."""

    id: int
    name: str
    uri: str
    product: Product
    store: Store
    updated_at: datetime
    tax_group: TaxGroup
    status: str = "ACTIVE"
    minimum_order_quantity: int | None = None
    order_quantity_denominator: int | None = None
    description: str | None = None
    short_description: str | None = None
    meta_title: str | None = None
    meta_description: str | None = None
    meta_keywords: str | None = None
    comment: str | None = None
    tags: list[str] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    canonical_category: Category | None = None
    markets: list[Market] = field(default_factory=list)
    display_items: list[DisplayItem] = field(default_factory=list)
    related: list[DisplayRelation] = field(default_factory=list)

    @property
    def product_variants(self) -> list[ProductVariant]:
        """The variants that are active on it."""
        return [item.product_variant for item in self.display_items]

    def item_of(self, variant: ProductVariant) -> DisplayItem | None:
        """Return what a variant is on this display, None where it is not active."""
        return next((item for item in self.display_items if item.product_variant is variant), None)
