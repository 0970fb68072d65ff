"""What the store sells: products, their variants, and the sizes that stock hangs on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .channels import Country, MonetaryValue
    from .displays import Display


@dataclass(slots=True, eq=False)
class Brand:
    """A brand."""

    id: int
    name: str
    uri: str
    external_id: str | None = None


@dataclass(slots=True, eq=False)
class Collection:
    """A season's collection."""

    id: int
    name: str
    uri: str
    status: str = "ACTIVE"
    external_id: str | None = None


@dataclass(slots=True, eq=False)
class Folder:
    """An internal folder of products."""

    id: int
    name: str
    is_top_folder: bool = True
    external_id: str | None = None


@dataclass(slots=True, eq=False)
class Weight:
    """A weight with its unit."""

    value: float
    unit: str = "KILOGRAMS"

    @property
    def formatted_value(self) -> str:
        """The weight as people read it."""
        return f"{self.value:g} kg"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class SizeChart:
    """A row of sizes that variants choose from."""

    id: int
    name: str
    sizes: list[Size] = field(default_factory=list)
    horizontal_labels: list[str] = field(default_factory=list)
    vertical_labels: list[str] | None = None
    divider_symbol: str = ""
    display_divided_by: int | None = None
    display_unit: str | None = None
    external_id: str | None = None


@dataclass(slots=True, eq=False, repr=False)
class Size:
    """One size of a chart. It is not a product size: no stock hangs on it."""

    id: int
    name: str
    size_chart: SizeChart

    @property
    def external_id(self) -> str:
        """The id that the platform makes by itself for every integration: chart, bar, size."""
        return f"{self.size_chart.name}|{self.name}"

    @property
    def size_aliases(self) -> list[object]:
        """Other labels of the size; the seed has none."""
        return []


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Product:
    """A product with its variants."""

    id: int
    name: str
    product_number: str
    brand: Brand
    collection: Collection
    folder: Folder
    country_of_origin: Country
    weight: Weight
    created_at: datetime
    updated_at: datetime
    status: str = "ACTIVE"
    harmonized_commodity_code: str | None = None
    harmonized_commodity_code_description: str | None = None
    internal_comment: str | None = None
    is_bundle: bool = False
    is_serializable_product: bool = False
    external_id: str | None = None
    bundle: Bundle | None = None
    measurement_table: None = None
    variants: list[ProductVariant] = field(default_factory=list)
    displays: list[Display] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Bundle:
    """What makes a product a bundle; it has no stock of its own.

    What a bundle is put together from is not shown: under which field is not documented.
    """

    id: int
    product: Product
    size_chart: SizeChart
    created_at: datetime
    updated_at: datetime
    type: str = "FIXED"
    price_type: str = "STATIC"

    @property
    def sizes(self) -> list[Size]:
        """The sizes that the bundle comes in: those of its chart."""
        return self.size_chart.sizes


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class ProductVariant:
    """A variant, usually a colour; it carries the prices.

    `price_cents` holds the full price by currency code, tax included, in the currency's smallest unit: what the seed's
    orders were placed at, and what its pricelists start from (`State.prices`).
    """

    id: int
    name: str
    variant_number: str
    product: Product
    size_chart: SizeChart
    unit_cost: MonetaryValue
    updated_at: datetime
    price_cents: dict[str, int]
    internal_name: str | None = None
    status: str = "ACTIVE"
    stock_offset: int = 0
    external_id: str | None = None
    product_sizes: list[ProductSize] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class ProductSize:
    """A size activated on a variant: what is stocked and sold."""

    id: int
    product_variant: ProductVariant
    size: Size
    size_number: str
    ean: str
    updated_at: datetime
    upc: str | None = None
    comment: str | None = None
    preorder: bool = False
    is_active: bool = True

    @property
    def sku(self) -> str:
        """Product number, variant number and size number without a separator."""
        variant = self.product_variant
        return f"{variant.product.product_number}{variant.variant_number}{self.size_number}"

    @property
    def description(self) -> str:
        """The size's name."""
        return self.size.name

    @property
    def weight(self) -> Weight:
        """The product's weight."""
        return self.product_variant.product.weight
