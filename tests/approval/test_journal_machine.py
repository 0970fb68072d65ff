"""Any interleaving of what people, runs and clocks do to a journal leaves it consistent."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Literal, TypeVar, get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from journals import LEASE, SETTLE, HandClock, approved, new_card

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import AlreadyDecided, CardExpired, JournalConflict
from langchain_centra.approval.records import (
    HELD,
    LIVE,
    WORST_FIRST,
    Card,
    Claim,
    Decision,
    Result,
    StepRecord,
    Verified,
)

T = TypeVar("T")
Targets = tuple[tuple[str, ...], ...]

RESULTS: tuple[Result, ...] = get_args(Result)
WRITTEN_OR_REFUSED = {"applied", "applied_differently", "partly", "failed"}
CLAIM_MAY_BECOME = {"taken_over", "renewed", "released", "sent", "drifted", "failed", "not_applied"}
MAY_FOLLOW: dict[str | None, set[str]] = {
    None: {"claimed", "not_applied"},
    "claimed": CLAIM_MAY_BECOME,
    "taken_over": CLAIM_MAY_BECOME,
    "renewed": CLAIM_MAY_BECOME,
    "released": {"claimed", "not_applied"},
    "sent": set(RESULTS),
    "not_applied": WRITTEN_OR_REFUSED,
    "unknown": WRITTEN_OR_REFUSED | {"not_applied"},
}

NUMBERS = st.integers(min_value=0, max_value=99)
TARGETS = st.lists(st.lists(st.sampled_from("xyz"), max_size=2).map(tuple), min_size=1, max_size=3).map(tuple)


def held_targets(step: StepRecord) -> set[str]:
    return set(step.targets) if step.state in HELD else set()


def agrees(card: Card) -> bool:
    """Whether the card's state is what its steps make of it."""
    states = {step.state for step in card.steps}
    if card.state in WORST_FIRST:
        return states <= set(WORST_FIRST) and card.state == next(state for state in WORST_FIRST if state in states)
    return not states <= set(WORST_FIRST) if card.state == "approved" else states == {"waiting"}


class JournalMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.journal = Journal.memory(self.clock)
        self.runner = asyncio.Runner()
        self.cards: list[Card] = []
        """All cards as they were after the last rule."""
        self.claims: list[Claim] = []
        self.won_sends: Counter[tuple[str, int]] = Counter()

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(call)

    def pick_cards(self, numbers: list[int]) -> list[str]:
        ids = [card.proposal_id for card in self.cards]
        return list(dict.fromkeys(ids[number % len(ids)] for number in numbers)) if ids else []

    def pick_step(self, number: int, *states: str) -> StepRecord | None:
        steps = [step for card in self.cards for step in card.steps if step.state in states]
        return steps[number % len(steps)] if steps else None

    def pick_claim(self, number: int) -> Claim:
        return self.claims[-1 - number % len(self.claims)]

    def holds(self, claim: Claim) -> bool:
        """Whether the claim is the last one of its step."""
        step = claim.proposal_id, claim.position
        return claim is [other for other in self.claims if (other.proposal_id, other.position) == step][-1]

    @initialize(touched=TARGETS)
    def add_approved(self, touched: Targets) -> None:
        for call in "abc":
            self.run(approved(self.journal, new_card(call, revision=0, targets=touched)))

    @rule(call=st.sampled_from("abc"), touched=TARGETS, further=st.booleans(), verdict=st.sampled_from(["ask", "run"]))
    def add(self, call: str, touched: Targets, further: bool, verdict: str) -> None:
        newest = max((card.revision for card in self.cards if card.call_id == call), default=0)
        expires_at = self.clock.now() + timedelta(seconds=100)
        card = new_card(call, revision=newest + further, targets=touched, verdict=verdict, expires_at=expires_at)
        with suppress(JournalConflict):
            self.run(self.journal.add(card))

    @rule(
        numbers=st.lists(NUMBERS, min_size=1, max_size=3),
        types=st.lists(st.sampled_from(["approve", "approve", "approve", "edit", "reject"]), min_size=3, max_size=3),
        policy=st.booleans(),
    )
    def decide(self, numbers: list[int], types: list[Literal["approve", "edit", "reject"]], policy: bool) -> None:
        chosen = self.pick_cards(numbers)
        decisions = [Decision(proposal_id=id_, type=type_) for id_, type_ in zip(chosen, types, strict=False)]
        try:
            self.run(self.journal.decide(decisions, "Bo", "policy" if policy else "login"))
        except (AlreadyDecided, CardExpired, JournalConflict):
            assert self.run(self.journal.find()) == self.cards

    @rule(number=NUMBERS, how=st.sampled_from(["superseded", "expired", "skip"]))
    def give_up(self, number: int, how: Literal["superseded", "expired", "skip"]) -> None:
        for id_ in self.pick_cards([number]):
            if how == "skip":
                self.run(self.journal.skip_waiting(id_, "skipped"))
            else:
                self.run(self.journal.close(id_, how, "closed"))

    @rule(number=NUMBERS, later=st.sampled_from([0, 1, LEASE]))
    def claim(self, number: int, later: int) -> None:
        self.clock.advance(later)
        if step := self.pick_step(number, "waiting", *HELD):
            result = self.run(self.journal.claim(step.proposal_id, step.position, LEASE))
            if isinstance(result, Claim):
                assert step.free_at(self.clock.now())
                self.claims.append(result)

    @rule()
    def claim_everything_at_once(self) -> None:
        wanted = [(step.proposal_id, step.position) for card in self.cards for step in card.steps] * 2

        async def claim_all() -> list[Claim | StepRecord]:
            return await asyncio.gather(*(self.journal.claim(id_, position, LEASE) for id_, position in wanted))

        won = [result for result in self.run(claim_all()) if isinstance(result, Claim)]
        assert len({(claim.proposal_id, claim.position) for claim in won}) == len(won)
        self.claims += won

    @precondition(lambda self: self.claims)
    @rule(number=NUMBERS, times=st.integers(1, 3))
    def send(self, number: int, times: int) -> None:
        claim = self.pick_claim(number)

        async def send_at_once() -> list[bool]:
            return await asyncio.gather(*(self.journal.send(claim, SETTLE) for _ in range(times)))

        if won := sum(self.run(send_at_once())):
            assert self.holds(claim)
            self.won_sends[claim.proposal_id, claim.position] += won

    @precondition(lambda self: self.claims)
    @rule(number=NUMBERS, what=st.sampled_from(["renew", "renew", "release", "drift", "fail"]))
    def use(self, number: int, what: str) -> None:
        claim = self.pick_claim(number)
        calls = {
            "renew": lambda: self.journal.renew(claim, LEASE),
            "release": lambda: self.journal.release(claim),
            "drift": lambda: self.journal.drift(claim, {"now": 7}),
            "fail": lambda: self.journal.fail(claim, {"detail": "no"}),
        }
        if self.run(calls[what]()):
            assert self.holds(claim)

    @precondition(lambda self: self.won_sends)
    @rule(number=NUMBERS, state=st.sampled_from(RESULTS))
    def report(self, number: int, state: Result) -> None:
        claim = self.pick_claim(number)
        if self.run(self.journal.finish(claim.proposal_id, claim.position, state, {}, token=claim.token)):
            assert self.holds(claim)

    @precondition(lambda self: self.won_sends)
    @rule(number=NUMBERS, state=st.sampled_from(RESULTS))
    def settle(self, number: int, state: Result) -> None:
        if step := self.pick_step(number, "claimed", "sent", "unknown"):
            settled = self.run(self.journal.finish(step.proposal_id, step.position, state, {}))
            due = step.state == "sent" and step.lease_until is not None and step.lease_until <= self.clock.now()
            assert settled is due

    @rule(seconds=st.sampled_from([1, 1, 1, LEASE, SETTLE, 101]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def everything_agrees(self) -> None:
        self.cards = cards = self.run(self.journal.find())
        assert all(times <= 1 for times in self.won_sends.values()), "a step was sent twice"
        holders = [(card.store, target) for card in cards for step in card.steps for target in held_targets(step)]
        assert len(set(holders)) == len(holders), "two steps hold a target"
        live = [card.key for card in cards if card.state in LIVE]
        assert len(set(live)) == len(live), "a call has two live revisions"
        for card in cards:
            assert agrees(card), f"{card.state} does not agree with its steps"

    def teardown(self) -> None:
        try:
            self.check_the_audit()
        finally:
            self.run(self.journal.aclose())
            self.runner.close()

    def check_the_audit(self) -> None:
        assert isinstance(self.run(self.journal.verify()), Verified)
        last: defaultdict[tuple[str, int | None], str | None] = defaultdict(lambda: None)
        for row in self.run(self.journal.audit(limit=10_000)):
            if row.step is not None:
                assert row.event in MAY_FOLLOW[last[row.proposal_id, row.step]]
            last[row.proposal_id, row.step] = row.event
        for card in self.cards:
            assert last[card.proposal_id, None] == card.state


@pytest.mark.slow
def test_any_interleaving_leaves_the_journal_consistent() -> None:
    run_state_machine_as_test(JournalMachine, settings=settings(max_examples=20, stateful_step_count=40, deadline=None))
