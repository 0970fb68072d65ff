"""An embedded, Centra-compatible GraphQL store for trying things out and for tests."""

from .clock import Clock, SystemClock
from .faults import Faults
from .sandbox import Sandbox
from .seed import DEMO_SKU, KNOWN_ORDERS

__all__ = ["DEMO_SKU", "KNOWN_ORDERS", "Clock", "Faults", "Sandbox", "SystemClock"]
