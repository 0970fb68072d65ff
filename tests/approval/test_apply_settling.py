"""What becomes of a write whose outcome is not known, and of one that several processes work on."""

from datetime import timedelta
from typing import Any

import pytest
from shelf import BO, LOST, UNREADABLE, Desk, no, outcome, raising, sent_step, states

from langchain_centra.approval.proposal import Step
from langchain_centra.client import TransportFailed


class TestUnknownOutcome:
    async def test_a_write_that_shows_is_applied(self, desk: Desk) -> None:
        def written_then_lost(step: Step) -> None:
            desk.shelf.write(step)
            LOST(step)

        desk.shelf.sending.append(written_then_lost)
        card = await desk.applied(levels={"A": 5})
        assert states(card) == ("applied", "applied")
        assert outcome(card.steps[0])["verified"]
        assert len(desk.shelf.arrived) == 1

    async def test_a_write_that_shows_later_is_waited_for(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        desk.shelf.sending.append(LOST)
        desk.shelf.reading.extend([lambda _: None, lambda _: None, desk.shelf.write])
        assert (await desk.approvals.apply(card.proposal_id)).state == "applied"
        assert len(desk.shelf.arrived) == 1

    async def test_one_that_never_shows_is_not_applied_once_it_cannot_arrive_any_more(self, desk: Desk) -> None:
        desk.shelf.sending.append(LOST)
        before = desk.clock.now()
        card = await desk.applied(levels={"A": 5})
        assert states(card) == ("not_applied", "not_applied")
        assert desk.clock.now() - before >= timedelta(seconds=desk.centra.timeout * 1.5)
        assert desk.shelf.arrived == []

    async def test_a_store_that_is_neither_as_before_nor_as_approved_is_unknown(self, desk: Desk) -> None:
        def elsewhere(step: Step) -> None:
            desk.shelf.levels["A"] = 77
            LOST(step)

        desk.shelf.sending.append(elsewhere)
        card = await desk.applied(levels={"A": 5})
        assert states(card) == ("unknown", "unknown")
        assert outcome(card.steps[0])["now"] == {"level of A": 77}

    async def test_a_store_that_does_not_show_it_is_unknown(self, desk: Desk) -> None:
        desk.shelf.hidden = {"A"}
        desk.shelf.sending.append(LOST)
        card = await desk.applied(levels={"A": 5})
        assert states(card) == ("unknown", "unknown")
        assert "does not show" in outcome(card.steps[0])["detail"]

    async def test_a_store_that_cannot_be_read_is_unknown(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        desk.shelf.sending.append(LOST)
        desk.shelf.reading.extend([lambda _: None, *[UNREADABLE] * 100])
        card = await desk.approvals.apply(card.proposal_id)
        assert states(card) == ("unknown", "unknown")
        assert "could not be read" in outcome(card.steps[0])["detail"]

    async def test_an_exception_in_mid_request_is_settled_by_reading(self, desk: Desk) -> None:
        desk.shelf.sending.append(raising(ZeroDivisionError("a bug")))
        card = await desk.applied(levels={"A": 5})
        assert states(card) == ("not_applied", "not_applied")
        assert "ZeroDivisionError" in outcome(card.steps[0])["reason"]

    async def test_the_next_steps_are_not_written(self, desk: Desk) -> None:
        desk.shelf.sending.append(LOST)
        card = await desk.applied(levels={"A": 5, "B": 6})
        assert states(card) == ("not_applied", "not_applied", "not_applied")
        assert desk.shelf.arrived == []


class TestSeveralProcesses:
    async def test_a_claim_whose_holder_died_is_taken_over(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        claim = await desk.claimed(card)
        card = await desk.approvals.apply(card.proposal_id)
        assert card.state == "applied"
        assert desk.clock.now() >= claim.lease_until
        assert len(desk.shelf.arrived) == 1

    async def test_a_sent_step_whose_holder_died_is_settled_by_reading_and_never_sent_again(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        await desk.sent(card)
        card = await desk.approvals.apply(card.proposal_id)
        assert states(card) == ("not_applied", "not_applied")
        assert desk.shelf.arrived == []

    async def test_what_a_dead_holder_wrote_is_found(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        await desk.sent(card)
        desk.shelf.levels["A"] = 5
        card = await desk.approvals.apply(card.proposal_id)
        assert states(card) == ("applied", "applied")
        assert desk.shelf.arrived == []

    async def test_another_cards_claim_on_the_same_target_is_waited_for(self, desk: Desk) -> None:
        other = await desk.approved("other", levels={"A": 9})
        card = await desk.approved("call", levels={"A": 5})
        claim = await desk.sent(other)
        await desk.journal.finish(other.proposal_id, 0, "failed", {}, token=claim.token)
        held = await desk.approved("third", levels={"A": 9})
        await desk.sent(held)
        assert (await desk.approvals.apply(card.proposal_id)).state == "applied"
        assert (await desk.stored(held)).state == "not_applied"

    async def test_a_second_caller_during_the_request_gets_the_result_without_writing(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        seen: list[tuple[str, ...]] = []

        async def meanwhile(step: Step) -> None:
            desk.shelf.write(step)
            desk.clock.advance(60)
            seen.append(states(await desk.approvals.apply(card.proposal_id)))

        desk.shelf.sending.append(meanwhile)
        assert states(await desk.approvals.apply(card.proposal_id)) == ("applied", "applied")
        assert seen == [("applied", "applied")]
        assert len(desk.shelf.arrived) == 1

    async def test_a_holder_that_slept_through_its_lease_sends_nothing(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5, "B": 6})

        async def meanwhile(_step: Any) -> None:
            desk.clock.advance(60)
            await desk.approvals.apply(card.proposal_id)

        desk.shelf.reading.append(meanwhile)
        assert states(await desk.approvals.apply(card.proposal_id)) == ("applied", "applied", "applied")
        assert len(desk.shelf.arrived) == 2

    @pytest.mark.parametrize("found", ["the store as before", "the store changed", "the store cannot be read"])
    async def test_a_holder_that_lost_its_claim_leaves_the_card_to_the_one_that_took_it(
        self, desk: Desk, found: str
    ) -> None:
        card = await desk.approved(levels={"A": 5, "B": 6})

        async def meanwhile(_step: Any) -> None:
            desk.clock.advance(60)
            if found == "the store as before":
                await desk.claimed(card)
                return
            desk.shelf.write(sent_step(await desk.sent(card)))
            if found == "the store cannot be read":
                raise TransportFailed("the network is down")

        desk.shelf.reading.append(meanwhile)
        assert states(await desk.approvals.apply(card.proposal_id)) == ("applied", "applied", "applied")
        assert [request["item"] for request in desk.shelf.arrived] == ["A", "B"]

    async def test_a_card_rejected_just_before_the_claim_is_not_written(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5, "B": 6})
        desk.journal.before_claim.append(lambda: desk.approvals.decide([card], no("Stop."), BO))
        assert (await desk.approvals.apply(card.proposal_id)).state == "rejected"
        assert desk.shelf.arrived == []

    async def test_a_step_that_another_ended_just_before_the_claim_is_not_written_again(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        desk.journal.before_claim.append(lambda: desk.approvals.apply(card.proposal_id))
        assert states(await desk.approvals.apply(card.proposal_id)) == ("applied", "applied")
        assert len(desk.shelf.arrived) == 1

    async def test_the_holders_late_report_corrects_what_others_found_and_closes_the_new_card(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        found: list[str] = []

        async def meanwhile(step: Step) -> None:
            desk.clock.advance(60)
            found.append((await desk.approvals.apply(card.proposal_id)).state)
            again = await desk.card(levels={"A": 5})
            found.append(again.proposal_id)
            assert any("may still arrive" in warning for warning in again.preview["warnings"])
            desk.shelf.write(step)

        desk.shelf.sending.append(meanwhile)
        assert (await desk.approvals.apply(card.proposal_id)).state == "applied"
        assert found[0] == "not_applied"
        second = await desk.journal.card(found[1])
        assert second is not None
        assert second.state == "superseded"
        assert len(desk.shelf.arrived) == 1

    async def test_a_holder_whose_answer_was_lost_accepts_what_others_found(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})

        async def meanwhile(step: Step) -> None:
            desk.shelf.write(step)
            desk.clock.advance(60)
            await desk.approvals.apply(card.proposal_id)
            LOST(step)

        desk.shelf.sending.append(meanwhile)
        assert states(await desk.approvals.apply(card.proposal_id)) == ("applied", "applied")
        assert len(desk.shelf.arrived) == 1
