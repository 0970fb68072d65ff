"""Stock changes: what was booked, setting levels, adding and removing units.

Units of a line came into a warehouse if positive and left it if negative. A change cannot be taken back, only booked
the other way round.
"""

from pydantic import AwareDatetime, Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import Named, Payload, Record


class BookedSize(Record):
    """The product size of a line."""

    id: int
    sku: str | None = Field(None, alias="SKU")


class StockChangeLine(Record):
    """Units of one product size that came or left."""

    id: int
    delivered_quantity: int | None = None
    product_size: BookedSize | None = None


class StockChange(Record):
    """One booked movement of stock; `comment` is what its author wrote."""

    id: int
    created_at: AwareDatetime | None = None
    comment: str | None = None
    warehouse: Named | None = None
    lines: list[StockChangeLine] | None = None


class StockChangeEdge(Record):
    """One stock change of a connection."""

    node: StockChange | None = None


class StockChangeConnection(Record):
    """The newest stock changes, and how many there are in all."""

    total_count: int | None = None
    edges: list[StockChangeEdge] | None = None


class StockChanges(Record):
    """The answer to LIST_STOCK_CHANGES."""

    stock_change_connection: StockChangeConnection | None = None


class BookedChange(Record):
    """A stock change that is looked for by a mark in its comment."""

    id: int
    comment: str | None = None


class BookedEdge(Record):
    """One stock change of a connection."""

    node: BookedChange | None = None


class BookedConnection(Record):
    """The stock changes whose comment has the mark."""

    edges: list[BookedEdge] | None = None


class BookedChanges(Record):
    """The answer to FIND_STOCK_CHANGE."""

    stock_change_connection: BookedConnection | None = None


class StockSet(Record):
    """The answer to SET_STOCK."""

    set_stock: Payload | None = None


class StockChanged(Record):
    """The answer to CHANGE_STOCK."""

    change_stock: Payload | None = None


LIST_STOCK_CHANGES = Operation(
    document="""
    query ListStockChanges($where: StockChangeFilter, $lines: StockChangeLineFilter, $first: Int!, $limit: Int!) {
      stockChangeConnection(where: $where, sort: [id_DESC], first: $first) {
        totalCount
        edges { node {
          id createdAt comment
          warehouse { id name }
          lines(where: $lines, limit: $limit) { id deliveredQuantity productSize { id SKU } }
        } }
      }
    }""",
    result=StockChanges,
    needs=frozenset({"StockChange:read"}),
    optional={"ProductSize:read": "productSize { id SKU }"},
)

FIND_STOCK_CHANGE = Operation(
    document="""
    query FindStockChange($mark: String!) {
      stockChangeConnection(where: {comment: {contains: $mark}}, sort: [id_DESC], first: 1) {
        edges { node { id comment } }
      }
    }""",
    result=BookedChanges,
    needs=frozenset({"StockChange:read"}),
)

SET_STOCK = Operation(
    document="""
    mutation SetStock($input: StockSetInput!) {
      setStock(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=StockSet,
    needs=frozenset({"StockChange:write"}),
)

CHANGE_STOCK = Operation(
    document="""
    mutation ChangeStock($input: StockChangeInput!) {
      changeStock(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=StockChanged,
    needs=frozenset({"StockChange:write"}),
)
