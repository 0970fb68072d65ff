from decimal import Decimal
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Money, Proposal, Step


def step(*targets: str) -> Step:
    return Step(operation="Write", variables={}, targets=targets, before={}, after={})


def money(amount: int, what: str = "refund", currency: str = "SEK") -> tuple[Money, ...]:
    return (Money(what=what, amount=Decimal(amount), currency=currency),)


def proposal(**fields: Any) -> Proposal:
    usual: dict[str, Any] = {
        "sentence": "Change it",
        "changes": (),
        "effects": frozenset({Effect.STOCK}),
        "steps": (step("a", "b"), step("c")),
        "money": money(100),
        "warnings": ("watch out",),
        "rows": 3,
        "measures": {"stock_delta": Decimal(10)},
    }
    return Proposal(**usual | fields)


def test_the_targets_of_all_steps_are_the_proposals() -> None:
    assert proposal().targets == {"a", "b", "c"}


def test_the_same_again_has_not_grown() -> None:
    assert not proposal().grew_beyond(proposal())


@pytest.mark.parametrize(
    "smaller",
    [
        {"effects": frozenset()},
        {"steps": (step("a"),)},
        {"warnings": ()},
        {"rows": 1},
        {"money": money(99)},
        {"money": ()},
        {"measures": {"stock_delta": Decimal(9)}},
        {"measures": {}},
        {"sentence": "Say it otherwise"},
    ],
)
def test_less_has_not_grown(smaller: dict[str, Any]) -> None:
    assert not proposal(**smaller).grew_beyond(proposal())


@pytest.mark.parametrize(
    "larger",
    [
        {"effects": frozenset({Effect.STOCK, Effect.EMAIL})},
        {"effects": frozenset({Effect.EMAIL})},
        {"steps": (step("a", "b"), step("c"), step("d"))},
        {"steps": (step("elsewhere"),)},
        {"warnings": ("watch out", "the order is locked")},
        {"rows": 4},
        {"money": money(101)},
        {"money": money(-101)},
        {"money": money(100, what="fee")},
        {"money": money(100, currency="EUR")},
        {"measures": {"stock_delta": Decimal(11)}},
        {"measures": {"stock_delta": Decimal(-11)}},
        {"measures": {"stock_delta": Decimal(10), "order_value": Decimal(1)}},
    ],
)
def test_more_of_anything_has_grown(larger: dict[str, Any]) -> None:
    assert proposal(**larger).grew_beyond(proposal())
