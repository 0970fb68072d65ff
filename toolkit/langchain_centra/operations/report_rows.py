"""What the reports read, a record for each kind of row."""

from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import AwareDatetime, Field, RootModel

from langchain_centra.operations.personal import Personal
from langchain_centra.operations.values import Amount, Currency, Record

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
    email: Personal | None = None
    first_name: Personal | None = None
    last_name: Personal | None = None


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
