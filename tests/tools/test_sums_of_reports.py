"""Reports equal what plain Python works out from the store's own objects."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any, get_args

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra.analysis.grouping import GROUPINGS
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.state.orders import Order, WholesaleOrder
from langchain_centra.tools.sales_report import By

Ask = Callable[..., Awaitable[ToolMessage]]
SINCE = "2020-01-01"
BY_LINE = ("product", "variant", "brand", "category")


def disturb(sandbox: Sandbox, seed: int) -> None:
    """Cancel orders and lines, ship in part, hold, and change what comes back, at random."""
    rng = Random(seed)
    for order in sandbox.store.orders.values():
        chance = rng.random()
        if chance < 0.1:
            order.status = "CANCELLED"
        elif chance < 0.3 and not order.shipments:
            line = rng.choice(order.lines)
            cancelled = rng.randint(1, line.quantity) if line.quantity else 0
            line.quantity, line.cancelled_quantity = line.quantity - cancelled, line.cancelled_quantity + cancelled
        elif chance < 0.5:
            order.is_on_hold, order.is_waiting_for_payment = rng.random() < 0.5, rng.random() < 0.5
        elif chance < 0.6:
            order.shipping_cents, order.currency_base_rate = rng.randint(0, 9999), round(rng.uniform(0.1, 12), 4)
    for back in sandbox.store.returns.values():
        back.shipping_cents, back.return_cost_cents = rng.randint(0, 999), rng.randint(0, 99)


def keys_of(order: Order, by: str, zone: Any) -> Iterator[str]:
    day = order.order_date.astimezone(zone)
    if by in ("day", "week", "month"):
        yield day.strftime({"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}[by])
    elif by == "voucher":
        yield from {str(discount.code) for discount in order.discounts_applied} or {"(no voucher)"}
    else:
        yield getattr(order, by).name


def key_of_line(sandbox: Sandbox, order: Order, line: Any, by: str) -> str:
    variant = line.product_size.product_variant
    product = variant.product
    if by == "category":
        displays = [d for d in sandbox.store.displays.values() if (d.product, d.store) == (product, order.store)]
        category = displays[0].canonical_category if displays else None
        if category is None:
            return "(no category)"
        shown = {display.canonical_category for display in sandbox.store.displays.values()}
        alike = [other for other in shown if other and other.name == category.name]
        return category.name if len(alike) == 1 else f"{category.name} (id {category.id})"
    names = {
        "product": f"{product.name} ({product.product_number})",
        "variant": f"{product.name}, {variant.name}",
        "brand": product.brand.name,
    }
    return str(names[by])


def worked_out(sandbox: Sandbox, by: str, *, base: bool = False) -> dict[tuple[str, str], dict[str, Any]]:
    """The expected numbers of each currency and group, in smallest units times the rate."""
    sums: dict[tuple[str, str], dict[str, Any]] = defaultdict(lambda: defaultdict(Decimal))
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for order in sandbox.store.orders.values():
        if order.status == "CANCELLED":
            continue
        rate = Decimal(str(order.currency_base_rate)) if base else Decimal(1)
        returns = [back for back in sandbox.store.returns.values() if back.order is order]
        parts: list[tuple[str, int, int, int, int]] = []
        if by in BY_LINE:
            for line in order.lines:
                back = [r for found in returns for r in found.lines if r.shipment_line.order_line is line]
                cents, units = sum(r.value_cents for r in back), sum(r.quantity for r in back)
                key = key_of_line(sandbox, order, line, by)
                if line.quantity:
                    parts.append((key, line.quantity, line.value_cents, units, cents))
        else:
            cents, units = sum(r.grand_total_cents for r in returns), sum(r.total_quantity for r in returns)
            sold = sum(line.quantity for line in order.lines)
            parts = [(key, sold, order.grand_total_cents, units, cents) for key in keys_of(order, by, sandbox.zone)]
        for key, units_sold, value, units_back, value_back in parts:
            group = ("SEK" if base else order.currency.code, key)
            numbers[group].add(order.number)
            sums[group]["units"] += units_sold
            sums[group]["sales"] += value * rate / 100
            sums[group]["returned_units"] += units_back
            sums[group]["returned"] += value_back * rate / 100
    return {group: {**found, "orders": len(numbers[group])} for group, found in sums.items()}


def compare(rows: list[dict[str, Any]], expected: dict[tuple[str, str], dict[str, Any]]) -> int:
    """Compare the rows that an answer shows, which are those with the most sales; returns how many."""
    cent = Decimal("0.01")
    groups = [row for row in rows if row["group"]]
    for row in groups:
        wanted = expected[row["currency"], row["group"]]
        assert (row["orders"], row["units"]) == (wanted["orders"], wanted["units"]), row
        assert Decimal(row["sales"]) == wanted["sales"].quantize(cent)
        assert Decimal(row["returned"]) == wanted["returned"].quantize(cent)
        assert Decimal(row["net"]) == Decimal(row["sales"]) - Decimal(row["returned"])
        assert row["returns_rate"] == pytest.approx(float(100 * wanted["returned_units"] / wanted["units"]), abs=0.06)
    return len(groups)


def test_every_grouping_of_the_tool_can_be_read() -> None:
    assert set(GROUPINGS) == set(get_args(By))


@pytest.mark.parametrize(("by", "seed"), [(by, seed) for seed, by in enumerate(get_args(By))])
async def test_sales_equal_an_independent_computation(by: str, seed: int, ask: Ask, sandbox: Sandbox) -> None:
    disturb(sandbox, seed)
    answer = await ask("sales_report", by=by, date_from=SINCE)
    expected = worked_out(sandbox, by)
    shown = compare(answer.artifact, expected)
    assert {row["currency"] for row in answer.artifact} == {"SEK", "EUR", "USD"}
    assert shown == len(expected) or f"of {len([g for g in expected if g[0] == 'SEK']) + 1} rows" in answer.text


@pytest.mark.parametrize("seed", [1, 2])
async def test_sales_in_the_base_currency_use_each_orders_own_rate(seed: int, ask: Ask, sandbox: Sandbox) -> None:
    disturb(sandbox, seed)
    answer = await ask("sales_report", by="country", date_from=SINCE, in_base_currency=True)
    assert compare(answer.artifact, worked_out(sandbox, "country", base=True)) > 3
    assert {row["currency"] for row in answer.artifact} == {"SEK"}
    assert "Converted to SEK by each order's own conversion rate." in answer.text


@pytest.mark.parametrize("by", ["week", "voucher", "category"])
async def test_the_total_counts_each_order_once(by: str, ask: Ask, sandbox: Sandbox) -> None:
    disturb(sandbox, 7)
    rows = (await ask("sales_report", by=by, date_from=SINCE)).artifact
    for total in (row for row in rows if row["group"] is None):
        counted = [
            order
            for order in sandbox.store.orders.values()
            if order.status != "CANCELLED" and order.currency.code == total["currency"]
        ]
        lines = {order.number for order in counted if any(line.quantity for line in order.lines)}
        assert total["orders"] == (len(lines) if by == "category" else len(counted))
        assert total["units"] == sum(line.quantity for order in counted for line in order.lines)


async def test_customers_are_new_without_an_order_before(ask: Ask, sandbox: Sandbox) -> None:
    middle = sorted(order.order_date for order in sandbox.store.orders.values())[250].date().isoformat()
    rows = (await ask("customer_report", date_from=middle, top=5)).artifact
    orders = [order for order in sandbox.store.orders.values() if not isinstance(order, WholesaleOrder)]
    before: set[int] = set()
    spent: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    bought: dict[str, set[int]] = defaultdict(set)
    for order in orders:
        if order.order_date.astimezone(sandbox.zone).date().isoformat() < middle:
            before.add(order.customer.id)  # type: ignore[attr-defined]
        elif order.status != "CANCELLED":
            spent[order.currency.code, order.customer.id] += Decimal(order.grand_total_cents) / 100  # type: ignore[attr-defined]
            bought[order.currency.code].add(order.customer.id)  # type: ignore[attr-defined]
    for row in rows:
        currency = row["currency"]
        if row["customer_id"]:
            assert Decimal(row["sales"]) == spent[currency, row["customer_id"]]
        else:
            kind = bought[currency] - before if row["who"].startswith("new") else bought[currency] & before
            assert row["customers"] == len(kind)
            assert Decimal(row["sales"]) == sum(spent[currency, customer] for customer in kind)
    best = max((value, customer) for (currency, customer), value in spent.items() if currency == "SEK")
    assert next(row for row in rows if row["customer_id"])["customer_id"] == best[1]


async def test_cover_is_what_is_free_by_what_was_sold(ask: Ask, sandbox: Sandbox) -> None:
    answer = await ask("stock_report", show="overstock", sales_days=60)
    sold: dict[str, int] = defaultdict(int)
    for order in sandbox.store.orders.values():
        age = sandbox.clock.now() - order.order_date
        for line in order.lines if order.status != "CANCELLED" and age.days < 60 else ():
            sold[line.product_size.sku] += line.quantity
    for row in answer.artifact:
        free = sum(
            s.free_to_allocate_quantity for s in sandbox.store.stock.values() if s.product_size.sku == row["sku"]
        )
        assert (row["free"], row["sold"]) == (free, sold[row["sku"]])
        assert row["days_of_cover"] is None or row["days_of_cover"] > 180
