"""Stock: warehouses, the levels of product sizes, setting levels.

Quantities are units of one product size in one warehouse: physical = free to allocate + allocated. Free to allocate
includes neither the warehouse's threshold nor the variant's stock offset (Centra, "PIM integration").
"""

from functools import cache

from pydantic import Field, RootModel

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import Named, Payload, Record

SKUS_PER_REQUEST = 25
WAREHOUSES_PER_PAGE = 200


class Warehouse(Record):
    """A place that holds stock; `threshold` is a number of units kept from being sold."""

    id: int
    name: str | None = None
    status: str | None = None
    stock_master: str | None = None
    threshold: int | None = None
    country: Named | None = None


class StockWarehouse(Record):
    """The warehouse of a stock level."""

    id: int
    name: str | None = None
    threshold: int | None = None


class Stock(Record):
    """The level of one product size in one warehouse."""

    physical_quantity: int | None = None
    allocated_quantity: int | None = None
    free_to_allocate_quantity: int | None = None
    warehouse: StockWarehouse | None = None


class Variant(Record):
    """The variant of a size, with its product."""

    id: int
    name: str | None = None
    product: Named | None = None


class ProductSize(Record):
    """A size of a product variant: what has a SKU and what stock hangs on."""

    id: int
    sku: str | None = Field(None, alias="SKU")
    size: Named | None = None
    product_variant: Variant | None = None


class StockedSize(ProductSize):
    """A product size with its stock."""

    stock: list[Stock] | None = None


class StockBySku(RootModel[dict[str, list[StockedSize] | None]]):
    """The answer to stock_by_sku: the product sizes of each SKU, in the order of the variables."""


class Level(Record):
    """The level of a product size in the one warehouse that was asked for."""

    physical_quantity: int | None = None
    allocated_quantity: int | None = None


class LeveledSize(Record):
    """A product size with its level in one warehouse, without names."""

    id: int
    stock: list[Level] | None = None


class Levels(Record):
    """The answer to STOCK_LEVELS."""

    product_sizes: list[LeveledSize] | None = None


class Sizes(Record):
    """The answer to SIMILAR_SKUS."""

    product_sizes: list[ProductSize] | None = None


class Warehouses(Record):
    """The answer to LIST_WAREHOUSES."""

    warehouses: list[Warehouse] | None = None


class StockSet(Record):
    """The answer to SET_STOCK."""

    set_stock: Payload | None = None


_PRODUCT = "product { id name }"
_VARIANT = "productVariant { id name product { id name } }"
_STOCK = """stock(where: $stock, limit: $limit) {
        physicalQuantity allocatedQuantity freeToAllocateQuantity
        warehouse { id name threshold }
      }"""


@cache
def stock_by_sku(count: int) -> Operation[StockBySku]:
    """Return the query for the stock of `count` SKUs in one request; its variables are sku0, sku1, ..., stock, limit.

    A filter by SKU takes one value only, so each SKU is a field of its own under an alias. `limit` is the number of
    warehouses, 200 at most.
    """
    declared = ", ".join(f"$sku{n}: String!" for n in range(count))
    asked = "".join(
        f"""
      size{n}: productSizes(where: {{SKU: {{equals: $sku{n}}}}}, limit: 5) {{
      id SKU size {{ id name }}
      {_VARIANT}
      {_STOCK}
      }}"""
        for n in range(count)
    )
    return Operation(
        document=f"query StockBySku({declared}, $stock: StockFilter, $limit: Int!) {{{asked}\n}}",
        result=StockBySku,
        needs=frozenset({"ProductSize:read", "ProductSize.stock:read", "Warehouse:read"}),
        optional={"ProductVariant:read": _VARIANT, "Product:read": _PRODUCT},
    )


STOCK_BY_SKU = stock_by_sku(1)

STOCK_LEVELS = Operation(
    document="""
    query StockLevels($ids: [Int!]!, $stock: StockFilter!, $limit: Int!) {
      productSizes(where: {id: $ids}, limit: $limit) {
        id
        stock(where: $stock, limit: 1) { physicalQuantity allocatedQuantity }
      }
    }""",
    result=Levels,
    needs=frozenset({"ProductSize:read", "ProductSize.stock:read"}),
)

SIMILAR_SKUS = Operation(
    document="""
    query SimilarSkus($text: String!, $limit: Int!) {
      productSizes(where: {SKU: {contains: $text}}, limit: $limit) {
        id SKU size { id name }
        productVariant { id name product { id name } }
      }
    }""",
    result=Sizes,
    needs=frozenset({"ProductSize:read"}),
    optional={"ProductVariant:read": _VARIANT, "Product:read": _PRODUCT},
)

LIST_WAREHOUSES = Operation(
    document="""
    query ListWarehouses($limit: Int!, $page: Int!) {
      warehouses(sort: [id_ASC], limit: $limit, page: $page) {
        id name status stockMaster threshold
        country { id name }
      }
    }""",
    result=Warehouses,
    needs=frozenset({"Warehouse:read"}),
)

SET_STOCK = Operation(
    document="""
    mutation SetStock($input: StockSetInput!) {
      setStock(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=StockSet,
    needs=frozenset({"StockChange:write"}),
)
