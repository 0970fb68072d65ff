"""Orders: finding them, by what the API filters and by what has to be looked for in what it lists."""

from pydantic import AwareDatetime, Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.orders import ACCOUNT, CUSTOMER, LINE_SIZE, LineSize, Person
from langchain_centra.operations.values import AMOUNT, Amount, Named, Record


class OrderRow(Record):
    """An order as a list shows it."""

    typename: str = Field(alias="__typename")
    id: str
    number: int
    status: str | None = None
    created_at: AwareDatetime | None = None
    is_on_hold: bool | None = None
    is_waiting_for_payment: bool | None = None
    grand_total: Amount | None = None
    market: Named | None = None
    customer: Person | None = None
    account: Named | None = None


class OrderEdge(Record):
    """One order of a connection."""

    node: OrderRow | None = None


class OrderConnection(Record):
    """The orders asked for, and how many there are in all."""

    total_count: int | None = None
    edges: list[OrderEdge] | None = None


class FoundOrders(Record):
    """The answer to SEARCH_ORDERS."""

    order_connection: OrderConnection | None = None


class SoldSize(Record):
    """An order line, for the SKU that it sells."""

    id: int
    product_size: LineSize | None = None


class SiftedOrder(OrderRow):
    """An order of a list that is looked through, with what it sells where that is asked for."""

    lines: list[SoldSize] | None = None


class SiftedEdge(Record):
    """One order of a page that is looked through."""

    node: SiftedOrder | None = None


class EarlierPage(Record):
    """Whether there are orders before a page, and where it starts."""

    has_previous_page: bool | None = None
    start_cursor: str | None = None


class SiftedPage(Record):
    """One page of orders, of `total_count` that the filter lets through."""

    total_count: int | None = None
    page_info: EarlierPage | None = None
    edges: list[SiftedEdge] | None = None


class SiftedOrders(Record):
    """The answer to SIFT_ORDERS."""

    order_connection: SiftedPage | None = None


class Places(Record):
    """The answer to MARKETS_AND_STORES."""

    typename: str = Field(alias="__typename")
    markets: list[Named] | None = None
    stores: list[Named] | None = None


_ROW = f"""
          __typename id number status createdAt isOnHold isWaitingForPayment
          grandTotal {{ ...Amount }}
          market {{ id name }}
          {CUSTOMER}
          {ACCOUNT}"""
_ROW_PERMISSIONS = {"Market:read": "market { id name }", "Customer:read": CUSTOMER, "Account:read": ACCOUNT}

SEARCH_ORDERS = Operation(
    document=f"""
    query SearchOrders($where: OrderFilter, $last: Int!) {{
      orderConnection(where: $where, sort: [orderDate_ASC], last: $last) {{
        totalCount
        edges {{ node {{{_ROW}
        }} }}
      }}
    }}"""
    + AMOUNT,
    result=FoundOrders,
    needs=frozenset({"Order:read"}),
    optional=_ROW_PERMISSIONS,
)

SIFT_ORDERS = Operation(
    document=f"""
    query SiftOrders($where: OrderFilter, $last: Int!, $before: String, $lines: Boolean!) {{
      orderConnection(where: $where, sort: [orderDate_ASC], last: $last, before: $before) {{
        totalCount
        pageInfo {{ hasPreviousPage startCursor }}
        edges {{ node {{{_ROW}
          lines @include(if: $lines) {{ id {LINE_SIZE} }}
        }} }}
      }}
    }}"""
    + AMOUNT,
    result=SiftedOrders,
    needs=frozenset({"Order:read"}),
    optional={**_ROW_PERMISSIONS, "ProductSize:read": LINE_SIZE},
)
"""The API has no filter for what a caller looks for here, so pages are read backwards and looked through."""

MARKETS_AND_STORES = Operation(
    document="""
    query MarketsAndStores {
      __typename
      markets(limit: 200) { id name }
      stores(limit: 200) { id name }
    }""",
    result=Places,
    needs=frozenset(),
    optional={"Market:read": "markets(limit: 200) { id name }", "Store:read": "stores(limit: 200) { id name }"},
)
