"""What payment providers do: every step leaves an entry in the payment history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import messages
from .history import add_history
from .mutations import user_message
from .state.orders import PaymentHistoryEntry

if TYPE_CHECKING:
    from typing import Any

    from .context import Context
    from .state.orders import Order, Shipment


def _add_entry(context: Context, order: Order, kind: str, status: str, cents: int) -> PaymentHistoryEntry:
    answer = {"success": status != "FAILED", "isRequest": kind.endswith("REQUEST"), "raw": None}
    entry = PaymentHistoryEntry(
        id=context.state.new_id(),
        created_at=context.now,
        status=status,
        entry_type=kind,
        cents=cents,
        order=order,
        payment_method=order.payment_method.name,
        external_reference=order.payment_history[0].external_reference if order.payment_history else None,
        params_json=json.dumps(answer),
        source="Integration API",
        store_plugin=order.payment_method,
    )
    order.payment_history.append(entry)
    return entry


def _ask_provider(context: Context, order: Order, kind: str, cents: int) -> PaymentHistoryEntry:
    """Return the final entry. A provider that answers later leaves a request first; here the answer comes at once."""
    if order.payment_method.fails:
        return _add_entry(context, order, kind, "FAILED", cents)
    if order.payment_method.asynchronous:
        _add_entry(context, order, f"{kind}_REQUEST", "PENDING", cents)
    return _add_entry(context, order, kind, "SUCCESS", cents)


def void_authorization(context: Context, order: Order) -> tuple[PaymentHistoryEntry | None, list[dict[str, Any]]]:
    """Give up what is authorized; return the entry and, from a provider that refuses, a warning."""
    cents = -order.authorized_cents
    if not cents:
        return None, []
    entry = _ask_provider(context, order, "CANCEL", cents)
    if entry.status == "FAILED":
        text = messages.authorization_kept(order.payment_method.name)
        return entry, [user_message(text, "input", "cancelAuthorization")]
    add_history(context, order, "PAYMENT_CANCELLED", {"cents": cents})
    return entry, []


def capture(context: Context, shipment: Shipment) -> list[dict[str, Any]]:
    """Capture what a shipment costs; return the warning of a capture that failed.

    No provider captures more than was authorized.
    """
    order, cents = shipment.order, shipment.grand_total_cents
    if cents > order.authorized_cents - order.captured_cents:
        _add_entry(context, order, "CAPTURE", "FAILED", cents)
        return [user_message(messages.MORE_THAN_AUTHORIZED, "input", "capture")]
    if _ask_provider(context, order, "CAPTURE", cents).status == "FAILED":
        add_history(context, order, "PAYMENT_CAPTURE_FAILED", {"cents": cents})
        return [user_message(messages.not_captured(order.payment_method.name), "input", "capture")]
    shipment.is_captured = shipment.is_paid = True
    shipment.captured_at = shipment.paid_at = context.now
    shipment.captured_cents = cents
    add_history(context, order, "PAYMENT_CAPTURED", {"cents": cents})
    return []
