import sqlite3
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import pytest
from shelf import BO, REFUSED, TOOL, UNREADABLE, YES, BusyJournal, Desk, no, outcome, sent_step, states

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.policy import ApprovalPolicy, Rule, Verdict

RUN = Rule(verdict=Verdict.RUN)
DENY = Rule(verdict=Verdict.DENY)


async def test_an_approved_card_is_written_once_and_verified(desk: Desk) -> None:
    card = await desk.applied(levels={"A": 5})
    assert states(card) == ("applied", "applied")
    assert outcome(card.steps[0]) == {"verified": True, "warnings": [], "different": {}}
    assert desk.shelf.arrived == [{"item": "A", "level": 5}]


async def test_applying_again_changes_nothing_and_gives_the_same_outcome(desk: Desk) -> None:
    card = await desk.applied(levels={"A": 5})
    desk.shelf.levels["A"] = 1
    assert await desk.approvals.apply(card.proposal_id) == card
    assert len(desk.shelf.arrived) == 1


@pytest.mark.parametrize("answer", [None, no("Not now.")])
async def test_a_card_without_a_yes_is_not_written(desk: Desk, answer: dict[str, Any] | None) -> None:
    card = await desk.card(levels={"A": 5})
    if answer:
        await desk.approvals.decide([card], answer, BO)
    await desk.approvals.apply(card.proposal_id)
    assert desk.shelf.arrived == []


async def test_a_card_that_the_journal_does_not_know_is_not_written(desk: Desk) -> None:
    with pytest.raises(LookupError, match="nothing is written"):
        await desk.approvals.apply("forged")


async def test_arguments_changed_in_the_journal_are_not_written(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    async with aclosing(BusyJournal(f"sqlite:///{file}", clock=desk.clock)) as desk.journal:
        card = await desk.approved(levels={"A": 5})
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE centra_cards SET args = ?", ['{"levels": {"A": 500}}'])
        card = await desk.approvals.apply(card.proposal_id)
    assert states(card) == ("failed", "failed")
    assert "not the approved ones" in outcome(card.steps[0])["detail"]
    assert desk.shelf.arrived == []


async def test_a_policy_that_turned_to_deny_stops_an_approved_card(desk: Desk) -> None:
    card = await desk.approved(levels={"A": 5})
    desk.policy = ApprovalPolicy(effects={Effect.STOCK: DENY})
    card = await desk.approvals.apply(card.proposal_id)
    assert states(card) == ("failed", "failed")
    assert "no longer allows" in outcome(card.steps[0])["detail"]
    assert desk.shelf.arrived == []


async def test_a_policy_that_now_asks_stops_what_it_let_run_before(desk: Desk) -> None:
    desk.policy = ApprovalPolicy(tools={TOOL: RUN})
    card = await desk.card(levels={"A": 5})
    assert card.state == "approved"
    desk.policy = ApprovalPolicy()
    assert (await desk.approvals.apply(card.proposal_id)).state == "failed"
    assert desk.shelf.arrived == []


async def test_a_store_that_moved_on_is_not_written(desk: Desk) -> None:
    card = await desk.approved(levels={"A": 5})
    desk.shelf.levels["A"] = 3
    card = await desk.approvals.apply(card.proposal_id)
    assert states(card) == ("drifted", "drifted")
    assert outcome(card.steps[0])["now"] == {"level of A": 3}
    assert desk.shelf.arrived == []


async def test_a_field_that_can_no_longer_be_read_counts_as_moved(desk: Desk) -> None:
    card = await desk.approved(levels={"A": 5})
    desk.shelf.hidden = {"A"}
    assert (await desk.approvals.apply(card.proposal_id)).state == "drifted"
    assert desk.shelf.arrived == []


async def test_a_present_state_that_cannot_be_read_fails_the_card(desk: Desk) -> None:
    card = await desk.approved(levels={"A": 5})
    desk.shelf.reading.append(UNREADABLE)
    card = await desk.approvals.apply(card.proposal_id)
    assert states(card) == ("failed", "failed")
    assert "could not be read" in outcome(card.steps[0])["detail"]
    assert desk.shelf.arrived == []


async def test_a_refused_request_fails_with_what_the_store_said(desk: Desk) -> None:
    desk.shelf.sending.append(REFUSED)
    card = await desk.applied(levels={"A": 5})
    assert states(card) == ("failed", "failed")
    assert "no such item" in outcome(card.steps[0])["detail"]


async def test_warnings_make_it_partly(desk: Desk) -> None:
    desk.shelf.warnings = ["one size was left out"]
    card = await desk.applied(levels={"A": 5})
    assert states(card) == ("partly", "partly")
    assert outcome(card.steps[0])["warnings"] == ["one size was left out"]


async def test_another_value_than_promised_is_applied_differently(desk: Desk) -> None:
    desk.shelf.becomes = {"A": 4}
    card = await desk.applied(levels={"A": 5})
    assert states(card) == ("applied_differently", "applied_differently")
    assert outcome(card.steps[0]) == {"verified": False, "warnings": [], "different": {"level of A": 4}}


async def test_a_result_that_the_store_does_not_show_is_applied_but_not_verified(desk: Desk) -> None:
    desk.shelf.hidden = {"A"}
    card = await desk.applied(levels={"A": 5})
    assert card.state == "applied"
    assert outcome(card.steps[0])["verified"] is False


async def test_a_read_back_that_fails_leaves_it_applied_but_not_verified(desk: Desk) -> None:
    card = await desk.approved(levels={"A": 5})
    desk.shelf.reading.extend([lambda _: None, UNREADABLE])
    card = await desk.approvals.apply(card.proposal_id)
    assert card.state == "applied"
    assert outcome(card.steps[0])["verified"] is False


class TestSteps:
    async def test_they_are_written_in_their_order(self, desk: Desk) -> None:
        card = await desk.applied(levels={"B": 7, "A": 5})
        assert states(card) == ("applied", "applied", "applied")
        assert [request["item"] for request in desk.shelf.arrived] == ["B", "A"]

    async def test_after_one_that_failed_no_other_is_written(self, desk: Desk) -> None:
        desk.shelf.sending.extend([desk.shelf.write, REFUSED])
        card = await desk.applied(levels={"A": 5, "B": 6, "C": 7})
        assert states(card) == ("failed", "applied", "failed", "not_applied")
        assert [request["item"] for request in desk.shelf.arrived] == ["A"]

    async def test_after_one_that_found_the_store_changed_no_other_is_written(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5, "B": 6, "C": 7})
        desk.shelf.levels["B"] = 9
        card = await desk.approvals.apply(card.proposal_id)
        assert states(card) == ("drifted", "applied", "drifted", "not_applied")
        assert [request["item"] for request in desk.shelf.arrived] == ["A"]

    async def test_after_one_that_was_written_differently_the_others_are(self, desk: Desk) -> None:
        desk.shelf.becomes = {"A": 4}
        card = await desk.applied(levels={"A": 5, "B": 6})
        assert states(card) == ("applied_differently", "applied_differently", "applied")

    async def test_a_card_that_stopped_half_way_goes_on_with_the_next(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5, "B": 6})
        claim = await desk.sent(card)
        desk.shelf.write(sent_step(claim))
        await desk.journal.finish(card.proposal_id, 0, "applied", {}, token=claim.token)
        card = await desk.approvals.apply(card.proposal_id)
        assert states(card) == ("applied", "applied", "applied")
        assert [request["item"] for request in desk.shelf.arrived] == ["A", "B"]


class TestGoingOn:
    """What becomes of a card when the conversation goes on."""

    async def test_an_open_card_is_superseded(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        card = await desk.approvals.close(card, "the user went on")
        assert (card.state, card.outcome) == ("superseded", {"reason": "the user went on"})

    async def test_an_approved_card_that_nobody_began_is_superseded(self, desk: Desk) -> None:
        card = await desk.approvals.close(await desk.approved(levels={"A": 5}), "the user went on")
        assert card.state == "superseded"
        assert (await desk.approvals.apply(card.proposal_id)).state == "superseded"
        assert desk.shelf.arrived == []

    async def test_an_ended_card_keeps_its_outcome(self, desk: Desk) -> None:
        card = await desk.applied(levels={"A": 5})
        assert await desk.approvals.close(card, "the user went on") == card

    async def test_a_card_whose_holder_died_before_sending_is_superseded(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        await desk.claimed(card, seconds=5)
        assert (await desk.approvals.close(card, "the user went on")).state in ("superseded", "not_applied")
        assert desk.shelf.arrived == []

    async def test_a_request_under_way_is_waited_for_and_the_next_steps_are_left(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5, "B": 6})
        await desk.sent(card)
        desk.shelf.levels["A"] = 5
        card = await desk.approvals.close(card, "the user went on")
        assert states(card) == ("not_applied", "applied", "not_applied")
        assert desk.shelf.arrived == []

    async def test_a_stale_copy_of_a_card_does_not_reopen_it(self, desk: Desk) -> None:
        open_card = await desk.card(levels={"A": 5})
        await desk.approvals.decide([open_card], YES, BO)
        await desk.approvals.apply(open_card.proposal_id)
        assert (await desk.approvals.close(open_card, "the user went on")).state == "applied"

    async def test_withdrawing_succeeds_until_something_was_sent(self, desk: Desk) -> None:
        first = await desk.approved("first", levels={"A": 5})
        second = await desk.approved("second", levels={"B": 5})
        await desk.sent(second)
        assert await desk.approvals.withdraw(first.proposal_id, "too late") is True
        assert await desk.approvals.withdraw(second.proposal_id, "too late") is False
