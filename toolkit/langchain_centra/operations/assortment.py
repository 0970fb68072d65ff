"""What products are sorted into and combined to: brands, collections, bundles.

Bundles are known from the reference alone: a bundle is a product of its own, and has no stock; what it is made of is
not documented.
"""

from pydantic import Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.products import ProductName
from langchain_centra.operations.values import Named, Record

GROUPS_READ = 200
ROWS_PER_PAGE = 200


class ProductGroups(Record):
    """The answer to PRODUCT_GROUPS: the first 200 brands and collections, by which products are narrowed."""

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


_BRANDS = f"brands(limit: {GROUPS_READ}) {{ id name }}"
_COLLECTIONS = f"collections(limit: {GROUPS_READ}) {{ id name }}"

PRODUCT_GROUPS = Operation(
    document=f"""
    query ProductGroups {{
      __typename
      {_BRANDS}
      {_COLLECTIONS}
    }}""",
    result=ProductGroups,
    needs=frozenset(),
    optional={"Brand:read": _BRANDS, "Collection:read": _COLLECTIONS},
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
