"""Whatever is proposed, answered, broken off and changed from outside: the store holds what was approved, in order."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Literal, TypeVar, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sandbox_api import ManualClock

from langchain_centra.approval.answers import AnswerInvalid
from langchain_centra.approval.approvals import REOPENS, Approvals, Approver, Call, Turn
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import AlreadyDecided
from langchain_centra.approval.policy import ApprovalPolicy
from langchain_centra.approval.records import LIVE, WRITTEN, Card, Verified
from langchain_centra.approval.undo import UNDO
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.stock_changes import physical_fact, set_stock
from langchain_centra.tools.undo import undo_change

T = TypeVar("T")

SKUS = ["TEE01BLKM", "TEE01BLKL"]
LEVELS = st.integers(0, 5)
NUMBERS = st.integers(0, 99)
Way = tuple[Literal["well", "drop_before", "drop_after", "dies"], int, int]
WAYS = st.tuples(st.sampled_from(get_args(get_args(Way)[0])), st.integers(1, 200), st.integers(1, 2))
NEXT = st.sampled_from(["write", "write", "approve", "wait"])
CLOSED = {"rejected", "superseded", "failed", "unknown"}


class StoreMachine(RuleBasedStateMachine):
    @initialize(calls=st.lists(st.tuples(st.sampled_from(SKUS), LEVELS, NEXT, WAYS), min_size=3, max_size=5))
    def open(self, calls: list[tuple[str, int, str, Way]]) -> None:
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.sandbox = Sandbox(clock=self.clock)
        self.journal = Journal.memory(clock=self.clock)
        self.centra = AsyncCentra(
            self.sandbox.url, self.sandbox.TOKEN, transport=self.sandbox.transport(), clock=self.clock, timeout=5
        )
        self.calls: dict[str, Call] = {}
        self.expected = {sku: self.level(sku) for sku in SKUS}
        self.seen = 0
        for call in calls:
            self.propose(*call)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @property
    def approvals(self) -> Approvals:
        """The approval as a process that starts now has it."""
        policy = ApprovalPolicy(writes_per_turn=1000)
        return Approvals("shop", self.centra, {"set_stock": set_stock, UNDO: undo_change}, policy, self.journal)

    def level(self, sku: str) -> int:
        return self.sandbox.store.stock[sku, 1].physical_quantity

    def cards(self, *states: str) -> list[Card]:
        found = self.run(self.journal.cards("shop", "thread"))
        return [card for card in found if card.state in states]

    @rule(sku=st.sampled_from(SKUS), level=LEVELS, then=NEXT, how=WAYS)
    def propose(self, sku: str, level: int, then: str, how: Way) -> None:
        line = {"sku": sku, "warehouse": "Stockholm", "quantity": level}
        self.call("set_stock", {"lines": [line], "reason": f"call-{len(self.calls)}"}, then, how)

    @precondition(lambda self: self.cards("applied"))
    @rule(number=NUMBERS, then=NEXT, how=WAYS)
    def undo(self, number: int, then: str, how: Way) -> None:
        """Take back one of the written changes; what is proposed, if anything, is what stood before it."""
        written = self.cards("applied")
        undone = written[number % len(written)]
        card = self.call(UNDO, {"change": undone.proposal_id[:16]}, then, how)
        if isinstance(card, Card):
            [line] = undone.args["lines"]
            before = (undone.steps[0].before or {})[physical_fact(line["sku"])]
            assert card.preview["undoes"] == undone.proposal_id
            assert [(one["sku"], one["quantity"]) for one in card.args["lines"]] == [(line["sku"], before)]

    def call(self, tool: str, args: dict[str, Any], then: str, how: Way) -> object:
        """Call a tool as the model does, and then answer and write what waits; gives what the call itself led to."""
        name = f"call-{len(self.calls)}"
        self.calls[name] = Call(thread_id="thread", message_id=name, call_id=name, position=0, tool=tool, args=args)
        proposed = self.propose_again(name)
        waiting = self.cards("proposed")
        if then != "wait" and waiting:
            answer = {"decisions": [{"type": "approve"}]}
            with suppress(AnswerInvalid):
                self.run(self.approvals.decide(waiting[-1:], answer, Approver("Bo", "login")))
        if then == "write":
            self.write_one(len(self.cards("approved")) - 1, how)
        return proposed

    def propose_again(self, name: str) -> object:
        return self.run(self.approvals.propose(self.calls[name], Turn(message_ids=[name])))

    @precondition(lambda self: self.calls)
    @rule(number=NUMBERS)
    def repeat(self, number: int) -> None:
        self.propose_again(list(self.calls)[number % len(self.calls)])

    @precondition(lambda self: self.cards(*LIVE))
    @rule(number=NUMBERS, kind=st.sampled_from(["approve", "approve", "approve", "edit", "reject"]), level=LEVELS)
    def answer(self, number: int, kind: str, level: int) -> None:
        cards = self.cards(*LIVE)
        card = cards[number % len(cards)]
        decision: dict[str, Any] = {"type": kind, "proposal_id": card.proposal_id}
        if kind == "edit":
            args = {"lines": [{**card.args["lines"][0], "quantity": level}], "reason": card.call_id}
            decision["edited_action"] = {"name": "set_stock", "args": args}
        with suppress(AnswerInvalid, AlreadyDecided):
            self.run(self.approvals.decide([card], {"decisions": [decision]}, Approver("Bo", "login")))
        if kind == "edit":
            self.propose_again(card.call_id)

    @precondition(lambda self: self.cards("approved"))
    @rule(number=NUMBERS, how=WAYS)
    def apply(self, number: int, how: Way) -> None:
        self.write_one(number, how)

    def write_one(self, number: int, how: Way) -> None:
        """Write an approved card, by one process or two; the connection may be lost, or they may die on the way."""
        cards = self.cards("approved")
        if cards:
            fault, breaks_after, times = how
            if fault == "drop_before" or fault == "drop_after":
                self.sandbox.faults.add(fault, operation="setStock")
            self.run(self.write(cards[number % len(cards)], times, breaks_after if fault == "dies" else None))

    async def write(self, card: Card, times: int, breaks_after: int | None) -> None:
        tasks = [asyncio.ensure_future(self.approvals.apply(card.proposal_id)) for _ in range(times)]
        if breaks_after is not None:
            for _ in range(breaks_after):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert not isinstance(result, Exception), result

    @rule(sku=st.sampled_from(SKUS), level=LEVELS, write=st.booleans(), how=WAYS)
    def somebody_else_sets(self, sku: str, level: int, write: bool, how: Way) -> None:
        self.follow()
        self.sandbox.store.stock[sku, 1].physical_quantity = self.expected[sku] = level
        if write:
            self.write_one(0, how)

    @rule(seconds=st.sampled_from([1, 6, 60, 90_000]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    def follow(self) -> None:
        """Carry the mutations that reached the store over to what is expected of it."""
        for mutation in self.sandbox.mutations[self.seen :]:
            if mutation.applied:
                sent = mutation.arguments["input"]
                steps = [card.steps[0] for card in self.every() if card.decided_by == "Bo"]
                approved = [step.before or {} for step in steps if step.variables["input"] == sent]
                assert approved, "written without an approval"
                for item in sent["productSizes"]:
                    size = item["productSize"]["id"]
                    sku = next(sku for sku in SKUS if self.sandbox.store.stock[sku, 1].product_size.id == size)
                    seen = [before[physical_fact(sku)] for before in approved]
                    assert self.expected[sku] in seen, "written to another state than the one that was approved"
                    # Centra keeps what is allocated to orders, and says so with a warning.
                    allocated = self.sandbox.store.stock[sku, 1].allocated_quantity
                    self.expected[sku] = max(item["quantity"], allocated)
        self.seen = len(self.sandbox.mutations)

    def every(self) -> list[Card]:
        return self.run(self.journal.cards("shop", "thread"))

    @invariant()
    def the_store_is_as_approved(self) -> None:
        if not hasattr(self, "runner"):
            return
        self.follow()
        assert {sku: self.level(sku) for sku in SKUS} == self.expected
        arrived = [one.arguments["input"].get("description") for one in self.sandbox.mutations if one.applied]
        undoing = {name for name, call in self.calls.items() if call.tool == UNDO}
        setting = self.calls.keys() - undoing
        for name in setting:
            self.sent_at_most_once({name}, arrived.count(name))
        # What is taken back does not carry the name of its call.
        self.sent_at_most_once(undoing, sum(name not in setting for name in arrived))

    def sent_at_most_once(self, names: set[str], arrived: int) -> None:
        """Hold what arrived at the store for some calls to what their cards say."""
        cards = [card for card in self.every() if card.call_id in names]
        written = sum(card.state in WRITTEN for card in cards)
        sent = sum(step.sent_at is not None for card in cards for step in card.steps)
        assert written <= arrived <= sent
        assert all(card.state in (*LIVE, *REOPENS, *WRITTEN, *CLOSED) for card in cards)

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            assert isinstance(self.run(self.journal.verify()), Verified)
        finally:
            self.run(self.centra.aclose())
            self.run(self.journal.aclose())
            self.runner.close()


@pytest.mark.slow  # each example has a store of its own
def test_the_store_equals_the_sequence_of_approved_writes() -> None:
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=4,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
