"""What tests and demonstrations may count on, at every scale."""

from types import MappingProxyType

DEMO_SKU = "TEE01BLKM"
"""Alva Tee, Black, M: 12 on the shelf in Stockholm, 2 of them allocated; no random order holds any."""

DEMO_PHYSICAL = 12

KNOWN_ORDERS = MappingProxyType(
    {
        "pending": 1042,
        "confirmed": 1043,
        "processing": 1044,
        "shipped": 1045,
        "cancelled": 1046,
        "on_hold": 1047,
        "wholesale": 1048,
        "locked": 1049,
        "pending_asynchronous_payment": 1050,
    }
)
"""Order numbers by what is special about them.

- `pending`: Anna Berg's, in SEK, two lines allocated in Stockholm, authorized, not captured.
- `confirmed`: holds the 2 allocated units of the demo SKU.
- `processing`: two lines, one of them shipped and captured, the other still in Stockholm.
- `shipped`, `cancelled`: as they say; the shipped one is captured.
- `on_hold`: confirmed, with the hold flag.
- `wholesale`: confirmed, in EUR.
- `locked`: confirmed, with the lock flag.
- `pending_asynchronous_payment`: pending; its provider answers a cancel with a request first.
"""
