from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.policy import ApprovalPolicy, Bounds, Rule, Verdict
from langchain_centra.approval.proposal import Proposal

RUN, ASK, DENY = Rule(verdict=Verdict.RUN), Rule(verdict=Verdict.ASK), Rule(verdict=Verdict.DENY)


def proposal(*effects: Effect, rows: int = 1, **measures: int) -> Proposal:
    return Proposal(
        sentence="Change it",
        changes=(),
        effects=frozenset(effects),
        steps=(),
        rows=rows,
        measures={name: Decimal(value) for name, value in measures.items()},
    )


@pytest.mark.parametrize("effect", list(Effect))
def test_without_settings_everything_asks_but_notes(effect: Effect) -> None:
    expected = Verdict.RUN if effect is Effect.NOTE else Verdict.ASK
    assert ApprovalPolicy().verdict("tool", proposal(effect)) is expected


def test_a_note_with_a_further_effect_asks() -> None:
    assert ApprovalPolicy().verdict("tool", proposal(Effect.NOTE, Effect.EMAIL)) is Verdict.ASK


def test_a_proposal_without_effects_asks() -> None:
    assert ApprovalPolicy().verdict("tool", proposal()) is Verdict.ASK


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        ((RUN, RUN), Verdict.RUN),
        ((RUN, ASK), Verdict.ASK),
        ((ASK, DENY), Verdict.DENY),
        ((DENY, RUN), Verdict.DENY),
    ],
)
def test_of_several_effects_the_strictest_rule_counts(rules: tuple[Rule, Rule], verdict: Verdict) -> None:
    policy = ApprovalPolicy(effects={Effect.STOCK: rules[0], Effect.EMAIL: rules[1]})
    assert policy.verdict("tool", proposal(Effect.STOCK, Effect.EMAIL)) is verdict


def test_an_effect_without_a_rule_asks() -> None:
    assert ApprovalPolicy(effects={}).verdict("tool", proposal(Effect.NOTE)) is Verdict.ASK


@pytest.mark.parametrize(("rule", "verdict"), [(RUN, Verdict.RUN), (DENY, Verdict.DENY)])
def test_a_tools_own_rule_goes_before_those_of_its_effects(rule: Rule, verdict: Verdict) -> None:
    policy = ApprovalPolicy(tools={"tool": rule}, effects={Effect.STOCK: ASK})
    assert policy.verdict("tool", proposal(Effect.STOCK)) is verdict
    assert policy.verdict("other", proposal(Effect.STOCK)) is Verdict.ASK


def test_a_denied_effect_stays_denied_whatever_the_tools_rule_says() -> None:
    policy = ApprovalPolicy(tools={"tool": RUN}, effects={Effect.MONEY: DENY})
    assert policy.verdict("tool", proposal(Effect.MONEY, Effect.STATUS)) is Verdict.DENY


@pytest.mark.parametrize("limit", ["stock_delta", "price_change_percent", "order_value"])
def test_a_write_runs_up_to_each_limit_and_asks_beyond_it(limit: str) -> None:
    rule = Rule(verdict=Verdict.RUN, bounds=Bounds.model_validate({limit: 10}))
    assert rule.decide(proposal(**{limit: 10})) is Verdict.RUN
    assert rule.decide(proposal(**{limit: 11})) is Verdict.ASK


def test_a_decrease_counts_against_a_limit_as_an_increase_does() -> None:
    rule = Rule(verdict=Verdict.RUN, bounds=Bounds(price_change_percent=Decimal(10)))
    assert rule.decide(proposal(price_change_percent=-90)) is Verdict.ASK


def test_the_number_of_rows_is_bounded() -> None:
    rule = Rule(verdict=Verdict.RUN, bounds=Bounds(rows=5))
    assert rule.decide(proposal(rows=5)) is Verdict.RUN
    assert rule.decide(proposal(rows=6)) is Verdict.ASK


def test_a_limit_on_a_number_that_the_proposal_does_not_state_is_not_kept() -> None:
    rule = Rule(verdict=Verdict.RUN, bounds=Bounds(order_value=Decimal(1000)))
    assert rule.decide(proposal(stock_delta=1)) is Verdict.ASK


def test_all_limits_have_to_hold() -> None:
    rule = Rule(verdict=Verdict.RUN, bounds=Bounds(stock_delta=Decimal(10), rows=2))
    assert rule.decide(proposal(rows=2, stock_delta=10)) is Verdict.RUN
    assert rule.decide(proposal(rows=3, stock_delta=10)) is Verdict.ASK


@pytest.mark.parametrize("rule", [ASK, DENY])
def test_bounds_do_not_soften_asking_and_denying(rule: Rule) -> None:
    bounded = rule.model_copy(update={"bounds": Bounds(rows=1)})
    assert bounded.decide(proposal()) is rule.verdict


@pytest.mark.parametrize(
    "wrong",
    [
        {"effects": {"unheard of": {"verdict": "run"}}},
        {"tools": {"tool": {"verdict": "perhaps"}}},
        {"tools": {"tool": {"verdict": "run", "bounds": {"stock": 3}}}},
        {"writes_per_turn": 0},
        {"unknown": 1},
    ],
)
def test_a_wrong_policy_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ApprovalPolicy.model_validate(wrong)


def test_a_policy_cannot_be_changed_behind_the_approvals_back() -> None:
    policy = ApprovalPolicy()
    with pytest.raises(ValidationError):
        policy.writes_per_turn = 1000  # type: ignore[misc]
