from typing import Any

import pytest
from sandbox_api import ManualClock

from langchain_centra.sandbox import DEMO_SKU, KNOWN_ORDERS, Sandbox


def fingerprint(sandbox: Sandbox) -> list[Any]:
    return [
        (o.number, o.status, o.order_date, o.grand_total_cents, [(line.id, line.quantity) for line in o.lines])
        for o in sandbox.store.orders.values()
    ]


def levels(sandbox: Sandbox) -> dict[tuple[str, int], tuple[int, int]]:
    return {key: (row.physical_quantity, row.allocated_quantity) for key, row in sandbox.store.stock.items()}


def test_the_same_day_makes_the_same_store(clock: ManualClock) -> None:
    first = Sandbox(clock=clock)
    clock.advance(3600)
    second = Sandbox(clock=clock)
    assert fingerprint(first) == fingerprint(second)
    assert levels(first) == levels(second)


def test_a_bigger_store_keeps_the_newest_orders(clock: ManualClock) -> None:
    small, big = fingerprint(Sandbox(clock=clock)), fingerprint(Sandbox(clock=clock, scale=3))
    assert len(big) == 1500
    assert big[-500:] == small
    assert [row[2] for row in big] == sorted(row[2] for row in big)


def test_the_store_has_the_size_of_a_small_brand(sandbox: Sandbox) -> None:
    store = sandbox.store
    sizes = len(store.products), len(store.product_variants), len(store.product_sizes), len(store.customers)
    assert sizes == (62, 82, 308, 200)
    assert [warehouse.name for warehouse in store.warehouses.values()] == ["Stockholm", "Rotterdam", "New Jersey"]
    assert len(store.markets) == 4
    assert list(store.currencies) == ["SEK", "EUR", "USD"]
    assert any(order.other_comment for order in store.orders.values())


def test_order_1042_is_pending_authorized_and_allocated_in_stockholm(sandbox: Sandbox) -> None:
    order = sandbox.store.orders[1042]
    assert (order.status, order.email, order.grand_total_cents) == ("PENDING", "anna.berg@example.com", 64600)
    assert (order.authorized_cents, order.captured_cents) == (64600, 0)
    assert {a.warehouse.name for line in order.lines for a in line.allocations} == {"Stockholm"}
    assert all(line.allocated_quantity == line.quantity for line in order.lines)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("confirmed", "CONFIRMED"),
        ("processing", "PROCESSING"),
        ("shipped", "SHIPPED"),
        ("cancelled", "CANCELLED"),
        ("on_hold", "CONFIRMED"),
        ("wholesale", "CONFIRMED"),
        ("locked", "CONFIRMED"),
    ],
)
def test_the_known_orders_are_what_they_are_called(sandbox: Sandbox, kind: str, status: str) -> None:
    order = sandbox.store.orders[KNOWN_ORDERS[kind]]
    assert order.status == status
    assert order.is_on_hold is (kind == "on_hold")
    assert order.is_locked is (kind == "locked")
    assert (order.store.type == "WHOLESALE") is (kind == "wholesale")


def test_the_processing_order_is_shipped_and_captured_in_part(sandbox: Sandbox) -> None:
    order = sandbox.store.orders[KNOWN_ORDERS["processing"]]
    [shipment] = order.shipments
    assert shipment.is_shipped
    assert 0 < order.captured_cents < order.grand_total_cents
    assert [line.unshipped_quantity for line in order.lines] == [0, 1]


@pytest.mark.parametrize("scale", [1, 3])
def test_the_demo_size_has_the_same_stock_at_every_scale(clock: ManualClock, scale: int) -> None:
    row = Sandbox(clock=clock, scale=scale).store.stock[DEMO_SKU, 1]
    assert (row.physical_quantity, row.allocated_quantity) == (12, 2)


def test_stock_holds_what_open_orders_hold(sandbox: Sandbox) -> None:
    held = dict.fromkeys(sandbox.store.stock, 0)
    for order in sandbox.store.orders.values():
        for line in order.lines:
            for allocation in line.allocations:
                held[line.product_size.sku, allocation.warehouse.id] += allocation.quantity
    assert held == {key: row.allocated_quantity for key, row in sandbox.store.stock.items()}


def test_sandboxes_share_nothing(clock: ManualClock) -> None:
    one, other = Sandbox(clock=clock), Sandbox(clock=clock)
    one.store.buyers[1].email = "someone.else@example.com"
    one.store.orders[1042].shipping_address.city = "Kiruna"
    assert other.store.buyers[1].email != one.store.buyers[1].email
    assert other.store.orders[1042].shipping_address.city == "Stockholm"


@pytest.mark.slow
async def test_a_hundred_thousand_orders_are_found_by_number(clock: ManualClock) -> None:
    sandbox = Sandbox(clock=clock, scale=200)
    assert len(sandbox.store.orders) == 100_000
    assert sandbox.store.orders[1042].status == "PENDING"
