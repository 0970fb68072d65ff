from datetime import timedelta
from typing import Any, Literal

import pytest
from journals import HandClock, blocked, claimed, ended, new_card, stored

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import AlreadyDecided, CardExpired, JournalConflict, UnknownCard
from langchain_centra.approval.records import WRITTEN, Decision, Result

THREAD = ("shop", "thread")


def approve(proposal_id: str = "call/1") -> Decision:
    return Decision(proposal_id=proposal_id, type="approve")


def reject(proposal_id: str = "call/1", reason: str | None = None) -> Decision:
    return Decision(proposal_id=proposal_id, type="reject", reason=reason)


async def events(journal: Journal) -> list[tuple[str, int | None]]:
    return [(row.event, row.step) for row in await journal.audit()]


async def test_a_new_card_is_proposed_and_keeps_what_it_was_made_of(journal: Journal, hand_clock: HandClock) -> None:
    card = await journal.add(
        new_card(args={"comment": "é \x00 \ud800", "price": "19.90"}, targets=(("a", "b"), ("c",)))
    )

    assert (card.state, card.created_at, card.decided_at) == ("proposed", hand_clock.now(), None)
    assert card.args == {"comment": "é \x00 \ud800", "price": "19.90"}
    assert [(step.position, step.targets, step.state) for step in card.steps] == [
        (0, ("a", "b"), "waiting"),
        (1, ("c",), "waiting"),
    ]
    assert card.expires_at - card.created_at == timedelta(hours=24)
    assert await journal.card("call/1") == card


async def test_an_unknown_card_is_none_when_read_and_refused_when_decided(journal: Journal) -> None:
    assert await journal.card("nothing") is None
    with pytest.raises(UnknownCard):
        await journal.decide([approve("nothing")], "Bo", "login")
    with pytest.raises(UnknownCard):
        await journal.claim("nothing", 0, 30)


async def test_adding_the_same_revision_again_gives_the_stored_card_unchanged(journal: Journal) -> None:
    await journal.add(new_card())
    await journal.decide([approve()], "Bo", "login")

    again = await journal.add(new_card(proposal_id="other", args={"sku": "OTHER"}))

    assert (again.proposal_id, again.state, again.args["sku"]) == ("call/1", "approved", "SKU")
    assert len(await journal.audit()) == 2


async def test_a_second_live_revision_is_refused(journal: Journal) -> None:
    await journal.add(new_card())
    with pytest.raises(JournalConflict, match="revision 1 is proposed"):
        await journal.add(new_card(revision=2))


@pytest.mark.parametrize("state", ["applied", "applied_differently", "partly", "failed", "unknown"])
async def test_a_card_that_was_carried_out_gets_no_further_revision(journal: Journal, state: Result) -> None:
    await journal.add(new_card())
    await journal.decide([approve()], "Bo", "login")
    await ended(journal, state)
    with pytest.raises(JournalConflict, match="revision 1 is"):
        await journal.add(new_card(revision=2))


async def test_a_card_that_was_not_applied_gets_a_further_revision(journal: Journal) -> None:
    await journal.add(new_card())
    await journal.decide([approve()], "Bo", "login")
    await ended(journal, "not_applied")
    assert (await journal.add(new_card(revision=2))).state == "proposed"


async def test_a_proposal_id_belongs_to_one_call(journal: Journal) -> None:
    await journal.add(new_card())
    with pytest.raises(JournalConflict, match="another call"):
        await journal.add(new_card("second", proposal_id="call/1"))


async def test_a_card_without_steps_is_refused(journal: Journal) -> None:
    with pytest.raises(ValueError, match="at least one step"):
        await journal.add(new_card(targets=()))


async def test_a_decision_is_stored_with_who_when_how_and_why(journal: Journal, hand_clock: HandClock) -> None:
    await journal.add(new_card())
    hand_clock.advance(60)

    (card,) = await journal.decide([reject(reason="too early")], "Bo", "authenticated")

    assert (card.state, card.decided_by, card.decided_via, card.reason) == (
        "rejected",
        "Bo",
        "authenticated",
        "too early",
    )
    assert card.decided_at == hand_clock.now()
    row = (await journal.audit())[-1]
    assert (row.event, row.actor, row.data) == ("rejected", "Bo", {"via": "authenticated", "with": ["reason"]})


async def test_an_edit_keeps_the_edited_arguments_and_opens_the_next_revision(journal: Journal) -> None:
    await journal.add(new_card())
    edit = Decision(proposal_id="call/1", type="edit", edited_args={"sku": "SKU", "quantity": 3})

    (card,) = await journal.decide([edit], "Bo", "login")
    later = await journal.add(new_card(revision=2))

    assert (card.state, card.edited_args) == ("edited", {"sku": "SKU", "quantity": 3})
    assert later.state == "proposed"


async def test_the_decisions_of_one_answer_are_stored_together_or_not_at_all(journal: Journal) -> None:
    for call_id in ("one", "two"):
        await journal.add(new_card(call_id))
    await journal.decide([reject("two/1")], "Bo", "login")

    with pytest.raises(AlreadyDecided) as refused:
        await journal.decide([approve("one/1"), approve("two/1")], "Cy", "login")

    assert [(card.proposal_id, card.decided_by) for card in refused.value.cards] == [("two/1", "Bo")]
    assert "decided by Bo at 2026-03-01 12:00 UTC" in str(refused.value)
    assert (await stored(journal, "one/1")).state == "proposed"
    assert await events(journal) == [("proposed", None), ("proposed", None), ("rejected", None)]


async def test_one_answer_cannot_decide_a_card_twice(journal: Journal) -> None:
    await journal.add(new_card())
    with pytest.raises(JournalConflict, match="same card"):
        await journal.decide([approve(), reject()], "Bo", "login")


async def test_a_second_approval_is_told_who_was_first(journal: Journal) -> None:
    await journal.add(new_card())
    await journal.decide([approve()], "Bo", "login")
    with pytest.raises(AlreadyDecided, match="decided by Bo"):
        await journal.decide([approve()], "Cy", "login")


async def test_a_reject_beats_an_approve_until_the_claim(journal: Journal) -> None:
    for call_id in ("early", "late"):
        await journal.add(new_card(call_id, targets=((call_id,),)))
        await journal.decide([approve(f"{call_id}/1")], "Bo", "login")

    (early,) = await journal.decide([reject("early/1")], "Cy", "login")
    await claimed(journal, "late/1")

    assert (early.state, early.decided_by) == ("rejected", "Cy")
    with pytest.raises(AlreadyDecided, match="already approved, decided by Bo"):
        await journal.decide([reject("late/1")], "Cy", "login")


async def test_a_reject_beats_a_claim_whose_lease_ran_out(journal: Journal, hand_clock: HandClock) -> None:
    await journal.add(new_card())
    await journal.decide([approve()], "Bo", "login")
    claim = await claimed(journal)
    hand_clock.advance(30)

    (card,) = await journal.decide([reject()], "Cy", "login")

    assert (card.state, card.steps[0].state) == ("rejected", "waiting")
    assert not await journal.send(claim, 45)


@pytest.mark.parametrize("type_", ["approve", "edit"])
async def test_a_card_past_its_time_is_not_approved(
    journal: Journal, hand_clock: HandClock, type_: Literal["approve", "edit"]
) -> None:
    await journal.add(new_card())
    hand_clock.advance(24 * 3600 + 1)
    with pytest.raises(CardExpired, match="expired at 2026-03-02 12:00 UTC"):
        await journal.decide([Decision(proposal_id="call/1", type=type_, edited_args={})], "Bo", "login")
    assert (await stored(journal)).state == "proposed"


async def test_a_card_past_its_time_can_still_be_rejected(journal: Journal, hand_clock: HandClock) -> None:
    await journal.add(new_card())
    hand_clock.advance(24 * 3600 + 1)
    assert (await journal.decide([reject()], "Bo", "login"))[0].state == "rejected"


async def test_a_card_approved_in_time_is_claimed_after_its_time(journal: Journal, hand_clock: HandClock) -> None:
    await journal.add(new_card())
    await journal.decide([approve()], "Bo", "login")
    hand_clock.advance(24 * 3600 + 1)
    await claimed(journal)


async def test_the_policy_approves_only_what_it_lets_run(journal: Journal) -> None:
    await journal.add(new_card("note", verdict="run"))
    await journal.add(new_card("price"))

    note = await journal.approve_by_policy("note/1")

    assert (note.state, note.decided_by, note.decided_via) == ("approved", None, "policy")
    with pytest.raises(JournalConflict, match="a person has to decide"):
        await journal.approve_by_policy("price/1")


@pytest.mark.parametrize("state", ["superseded", "expired"])
@pytest.mark.parametrize("decided", [False, True])
async def test_a_card_that_nobody_works_on_is_closed(
    journal: Journal, state: Literal["superseded", "expired"], decided: bool
) -> None:
    await journal.add(new_card())
    if decided:
        await journal.decide([approve()], "Bo", "login")

    assert await journal.close("call/1", state, "the user wrote again")

    card = await stored(journal)
    assert (card.state, card.outcome) == (state, {"reason": "the user wrote again"})
    assert not await journal.close("call/1", state, "again")
    assert (await blocked(journal)).state == "waiting"


async def test_a_claimed_card_is_closed_only_once_its_lease_ran_out(journal: Journal, hand_clock: HandClock) -> None:
    await journal.add(new_card())
    await journal.decide([approve()], "Bo", "login")
    claim = await claimed(journal)

    assert not await journal.close("call/1", "superseded", "the user wrote again")
    hand_clock.advance(30)
    assert await journal.close("call/1", "superseded", "the user wrote again")
    assert not await journal.send(claim, 45)


async def test_a_card_with_a_step_that_ran_is_not_closed(journal: Journal) -> None:
    await journal.add(new_card(targets=(("a",), ("b",))))
    await journal.decide([approve()], "Bo", "login")
    await ended(journal, "applied")
    assert not await journal.close("call/1", "superseded", "the user wrote again")


async def test_cards_come_by_position_and_revision_and_earlier_messages_first(
    journal: Journal, hand_clock: HandClock
) -> None:
    await journal.add(new_card("b", position=1, message_id="z"))
    await journal.add(new_card("a", position=0, message_id="z"))
    hand_clock.advance(1)
    await journal.add(new_card("c", message_id="y"))
    await journal.close("a/1", "expired", "nobody decided")
    await journal.add(new_card("a", revision=2, message_id="z"))
    await journal.add(new_card("x", thread_id="other"))

    assert [card.proposal_id for card in await journal.cards(*THREAD)] == ["a/1", "a/2", "b/1", "c/1"]
    assert [card.proposal_id for card in await journal.cards(*THREAD, "y")] == ["c/1"]


async def test_find_lists_the_newest_first_by_store_thread_and_state(journal: Journal, hand_clock: HandClock) -> None:
    for call_id, store in (("a", "shop"), ("b", "outlet"), ("c", "shop")):
        hand_clock.advance(1)
        await journal.add(new_card(call_id, store=store))
    await journal.decide([approve("a/1")], "Bo", "login")

    async def found(**by: Any) -> list[str]:
        return [card.proposal_id for card in await journal.find(**by)]

    assert await found() == ["c/1", "b/1", "a/1"]
    assert await found(limit=1) == ["c/1"]
    assert await found(store="shop") == ["c/1", "a/1"]
    assert await found(store="shop", thread_id="thread", states=["approved", "applied"]) == ["a/1"]
    assert await found(states=[]) == []


async def test_cards_are_found_by_the_beginning_of_their_id_in_which_no_character_is_special(journal: Journal) -> None:
    for call_id in ("abc1", "abc2", "a_c3", "a%c4"):
        await journal.add(new_card(call_id))
    found = {
        prefix: sorted(card.call_id for card in await journal.beginning(prefix)) for prefix in ("abc", "a_", "a%", "z")
    }
    assert found == {"abc": ["abc1", "abc2"], "a_": ["a_c3"], "a%": ["a%c4"], "z": []}


async def test_the_latest_written_card_of_a_conversation_and_one_by_the_start_of_its_id_are_found(
    journal: Journal, hand_clock: HandClock
) -> None:
    for call_id, thread in (("ab1", "thread"), ("ab2", "thread"), ("cd1", "thread"), ("ef1", "other")):
        await journal.add(new_card(call_id, thread_id=thread, message_id=call_id))
        hand_clock.advance(1)
    results: dict[str, Result] = {"ab1": "applied", "ab2": "partly", "cd1": "failed", "ef1": "applied"}
    for call_id, state in results.items():
        await journal.decide([approve(f"{call_id}/1")], "Bo", "login")
        await ended(journal, state, f"{call_id}/1")
    latest = await journal.find(*THREAD, states=WRITTEN, limit=1)
    assert [card.proposal_id for card in latest] == ["ab2/1"]
    assert {card.proposal_id for card in await journal.beginning("ab")} == {"ab1/1", "ab2/1"}
    assert await journal.beginning("a%") == []
