"""Vouchers and campaigns of a small brand: running, used up, over, switched off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from langchain_centra.sandbox.state.discounts import Campaign, CampaignVariant, Voucher

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from langchain_centra.sandbox.state import State

# Name, value in SEK, markets, first and last day counted from today, what else is special. Orders use the first two.
_VOUCHERS: list[tuple[str, int, list[int], tuple[int, int | None], dict[str, Any]]] = [
    ("Welcome", 50, [1, 2, 3], (-380, None), {"code": "WELCOME", "combine_with_other_vouchers": True}),
    ("Late summer", 100, [1, 2, 3], (-95, 12), {"code": "SUMMER"}),
    ("Alma's followers", 150, [1], (-30, 30), {"code": "ALMA15", "max_usages": 500, "successful_usages": 488}),
    ("Press", 250, [1, 2], (-200, None), {"code": "PRESS", "max_usages": 40, "successful_usages": 12}),
    ("Newsletter", 75, [2], (-60, 60), {"method": "URL", "url": "hello-again"}),
    ("Free shipping week", 49, [1, 2, 3], (7, 14), {"method": "AUTO", "combine_with_other_vouchers": True}),
    ("Spring", 100, [1, 2], (-270, -200), {"code": "SPRING", "successful_usages": 311}),
    ("Staff", 300, [1], (-400, None), {"code": "STAFF", "status": "INACTIVE", "successful_usages": 64}),
    ("Gift card 4711", 500, [1], (-120, None), {"code": "GIFT4711", "reuse": True, "successful_usages": 2}),
]
# Name, status, markets, pricelists, product numbers, per cent off, first and last day counted from today.
_CAMPAIGNS = [
    ("Knitwear Weeks", "ACTIVE", [1, 2], [1, 2], ["CRW01", "CAR01", "ROL01", "CRW02"], 20.0, (-10, 18)),
    ("Outerwear Days", "INACTIVE", [1, 2, 3], [1, 2, 3], ["PRK01", "RAI02"], 15.0, (3, 6)),
    ("End of Denim", "ACTIVE", [3], [3], ["JNS01", "JNS02", "JNS03"], 30.0, (-40, 20)),
]


def fill_discounts(state: State, today: datetime) -> None:
    """Fill in vouchers and campaigns of the direct-to-consumer store."""
    for i, (name, value, markets, (first, last), special) in enumerate(_VOUCHERS, 1):
        start = today + timedelta(days=first)
        created = min(start, today) - timedelta(days=3)
        state.vouchers[i] = Voucher(
            id=i,
            name=name,
            store=state.stores[1],
            markets=[state.markets[market] for market in markets],
            created_at=created,
            updated_at=created,
            cents=value * 100,
            start_at=start,
            stop_at=None if last is None else today + timedelta(days=last),
            **special,
        )
    for i, (name, status, markets, pricelists, numbers, percent, days) in enumerate(_CAMPAIGNS, 1):
        state.campaigns[i] = Campaign(
            id=i,
            name=name,
            status=status,
            store=state.stores[1],
            markets=[state.markets[market] for market in markets],
            pricelists=[state.pricelists[pricelist] for pricelist in pricelists],
            updated_at=today - timedelta(days=20 - i),
        )
        state.campaigns[i].variants = list(_variants(state, state.campaigns[i], numbers, percent, today, days))


def _variants(
    state: State, campaign: Campaign, numbers: list[str], percent: float, today: datetime, days: tuple[int, int]
) -> Iterable[CampaignVariant]:
    start, stop = (today + timedelta(days=day) for day in days)
    for variant in state.product_variants.values():
        if variant.product.product_number in numbers:
            yield CampaignVariant(
                id=campaign.id * 1_000 + variant.id,
                campaign=campaign,
                product_variant=variant,
                created_at=campaign.updated_at,
                start_at=start,
                stop_at=stop,
                discount_percent=percent,
            )
