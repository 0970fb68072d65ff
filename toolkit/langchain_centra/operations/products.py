"""Products: finding, reading and changing them.

Source of the rules: Centra's guides to PIM integrations. A product has variants, a variant has sizes; SKU, EAN and
stock are a size's, prices a variant's. A SKU is made of the product's, the variant's and the size's number, so it
changes with each of them.
"""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import Amount, Named, Payload, Record

DISPLAYS_STATED = 50


class ProductName(Record):
    """A product by its name and number."""

    id: int
    name: str | None = None
    product_number: str | None = None


class ProductRow(ProductName):
    """A product as a list shows it."""

    status: str | None = None
    is_bundle: bool | None = None
    updated_at: AwareDatetime | None = None
    brand: Named | None = None
    collection: Named | None = None


class ProductCount(Record):
    """How many products a filter lets through."""

    products: int | None = None


class FoundProducts(Record):
    """The answer to SEARCH_PRODUCTS."""

    products: list[ProductRow] | None = None
    counters: ProductCount | None = None


class Price(Record):
    """The price of a variant in a pricelist; null where the pricelist has none."""

    id: int
    price: Amount | None = None
    pricelist: Named | None = None


class FreeStock(Record):
    """The units of a size in one warehouse that a new order could have."""

    free_to_allocate_quantity: int | None = None


class Size(Record):
    """A size of a variant."""

    id: int
    sku: str | None = Field(None, alias="SKU")
    ean: str | None = Field(None, alias="EAN")
    size: Named | None = None
    stock: list[FreeStock] | None = None


class Variant(Record):
    """A variant with its prices and sizes."""

    id: int
    name: str | None = None
    variant_number: str | None = None
    status: str | None = None
    prices: list[Price] | None = None
    product_sizes: list[Size] | None = None


class Display(Record):
    """Where a product is shown: in one store, in some markets, under some categories."""

    id: int
    name: str | None = None
    status: str | None = None
    uri: str | None = None
    store: Named | None = None
    markets: list[Named] | None = None
    categories: list[Named] | None = None


class Weight(Record):
    """A weight with its unit, such as `KILOGRAMS`."""

    value: Decimal | None = None
    unit: str | None = None


class Product(ProductRow):
    """A whole product."""

    created_at: AwareDatetime | None = None
    internal_comment: str | None = None
    harmonized_commodity_code: str | None = None
    country_of_origin: Named | None = None
    weight: Weight | None = None
    variants: list[Variant] | None = None
    displays: list[Display] | None = None


class NamedProducts(Record):
    """The answer to GET_PRODUCT."""

    by_number: list[Product] | None = None
    by_name: list[Product] | None = None


class OneProduct(Record):
    """The answer to GET_PRODUCT_BY_ID."""

    product: Product | None = None


class VariantOfProduct(Record):
    """A variant of which only the product matters."""

    id: int
    product: ProductName | None = None


class SizeOfProduct(Record):
    """A size of which only the product matters."""

    id: int
    product_variant: VariantOfProduct | None = None


class ProductCandidates(Record):
    """The answer to FIND_PRODUCT."""

    by_number: list[ProductName] | None = None
    by_name: list[ProductName] | None = None
    similar: list[ProductName] | None = None
    by_sku: list[SizeOfProduct] | None = None


class FoundProduct(ProductName):
    """The product of a size that was found."""

    status: str | None = None


class FoundVariant(Record):
    """The variant of a size that was found."""

    id: int
    name: str | None = None
    status: str | None = None
    product: FoundProduct | None = None


class FoundSize(Record):
    """A size that was found by its SKU, EAN or UPC."""

    id: int
    sku: str | None = Field(None, alias="SKU")
    ean: str | None = Field(None, alias="EAN")
    size: Named | None = None
    product_variant: FoundVariant | None = None


class FoundSizes(Record):
    """The answer to FIND_SKU."""

    by_sku: list[FoundSize] | None = None
    by_ean: list[FoundSize] | None = None
    by_upc: list[FoundSize] | None = None


class StatedSize(Record):
    """A size by its SKU."""

    id: int
    sku: str | None = Field(None, alias="SKU")


class StatedVariant(Record):
    """A variant with the SKUs that hang on it."""

    id: int
    product_sizes: list[StatedSize] | None = None


class StatedDisplay(Record):
    """Where shoppers see a product."""

    id: int
    name: str | None = None
    status: str | None = None
    markets: list[Named] | None = None


class StatedProduct(ProductName):
    """What a change of a product has to know of it."""

    status: str | None = None
    internal_comment: str | None = None
    variants: list[StatedVariant] | None = None
    displays: list[StatedDisplay] | None = None


class ProductState(Record):
    """The answer to PRODUCT_STATE."""

    product: StatedProduct | None = None


class ProductUpdated(Record):
    """The answer to UPDATE_PRODUCT."""

    update_product: Payload | None = None


_BRAND = "brand { id name }"
_COLLECTION = "collection { id name }"
_COMMENT = "internalComment"
_ORIGIN = "countryOfOrigin { id name }"
_PRICES = "prices { id price { value currency { id code } } pricelist { id name } }"
_STOCK = "stock(limit: 200) { freeToAllocateQuantity }"
_SIZES = f"""productSizes {{
        id SKU EAN size {{ id name }}
        {_STOCK}
      }}"""
_VARIANTS = f"""variants {{
      id name variantNumber status
      {_PRICES}
      {_SIZES}
    }}"""
_STORE = "store { id name }"
_MARKETS = "markets { id name }"
_CATEGORIES = "categories(limit: 50) { id name }"
_DISPLAYS = f"""displays(limit: 50) {{
      id name status uri
      {_STORE}
      {_MARKETS}
      {_CATEGORIES}
    }}"""
_WHOLE_PRODUCT = f"""
  fragment Whole on Product {{
    id name productNumber status isBundle createdAt updatedAt harmonizedCommodityCode
    weight {{ value unit }}
    {_COMMENT}
    {_ORIGIN}
    {_BRAND}
    {_COLLECTION}
    {_VARIANTS}
    {_DISPLAYS}
  }}"""
_OF_WHOLE_PRODUCT = {
    "Product.internalComment:read": _COMMENT,
    "Product.countryOfOrigin:read": _ORIGIN,
    "Brand:read": _BRAND,
    "Collection:read": _COLLECTION,
    "ProductVariant:read": _VARIANTS,
    "Price:read": _PRICES,
    "ProductSize:read": _SIZES,
    "ProductSize.stock:read": _STOCK,
    "Display:read": _DISPLAYS,
    "Store:read": _STORE,
    "Market:read": _MARKETS,
    "Category:read": _CATEGORIES,
}

# A variable that is not given leaves its filter out.
_SEARCHED = "where: {search: $text, status: $status, brandId: $brand, collectionId: $collection, updatedAt: $updated}"

SEARCH_PRODUCTS = Operation(
    document=f"""
    query SearchProducts(
      $text: String, $status: [ProductStatus!], $brand: [Int!], $collection: [Int!], $updated: DateRange, $limit: Int!
    ) {{
      products({_SEARCHED}, sort: [updatedAt_DESC], limit: $limit) {{
        id name productNumber status isBundle updatedAt
        {_BRAND}
        {_COLLECTION}
      }}
      counters {{ products({_SEARCHED}) }}
    }}""",
    result=FoundProducts,
    needs=frozenset({"Product:read"}),
    optional={"Brand:read": _BRAND, "Collection:read": _COLLECTION},
)


GET_PRODUCT = Operation(
    document="""
    query GetProduct($product: String!) {
      byNumber: products(where: {productNumber: {equals: $product}}, limit: 2) { ...Whole }
      byName: products(where: {name: {equals: $product}}, limit: 2) { ...Whole }
    }"""
    + _WHOLE_PRODUCT,
    result=NamedProducts,
    needs=frozenset({"Product:read"}),
    optional=_OF_WHOLE_PRODUCT,
)

GET_PRODUCT_BY_ID = Operation(
    document="""
    query GetProductById($id: Int!) {
      product(id: $id) { ...Whole }
    }"""
    + _WHOLE_PRODUCT,
    result=OneProduct,
    needs=frozenset({"Product:read"}),
    optional=_OF_WHOLE_PRODUCT,
)

_VARIANT_OF_PRODUCT = "productVariant { id product { id name productNumber } }"
_BY_SKU = f"bySku: productSizes(where: {{SKU: {{equals: $product}}}}, limit: 5) {{ id {_VARIANT_OF_PRODUCT} }}"

FIND_PRODUCT = Operation(
    document=f"""
    query FindProduct($product: String!) {{
      byNumber: products(where: {{productNumber: {{equals: $product}}}}, limit: 10) {{ id name productNumber }}
      byName: products(where: {{name: {{equals: $product}}}}, limit: 10) {{ id name productNumber }}
      similar: products(where: {{search: $product}}, limit: 10) {{ id name productNumber }}
      {_BY_SKU}
    }}""",
    result=ProductCandidates,
    needs=frozenset({"Product:read"}),
    optional={"ProductSize:read": _BY_SKU, "ProductVariant:read": _VARIANT_OF_PRODUCT},
)

_FOUND_PRODUCT = "product { id name productNumber status }"
_FOUND_VARIANT = f"productVariant {{ id name status {_FOUND_PRODUCT} }}"

FIND_SKU = Operation(
    document=f"""
    query FindSku($code: String!) {{
      bySku: productSizes(where: {{SKU: {{equals: $code}}}}, limit: 5) {{ ...Found }}
      byEan: productSizes(where: {{EAN: {{equals: $code}}}}, limit: 5) {{ ...Found }}
      byUpc: productSizes(where: {{UPC: {{equals: $code}}}}, limit: 5) {{ ...Found }}
    }}
    fragment Found on ProductSize {{
      id SKU EAN size {{ id name }}
      {_FOUND_VARIANT}
    }}""",
    result=FoundSizes,
    needs=frozenset({"ProductSize:read"}),
    optional={"ProductVariant:read": _FOUND_VARIANT, "Product:read": _FOUND_PRODUCT},
)

_STATED_SIZES = "productSizes { id SKU }"
_STATED_VARIANTS = f"variants {{ id {_STATED_SIZES} }}"
_STATED_DISPLAYS = f"displays(limit: {DISPLAYS_STATED}) {{ id name status {_MARKETS} }}"

PRODUCT_STATE = Operation(
    document=f"""
    query ProductState($id: Int!) {{
      product(id: $id) {{
        id name productNumber status
        {_COMMENT}
        {_STATED_VARIANTS}
        {_STATED_DISPLAYS}
      }}
    }}""",
    result=ProductState,
    needs=frozenset({"Product:read"}),
    optional={
        "Product.internalComment:read": _COMMENT,
        "ProductVariant:read": _STATED_VARIANTS,
        "ProductSize:read": _STATED_SIZES,
        "Display:read": _STATED_DISPLAYS,
        "Market:read": _MARKETS,
    },
)

UPDATE_PRODUCT = Operation(
    document="""
    mutation UpdateProduct(
      $id: Int!, $name: String, $status: ProductStatus, $productNumber: String, $internalComment: String
    ) {
      updateProduct(
        id: $id
        input: {name: $name, status: $status, productNumber: $productNumber, internalComment: $internalComment}
      ) { userErrors { message path } userWarnings { message path } }
    }""",
    result=ProductUpdated,
    needs=frozenset({"Product:write"}),
)
