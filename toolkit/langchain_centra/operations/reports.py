"""What reports read: orders, returns, stock and the names of what they are grouped by.

A report reads the same orders again and again, so each document selects only what its grouping needs. Orders have
`updatedAt` to read changes by; returns have no such filter (Centra's schema, ReturnFilter).
"""

from functools import cache
from typing import TypeVar

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.report_rows import (
    BaseCurrencies,
    Counters,
    CustomerName,
    EarlierOrders,
    LineOfBrand,
    LineOfCategory,
    LineOfProduct,
    LineOfSize,
    LineOfVariant,
    Name,
    Names,
    OrderOfCountry,
    OrderOfCustomer,
    OrderOfLines,
    OrderOfMarket,
    OrderOfStore,
    OrderOfVouchers,
    OrderPage,
    ProductName,
    ReportOrder,
    ReturnedLines,
    Returns,
    SizePage,
    VariantName,
)
from langchain_centra.operations.values import AMOUNT, Record

ORDERS_PER_PAGE = 100
RETURNS_PER_PAGE = 200
NAMES_PER_REQUEST = 200
SIZES_PER_PAGE = 100
CUSTOMERS_PER_REQUEST = 50

T = TypeVar("T", bound=Record)


def _orders(name: str, result: type[OrderPage[T]], selection: str = "", needs: str = "") -> Operation[OrderPage[T]]:
    return Operation(
        document=f"""
    query {name}($where: OrderFilter, $first: Int!, $after: String) {{
      orderConnection(where: $where, sort: [orderDate_ASC], first: $first, after: $after) {{
        pageInfo {{ hasNextPage endCursor }}
        edges {{ node {{
          number orderDate updatedAt status currencyBaseRate
          grandTotal {{ ...Amount }}
          totals {{ quantity }}
          {selection}
        }} }}
      }}
    }}"""
        + AMOUNT,
        result=result,
        needs=frozenset({"Order:read", *needs.split()}),
    )


def _lines(selection: str) -> str:
    return f"lines {{ id quantity lineValue {{ ...Amount }} {selection} }}"


SALES = _orders("Sales", OrderPage[ReportOrder])
SALES_BY_MARKET = _orders("SalesByMarket", OrderPage[OrderOfMarket], "market { id }", "Market:read")
SALES_BY_STORE = _orders("SalesByStore", OrderPage[OrderOfStore], "store { id }", "Store:read")
SALES_BY_COUNTRY = _orders("SalesByCountry", OrderPage[OrderOfCountry], "country { id }")
SALES_BY_CUSTOMER = _orders(
    "SalesByCustomer",
    OrderPage[OrderOfCustomer],
    "... on DirectToConsumerOrder { customer { id } }",
    "Customer:read",
)
SALES_BY_VOUCHER = _orders(
    "SalesByVoucher",
    OrderPage[OrderOfVouchers],
    "discountsApplied { ... on AppliedVoucherDiscount { code voucherName } }",
)
SALES_BY_PRODUCT = _orders(
    "SalesByProduct", OrderPage[OrderOfLines[LineOfProduct]], _lines("product { id }"), "Product:read"
)
SALES_BY_VARIANT = _orders(
    "SalesByVariant", OrderPage[OrderOfLines[LineOfVariant]], _lines("productVariant { id }"), "ProductVariant:read"
)
SALES_BY_BRAND = _orders("SalesByBrand", OrderPage[OrderOfLines[LineOfBrand]], _lines("brand { id }"), "Brand:read")
SALES_BY_CATEGORY = _orders(
    "SalesByCategory", OrderPage[OrderOfLines[LineOfCategory]], _lines("category { id }"), "Category:read"
)
SALES_BY_SIZE = _orders(
    "SalesBySize", OrderPage[OrderOfLines[LineOfSize]], _lines("productSize { id }"), "ProductSize:read"
)

COUNT_ORDERS = Operation(
    document="query CountOrders($where: OrderFilter) { counters { orders(where: $where) } }",
    result=Counters,
    needs=frozenset(),
)

READ_RETURNS = Operation(
    document="""
    query ReadReturns($where: ReturnFilter, $limit: Int!, $page: Int!) {
      returns(where: $where, limit: $limit, page: $page) {
        id
        grandTotal { ...Amount }
        totals { quantity }
        order { number }
      }
    }"""
    + AMOUNT,
    result=Returns,
    needs=frozenset({"Return:read", "Order:read"}),
)

READ_RETURNED_LINES = Operation(
    document="""
    query ReadReturnedLines($where: ReturnFilter, $limit: Int!, $page: Int!) {
      returns(where: $where, limit: $limit, page: $page) {
        id
        lines { id quantity lineValue { ...Amount } orderLine { id } }
      }
    }"""
    + AMOUNT,
    result=ReturnedLines,
    needs=frozenset({"Return:read", "Order:read"}),
)

BASE_CURRENCY = Operation(
    document="query BaseCurrency($limit: Int!) { currencies(where: {isBase: true}, limit: $limit) { id code } }",
    result=BaseCurrencies,
    needs=frozenset({"Currency:read"}),
)

READ_STOCK = Operation(
    document="""
    query ReadStock($stock: StockFilter, $warehouses: Int!, $first: Int!, $after: String) {
      productSizeConnection(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        edges { node {
          id SKU isActive
          productVariant { id name product { id name } }
          stock(where: $stock, limit: $warehouses) { freeToAllocateQuantity }
        } }
      }
    }""",
    result=SizePage,
    needs=frozenset({"ProductSize:read", "ProductSize.stock:read"}),
    optional={
        "ProductVariant:read": "productVariant { id name product { id name } }",
        "Product:read": "product { id name }",
    },
)


def _names(name: str, result: type[Names[T]], field: str, selection: str, needs: str = "") -> Operation[Names[T]]:
    return Operation(
        document=f"""
    query {name}($ids: [Int!]!, $limit: Int!) {{
      rows: {field}(where: {{id: $ids}}, limit: $limit) {{ {selection} }}
    }}""",
        result=result,
        needs=frozenset(needs.split()),
    )


MARKET_NAMES = _names("MarketNames", Names[Name], "markets", "id name", "Market:read")
COUNTRY_NAMES = _names("CountryNames", Names[Name], "countries", "id name", "Country:read")
PRODUCT_NAMES = _names("ProductNames", Names[ProductName], "products", "id name productNumber", "Product:read")
VARIANT_NAMES = _names(
    "VariantNames",
    Names[VariantName],
    "productVariants",
    "id name product { id name }",
    "ProductVariant:read Product:read",
)
CATEGORY_NAMES = _names("CategoryNames", Names[Name], "categories", "id name", "Category:read")
CUSTOMER_NAMES = _names(
    "CustomerNames", Names[CustomerName], "customers", "id email firstName lastName", "Customer:read"
)
STORE_NAMES = Operation(
    document="query StoreNames($limit: Int!) { rows: stores(limit: $limit) { id name } }",
    result=Names[Name],
    needs=frozenset({"Store:read"}),
)
BRAND_NAMES = Operation(
    document="query BrandNames($limit: Int!) { rows: brands(limit: $limit) { id name } }",
    result=Names[Name],
    needs=frozenset({"Brand:read"}),
)


@cache
def earlier_orders(count: int) -> Operation[EarlierOrders]:
    """Return the query for whether each of `count` customers ordered before; its variables are c0, c1, ..., before."""
    declared = ", ".join(f"$c{n}: Int!" for n in range(count))
    asked = "".join(
        f"""
      c{n}: orderConnection(where: {{customerId: [$c{n}], orderDate: {{to: $before}}}}, first: 1) {{
        edges {{ node {{ number }} }}
      }}"""
        for n in range(count)
    )
    return Operation(
        document=f"query EarlierOrders($before: DateTimeTz!, {declared}) {{{asked}\n}}",
        result=EarlierOrders,
        needs=frozenset({"Order:read"}),
    )


EARLIER_ORDERS = earlier_orders(1)
