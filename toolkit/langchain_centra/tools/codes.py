"""Product sizes by the codes that people use: SKU or EAN."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.operation import Reply
from langchain_centra.operations.stock import (
    CODES_PER_REQUEST,
    SIMILAR_SKUS,
    SIZES_OF_CODE,
    ProductSize,
    StockByCode,
    StockedSize,
    stock_by_code,
)
from langchain_centra.tools.text import cell, listed

SizeT = TypeVar("SizeT", bound=ProductSize)

_SIMILAR = 6
_EAN_LENGTHS = (8, 12, 13, 14)


def is_ean(code: str) -> bool:
    """Whether a code has the form of an EAN; it may be a SKU all the same."""
    return code.isascii() and code.isdigit() and len(code) in _EAN_LENGTHS


async def sizes_of(
    centra: AsyncCentra, codes: Sequence[str], *, stock: Mapping[str, Any] | None, limit: int
) -> tuple[dict[str, list[StockedSize]], frozenset[str]]:
    """Return the product sizes of each code with their stock, many codes a request, and what the token may not read.

    `stock` is a filter of levels, `limit` the number of warehouses. A code that looks like an EAN is looked for as a
    SKU and as an EAN.
    """
    found: dict[str, list[StockedSize]] = {}
    withheld: frozenset[str] = frozenset()
    for start in range(0, len(codes), CODES_PER_REQUEST):
        reply = await _read(centra, codes[start : start + CODES_PER_REQUEST], stock, limit, found)
        withheld |= reply.withheld
    return found, withheld


async def _read(
    centra: AsyncCentra,
    codes: Sequence[str],
    stock: Mapping[str, Any] | None,
    limit: int,
    found: dict[str, list[StockedSize]],
) -> Reply[StockByCode]:
    eans = [code for code in codes if is_ean(code)]
    variables = {f"sku{n}": code for n, code in enumerate(codes)} | {f"ean{n}": code for n, code in enumerate(eans)}
    reply = await stock_by_code(len(codes), len(eans))(centra, **variables, stock=stock, limit=limit)
    for name, code in variables.items():
        known = found.setdefault(code, [])
        known += [size for size in reply.data.root.get(name) or [] if size.id not in {other.id for other in known}]
    return reply


async def unknown_codes(centra: AsyncCentra, codes: Sequence[str]) -> Impossible:
    """Return what to tell the model about codes that are not there, with SKUs that contain the first of them."""
    similar = (await SIMILAR_SKUS(centra, text=codes[0], limit=_SIMILAR + 1)).data.product_sizes or []
    kind = "SKU or EAN" if any(map(is_ean, codes)) else "SKU"
    unknown = f"No product has the {kind} {listed(codes, 10)}."
    if not similar:
        return Impossible(f"{unknown} A SKU is the product, variant and size number together.")
    names = "; ".join(map(described, similar[:_SIMILAR])) + ("; and more" if len(similar) > _SIMILAR else "")
    return Impossible(f"{unknown} SKUs that contain {cell(codes[0])}: {names}.")


async def one_size_each(
    centra: AsyncCentra, codes: Sequence[str], warehouse_ids: Sequence[int]
) -> Mapping[str, StockedSize]:
    """Return the one product size of each code with its stock in these warehouses.

    Raises:
        Impossible: a code is not there, or it is that of several product sizes.
    """
    stock = {"warehouseId": list(warehouse_ids)}
    found, _ = await sizes_of(centra, codes, stock=stock, limit=len(warehouse_ids))
    unknown = [code for code in codes if not found[code]]
    if unknown:
        raise await unknown_codes(centra, unknown)
    return {code: _the_one(code, sizes) for code, sizes in found.items()}


async def size_of_code(centra: AsyncCentra, code: str) -> ProductSize:
    """Return the one product size of a SKU or EAN, without its stock.

    Raises:
        Impossible: the code is not there, or it is that of several product sizes.
    """
    found = (await SIZES_OF_CODE(centra, code=code)).data
    sizes = {size.id: size for size in [*(found.by_sku or []), *(found.by_ean or [])]}
    if not sizes:
        raise await unknown_codes(centra, [code])
    return _the_one(code, list(sizes.values()))


def _the_one(code: str, sizes: Sequence[SizeT]) -> SizeT:
    if len(sizes) > 1:
        names = "; ".join(map(described, sizes))
        kind = "SKU or EAN" if is_ean(code) else "SKU"
        raise Impossible(f"{cell(code)} is the {kind} of {len(sizes)} product sizes ({names}); a person has to choose.")
    return sizes[0]


def described(size: ProductSize) -> str:
    """Name a product size: its SKU, product, variant and size."""
    variant = size.product_variant
    names = [variant.product.name if variant and variant.product else None, variant.name if variant else None]
    names.append(size.size.name if size.size else None)
    return f"{cell(size.sku)} ({', '.join(cell(name) for name in names if name) or 'not named'})"
