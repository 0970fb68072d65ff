"""Shipments: what of an order can still leave, and sending it.

Source of the rules: Centra's example queries for direct to consumer and the reference of ShipmentCreateInput.
"""

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.order_changes import Allocation, MadeShipment, OrderBasics
from langchain_centra.operations.orders import BUYER, CUSTOMER, LINE_SIZE, PAYMENTS, LineSize
from langchain_centra.operations.values import AMOUNT, Amount, Payload, Record


class Line(Record):
    """A line of an order; `quantity` is without cancelled units, shipped ones included."""

    id: int
    product_name: str | None = None
    product_variant_name: str | None = None
    size: str | None = None
    quantity: int | None = None
    unit_price: Amount | None = None
    product_size: LineSize | None = None
    allocations: list[Allocation] | None = None


class LineReference(Record):
    """The order line of a shipment line."""

    id: int


class ShippedLine(Record):
    """Units of an order line in a shipment."""

    id: int
    quantity: int | None = None
    order_line: LineReference | None = None


class LinedShipment(MadeShipment):
    """A shipment with its lines."""

    is_good_to_go: bool | None = None
    tracking_number: str | None = None
    grand_total: Amount | None = None
    lines: list[ShippedLine] | None = None


class LinedOrder(OrderBasics):
    """An order with its lines and what of them is in shipments."""

    lines: list[Line] | None = None
    shipments: list[LinedShipment] | None = None


class LinedOrders(Record):
    """The answer to ORDER_LINES."""

    orders: list[LinedOrder] | None = None


class SentShipment(Record):
    """A shipment as the mutation that made it shows it."""

    id: int
    number: str | None = None
    is_captured: bool | None = None


class ShipmentPayload(Payload):
    """What a mutation of a shipment answers."""

    shipment: SentShipment | None = None


class ShipmentCreated(Record):
    """The answer to CREATE_SHIPMENT."""

    create_shipment: ShipmentPayload | None = None


class ShipmentCompleted(Record):
    """The answer to COMPLETE_SHIPMENT."""

    complete_shipment: Payload | None = None


_ALLOCATIONS = "allocations { id quantity warehouse { id name } }"

ORDER_LINES = Operation(
    document=f"""
    query OrderLines($where: OrderFilter!) {{
      orders(where: $where, limit: 1) {{
        __typename id number status isOnHold isLocked isWaitingForPayment
        grandTotal {{ ...Amount }}
        lines(includeFullyCancelled: true) {{
          id productName productVariantName size quantity
          unitPrice {{ ...Amount }}
          {LINE_SIZE}
          {_ALLOCATIONS}
        }}
        shipments {{
          id number isShipped isPaid isCaptured isGoodToGo trackingNumber
          grandTotal {{ ...Amount }}
          lines {{ id quantity orderLine {{ id }} }}
        }}
        {PAYMENTS}
        {CUSTOMER}
        {BUYER}
      }}
    }}"""
    + AMOUNT,
    result=LinedOrders,
    needs=frozenset({"Order:read", "Shipment:read"}),
    optional={
        "ProductSize:read": LINE_SIZE,
        "Allocation:read": _ALLOCATIONS,
        "Warehouse:read": "warehouse { id name }",
        "PaymentHistory:read": PAYMENTS,
        "Customer:read": CUSTOMER,
        "Buyer:read": BUYER,
    },
)

CREATE_SHIPMENT = Operation(
    document="""
    mutation CreateShipment($input: ShipmentCreateInput!) {
      createShipment(input: $input) {
        shipment { id number isCaptured }
        userErrors { message path } userWarnings { message path }
      }
    }""",
    result=ShipmentCreated,
    needs=frozenset({"Shipment:write", "Shipment:read"}),
)

COMPLETE_SHIPMENT = Operation(
    document="""
    mutation CompleteShipment($id: Int!, $input: ShipmentCompleteInput!) {
      completeShipment(id: $id, input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=ShipmentCompleted,
    needs=frozenset({"Shipment:write"}),
)
