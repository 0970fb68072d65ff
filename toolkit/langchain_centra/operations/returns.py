"""Returns: goods of a shipment that come back."""

from pydantic import AwareDatetime

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.personal import PersonalText
from langchain_centra.operations.values import AMOUNT, Amount, Record


class ReturnedItem(Record):
    """The order line that returned units are of."""

    id: int
    product_name: str | None = None
    size: str | None = None


class ReturnLine(Record):
    """Units of one order line that come back."""

    id: int
    quantity: int | None = None
    order_line: ReturnedItem | None = None


class ReturnedOrder(Record):
    """The order of a return."""

    id: str
    number: int


class ReturnedShipment(Record):
    """The shipment of a return."""

    id: int
    number: str | None = None


class Return(Record):
    """A return; `return_status` is an open string, such as PENDING or COMPLETED."""

    id: int
    return_status: str | None = None
    created_at: AwareDatetime | None = None
    grand_total: Amount | None = None
    returned_to_stock: bool | None = None
    comment: PersonalText | None = None
    lines: list[ReturnLine] | None = None

    @property
    def units(self) -> int | None:
        """How many units come back, as far as that can be read."""
        return sum(line.quantity or 0 for line in self.lines) if self.lines is not None else None


class FoundReturn(Return):
    """A return of a list, with the order and the shipment that it is of."""

    order: ReturnedOrder | None = None
    shipment: ReturnedShipment | None = None


class Returns(Record):
    """The answer to SEARCH_RETURNS."""

    returns: list[FoundReturn] | None = None


_SHIPMENT = "shipment { id number }"

COMMENT = "comment\n"
RETURN_FIELDS = """
        id returnStatus createdAt returnedToStock
        grandTotal { ...Amount }
        comment
        lines { id quantity orderLine { id productName size } }"""

SEARCH_RETURNS = Operation(
    document=f"""
    query SearchReturns($where: ReturnFilter, $limit: Int!, $page: Int!) {{
      returns(where: $where, limit: $limit, page: $page) {{{RETURN_FIELDS}
        order {{ id number }}
        {_SHIPMENT}
      }}
    }}"""
    + AMOUNT,
    result=Returns,
    needs=frozenset({"Return:read", "Order:read"}),
    optional={"Return.comment:read": COMMENT, "Shipment:read": _SHIPMENT},
)
