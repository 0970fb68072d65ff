"""Calls of every tool that work on the sandbox."""

from typing import Any

from langchain_centra.sandbox import DEMO_SKU, Sandbox

VARIANTS = [f"{row.product.product_number}{row.variant_number}" for row in Sandbox().store.product_variants.values()]

READS: dict[str, dict[str, Any]] = {
    "search_orders": {"status": "PENDING", "limit": 3},
    "get_order": {"order_number": 1042},
    "search_returns": {"status": "COMPLETED"},
    "get_stock": {"sku": DEMO_SKU},
    "list_warehouses": {},
    "search_displays": {"text": "tee"},
    "list_custom_attributes": {"object_type": "product"},
    "list_categories": {},
    "list_stock_changes": {"sku": DEMO_SKU, "warehouse": "Stockholm"},
    "sales_report": {},
    "stock_report": {"show": "overstock"},
    "customer_report": {},
    "list_markets": {},
    "list_stores": {},
    "list_pricelists": {},
    "list_currencies": {},
    "list_countries": {},
    "search_vouchers": {},
    "list_campaigns": {},
    "get_prices": {"product": "TEE01", "pricelist": "SEK"},
    "search_products": {"text": "tee", "limit": 3},
    "get_product": {"product": "TEE01"},
    "find_sku": {"code": DEMO_SKU},
    "list_brands": {},
    "list_collections": {},
    "list_bundles": {},
    "search_customers": {"text": "berg", "limit": 3},
    "get_customer": {"customer": "anna.berg@example.com"},
}
"""A call of every tool that reads."""

CASES: dict[str, dict[str, Any]] = {
    "confirm_order": {"order_number": 1042},
    "cancel_order": {"order_number": 1042, "reason": "The customer changed her mind."},
    "cancel_order-everything": {
        "order_number": 1042,
        "stock": "remove_from_stock",
        "send_email": True,
        "void_authorization": True,
    },
    "cancel_order-wholesale": {"order_number": 1048},
    "cancel_order_lines": {
        "order_number": 1042,
        "lines": [{"sku": "TEE01ECRM", "quantity": 1}],
        "stock": "release",
        "reason": "Sold out in the shop.",
    },
    "set_order_hold": {"order_number": 1042, "on_hold": True, "reason": "Fraud check"},
    "set_order_hold-release": {"order_number": 1047, "on_hold": False},
    "add_order_note": {"order_number": 1042, "note": "She called, call back on Monday."},
    "create_shipment": {"order_number": 1043},
    "create_shipment-shipped_and_charged": {
        "order_number": 1043,
        "lines": [{"sku": "TEE01BLKM", "quantity": 1}],
        "tracking_number": "SE123456789",
        "carrier": "PostNord",
        "shipped": True,
        "send_email": True,
        "capture": True,
    },
    "complete_shipment": {"shipment_number": "1043-1"},
    "complete_shipment-told": {"shipment_number": "1043-1", "tracking_number": "SE1", "send_email": True},
    # First, so that the matrix tries what the store carries out in its own way.
    "set_stock-below_allocated": {
        "lines": [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 1}],
        "reason": "Count of 3 March",
    },
    "set_stock": {"lines": [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 25}]},
    "set_stock-100": {
        "lines": [
            {"sku": size.sku, "warehouse": "Stockholm", "quantity": 3 * number % 61}
            for number, size in enumerate(list(Sandbox().store.product_sizes.values())[:100])
        ]
    },
    "adjust_stock": {
        "lines": [{"sku": "TEE01BLKM", "change": 40}, {"sku": "TEE01BLKL", "change": 20}],
        "warehouse": "Stockholm",
        "reason": "Delivery 881",
    },
    "adjust_stock-loss": {"lines": [{"sku": "TEE01BLKM", "change": -11}], "warehouse": "Stockholm", "reason": "Damp"},
    "update_product": {"product": "TEE01", "name": "Alva T-shirt"},
    "update_product-everywhere": {"product": "TEE01", "name": "Alva T-shirt", "display_name": "Alva T-shirt"},
    "update_product-everything": {
        "product": "TEE01",
        "name": "Alva T-shirt",
        "status": "INACTIVE",
        "product_number": "TSH01",
        "internal_comment": "Renamed for autumn, see the mail of 2 March.",
    },
    "update_customer": {"customer": "anna.berg@example.com", "status": "INACTIVE"},
    "update_customer-comment": {"customer": "anna.berg@example.com", "internal_comment": "Returns everything."},
    "create_category": {"name": "Linen", "parent": "Clothing"},
    "set_category_displays": {"category": "Gifts", "add": ["Alva Tee"]},
    "set_category_displays-20": {"category": "Gifts", "add": [f"#{2000 + number}" for number in range(1, 21)]},
    "set_attributes": {
        "object_type": "product",
        "changes": [{"objects": ["TEE01"], "attribute": "pr_fit", "values": ["Slim"]}],
    },
    "set_attributes-50": {
        "object_type": "variant",
        "changes": [{"objects": VARIANTS[:50], "attribute": "var_color_group", "values": ["Black"]}],
    },
    "set_voucher_status": {"vouchers": ["ALMA15"], "status": "INACTIVE"},
    "set_voucher_status-on_again": {"vouchers": ["SPRING", "STAFF"], "status": "ACTIVE"},
    "delete_voucher": {"voucher": "SPRING"},
    "set_campaign_status": {"campaign": "Outerwear Days", "status": "ACTIVE"},
    "set_price": {"lines": [{"product": "TEE01", "pricelist": "SEK", "price": 199, "currency": "SEK"}]},
    "set_price-nonsense": {"lines": [{"product": "TEE01", "pricelist": "SEK", "price": 2490, "currency": "SEK"}]},
    "set_price-collection": {
        "lines": [
            {"product": product.product_number, "pricelist": code, "price": 50 + product.id, "currency": code}
            for product in list(Sandbox().store.products.values())[:40]
            for code in ("SEK", "EUR")
        ],
        "override_variant_prices": True,
    },
}
"""Calls of every tool that writes, by its name or by its name, a dash and what is special about the call.

Each gets a card in a store as it is seeded; that of complete_shipment, once there is a shipment.
"""

ARGUMENTS = READS | {case.partition("-")[0]: arguments for case, arguments in reversed(CASES.items())}
"""One call of every tool; of a write, its first case."""
