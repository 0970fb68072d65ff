"""Changing orders: what decides whether it can be done, and the mutations.

Source of the rules: Centra's example queries for direct to consumer and for wholesale. An order's `id` is a hash, its
`number` is what people see.
"""

from pydantic import Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.orders import BUYER, CUSTOMER, PAYMENTS, Payment, Person
from langchain_centra.operations.values import AMOUNT, Amount, Named, Payload, Record


class Units(Record):
    """How many units an order has, without cancelled ones."""

    quantity: int | None = None


class Allocation(Record):
    """Units of an order line that a warehouse keeps for it."""

    id: int
    quantity: int | None = None
    warehouse: Named | None = None


class AllocatedLine(Record):
    """An order line with what is allocated to it."""

    id: int
    allocations: list[Allocation] | None = None


class MadeShipment(Record):
    """A shipment as far as it decides what may be done to its order."""

    id: int
    number: str | None = None
    is_shipped: bool | None = None
    is_paid: bool | None = None
    is_captured: bool | None = None


class OrderBasics(Record):
    """What every change of an order looks at first."""

    typename: str = Field(alias="__typename")
    id: str
    number: int
    status: str | None = None
    is_on_hold: bool | None = None
    is_locked: bool | None = None
    is_waiting_for_payment: bool | None = None
    grand_total: Amount | None = None
    payment_history: list[Payment] | None = None
    customer: Person | None = None
    buyer: Person | None = None


class OrderState(OrderBasics):
    """What decides whether an order can be confirmed, cancelled or held, and what that would do."""

    totals: Units | None = None
    lines: list[AllocatedLine] | None = None
    shipments: list[MadeShipment] | None = None


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


class UpdatedDirectToConsumer(Record):
    """The answer to UPDATE_DIRECT_TO_CONSUMER_ORDER."""

    update_direct_to_consumer_order: Payload | None = None


class UpdatedWholesale(Record):
    """The answer to UPDATE_WHOLESALE_ORDER."""

    update_wholesale_order: Payload | None = None


class NoteAdded(Record):
    """The answer to ADD_ORDER_NOTE."""

    add_order_note: Payload | None = None


_ALLOCATED = "lines { id allocations { id quantity warehouse { id name } } }"
_SHIPMENTS = "shipments { id number isShipped isPaid isCaptured }"

ORDER_STATE = Operation(
    document=f"""
    query OrderState($where: OrderFilter!) {{
      orders(where: $where, limit: 1) {{
        __typename id number status isOnHold isLocked isWaitingForPayment
        grandTotal {{ ...Amount }}
        totals {{ quantity }}
        {_ALLOCATED}
        {PAYMENTS}
        {_SHIPMENTS}
        {CUSTOMER}
        {BUYER}
      }}
    }}"""
    + AMOUNT,
    result=OrderStates,
    needs=frozenset({"Order:read"}),
    optional={
        "Allocation:read": _ALLOCATED,
        "Warehouse:read": "warehouse { id name }",
        "PaymentHistory:read": PAYMENTS,
        "Shipment:read": _SHIPMENTS,
        "Customer:read": CUSTOMER,
        "Buyer:read": BUYER,
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

UPDATE_DIRECT_TO_CONSUMER_ORDER = Operation(
    document="""
    mutation UpdateDirectToConsumerOrder($order: OrderInput!, $input: DirectToConsumerOrderUpdateInput!) {
      updateDirectToConsumerOrder(order: $order, input: $input) {
        userErrors { message path } userWarnings { message path }
      }
    }""",
    result=UpdatedDirectToConsumer,
    needs=frozenset({"Order:write"}),
)

UPDATE_WHOLESALE_ORDER = Operation(
    document="""
    mutation UpdateWholesaleOrder($order: OrderInput!, $input: WholesaleOrderUpdateInput!) {
      updateWholesaleOrder(order: $order, input: $input) {
        userErrors { message path } userWarnings { message path }
      }
    }""",
    result=UpdatedWholesale,
    needs=frozenset({"Order:write"}),
)

ADD_ORDER_NOTE = Operation(
    document="""
    mutation AddOrderNote($input: OrderNoteAddInput!) {
      addOrderNote(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=NoteAdded,
    needs=frozenset({"OrderHistory:write"}),
)


def order_update(order: OrderBasics) -> Operation[UpdatedDirectToConsumer] | Operation[UpdatedWholesale]:
    """Return the mutation that changes an order of its kind."""
    return UPDATE_WHOLESALE_ORDER if order.typename == "WholesaleOrder" else UPDATE_DIRECT_TO_CONSUMER_ORDER
