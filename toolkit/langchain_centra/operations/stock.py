"""Stock: warehouses and the levels of product sizes.

Quantities are units of one product size in one warehouse: physical = free to allocate + allocated. Free to allocate
includes neither the warehouse's threshold nor the variant's stock offset (Centra, "PIM integration").
"""

from functools import cache

from pydantic import Field, RootModel

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import Named, Record

CODES_PER_REQUEST = 25
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
    ean: str | None = Field(None, alias="EAN")
    size: Named | None = None
    product_variant: Variant | None = None


class StockedSize(ProductSize):
    """A product size with its stock."""

    stock: list[Stock] | None = None


class StockByCode(RootModel[dict[str, list[StockedSize] | None]]):
    """The answer to stock_by_code: the product sizes of each code, under `sku0`, ..., `ean0`, ..."""


class Level(Record):
    """The level of a product size in the one warehouse that was asked for."""

    physical_quantity: int | None = None
    allocated_quantity: int | None = None


class SizeReference(Record):
    """Which product size a level is of."""

    id: int


class ActivatedSize(Record):
    """A size of a variant, without what hangs on it."""

    id: int
    sku: str | None = Field(None, alias="SKU")
    size: Named | None = None


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


class SizesOfCode(Record):
    """The answer to SIZES_OF_CODE."""

    by_sku: list[ProductSize] | None = None
    by_ean: list[ProductSize] | None = None


class Warehouses(Record):
    """The answer to LIST_WAREHOUSES."""

    warehouses: list[Warehouse] | None = None


class PlacedStock(Stock):
    """The level of one product size of a variant in one warehouse."""

    product_size: SizeReference | None = None


class StockedVariant(Record):
    """A variant with its product sizes and their stock."""

    id: int
    name: str | None = None
    product_sizes: list[ActivatedSize] | None = None
    stock: list[PlacedStock] | None = None


class StockedProduct(Record):
    """A product with the stock of its variants."""

    id: int
    name: str | None = None
    product_number: str | None = None
    variants: list[StockedVariant] | None = None


class LikeProduct(Record):
    """A product whose name or number contains what was asked for."""

    id: int
    name: str | None = None
    product_number: str | None = None


class StockOfProduct(Record):
    """The answer to STOCK_OF_PRODUCT: sizes and products by SKU, number and name."""

    sizes: list[ActivatedSize] | None = None
    numbered: list[StockedProduct] | None = None
    named: list[StockedProduct] | None = None
    like: list[LikeProduct] | None = None


_PRODUCT = "product { id name }"
_VARIANT = "productVariant { id name product { id name } }"
_STOCK = """stock(where: $stock, limit: $limit) {
        physicalQuantity allocatedQuantity freeToAllocateQuantity
        warehouse { id name threshold }
      }"""


@cache
def stock_by_code(skus: int, eans: int) -> Operation[StockByCode]:
    """Return the query for the stock of some SKUs and EANs in one request; its variables are sku0, ..., ean0, ...

    A filter takes one value only, so each code is a field of its own under an alias. The other variables are `stock`,
    a filter of levels, and `limit`, the number of warehouses, 200 at most.
    """
    codes = [("SKU", f"sku{n}") for n in range(skus)] + [("EAN", f"ean{n}") for n in range(eans)]
    declared = ", ".join(f"${name}: String!" for _, name in codes)
    asked = "".join(
        f"""
      {name}: productSizes(where: {{{field}: {{equals: ${name}}}}}, limit: 5) {{
      id SKU EAN size {{ id name }}
      {_VARIANT}
      {_STOCK}
      }}"""
        for field, name in codes
    )
    return Operation(
        document=f"query StockByCode({declared}, $stock: StockFilter, $limit: Int!) {{{asked}\n}}",
        result=StockByCode,
        needs=frozenset({"ProductSize:read", "ProductSize.stock:read", "Warehouse:read"}),
        optional={"ProductVariant:read": _VARIANT, "Product:read": _PRODUCT},
    )


STOCK_BY_CODE = stock_by_code(1, 1)

_LEVELS_OF_VARIANT = """stock(limit: 200) {
            physicalQuantity allocatedQuantity freeToAllocateQuantity
            productSize { id }
            warehouse { id name threshold }
          }"""
_VARIANTS = f"""variants {{
          id name
          productSizes {{ id SKU size {{ id name }} }}
          {_LEVELS_OF_VARIANT}
        }}"""
_PRODUCTS = f"""numbered: products(where: {{productNumber: {{equals: $product}}}}, limit: 2) {{
        id name productNumber
        {_VARIANTS}
      }}
      named: products(where: {{name: {{equals: $product}}}}, limit: 2) {{
        id name productNumber
        {_VARIANTS}
      }}
      like: products(where: {{name: {{contains: $product}}}}, limit: 10) {{ id name productNumber }}"""

STOCK_OF_PRODUCT = Operation(
    document=f"""
    query StockOfProduct($product: String!) {{
      sizes: productSizes(where: {{SKU: {{contains: $product}}}}, limit: 10) {{ id SKU size {{ id name }} }}
      {_PRODUCTS}
    }}""",
    result=StockOfProduct,
    needs=frozenset({"ProductSize:read"}),
    optional={
        "Product:read": _PRODUCTS,
        "ProductVariant:read": _VARIANTS,
        "ProductVariant.stock:read": _LEVELS_OF_VARIANT,
        "Warehouse:read": "warehouse { id name threshold }",
    },
)
"""The stock of a product by its number or name; `sizes` are those whose SKU contains the text, for a suggestion."""

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

SIZES_OF_CODE = Operation(
    document=f"""
    query SizesOfCode($code: String!) {{
      bySku: productSizes(where: {{SKU: {{equals: $code}}}}, limit: 5) {{
        id SKU EAN size {{ id name }}
        {_VARIANT}
      }}
      byEan: productSizes(where: {{EAN: {{equals: $code}}}}, limit: 5) {{
        id SKU EAN size {{ id name }}
        {_VARIANT}
      }}
    }}""",
    result=SizesOfCode,
    needs=frozenset({"ProductSize:read"}),
    optional={"ProductVariant:read": _VARIANT, "Product:read": _PRODUCT},
)

SIMILAR_SKUS = Operation(
    document="""
    query SimilarSkus($text: String!, $limit: Int!) {
      productSizes(where: {SKU: {contains: $text}}, limit: $limit) {
        id SKU EAN size { id name }
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
