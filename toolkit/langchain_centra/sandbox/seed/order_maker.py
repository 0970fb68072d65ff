"""Makes one order whole: lines, payment, allocations, shipments."""

from __future__ import annotations

from datetime import timedelta
from hashlib import md5
from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.channels import Address, AtOnceDeliveryWindow, ShippingPriceGroup
from langchain_centra.sandbox.state.orders import (
    Allocation,
    AppliedVoucherDiscount,
    DirectToConsumerOrder,
    DirectToConsumerOrderHistoryEntry,
    DirectToConsumerShipment,
    PaymentHistoryEntry,
    ProductOrderLine,
    ShipmentLine,
    WholesaleOrder,
    WholesaleOrderHistoryEntry,
    WholesaleShipment,
)

from .stock import opening_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from langchain_centra.sandbox.state import State
    from langchain_centra.sandbox.state.catalogue import ProductSize
    from langchain_centra.sandbox.state.channels import Customer
    from langchain_centra.sandbox.state.discounts import Voucher
    from langchain_centra.sandbox.state.orders import Order, Shipment

    Items = Sequence[tuple[ProductSize, int]]

_SHIPPING_CENTS = {"SEK": 4900, "EUR": 600, "USD": 900}
_VOUCHER_RATE = {"SEK": 1.0, "EUR": 0.1, "USD": 0.1}
_TAX = {1: 25.0, 2: 20.0, 3: 0.0}
_WHOLESALE_MARKET = 4
_INVOICE = 3
_OPEN = ("PENDING", "CONFIRMED", "PROCESSING")


def is_taxed(customer: Customer) -> bool:
    """Tell whether a customer pays tax."""
    return _TAX[customer.market.id] > 0


class OrderMaker:
    """Makes orders whose ids follow from their numbers."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._group = ShippingPriceGroup(state.pricelists[1].default_shipping_option)
        self._window = AtOnceDeliveryWindow(1, "At once")

    def direct(
        self, number: int, placed: datetime, items: Items, customer: Customer, *, plugin: int
    ) -> DirectToConsumerOrder:
        """Return a shopper's order with its lines."""
        currency = customer.pricelist.currency
        order = DirectToConsumerOrder(
            id=_hash_id(number),
            number=number,
            status="PENDING",
            store=customer.store,
            market=customer.market,
            pricelist=customer.pricelist,
            currency=currency,
            country=customer.billing_address.country or self._state.countries["SE"],
            order_date=placed,
            updated_at=placed,
            shipping_address=customer.billing_address.copy(),
            billing_address=customer.billing_address.copy(),
            payment_method=self._state.payment_plugins[plugin],
            allocation_rule=customer.market.allocation_rule,
            shipping_price_group=self._group,
            currency_base_rate=currency.current_base_rate,
            tax_percent=_TAX[customer.market.id],
            shipping_cents=_SHIPPING_CENTS[currency.code],
            user_ip=f"192.0.2.{number % 250 + 1}",
            customer=customer,
        )
        customer.orders.append(order)
        _add_lines(order, ((s, n, s.product_variant.price_cents[currency.code]) for s, n in items))
        return order

    def wholesale(self, number: int, placed: datetime, items: Items, account_id: int) -> WholesaleOrder:
        """Return a wholesale order with its lines, at half the price and without tax."""
        market, pricelist = self._state.markets[_WHOLESALE_MARKET], self._state.pricelists[4]
        account, buyer = self._state.accounts[account_id], self._state.buyers[account_id]
        address = Address(company_name=account.name, email=buyer.email, country=self._state.countries["DE"])
        order = WholesaleOrder(
            id=_hash_id(number),
            number=number,
            status="PENDING",
            store=market.store,
            market=market,
            pricelist=pricelist,
            currency=pricelist.currency,
            country=self._state.countries["DE"],
            order_date=placed,
            updated_at=placed,
            shipping_address=address,
            billing_address=address.copy(),
            payment_method=self._state.payment_plugins[_INVOICE],
            allocation_rule=market.allocation_rule,
            shipping_price_group=self._group,
            currency_base_rate=pricelist.currency.current_base_rate,
            tax_percent=0.0,
            account=account,
            buyer=buyer,
            delivery_windows=[self._window],
            purchase_order_number=f"PO-{number}",
        )
        _add_lines(order, ((s, n, s.product_variant.price_cents["EUR"] // 2) for s, n in items))
        return order

    def apply(self, order: Order, voucher: Voucher) -> None:
        """Apply a voucher, worth as much in every currency, to an order that is not paid yet."""
        cents = min(round(voucher.cents * _VOUCHER_RATE[order.currency.code]), order.lines_cents // 2)
        order.discounts_applied.append(
            AppliedVoucherDiscount(
                order=order,
                cents=cents,
                date=order.order_date,
                voucher=voucher,
                voucher_name=voucher.name,
                code=voucher.code,
            )
        )
        voucher.successful_usages += 1

    def finish(self, order: Order, status: str, *, unallocated: bool = False) -> None:
        """Bring an order to a status: paid, allocated, shipped; `unallocated` leaves the first line as demand."""
        order.status = status
        entry_class = (
            WholesaleOrderHistoryEntry if isinstance(order, WholesaleOrder) else DirectToConsumerOrderHistoryEntry
        )
        order.history.append(
            entry_class(id=order.number, created_at=order.order_date, type="ORDER_CREATED", order=order, data={})
        )
        if order.payment_method.id != _INVOICE:
            self._pay(order, "AUTH", order.grand_total_cents, order.order_date)
        if status == "SHIPPED":
            self._ship(order, order.lines)
        elif status == "PROCESSING" and len(order.lines) > 1:
            self._ship(order, order.lines[:1])
        if status in _OPEN:
            self._hold_stock(order, unallocated=unallocated)
        if status == "PROCESSING" and not order.shipments:
            self._add_shipment(order, order.lines, order.order_date + timedelta(hours=1))

    def _hold_stock(self, order: Order, *, unallocated: bool) -> None:
        warehouse = self._state.warehouses[order.allocation_rule.warehouse_ids[0]]
        for i, line in enumerate(order.lines):
            left = line.quantity - line.shipped_quantity
            row = self._state.stock[line.product_size.sku, warehouse.id]
            if unallocated and i == 0:
                row.demand_quantity += left
            elif left:
                row.allocated_quantity += left
                opening = opening_line(self._state, line.product_size.sku, warehouse.id)
                line.allocations.append(
                    Allocation(
                        id=line.id, quantity=left, order_line=line, warehouse=warehouse, stock_change_line=opening
                    )
                )

    def _pay(self, order: Order, kind: str, cents: int, at: datetime) -> None:
        order.payment_history.append(
            PaymentHistoryEntry(
                id=order.number * 10 + len(order.payment_history) + 1,
                created_at=at,
                status="SUCCESS",
                entry_type=kind,
                cents=cents,
                order=order,
                payment_method=order.payment_method.name,
                external_reference=f"{order.payment_method.uri}-{order.number}",
                source="Centra form" if kind == "AUTH" else "Integration API",
                store_plugin=order.payment_method,
            )
        )

    def _add_shipment(self, order: Order, lines: Sequence[ProductOrderLine], at: datetime) -> Shipment:
        """Add a shipment that takes all costs and the whole discount of the order."""
        shipment_class = WholesaleShipment if isinstance(order, WholesaleOrder) else DirectToConsumerShipment
        shipment = shipment_class(
            id=order.number * 10 + 1,
            number=f"{order.number}-1",
            order=order,
            created_at=at,
            updated_at=at,
            shipping_cents=order.shipping_cents,
            handling_cents=order.handling_cents,
            discount_cents=order.discount_cents,
            shipping_address=order.shipping_address,
            is_good_to_go=True,
        )
        shipment.lines = [ShipmentLine(id=line.id, order_line=line, quantity=line.quantity) for line in lines]
        order.shipments.append(shipment)
        order.updated_at = at
        return shipment

    def _ship(self, order: Order, lines: Sequence[ProductOrderLine]) -> None:
        """Ship lines in full, captured and paid, five hours after the order was placed."""
        at = order.order_date + timedelta(hours=5)
        shipment = self._add_shipment(order, lines, at)
        shipment.is_shipped = shipment.is_printed = shipment.is_paid = shipment.is_captured = True
        shipment.shipped_at = shipment.paid_at = shipment.captured_at = at
        shipment.captured_cents = shipment.grand_total_cents
        shipment.carrier, shipment.service = "PostNord", "MyPack"
        shipment.tracking_number = f"SE{order.number:09}"
        self._pay(order, "CAPTURE", shipment.captured_cents, at)


def _hash_id(number: int) -> str:
    return md5(f"alvelund-{number}".encode(), usedforsecurity=False).hexdigest()


def _add_lines(order: Order, items: Iterable[tuple[ProductSize, int, int]]) -> None:
    for i, (size, quantity, cents) in enumerate(items):
        line = ProductOrderLine(
            id=order.number * 10 + i,
            order=order,
            product_size=size,
            quantity=quantity,
            unit_price_cents=cents,
            unit_original_price_cents=cents,
        )
        order.lines.append(line)
