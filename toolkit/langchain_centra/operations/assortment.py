"""What products are sorted into and combined to: brands, collections, bundles.

Bundles are known from the reference alone: a bundle is a product of its own, and has no stock; what it is made of is
not documented.
"""

from pydantic import Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.products import ProductName
from langchain_centra.operations.values import Named, Record

ROWS_PER_PAGE = 200


class ProductGroups(Record):
    """The answer to PRODUCT_GROUPS."""

    typename: str = Field(alias="__typename")
    brands: list[Named] | None = None
    collections: list[Named] | None = None


class Brands(Record):
    """The answer to LIST_BRANDS."""

    brands: list[Named] | None = None


class Collection(Record):
    """A collection, with how many products it has."""

    id: int
    name: str | None = None
    status: str | None = None
    total_products: int | None = None


class Collections(Record):
    """The answer to LIST_COLLECTIONS."""

    collections: list[Collection] | None = None


class BundledProduct(ProductName):
    """The product as which a bundle is sold."""

    status: str | None = None


class Bundle(Record):
    """Products sold as one; a bundle has no stock of its own."""

    id: int
    type: str | None = None
    price_type: str | None = None
    sizes: list[Named] | None = None
    product: BundledProduct | None = None


class Bundles(Record):
    """The answer to LIST_BUNDLES."""

    bundles: list[Bundle] | None = None


_NAMED_BRANDS = "brands(where: $brand, limit: 200) { id name }"
_NAMED_COLLECTIONS = "collections(where: $collection, limit: 200) { id name }"

PRODUCT_GROUPS = Operation(
    document=f"""
    query ProductGroups($brand: BrandFilter, $collection: CollectionFilter) {{
      __typename
      {_NAMED_BRANDS}
      {_NAMED_COLLECTIONS}
    }}""",
    result=ProductGroups,
    needs=frozenset(),
    optional={"Brand:read": _NAMED_BRANDS, "Collection:read": _NAMED_COLLECTIONS},
)

LIST_BRANDS = Operation(
    document="""
    query ListBrands($limit: Int!, $page: Int!) {
      brands(limit: $limit, page: $page) { id name }
    }""",
    result=Brands,
    needs=frozenset({"Brand:read"}),
)

LIST_COLLECTIONS = Operation(
    document="""
    query ListCollections($limit: Int!, $page: Int!) {
      collections(limit: $limit, page: $page) { id name status totalProducts }
    }""",
    result=Collections,
    needs=frozenset({"Collection:read"}),
    optional={"Collection.totalProducts:read": "totalProducts"},
)

LIST_BUNDLES = Operation(
    document="""
    query ListBundles($where: BundleFilter, $limit: Int!) {
      bundles(where: $where, limit: $limit) {
        id type priceType
        sizes { id name }
        product { id name productNumber status }
      }
    }""",
    result=Bundles,
    needs=frozenset({"Bundle:read"}),
)
