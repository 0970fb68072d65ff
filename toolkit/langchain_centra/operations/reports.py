"""What reports read: orders, returns, stock and the names of what they are grouped by.

A report reads the same orders again and again, so each document selects only what its grouping needs. Orders have
`updatedAt` to read changes by; returns have no such filter (Centra's schema, ReturnFilter).
"""

from decimal import Decimal
from functools import cache
from typing import Generic, TypeVar

from pydantic import AwareDatetime, Field, RootModel

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import AMOUNT, Amount, Currency, Record

ORDERS_PER_PAGE = 100
RETURNS_PER_PAGE = 200
NAMES_PER_REQUEST = 200
SIZES_PER_PAGE = 100
CUSTOMERS_PER_REQUEST = 50

T = TypeVar("T", bound=Record)


class Reference(Record):
    """Something of which only the id is read."""

    id: int


class Units(Record):
    """How many units there are, without cancelled ones."""

    quantity: int | None = None


class ReportOrder(Record):
    """What every report reads of an order; `currency_base_rate` is the order's own rate to the base currency."""

    number: int
    order_date: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    status: str | None = None
    currency_base_rate: Decimal | None = None
    grand_total: Amount | None = None
    totals: Units | None = None


class OrderOfMarket(ReportOrder):
    """An order with its market."""

    market: Reference | None = None


class OrderOfStore(ReportOrder):
    """An order with its store."""

    store: Reference | None = None


class OrderOfCountry(ReportOrder):
    """An order with the country that it goes to."""

    country: Reference | None = None


class OrderOfCustomer(ReportOrder):
    """An order with its customer; a wholesale order has none."""

    customer: Reference | None = None


class UsedVoucher(Record):
    """A voucher that lowered an order's price."""

    code: str | None = None
    voucher_name: str | None = None


class OrderOfVouchers(ReportOrder):
    """An order with the vouchers used on it."""

    discounts_applied: list[UsedVoucher] | None = None


class SoldLine(Record):
    """A line of an order; `quantity` is without cancelled units."""

    id: int
    quantity: int | None = None
    line_value: Amount | None = None


class LineOfProduct(SoldLine):
    """A line with its product."""

    product: Reference | None = None


class LineOfVariant(SoldLine):
    """A line with its product variant."""

    product_variant: Reference | None = None


class LineOfBrand(SoldLine):
    """A line with its brand."""

    brand: Reference | None = None


class LineOfCategory(SoldLine):
    """A line with the category that it was sold in."""

    category: Reference | None = None


class LineOfSize(SoldLine):
    """A line with its product size."""

    product_size: Reference | None = None


Line = TypeVar("Line", bound=SoldLine)


class OrderOfLines(ReportOrder, Generic[Line]):
    """An order with its lines."""

    lines: list[Line] | None = None


class PageInfo(Record):
    """Where a page stands."""

    has_next_page: bool | None = None
    end_cursor: str | None = None


class Edge(Record, Generic[T]):
    """One row of a connection."""

    node: T | None = None


class Connection(Record, Generic[T]):
    """One page of a connection."""

    page_info: PageInfo | None = None
    edges: list[Edge[T]] | None = None


class OrderPage(Record, Generic[T]):
    """The answer to an operation that reads orders."""

    order_connection: Connection[T] | None = None


class Counted(Record):
    """A number of orders."""

    orders: int | None = None


class Counters(Record):
    """The answer to COUNT_ORDERS."""

    counters: Counted | None = None


class OrderNumber(Record):
    """The order of a return."""

    number: int


class Return(Record):
    """What came back of an order and what it was worth."""

    id: int
    grand_total: Amount | None = None
    totals: Units | None = None
    order: OrderNumber | None = None


class ReturnedLine(Record):
    """Units that came back of an order line and what they were sold for."""

    id: int
    quantity: int | None = None
    line_value: Amount | None = None
    order_line: Reference | None = None


class ReturnOfLines(Record):
    """A return with its lines."""

    id: int
    lines: list[ReturnedLine] | None = None


class Returns(Record):
    """The answer to READ_RETURNS."""

    returns: list[Return] | None = None


class ReturnedLines(Record):
    """The answer to READ_RETURNED_LINES."""

    returns: list[ReturnOfLines] | None = None


class Name(Record):
    """A row by its name."""

    id: int
    name: str | None = None


class ProductName(Name):
    """A product by its name and number."""

    product_number: str | None = None


class VariantName(Name):
    """A variant by its name and its product's."""

    product: Name | None = None


class CustomerName(Record):
    """A customer by name and e-mail address."""

    id: int
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class SizeName(Record):
    """A product size by its SKU and the names of its product and variant."""

    id: int
    sku: str | None = Field(None, alias="SKU")
    is_active: bool | None = None
    product_variant: VariantName | None = None


class FreeStock(Record):
    """Units in one warehouse that no order holds."""

    free_to_allocate_quantity: int | None = None


class StockedSize(SizeName):
    """A product size with its stock in each warehouse."""

    stock: list[FreeStock] | None = None


class SizePage(Record):
    """The answer to READ_STOCK."""

    product_size_connection: Connection[StockedSize] | None = None


class Names(Record, Generic[T]):
    """The answer to an operation that reads names."""

    rows: list[T] | None = None


class BaseCurrencies(Record):
    """The answer to BASE_CURRENCY."""

    currencies: list[Currency] | None = None


class FirstOrder(Record):
    """The first order of a customer, if there is one."""

    edges: list[Edge[OrderNumber]] | None = None


class EarlierOrders(RootModel[dict[str, FirstOrder | None]]):
    """The answer to earlier_orders: for each customer, in the order of the variables."""


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
