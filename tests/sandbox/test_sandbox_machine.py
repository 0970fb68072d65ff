"""Whatever is done to the store, its books stay right."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from langchain_centra.sandbox import DEMO_SKU, Sandbox

SKUS = [DEMO_SKU, "TEE01ECRM", "SCK01NVYOS"]
NUMBERS = list(range(1042, 1051))
ACTIONS: list[dict[str, Any]] = [
    {"releaseItemsBackToWarehouse": True},
    {"removeItemsFromStock": True},
    {"sendItemsToDifferentWarehouse": {"id": 2}},
    {"sendItemsToDifferentWarehouse": {"id": 1}},
]
SET = "mutation ($i: StockSetInput!) { setStock(input: $i) { userErrors { message } } }"
CHANGE = "mutation ($i: StockChangeInput!) { changeStock(input: $i) { userErrors { message } } }"
CONFIRM = "mutation ($n: Int!) { confirmOrder(input: {order: {number: $n}}) { userErrors { message } } }"
CANCEL = """mutation ($id: String!, $i: DirectToConsumerOrderCancelInput!) {
    cancelDirectToConsumerOrder(id: $id, input: $i) { userErrors { message } } }"""
UPDATE = """mutation ($n: Int!, $i: DirectToConsumerOrderUpdateInput!) {
    updateDirectToConsumerOrder(order: {number: $n}, input: $i) { userErrors { message } } }"""
SHIP = "mutation ($i: ShipmentCreateInput!) { createShipment(input: $i) { userErrors { message } } }"
DELETE = "mutation ($id: Int!) { deleteShipment(id: $id) { userErrors { message } } }"
COMPLETE = "mutation ($id: Int!) { completeShipment(id: $id, input: {}) { userErrors { message } } }"

numbers = st.sampled_from(NUMBERS)
skus = st.sampled_from(SKUS)
warehouses = st.sampled_from([1, 2, 3])
actions = st.sampled_from(ACTIONS)


class StandingClock:
    """Midday of one day, always."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        """Nothing waits here."""


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sandbox = Sandbox(clock=StandingClock(), plan="unlimited")

    def send(self, document: str, **variables: Any) -> bool:
        """Send a mutation; tell whether it was applied."""

        async def post() -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {Sandbox.TOKEN}"}
            async with httpx.AsyncClient(transport=self.sandbox.transport(), headers=headers) as client:
                body = {"query": document, "variables": variables}
                answer: dict[str, Any] = (await client.post(self.sandbox.url, json=body)).json()
                return answer

        answer = asyncio.run(post())
        assert "errors" not in answer, answer
        [payload] = answer["data"].values()
        return not payload["userErrors"]

    @rule(sku=skus, warehouse=warehouses, quantity=st.integers(-1, 40))
    def set_stock(self, sku: str, warehouse: int, quantity: int) -> None:
        items = [{"productSize": {"SKU": sku}, "quantity": quantity}]
        given = {"warehouse": {"id": warehouse}, "description": "d", "stockQuantityType": "PHYSICAL"}
        applied = self.send(SET, i={**given, "productSizes": items})
        row = self.sandbox.store.stock[sku, warehouse]
        assert applied is (quantity >= 0)
        assert not applied or row.physical_quantity == max(quantity, row.allocated_quantity)

    @rule(sku=skus, sides=st.tuples(st.none() | warehouses, st.none() | warehouses), quantity=st.integers(-1, 20))
    def change_stock(self, sku: str, sides: tuple[int | None, int | None], quantity: int) -> None:
        names = ("outFromWarehouse", "intoWarehouse")
        given = {name: {"id": side} for name, side in zip(names, sides, strict=True) if side}
        items = [{"productSize": {"SKU": sku}, "deliveredQuantity": quantity}]
        before = sum(self.sandbox.store.stock[sku, w].physical_quantity for w in (1, 2, 3))
        applied = self.send(CHANGE, i={**given, "description": "d", "productSizes": items})
        after = sum(self.sandbox.store.stock[sku, w].physical_quantity for w in (1, 2, 3))
        direction = bool(sides[1]) - bool(sides[0])
        assert after - before == (direction * quantity if applied else 0)

    @rule(number=numbers)
    def confirm(self, number: int) -> None:
        was = self.sandbox.store.orders[number].status
        assert self.send(CONFIRM, n=number) is (was == "PENDING")

    @rule(number=numbers, action=actions)
    def cancel(self, number: int, action: dict[str, Any]) -> None:
        order = self.sandbox.store.orders[number]
        quantities = [line.quantity for line in order.lines]
        given = {"emailOptions": {"sendEmail": False}, "stockAction": action}
        if self.send(CANCEL, id=order.id, i=given):
            assert order.status == "CANCELLED"
            assert [line.quantity for line in order.lines] == quantities

    @rule(number=numbers, action=actions, index=st.integers(0, 1), quantity=st.integers(-1, 3))
    def cancel_line(self, number: int, action: dict[str, Any], index: int, quantity: int) -> None:
        order = self.sandbox.store.orders[number]
        line = order.lines[index % len(order.lines)]
        total = line.quantity + line.cancelled_quantity
        cancel = {"line": {"id": line.id}, "quantity": quantity, "stockActionPolicy": action}
        self.send(UPDATE, n=number, i={"cancelLines": [cancel]})
        assert line.quantity + line.cancelled_quantity == total

    @rule(number=numbers, flag=st.booleans())
    def hold(self, number: int, flag: bool) -> None:
        order = self.sandbox.store.orders[number]
        status = order.status
        self.send(UPDATE, n=number, i={"isOnHold": flag})
        assert order.status == status

    @rule(number=numbers, index=st.integers(0, 1), quantity=st.integers(0, 3), paid=st.booleans(), demand=st.booleans())
    def create_shipment(self, number: int, index: int, quantity: int, paid: bool, demand: bool) -> None:
        order = self.sandbox.store.orders[number]
        line = order.lines[index % len(order.lines)]
        lines = [{"orderLine": {"id": line.id}, "quantity": quantity}]
        given = {"order": {"number": number}, "lines": lines, "isGoodToGo": True, "isPaid": paid}
        self.send(SHIP, i={**given, "allocateDemand": demand})

    @rule(number=numbers, document=st.sampled_from([DELETE, COMPLETE]))
    def finish_shipment(self, number: int, document: str) -> None:
        shipments = self.sandbox.store.orders[number].shipments
        if shipments:
            self.send(document, id=shipments[-1].id)

    @invariant()
    def physical_stock_is_never_negative_and_covers_what_is_allocated(self) -> None:
        for row in self.sandbox.store.stock.values():
            assert row.physical_quantity >= row.allocated_quantity >= 0
            assert row.physical_quantity == row.free_to_allocate_quantity + row.allocated_quantity
            assert row.demand_quantity >= 0

    @invariant()
    def stock_holds_what_open_orders_hold(self) -> None:
        held = dict.fromkeys(self.sandbox.store.stock, 0)
        for order in self.sandbox.store.orders.values():
            for line in order.lines:
                for allocation in line.allocations:
                    held[line.product_size.sku, allocation.warehouse.id] += allocation.quantity
                    assert order.status not in ("SHIPPED", "CANCELLED")
        assert held == {key: row.allocated_quantity for key, row in self.sandbox.store.stock.items()}

    @invariant()
    def no_line_ships_more_than_it_has(self) -> None:
        for number in NUMBERS:
            for line in self.sandbox.store.orders[number].lines:
                assert 0 <= line.in_shipments <= line.quantity or not line.in_shipments
                assert line.quantity >= 0

    @invariant()
    def ids_are_unique(self) -> None:
        store = self.sandbox.store
        shipments = [shipment.id for order in store.orders.values() for shipment in order.shipments]
        changes = [line.id for change in store.stock_changes.values() for line in change.lines]
        history = [entry.id for order in store.orders.values() for entry in order.history]
        payments = [entry.id for order in store.orders.values() for entry in order.payment_history]
        for ids in (shipments, changes, history, payments):
            assert len(ids) == len(set(ids))
        assert set(shipments) == set(store.shipments)


TestBooks = pytest.mark.slow(Books.TestCase)
TestBooks.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
