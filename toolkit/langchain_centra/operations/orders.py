"""Orders: finding, reading, confirming, cancelling, notes.

Source of the rules: Centra's example queries for direct to consumer and for wholesale. An order's `id` is a hash,
its `number` is what people see.
"""

from pydantic import AwareDatetime, Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import AMOUNT, Amount, Named, Payload, Record


class Person(Record):
    """The customer of a direct-to-consumer order or the buyer of a wholesale order."""

    id: int
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Address(Record):
    """Where an order goes, or whom it is charged to."""

    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    address1: str | None = None
    address2: str | None = None
    zip_code: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    email: str | None = None
    phone_number: str | None = None
    country: Named | None = None


class Totals(Record):
    """Sums over an order's lines; `quantity` is without cancelled units."""

    quantity: int | None = None
    cancelled_quantity: int | None = None
    line_values: Amount | None = None
    shipping: Amount | None = None
    handling: Amount | None = None
    discounts: Amount | None = None
    tax_included: Amount | None = None
    tax_added: Amount | None = None


class Units(Record):
    """How many units an order has, without cancelled ones."""

    quantity: int | None = None


class LineSize(Record):
    """The product size that a line sells."""

    id: int
    sku: str | None = Field(None, alias="SKU")


class OrderLine(Record):
    """One line; `quantity` is without cancelled units, prices include tax."""

    id: int
    product_number: str | None = None
    product_name: str | None = None
    product_variant_name: str | None = None
    size: str | None = None
    quantity: int | None = None
    cancelled_quantity: int | None = None
    returned_quantity: int | None = None
    unit_price: Amount | None = None
    line_value: Amount | None = None
    product_size: LineSize | None = None


class Payment(Record):
    """One entry of the payment history: an authorization, a capture, a refund, and whether it succeeded."""

    id: int
    created_at: AwareDatetime | None = None
    entry_type: str | None = None
    status: str | None = None
    payment_method: str | None = None
    value: Amount | None = None


class ShipmentLine(Record):
    """Units of one order line in a shipment."""

    id: int
    quantity: int | None = None


class Shipment(Record):
    """One parcel or several that leave together."""

    id: int
    number: str | None = None
    is_shipped: bool | None = None
    is_paid: bool | None = None
    is_captured: bool | None = None
    shipped_at: AwareDatetime | None = None
    tracking_number: str | None = None
    lines: list[ShipmentLine] | None = None


class Allocation(Record):
    """Units of an order line that a warehouse keeps for it."""

    id: int
    quantity: int | None = None
    warehouse: Named | None = None


class AllocatedLine(Record):
    """An order line with what is allocated to it."""

    id: int
    allocations: list[Allocation] | None = None


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


class OrderState(Record):
    """What decides whether an order can be confirmed or cancelled, and what that would do."""

    typename: str = Field(alias="__typename")
    id: str
    number: int
    status: str | None = None
    is_on_hold: bool | None = None
    is_locked: bool | None = None
    is_waiting_for_payment: bool | None = None
    grand_total: Amount | None = None
    totals: Units | None = None
    lines: list[AllocatedLine] | None = None
    payment_history: list[Payment] | None = None
    shipments: list[Shipment] | None = None
    customer: Person | None = None
    buyer: Person | None = None


class Order(Record):
    """A whole order."""

    typename: str = Field(alias="__typename")
    id: str
    number: int
    status: str | None = None
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    is_on_hold: bool | None = None
    is_locked: bool | None = None
    is_waiting_for_payment: bool | None = None
    grand_total: Amount | None = None
    totals: Totals | None = None
    other_comment: str | None = None
    internal_comment: str | None = None
    store: Named | None = None
    market: Named | None = None
    payment_method: Named | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    lines: list[OrderLine] | None = None
    payment_history: list[Payment] | None = None
    shipments: list[Shipment] | None = None
    customer: Person | None = None
    account: Named | None = None
    buyer: Person | None = None
    purchase_order_number: str | None = None


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


class Orders(Record):
    """The answer to GET_ORDER."""

    orders: list[Order] | None = None


class OrderStates(Record):
    """The answer to ORDER_STATE."""

    orders: list[OrderState] | None = None


class Confirmed(Record):
    """The answer to CONFIRM_ORDER."""

    confirm_order: Payload | None = None


class CancelledDirectToConsumer(Record):
    """The answer to CANCEL_DIRECT_TO_CONSUMER_ORDER."""

    cancel_direct_to_consumer_order: Payload | None = None


class CancelledWholesale(Record):
    """The answer to CANCEL_WHOLESALE_ORDER."""

    cancel_wholesale_order: Payload | None = None


class NoteAdded(Record):
    """The answer to ADD_ORDER_NOTE."""

    add_order_note: Payload | None = None


_CUSTOMER = "... on DirectToConsumerOrder { customer { id email firstName lastName } }"
_ACCOUNT = "... on WholesaleOrder { account { id name } }"
_BUYER = "... on WholesaleOrder { buyer { id email firstName lastName } }"
_PAYMENTS = "paymentHistory { id createdAt entryType status paymentMethod value { ...Amount } }"
_SHIPMENTS = "shipments { id number isShipped isPaid isCaptured shippedAt trackingNumber lines { id quantity } }"
_ADDRESS = """{
          firstName lastName companyName address1 address2 zipCode city stateOrProvince email phoneNumber
          country { id name }
        }"""
_SHIPPING_ADDRESS = f"shippingAddress {_ADDRESS}"
_BILLING_ADDRESS = f"billingAddress {_ADDRESS}"

SEARCH_ORDERS = Operation(
    document="""
    query SearchOrders($where: OrderFilter, $last: Int!) {
      orderConnection(where: $where, sort: [orderDate_ASC], last: $last) {
        totalCount
        edges { node {
          __typename id number status createdAt isOnHold isWaitingForPayment
          grandTotal { ...Amount }
          market { id name }
          ... on DirectToConsumerOrder { customer { id email firstName lastName } }
          ... on WholesaleOrder { account { id name } }
        } }
      }
    }"""
    + AMOUNT,
    result=FoundOrders,
    needs=frozenset({"Order:read"}),
    optional={"Market:read": "market { id name }", "Customer:read": _CUSTOMER, "Account:read": _ACCOUNT},
)

GET_ORDER = Operation(
    document="""
    query GetOrder($where: OrderFilter!) {
      orders(where: $where, limit: 1) {
        __typename id number status createdAt updatedAt isOnHold isLocked isWaitingForPayment
        grandTotal { ...Amount }
        totals {
          quantity cancelledQuantity
          lineValues { ...Amount } shipping { ...Amount } handling { ...Amount } discounts { ...Amount }
          taxIncluded { ...Amount } taxAdded { ...Amount }
        }
        otherComment
        internalComment
        store { id name }
        market { id name }
        paymentMethod { id name }
        """
    + _SHIPPING_ADDRESS
    + _BILLING_ADDRESS
    + """
        lines(includeFullyCancelled: true) {
          id productNumber productName productVariantName size quantity cancelledQuantity returnedQuantity
          unitPrice { ...Amount } lineValue { ...Amount }
          productSize { id SKU }
        }
        paymentHistory { id createdAt entryType status paymentMethod value { ...Amount } }
        shipments { id number isShipped isPaid isCaptured shippedAt trackingNumber lines { id quantity } }
        ... on DirectToConsumerOrder { customer { id email firstName lastName } }
        ... on WholesaleOrder { account { id name } }
        ... on WholesaleOrder { buyer { id email firstName lastName } }
        ... on WholesaleOrder { purchaseOrderNumber }
      }
    }"""
    + AMOUNT,
    result=Orders,
    needs=frozenset({"Order:read"}),
    optional={
        "Order.internalComment:read": "internalComment",
        "Order.shippingAddress:read": _SHIPPING_ADDRESS,
        "Order.billingAddress:read": _BILLING_ADDRESS,
        "Store:read": "store { id name }",
        "Market:read": "market { id name }",
        "StorePlugin:read": "paymentMethod { id name }",
        "ProductSize:read": "productSize { id SKU }",
        "PaymentHistory:read": _PAYMENTS,
        "Shipment:read": _SHIPMENTS,
        "Customer:read": _CUSTOMER,
        "Account:read": _ACCOUNT,
        "Buyer:read": _BUYER,
    },
)

ORDER_STATE = Operation(
    document="""
    query OrderState($where: OrderFilter!) {
      orders(where: $where, limit: 1) {
        __typename id number status isOnHold isLocked isWaitingForPayment
        grandTotal { ...Amount }
        totals { quantity }
        lines { id allocations { id quantity warehouse { id name } } }
        paymentHistory { id createdAt entryType status paymentMethod value { ...Amount } }
        shipments { id number isShipped isPaid isCaptured shippedAt trackingNumber lines { id quantity } }
        ... on DirectToConsumerOrder { customer { id email firstName lastName } }
        ... on WholesaleOrder { buyer { id email firstName lastName } }
      }
    }"""
    + AMOUNT,
    result=OrderStates,
    needs=frozenset({"Order:read"}),
    optional={
        "Allocation:read": "lines { id allocations { id quantity warehouse { id name } } }",
        "Warehouse:read": "warehouse { id name }",
        "PaymentHistory:read": _PAYMENTS,
        "Shipment:read": _SHIPMENTS,
        "Customer:read": _CUSTOMER,
        "Buyer:read": _BUYER,
    },
)

CONFIRM_ORDER = Operation(
    document="""
    mutation ConfirmOrder($input: OrderConfirmInput!) {
      confirmOrder(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=Confirmed,
    needs=frozenset({"Order:write"}),
)

CANCEL_DIRECT_TO_CONSUMER_ORDER = Operation(
    document="""
    mutation CancelDirectToConsumerOrder($id: String!, $input: DirectToConsumerOrderCancelInput!) {
      cancelDirectToConsumerOrder(id: $id, input: $input) {
        userErrors { message path } userWarnings { message path }
      }
    }""",
    result=CancelledDirectToConsumer,
    needs=frozenset({"Order:write"}),
    argument_needs={"cancelAuthorization": "Payment.cancel:write"},
)

CANCEL_WHOLESALE_ORDER = Operation(
    document="""
    mutation CancelWholesaleOrder($id: String!, $input: WholesaleOrderCancelInput!) {
      cancelWholesaleOrder(id: $id, input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=CancelledWholesale,
    needs=frozenset({"Order:write"}),
    argument_needs={"cancelAuthorization": "Payment.cancel:write"},
)

ADD_ORDER_NOTE = Operation(
    document="""
    mutation AddOrderNote($input: OrderNoteAddInput!) {
      addOrderNote(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=NoteAdded,
    needs=frozenset({"OrderHistory:write"}),
)
