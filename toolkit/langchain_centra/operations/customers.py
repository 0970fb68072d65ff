"""Customers of direct-to-consumer stores: finding, reading and changing them.

A customer belongs to one store, so an e-mail address may be known in several. Of a customer's own orders the API shows
the last one only; the others are found by a filter on orders.
"""

from pydantic import AwareDatetime, Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.orders import Address
from langchain_centra.operations.personal import Personal
from langchain_centra.operations.values import Amount, Named, Payload, Record


class CustomerRow(Record):
    """A customer as a list shows it."""

    id: int
    email: Personal | None = None
    first_name: Personal | None = None
    last_name: Personal | None = None
    status: str | None = None
    created_at: AwareDatetime | None = None
    total_orders: int | None = None
    store: Named | None = None


class Customer(CustomerRow):
    """A customer with the address that is billed."""

    phone_number: Personal | None = None
    cell_phone_number: Personal | None = None
    updated_at: AwareDatetime | None = None
    last_login_at: AwareDatetime | None = None
    billing_address: Address | None = None


class CustomerCount(Record):
    """How many customers a filter lets through."""

    customers: int | None = None


class FoundCustomers(Record):
    """The answer to SEARCH_CUSTOMERS."""

    customers: list[CustomerRow] | None = None
    counters: CustomerCount | None = None


class MarketNames(Record):
    """The answer to CUSTOMER_MARKETS: the first 200 markets, by which customers are narrowed."""

    typename: str = Field(alias="__typename")
    markets: list[Named] | None = None


class CustomerOrder(Record):
    """An order of a customer."""

    id: str
    number: int | None = None
    status: str | None = None
    created_at: AwareDatetime | None = None
    grand_total: Amount | None = None


class CustomerOrderEdge(Record):
    """One order of a list."""

    node: CustomerOrder | None = None


class CustomerOrderConnection(Record):
    """Some of a customer's orders, and how many there are in all."""

    total_count: int | None = None
    edges: list[CustomerOrderEdge] | None = None


class WholeCustomer(Record):
    """The answer to GET_CUSTOMER."""

    customers: list[Customer] | None = None
    order_connection: CustomerOrderConnection | None = None


class StatedCustomer(Record):
    """What a change of a customer has to know of it; the internal comment is not known to be readable."""

    id: int
    email: Personal | None = None
    first_name: Personal | None = None
    last_name: Personal | None = None
    status: str | None = None
    store: Named | None = None


class CustomerStates(Record):
    """The answer to CUSTOMER_STATE."""

    customers: list[StatedCustomer] | None = None


class CustomerUpdated(Record):
    """The answer to UPDATE_CUSTOMER."""

    update_customer: Payload | None = None


_STORE = "store { id name }"
_TOTAL_ORDERS = "totalOrders"
_BILLING_ADDRESS = """billingAddress {
          firstName lastName companyName address1 address2 zipCode city stateOrProvince email phoneNumber
          country { id name }
        }"""

# A variable that is not given leaves its filter out.
_SEARCHED = "where: {search: $text, email: $email, marketId: $market, createdAt: $registered, updatedAt: $updated}"

SEARCH_CUSTOMERS = Operation(
    document=f"""
    query SearchCustomers(
      $text: String, $email: StringMatch, $market: [Int!], $registered: DateRange, $updated: DateRange, $limit: Int!
    ) {{
      customers({_SEARCHED}, limit: $limit) {{
        id email firstName lastName status createdAt totalOrders
        {_STORE}
      }}
      counters {{ customers({_SEARCHED}) }}
    }}""",
    result=FoundCustomers,
    needs=frozenset({"Customer:read"}),
    optional={"Customer.totalOrders:read": _TOTAL_ORDERS, "Store:read": _STORE},
)

_MARKETS = "markets(limit: 200) { id name }"

CUSTOMER_MARKETS = Operation(
    document=f"query CustomerMarkets {{ __typename {_MARKETS} }}",
    result=MarketNames,
    needs=frozenset(),
    optional={"Market:read": _MARKETS},
)

_ORDERS = """orderConnection(where: {customerId: $customer}, sort: [orderDate_ASC], last: 100) {
        totalCount
        edges { node { id number status createdAt grandTotal { value currency { id code } } } }
      }"""

GET_CUSTOMER = Operation(
    document=f"""
    query GetCustomer($customer: [Int!]!) {{
      customers(where: {{id: $customer}}, limit: 1) {{
        id email firstName lastName status createdAt updatedAt lastLoginAt phoneNumber cellPhoneNumber totalOrders
        store {{ id name }}
        {_BILLING_ADDRESS}
      }}
      {_ORDERS}
    }}""",
    result=WholeCustomer,
    needs=frozenset({"Customer:read"}),
    optional={
        "Customer.totalOrders:read": _TOTAL_ORDERS,
        "Customer.billingAddress:read": _BILLING_ADDRESS,
        "Store:read": _STORE,
        "Order:read": _ORDERS,
    },
)

CUSTOMER_STATE = Operation(
    document="""
    query CustomerState($id: [Int!], $email: StringMatch) {
      customers(where: {id: $id, email: $email}, limit: 10) {
        id email firstName lastName status
        store { id name }
      }
    }""",
    result=CustomerStates,
    needs=frozenset({"Customer:read"}),
    optional={"Store:read": _STORE},
)

UPDATE_CUSTOMER = Operation(
    document="""
    mutation UpdateCustomer($id: Int!, $input: CustomerUpdateInput!) {
      updateCustomer(id: $id, input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=CustomerUpdated,
    needs=frozenset({"Customer:write"}),
)
