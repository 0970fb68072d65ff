"""Prices: of products in all pricelists, of a pricelist, setting them.

A price belongs to a variant in a pricelist. A variant has the price of its product unless it was given one of its own;
which of the two it is the API does not show (Centra, "PIM integration").
"""

from functools import cache

from pydantic import RootModel

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.products import ProductName
from langchain_centra.operations.values import AMOUNT, Amount, Currency, Named, Payload, Record

PRODUCTS_PER_REQUEST = 20


class PricedIn(Named):
    """The pricelist of a price."""

    status: str | None = None
    currency: Currency | None = None


class Price(Record):
    """The price of a variant in a pricelist; None: not set. The recommended retail price is for wholesale."""

    price: Amount | None = None
    recommended_retail_price: Amount | None = None
    pricelist: PricedIn | None = None


class PricedVariant(Named):
    """A variant with its prices in all pricelists."""

    variant_number: str | None = None
    prices: list[Price] | None = None


class PricedProduct(ProductName):
    """A product with the prices of its variants."""

    is_bundle: bool | None = None
    variants: list[PricedVariant] | None = None


class PricedProducts(RootModel[dict[str, list[PricedProduct] | None]]):
    """The answer to priced_products: the products of each number and of each name."""


class ProductsById(Record):
    """The answer to PRICED_PRODUCTS_BY_ID."""

    products: list[PricedProduct] | None = None


class VariantName(Named):
    """A variant by its name and number."""

    variant_number: str | None = None


class ListedPrice(Record):
    """A price as a pricelist shows it."""

    price: Amount | None = None
    recommended_retail_price: Amount | None = None
    product: ProductName | None = None
    product_variant: VariantName | None = None


class ListedPrices(Record):
    """A page of the prices of a pricelist."""

    id: int
    prices: list[ListedPrice] | None = None


class PricelistPrices(Record):
    """The answer to PRICES_OF_PRICELIST."""

    pricelists: list[ListedPrices] | None = None


class PricesSet(Record):
    """The answer to SET_PRICES."""

    set_prices: Payload | None = None


_PRICED = (
    """
    fragment Priced on Product {
      id name productNumber isBundle
      variants {
        id name variantNumber
        prices {
          price { ...Amount }
          recommendedRetailPrice { ...Amount }
          pricelist { id name status currency { id code } }
        }
      }
    }"""
    + AMOUNT
)
_NEEDS = frozenset({"Product:read", "ProductVariant:read", "Price:read"})


@cache
def priced_products(count: int) -> Operation[PricedProducts]:
    """Return the query for `count` products by number or name in one request; its variables are product0, product1, ...

    A filter by number or name takes one value only, so each product is two fields of their own under aliases.
    """
    declared = ", ".join(f"$product{n}: String!" for n in range(count))
    asked = "".join(
        f"""
      number{n}: products(where: {{productNumber: {{equals: $product{n}}}}}, limit: 10) {{ ...Priced }}
      name{n}: products(where: {{name: {{equals: $product{n}}}}}, limit: 10) {{ ...Priced }}"""
        for n in range(count)
    )
    return Operation(
        document=f"query PricedProducts({declared}) {{{asked}\n}}" + _PRICED, result=PricedProducts, needs=_NEEDS
    )


PRICED_PRODUCTS = priced_products(1)

PRICED_PRODUCTS_BY_ID = Operation(
    document="""
    query PricedProductsById($ids: [Int!]!, $limit: Int!) {
      products(where: {id: $ids}, limit: $limit) { ...Priced }
    }"""
    + _PRICED,
    result=ProductsById,
    needs=_NEEDS,
)

PRICES_OF_PRICELIST = Operation(
    document="""
    query PricesOfPricelist($id: Int!, $limit: Int!, $page: Int!) {
      pricelists(where: {id: [$id]}, limit: 1) {
        id
        prices(limit: $limit, page: $page) {
          price { ...Amount }
          recommendedRetailPrice { ...Amount }
          product { id name productNumber }
          productVariant { id name variantNumber }
        }
      }
    }"""
    + AMOUNT,
    result=PricelistPrices,
    needs=frozenset({"Pricelist:read", "Price:read"}),
)

SET_PRICES = Operation(
    document="""
    mutation SetPrices($input: ProductPricesSetInput!) {
      setPrices(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=PricesSet,
    needs=frozenset({"Price:write"}),
)
