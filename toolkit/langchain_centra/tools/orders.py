"""Finding orders."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from langchain_centra.approval.proposal import Impossible
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.kept import kept
from langchain_centra.operations.operation import Reply
from langchain_centra.operations.order_search import (
    MARKETS_AND_STORES,
    SEARCH_ORDERS,
    SIFT_ORDERS,
    FoundOrders,
    OrderRow,
    Places,
    SiftedOrder,
)
from langchain_centra.tools.arguments import Arguments, Sku, Text
from langchain_centra.tools.choice import one_named
from langchain_centra.tools.people import person_named
from langchain_centra.tools.periods import Moment, date_range, in_order, period_sentence
from langchain_centra.tools.spec import Answer, read_tool
from langchain_centra.tools.text import amount, left_out, table

_PAGE = 100
_MOST_READ = 2_000
_COLUMNS = ("order", "status", "created", "total", "customer", "market", "remarks")
_SPOKEN = {"COMPLETED": "SHIPPED", "CANCELED": "CANCELLED"}


def _status(value: Any) -> Any:
    return _SPOKEN.get(value.strip().upper(), value.strip().upper()) if isinstance(value, str) else value


Status = Annotated[Literal["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "CANCELLED"], BeforeValidator(_status)]


Total = Annotated[Decimal, Field(gt=0, max_digits=15), WithJsonSchema({"type": "number"})]


class SearchOrders(Arguments):
    """What search_orders takes."""

    status: Status | None = Field(None, description="SHIPPED is what the back office calls Completed.")
    customer: Text | None = Field(None, description="E-mail or name.")
    created_from: Moment | None = Field(None, description="Date or ISO time.")
    created_to: Moment | None = None
    market: Text | None = None
    store: Text | None = None
    on_hold: bool | None = None
    sku: Sku | None = Field(None, description="SKU or EAN; with customer or created_from.")
    minimum_total: Total | None = Field(None, description="As sku.")
    limit: int = Field(20, ge=1, le=50)

    @field_validator("created_to")
    @classmethod
    def _in_order(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if not in_order(info.data.get("created_from"), value):
            raise ValueError("It should be on or after created_from")
        return value

    @model_validator(mode="after")
    def _few_enough_to_look_through(self) -> Self:
        if self.sifts and not (self.customer or self.created_from):
            raise ValueError("sku and minimum_total need customer or created_from too: orders are read one by one")
        return self

    @property
    def sifts(self) -> bool:
        """Whether orders have to be read to find those that are meant."""
        return self.sku is not None or self.minimum_total is not None


@dataclass
class _Sifted:
    """What was found so far by reading orders from the newest on."""

    rows: list[SiftedOrder]
    read: int = 0
    total: int | None = None
    withheld: frozenset[str] = frozenset()
    ended: bool = False


@read_tool(group="orders", operations=[SEARCH_ORDERS, SIFT_ORDERS, MARKETS_AND_STORES])
async def search_orders(centra: AsyncCentra, arguments: SearchOrders) -> Answer:
    """Find orders, newest first. Use get_order when the number is known."""
    where = await _filter(centra, arguments)
    period = period_sentence("Created", where.get("createdAt", {}))
    if arguments.sifts:
        return _told(await _sift(centra, arguments, where), arguments, period)
    reply = await SEARCH_ORDERS(centra, where=where or None, last=arguments.limit)
    rows = _newest_first(reply)
    if not rows:
        return Answer(text="\n".join(["No order matches.", *period, *left_out(reply.withheld)]))
    listing = table(_COLUMNS, [_row(order) for order in rows])
    total = reply.data.order_connection.total_count if reply.data.order_connection else None
    text = [_count(listing.shown, total or len(rows)), *period, listing.text, *left_out(reply.withheld)]
    return Answer(text="\n".join(text), rows=rows[: listing.shown])


async def _filter(centra: AsyncCentra, arguments: SearchOrders) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if arguments.status:
        where["status"] = [arguments.status]
    if arguments.customer:
        where["search"] = arguments.customer
    if arguments.on_hold is not None:
        where["isOnHold"] = arguments.on_hold
    if arguments.market or arguments.store:
        where |= await _places(centra, arguments)
    if bounds := await date_range(centra, arguments.created_from, arguments.created_to):
        where["createdAt"] = bounds
    return where


async def _places(centra: AsyncCentra, arguments: SearchOrders) -> dict[str, list[int]]:
    async def read() -> Places:
        return (await MARKETS_AND_STORES(centra)).data

    places = await kept(centra, "markets and stores by name", read)
    wanted = (
        ("market", arguments.market, places.markets, "marketId"),
        ("store", arguments.store, places.stores, "storeId"),
    )
    where: dict[str, list[int]] = {}
    for kind, name, rows, field in wanted:
        if name is None:
            continue
        if rows is None:
            raise Impossible(f"Orders by {kind} need {kind.capitalize()}:read, which the token lacks.")
        where[field] = [one_named(kind, name, rows, lambda row: row.name).id]
    return where


async def _sift(centra: AsyncCentra, arguments: SearchOrders, where: dict[str, Any]) -> _Sifted:
    """Read orders page by page, newest first, until enough match, all are read or as many as is sensible."""
    found, before = _Sifted(rows=[]), None
    while not found.ended and found.read < _MOST_READ and len(found.rows) < arguments.limit:
        with_lines = arguments.sku is not None
        reply = await SIFT_ORDERS(centra, where=where, last=_PAGE, before=before, lines=with_lines)
        if with_lines and "ProductSize:read" in reply.withheld:
            raise Impossible("Orders by SKU need ProductSize:read, which the token lacks.")
        page = reply.data.order_connection
        orders = [edge.node for edge in reversed((page.edges if page else None) or []) if edge.node]
        for order in orders[: max(0, _MOST_READ - found.read)]:
            found.read += 1
            found.rows += [order] if _matches(order, arguments) else []
            if len(found.rows) == arguments.limit:
                break
        found.total = page.total_count if page else None
        found.withheld |= reply.withheld - {"ProductSize:read"}
        before = page.page_info.start_cursor if page and page.page_info else None
        found.ended = not (page and page.page_info and page.page_info.has_previous_page and before)
    return found


def _matches(order: SiftedOrder, arguments: SearchOrders) -> bool:
    total = order.grand_total.value if order.grand_total else None
    if arguments.minimum_total is not None and (total is None or total < arguments.minimum_total):
        return False
    if arguments.sku is None:
        return True
    sizes = [line.product_size for line in order.lines or () if line.product_size]
    wanted = arguments.sku.casefold()
    return any(wanted == (code or "").casefold() for size in sizes for code in (size.sku, size.ean))


def _told(found: _Sifted, arguments: SearchOrders, period: list[str]) -> Answer:
    total = found.total if found.total is not None else found.read
    read = f"{found.read} of {total} orders were read, the newest first"
    currency = ["Totals are compared in each order's own currency."] if arguments.minimum_total is not None else []
    listing = table(_COLUMNS, [_row(order) for order in found.rows])
    shown = f"{listing.shown} matching order{'' if listing.shown == 1 else 's'}" if found.rows else "No order matches"
    more = "; narrow the period or raise limit (50 at most) for others" if found.read < total else ""
    if listing.shown < len(found.rows):
        more = f", {len(found.rows) - listing.shown} more match; narrow the period"
    text = [f"{shown}; {read}{more}.", *period, *currency, *([listing.text] if found.rows else [])]
    return Answer(text="\n".join([*text, *left_out(found.withheld)]), rows=found.rows[: listing.shown])


def _newest_first(reply: Reply[FoundOrders]) -> list[OrderRow]:
    connection = reply.data.order_connection
    edges = (connection.edges if connection else None) or []
    return [edge.node for edge in reversed(edges) if edge.node]


def _count(shown: int, total: int) -> str:
    if shown >= total:
        return f"{total} order{'' if total == 1 else 's'}:"
    return (
        f"The newest {shown} of {total} orders; narrow by status, customer, created_from and created_to, "
        "or ask for more with limit (50 at most):"
    )


def _row(order: OrderRow) -> list[Any]:
    remarks = [
        text
        for text, true in (("on hold", order.is_on_hold), ("waits for payment", order.is_waiting_for_payment))
        if true
    ]
    buyer = person_named(order.customer) or (order.account.name if order.account else None)
    market = order.market.name if order.market else None
    return [order.number, order.status, order.created_at, amount(order.grand_total), buyer, market, ", ".join(remarks)]
