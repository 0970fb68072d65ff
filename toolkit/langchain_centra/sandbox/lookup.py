"""Finding what an input refers to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from . import messages
from .mutations import Refused
from .names import snake_case
from .state.channels import MonetaryValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .context import Context
    from .state import State
    from .state.catalogue import Product, ProductSize, ProductVariant
    from .state.channels import Currency, Market, Pricelist
    from .state.orders import Order
    from .state.stock import Warehouse

_KEYS = {"id": "ID", "externalId": "external ID"}
_URI = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _find(rows: Iterable[Any], reference: Mapping[str, Any], what: str, *path: str) -> Any:
    """Return the one row that an input such as `{id: 1}` refers to."""
    for key, value in reference.items():
        for row in rows:
            if value is not None and getattr(row, snake_case(key)) == value:
                return row
    key, value = next(((k, v) for k, v in reference.items() if v is not None), ("id", None))
    raise Refused(messages.not_found(what, _KEYS.get(key, key), value), *path)


def find_by_id(rows: Mapping[int, Any], reference: Mapping[str, Any], what: str, *path: str) -> Any:
    """Return the row that `{id: 1}` refers to, or refuse."""
    number: Any = reference.get("id")
    if number not in rows:
        raise Refused(messages.not_found(what, "ID", number), *path)
    return rows[number]


def read_uri(given: str | None, name: str, *path: str) -> str:
    """Return a URI as given, or one made from the name where it is absent or empty.

    Raises:
        Refused: it has other characters than lower case letters, digits and hyphens (which are allowed is inferred).
    """
    if not given:
        return "-".join(re.findall(r"[a-z0-9]+", name.lower()))
    if not _URI.fullmatch(given):
        raise Refused(messages.BAD_URI, *path)
    return given


def find_order(state: State, reference: Mapping[str, Any], *path: str) -> Order:
    """Return the order of an OrderInput; by hash id or number without a search.

    Raises:
        Refused: there is none.
    """
    found = state.orders.get(reference.get("number") or 0) or state.order_by_id(reference.get("id") or "")
    return found or _find(state.orders.values(), reference, "Order", *path)


def find_warehouse(state: State, reference: Mapping[str, Any], *path: str) -> Warehouse:
    """Return the warehouse of a WarehouseInput, or refuse."""
    warehouse: Warehouse = _find(state.warehouses.values(), reference, "Warehouse", *path)
    return warehouse


def find_product(state: State, reference: Mapping[str, Any], *path: str) -> Product:
    """Return the product of a ProductInput, or refuse."""
    product: Product = _find(state.products.values(), reference, "Product", *path)
    return product


def find_pricelist(state: State, reference: Mapping[str, Any], *path: str) -> Pricelist:
    """Return the pricelist of a PricelistInput, or refuse."""
    pricelist: Pricelist = _find(state.pricelists.values(), reference, "Pricelist", *path)
    return pricelist


def find_market(state: State, reference: Mapping[str, Any], *path: str) -> Market:
    """Return the market of a MarketInput, or refuse."""
    market: Market = _find(state.markets.values(), reference, "Market", *path)
    return market


def find_variant(state: State, reference: Mapping[str, Any], *path: str) -> ProductVariant:
    """Return the variant of a ProductVariantInput, or refuse."""
    variant: ProductVariant = _find(state.product_variants.values(), reference, "ProductVariant", *path)
    return variant


def find_size_of_variant(variant: ProductVariant, reference: Mapping[str, Any], *path: str) -> ProductSize:
    """Return the product size that a SizeInput means on a variant: the input names a size of the chart, or refuse."""
    size = _find((row.size for row in variant.product_sizes), reference, f"Size of ProductVariant {variant.id}", *path)
    return next(row for row in variant.product_sizes if row.size is size)


def find_size(state: State, reference: Mapping[str, Any], *path: str) -> ProductSize:
    """Return the product size of a ProductSizeInput, or refuse; `any` matches SKU, EAN or UPC, never an id."""
    wanted = reference.get("any")
    if wanted is None:
        size: ProductSize = _find(state.product_sizes.values(), reference, "ProductSize", *path)
        return size
    for row in state.product_sizes.values():
        if wanted in (row.sku, row.ean, row.upc):
            return row
    raise Refused(messages.not_found("ProductSize", "SKU, EAN or UPC", wanted), *path)


def find_currency(state: State, iso_code: str, *path: str) -> Currency:
    """Return a currency by its code, or refuse."""
    if iso_code not in state.currencies:
        raise Refused(messages.not_found("Currency", "code", iso_code), *path)
    return state.currencies[iso_code]


def read_money(context: Context, given: Mapping[str, Any] | None, *path: str) -> MonetaryValue | None:
    """Return the amount of a MonetaryValueInput at today's rate, or refuse an unknown currency."""
    if given is None:
        return None
    currency = find_currency(context.state, given["currencyIsoCode"], *path, "currencyIsoCode")
    cents = round(given["value"] * currency.denominator)
    return MonetaryValue(cents, currency, currency.current_base_rate, context.now)
