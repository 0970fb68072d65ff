"""The seeded store: Alvelund, an invented Swedish clothes brand."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from langchain_centra.sandbox.state import State

from .assortment import fill_assortment
from .attributes import fill_attributes
from .bundles import fill_bundles
from .channels import fill_channels
from .discounts import fill_discounts
from .displays import fill_displays
from .known import DEMO_SKU, KNOWN_ORDERS
from .orders import fill_orders
from .people import fill_people
from .prices import fill_prices
from .returns import fill_returns
from .stock import fill_stock, open_stock, record_movements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, tzinfo

__all__ = ["DEMO_SKU", "KNOWN_ORDERS", "seeded_state"]

_SEED = 20240229


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Nothing that is made is garbage, and looking for it takes half of the time of 100,000 orders."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_garbage_collection()
def seeded_state(now: datetime, zone: tzinfo, scale: int) -> State:
    """Return the store as it stands at the start of a day.

    The same day and scale make the same store; the newest 500 orders are the same at every scale.
    """
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    opened = today - timedelta(days=400)
    state = State()
    fill_channels(state, opened)
    fill_assortment(state, opened)
    fill_displays(state)
    fill_bundles(state, opened)
    fill_prices(state, opened)
    fill_discounts(state, today)
    fill_people(state, opened, Random(_SEED))  # noqa: S311 (sample data)
    open_stock(state, opened)
    fill_orders(state, today, scale, _SEED)
    fill_returns(state, today)
    fill_stock(state, _SEED)
    fill_attributes(state)
    record_movements(state, today, Random(_SEED))  # noqa: S311
    return state
