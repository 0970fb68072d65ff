from datetime import timedelta
from typing import Literal

import pytest
from journals import LEASE, SETTLE, HandClock, approved, blocked, claimed, new_card, sent, stored

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import UnknownCard
from langchain_centra.approval.records import Decision, Result


async def states(journal: Journal, proposal_id: str = "call/1") -> tuple[str, ...]:
    card = await stored(journal, proposal_id)
    return (card.state, *(step.state for step in card.steps))


async def step_events(journal: Journal) -> list[str]:
    return [row.event for row in await journal.audit() if row.step is not None]


async def test_a_step_goes_from_waiting_over_claimed_and_sent_to_applied(
    journal: Journal, hand_clock: HandClock
) -> None:
    await approved(journal, new_card())

    claim = await claimed(journal)
    assert claim.lease_until == hand_clock.now() + timedelta(seconds=LEASE)
    assert await states(journal) == ("approved", "claimed")
    assert await journal.send(claim, SETTLE)
    step = (await stored(journal)).steps[0]
    assert (step.state, step.sent_at) == ("sent", hand_clock.now())
    assert step.lease_until == hand_clock.now() + timedelta(seconds=SETTLE)
    assert await journal.finish("call/1", 0, "applied", {"verified": True}, token=claim.token)

    card = await stored(journal)
    assert (card.state, card.outcome, card.steps[0].outcome) == ("applied", {"verified": True}, {"verified": True})
    assert await step_events(journal) == ["claimed", "sent", "applied"]


@pytest.mark.parametrize("decision", [None, "reject", "edit"])
async def test_only_a_step_of_an_approved_card_is_claimed(
    journal: Journal, decision: Literal["reject", "edit"] | None
) -> None:
    await journal.add(new_card())
    if decision:
        await journal.decide([Decision(proposal_id="call/1", type=decision)], "Bo", "login")
    await blocked(journal)


async def test_a_step_that_does_not_exist_is_not_claimed(journal: Journal) -> None:
    await approved(journal, new_card())
    with pytest.raises(UnknownCard, match="no step 1"):
        await journal.claim("call/1", 1, LEASE)


async def test_a_live_claim_is_not_taken_over(journal: Journal, hand_clock: HandClock) -> None:
    await approved(journal, new_card())
    claim = await claimed(journal)
    hand_clock.advance(LEASE - 1)

    holder = await blocked(journal)

    assert (holder.state, holder.lease_until) == ("claimed", claim.lease_until)


async def test_a_claim_whose_lease_ran_out_is_taken_over_and_its_holder_can_do_nothing_more(
    journal: Journal, hand_clock: HandClock
) -> None:
    await approved(journal, new_card())
    old = await claimed(journal)
    hand_clock.advance(LEASE)

    new = await claimed(journal)

    assert not await journal.renew(old, LEASE)
    assert not await journal.send(old, SETTLE)
    assert not await journal.release(old)
    assert not await journal.drift(old, {})
    assert not await journal.fail(old, {})
    assert await journal.send(new, SETTLE)
    assert not await journal.finish("call/1", 0, "applied", {}, token=old.token)
    assert await step_events(journal) == ["claimed", "taken_over", "sent"]


async def test_a_renewed_claim_is_not_taken_over(journal: Journal, hand_clock: HandClock) -> None:
    await approved(journal, new_card())
    claim = await claimed(journal)
    hand_clock.advance(LEASE - 1)
    assert await journal.renew(claim, LEASE)
    hand_clock.advance(LEASE - 1)
    await blocked(journal)


async def test_a_released_step_is_claimed_again(journal: Journal) -> None:
    await approved(journal, new_card())
    first = await claimed(journal)
    assert await journal.release(first)
    assert await states(journal) == ("approved", "waiting")
    assert (await claimed(journal)).token != first.token
    assert not await journal.release(first)


async def test_a_step_is_sent_once(journal: Journal, hand_clock: HandClock) -> None:
    await approved(journal, new_card())
    claim = await sent(journal)
    assert not await journal.send(claim, SETTLE)
    hand_clock.advance(10_000)
    assert (await blocked(journal)).state == "sent"
    assert not await journal.release(claim)


async def test_others_settle_a_sent_step_only_after_the_holder_must_be_done(
    journal: Journal, hand_clock: HandClock
) -> None:
    await approved(journal, new_card())
    await sent(journal)

    assert not await journal.finish("call/1", 0, "unknown", {})
    assert not await journal.finish("call/1", 0, "unknown", {}, token="a guess")
    hand_clock.advance(SETTLE)
    assert await journal.finish("call/1", 0, "unknown", {})

    assert await states(journal) == ("unknown", "unknown")


async def test_the_holder_reports_at_any_time(journal: Journal, hand_clock: HandClock) -> None:
    await approved(journal, new_card())
    claim = await sent(journal)
    hand_clock.advance(10 * SETTLE)
    assert await journal.finish("call/1", 0, "applied", {}, token=claim.token)
    assert await states(journal) == ("applied", "applied")


@pytest.mark.parametrize(
    ("settled", "reported", "accepted"),
    [
        ("not_applied", "applied", True),
        ("not_applied", "failed", True),
        ("unknown", "partly", True),
        ("unknown", "not_applied", True),
        ("not_applied", "unknown", False),
        ("applied", "failed", False),
        ("applied", "applied", False),
        ("failed", "applied", False),
    ],
)
async def test_a_late_report_replaces_only_what_others_could_not_know(
    journal: Journal, hand_clock: HandClock, settled: Result, reported: Result, accepted: bool
) -> None:
    await approved(journal, new_card())
    claim = await sent(journal)
    hand_clock.advance(SETTLE)
    assert await journal.finish("call/1", 0, settled, {"by": "reading"})

    assert await journal.finish("call/1", 0, reported, {"by": "holder"}, token=claim.token) is accepted

    assert await states(journal) == ((reported, reported) if accepted else (settled, settled))
    assert not await journal.finish("call/1", 0, "applied_differently", {}, token="a guess")
    assert not await journal.finish("call/1", 0, "applied_differently", {})


@pytest.mark.parametrize("progress", ["proposed", "approved", "claimed"])
async def test_a_late_report_of_a_write_supersedes_the_next_revision(
    journal: Journal, hand_clock: HandClock, progress: str
) -> None:
    await approved(journal, new_card())
    old = await sent(journal)
    hand_clock.advance(SETTLE)
    await journal.finish("call/1", 0, "not_applied", {})
    await journal.add(new_card(revision=2))
    if progress != "proposed":
        await journal.decide([Decision(proposal_id="call/2", type="approve")], "Bo", "login")
    later = await claimed(journal, "call/2") if progress == "claimed" else None

    assert await journal.finish("call/1", 0, "applied", {}, token=old.token)

    assert await states(journal) == ("applied", "applied")
    assert await states(journal, "call/2") == ("superseded", "waiting")
    assert (await stored(journal, "call/2")).outcome == {"reason": "revision 1 was applied after all"}
    assert later is None or not await journal.send(later, SETTLE)


async def test_a_late_report_that_nothing_was_written_leaves_the_next_revision(
    journal: Journal, hand_clock: HandClock
) -> None:
    await approved(journal, new_card())
    old = await sent(journal)
    hand_clock.advance(SETTLE)
    await journal.finish("call/1", 0, "not_applied", {})
    await journal.add(new_card(revision=2))

    assert await journal.finish("call/1", 0, "failed", {}, token=old.token)

    assert await states(journal, "call/2") == ("proposed", "waiting")


async def test_a_late_report_cannot_call_back_a_next_revision_that_was_sent(
    journal: Journal, hand_clock: HandClock
) -> None:
    await approved(journal, new_card())
    old = await sent(journal)
    hand_clock.advance(SETTLE)
    await journal.finish("call/1", 0, "not_applied", {})
    await approved(journal, new_card(revision=2))
    await sent(journal, "call/2")

    assert await journal.finish("call/1", 0, "applied", {}, token=old.token)

    assert await states(journal, "call/2") == ("approved", "sent")


async def test_drift_ends_the_card_and_the_steps_that_did_not_run(journal: Journal) -> None:
    await approved(journal, new_card(targets=(("a",), ("b",), ("c",))))
    first = await sent(journal)
    await journal.finish("call/1", 0, "applied", {}, token=first.token)
    second = await claimed(journal, position=1)

    assert await journal.drift(second, {"now": {"stock": 7}})

    assert await states(journal) == ("drifted", "applied", "drifted", "not_applied")
    card = await stored(journal)
    assert card.outcome == {"now": {"stock": 7}}
    assert card.steps[2].outcome == {"reason": "not run: an earlier step found the store changed"}
    assert (await journal.add(new_card(revision=2))).state == "proposed"


async def test_a_claimed_step_fails_without_a_request(journal: Journal) -> None:
    await approved(journal, new_card())
    claim = await claimed(journal)
    assert await journal.fail(claim, {"detail": "the policy forbids it"})
    assert await states(journal) == ("failed", "failed")
    assert (await stored(journal)).steps[0].sent_at is None
    assert not await journal.finish("call/1", 0, "applied", {}, token=claim.token)


async def test_steps_are_claimed_in_order(journal: Journal) -> None:
    await approved(journal, new_card(targets=(("a",), ("b",))))
    blocking = await blocked(journal, position=1)
    assert (blocking.position, blocking.state) == (0, "waiting")
    first = await sent(journal)
    assert (await blocked(journal, position=1)).state == "sent"
    await journal.finish("call/1", 0, "applied", {}, token=first.token)
    await claimed(journal, position=1)


async def test_waiting_steps_are_skipped_and_the_card_ends_as_its_worst_step(journal: Journal) -> None:
    await approved(journal, new_card(targets=(("a",), ("b",), ("c",))))
    first = await sent(journal)
    await journal.finish("call/1", 0, "failed", {"detail": "refused"}, token=first.token)
    assert await states(journal) == ("approved", "failed", "waiting", "waiting")

    assert await journal.skip_waiting("call/1", "step 1 failed")

    assert await states(journal) == ("failed", "failed", "not_applied", "not_applied")
    assert (await stored(journal)).outcome == {"detail": "refused"}
    assert not await journal.skip_waiting("call/1", "again")


async def test_a_step_that_is_being_worked_on_is_not_skipped(journal: Journal, hand_clock: HandClock) -> None:
    await approved(journal, new_card(targets=(("a",), ("b",))))
    claim = await claimed(journal)
    assert await journal.skip_waiting("call/1", "the user wrote again")
    assert await states(journal) == ("approved", "claimed", "not_applied")
    hand_clock.advance(LEASE)
    assert await journal.skip_waiting("call/1", "the user wrote again")
    assert await states(journal) == ("not_applied", "not_applied", "not_applied")
    assert not await journal.send(claim, SETTLE)


@pytest.mark.parametrize(
    ("ends", "card_state"),
    [
        (("applied", "applied"), "applied"),
        (("applied_differently", "applied"), "applied_differently"),
        (("partly", "applied"), "partly"),
        (("applied", "not_applied"), "not_applied"),
        (("failed", "not_applied"), "failed"),
        (("unknown", "failed"), "unknown"),
    ],
)
async def test_a_card_ends_as_its_worst_step(journal: Journal, ends: tuple[Result, ...], card_state: str) -> None:
    await approved(journal, new_card(targets=(("a",), ("b",))))
    for position, end in enumerate(ends):
        claim = await sent(journal, position=position)
        assert await journal.finish("call/1", position, end, {"end": end}, token=claim.token)
    assert await states(journal) == (card_state, *ends)
    assert (await stored(journal)).outcome == {"end": card_state}


async def test_one_claimed_or_sent_step_holds_a_target(journal: Journal) -> None:
    await approved(journal, new_card("first", targets=(("a", "b"),)))
    await approved(journal, new_card("second", targets=(("b", "c"),)))
    await approved(journal, new_card("elsewhere", store="outlet", targets=(("b",),)))
    first = await sent(journal, "first/1")

    blocking = await blocked(journal, "second/1")

    assert (blocking.proposal_id, blocking.state) == ("first/1", "sent")
    assert await states(journal, "second/1") == ("approved", "waiting")
    await claimed(journal, "elsewhere/1")
    await journal.finish("first/1", 0, "applied", {}, token=first.token)
    await claimed(journal, "second/1")


async def test_a_claim_whose_lease_ran_out_gives_its_target_to_another_card(
    journal: Journal, hand_clock: HandClock
) -> None:
    await approved(journal, new_card("first"))
    await approved(journal, new_card("second"))
    dead = await claimed(journal, "first/1")
    hand_clock.advance(LEASE)

    await claimed(journal, "second/1")

    assert await states(journal, "first/1") == ("approved", "waiting")
    assert not await journal.send(dead, SETTLE)
    released = next(row for row in await journal.audit(proposal_id="first/1") if row.event == "released")
    assert released.data == {"reason": "the lease ran out before anything was sent"}


async def test_a_sent_step_keeps_its_target_until_it_is_settled(journal: Journal, hand_clock: HandClock) -> None:
    await approved(journal, new_card("first"))
    await approved(journal, new_card("second"))
    await sent(journal, "first/1")
    hand_clock.advance(10 * SETTLE)
    assert (await blocked(journal, "second/1")).proposal_id == "first/1"
    assert await journal.finish("first/1", 0, "not_applied", {})
    await claimed(journal, "second/1")


async def test_a_step_may_name_a_target_twice_or_none_at_all(journal: Journal) -> None:
    await approved(journal, new_card(targets=(("a", "a"), ())))
    first = await sent(journal)
    assert await journal.finish("call/1", 0, "applied", {}, token=first.token)
    await claimed(journal, position=1)


async def test_a_lost_compare_leaves_no_event(journal: Journal) -> None:
    await approved(journal, new_card())
    claim = await sent(journal)
    before = await journal.audit()

    assert not await journal.send(claim, SETTLE)
    assert not await journal.release(claim)
    assert not await journal.close("call/1", "superseded", "again")
    assert not await journal.finish("call/1", 0, "unknown", {})
    await journal.claim("call/1", 0, LEASE)

    assert await journal.audit() == before


async def test_one_token_holds_a_turn(journal: Journal, hand_clock: HandClock) -> None:
    lease = await journal.take_turn("shop", "thread", "mine", 10)

    assert lease is not None
    assert lease.lease_until == hand_clock.now() + timedelta(seconds=10)
    assert await journal.take_turn("shop", "thread", "yours", 10) is None
    assert await journal.take_turn("shop", "other thread", "yours", 10) is not None
    assert await journal.take_turn("outlet", "thread", "yours", 10) is not None
    assert not await journal.release_turn("shop", "thread", "yours")
    assert await journal.release_turn("shop", "thread", "mine")
    assert await journal.take_turn("shop", "thread", "yours", 10) is not None


async def test_a_turn_is_renewed_by_its_holder_and_taken_by_another_once_its_lease_ran_out(
    journal: Journal, hand_clock: HandClock
) -> None:
    mine = await journal.take_turn("shop", "thread", "mine", 10)
    assert mine is not None
    hand_clock.advance(9)
    assert await journal.renew_turn(mine, 10)
    hand_clock.advance(9)
    assert await journal.take_turn("shop", "thread", "yours", 10) is None
    again = await journal.take_turn("shop", "thread", "mine", 10)
    assert again is not None
    assert again.lease_until == hand_clock.now() + timedelta(seconds=10)
    hand_clock.advance(10)
    assert await journal.take_turn("shop", "thread", "yours", 10) is not None
    assert not await journal.renew_turn(mine, 10)
