from datetime import timedelta
from typing import Any

import pytest
from shelf import BO, LOST, TOOL, YES, Desk, edit, no, raising, states

from langchain_centra.approval.answers import AnswerInvalid
from langchain_centra.approval.approvals import Approver, Call, Postponed, Turn
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.journal_errors import AlreadyDecided
from langchain_centra.approval.policy import ApprovalPolicy, Bounds, Rule, Verdict
from langchain_centra.approval.records import Card
from langchain_centra.client import PermissionMissing

RUN = Rule(verdict=Verdict.RUN)
DENY = Rule(verdict=Verdict.DENY)


class TestProposing:
    async def test_a_card_holds_all_that_was_asked_and_found(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        assert (card.state, card.verdict, card.revision) == ("proposed", "ask", 1)
        assert (card.tool, card.args, card.requester) == (TOOL, {"levels": {"A": 5}}, "Anna")
        assert card.expires_at == desk.clock.now() + timedelta(hours=24)
        [step] = card.steps
        assert (step.before, step.after, step.targets) == ({"level of A": 1}, {"level of A": 5}, ("level:A",))
        assert desk.shelf.arrived == []

    async def test_the_same_call_again_gives_the_same_card_as_it_was(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        desk.clock.advance(60)
        desk.shelf.levels["A"] = 4
        assert await desk.card(levels={"A": 5}) == card

    async def test_the_same_call_after_its_end_gives_the_ended_card(self, desk: Desk) -> None:
        card = await desk.applied(levels={"A": 5})
        assert await desk.card(levels={"A": 5}) == card

    async def test_calls_of_other_messages_get_cards_of_their_own(self, desk: Desk) -> None:
        first = await desk.card(message_id="m1", levels={"A": 5})
        second = await desk.card(message_id="m2", levels={"A": 5})
        assert first.proposal_id != second.proposal_id

    async def test_what_is_impossible_is_answered_at_once(self, desk: Desk) -> None:
        assert await desk.refusal(levels={"Z": 5}) == "There is no item Z."
        assert await desk.approvals.cards("thread") == []

    async def test_what_changes_nothing_is_answered_at_once(self, desk: Desk) -> None:
        assert await desk.refusal(levels={"A": 1}) == "Every level is as requested."

    async def test_wrong_arguments_are_answered_at_once(self, desk: Desk) -> None:
        assert (await desk.refusal(colour="red")).startswith("set_levels takes levels")

    async def test_a_store_that_cannot_be_read_is_answered_at_once(self, desk: Desk) -> None:
        desk.shelf.reading.append(raising(PermissionMissing("Stock:read", "stock")))
        answer = await desk.refusal(levels={"A": 5})
        assert answer.startswith("Nothing was proposed or written. set_levels lacks a permission. You need Stock:read")

    async def test_cards_come_in_the_order_of_their_calls_in_their_latest_revision(self, desk: Desk) -> None:
        await desk.card("second", position=1, levels={"B": 5})
        first = await desk.card("first", position=0, levels={"A": 5})
        await desk.approvals.decide([first], edit(A=7), BO)
        await desk.card("first", position=0, levels={"A": 5})
        found = await desk.approvals.cards("thread", "message")
        assert [(card.call_id, card.revision) for card in found] == [("first", 2), ("second", 1)]


class TestPolicy:
    async def test_what_may_run_is_approved_at_once_by_the_policy(self, desk: Desk) -> None:
        desk.policy = ApprovalPolicy(tools={TOOL: RUN})
        card = await desk.card(levels={"A": 5})
        assert (card.state, card.verdict, card.decided_via, card.decided_by) == ("approved", "run", "policy", None)

    async def test_what_may_run_within_bounds_asks_beyond_them(self, desk: Desk) -> None:
        desk.policy = ApprovalPolicy(tools={TOOL: Rule(verdict=Verdict.RUN, bounds=Bounds.model_validate({"rows": 1}))})
        assert (await desk.card("one", levels={"A": 5})).state == "approved"
        assert (await desk.card("two", levels={"B": 5, "C": 5})).state == "proposed"

    async def test_what_is_denied_is_answered_and_nobody_is_asked(self, desk: Desk) -> None:
        desk.policy = ApprovalPolicy(effects={Effect.STOCK: DENY})
        assert "policy does not allow this" in await desk.refusal(levels={"A": 5})
        assert await desk.approvals.cards("thread") == []

    async def test_what_was_to_run_and_is_already_decided_keeps_its_decision(self, desk: Desk) -> None:
        desk.policy = ApprovalPolicy(tools={TOOL: RUN})

        async def reject(card: Card) -> None:
            await desk.approvals.decide([card], no("Stop."), BO)

        desk.journal.after_add.append(reject)
        assert (await desk.card(levels={"A": 5})).state == "rejected"

    async def test_more_writes_than_a_turn_allows_are_not_proposed(self, desk: Desk) -> None:
        desk.policy = ApprovalPolicy(writes_per_turn=2)
        await desk.card("one", levels={"A": 5})
        await desk.card("two", levels={"B": 5})
        assert "at most 2 writes" in await desk.refusal("three", levels={"C": 5})
        assert (await desk.card("one", levels={"A": 5})).state == "proposed"
        assert (await desk.card("three", message_id="next turn", levels={"C": 5})).state == "proposed"


class TestRepeatingWhatWasRejected:
    async def test_it_is_answered_with_the_reason_and_without_asking(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        await desk.approvals.decide([card], no("Not before Monday."), BO)
        answer = await desk.refusal("again", levels={"A": 5})
        assert "already said no" in answer
        assert "Not before Monday." in answer

    async def test_without_a_reason_it_is_answered_all_the_same(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        await desk.approvals.decide([card], no(), BO)
        assert "already said no" in await desk.refusal("again", levels={"A": 5})

    async def test_other_arguments_ask(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        await desk.approvals.decide([card], no(), BO)
        assert (await desk.card("again", levels={"A": 6})).state == "proposed"

    async def test_the_next_turn_asks(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        await desk.approvals.decide([card], no(), BO)
        assert (await desk.card("again", message_id="next turn", levels={"A": 5})).state == "proposed"


class TestSeveralCallsOnOneTarget:
    async def test_the_later_one_is_proposed_when_the_earlier_one_has_ended(self, desk: Desk) -> None:
        first = await desk.approved("first", levels={"A": 5})
        assert isinstance(await desk.propose("second", position=1, levels={"A": 9}), Postponed)
        await desk.approvals.apply(first.proposal_id)
        second = await desk.card("second", position=1, levels={"A": 9})
        assert second.steps[0].before == {"level of A": 5}

    async def test_an_earlier_call_does_not_wait_for_a_later_one(self, desk: Desk) -> None:
        await desk.card("second", position=1, levels={"A": 9})
        assert (await desk.card("first", position=0, levels={"A": 5})).state == "proposed"

    async def test_calls_on_other_targets_do_not_wait(self, desk: Desk) -> None:
        await desk.card("first", levels={"A": 5})
        assert (await desk.card("second", position=1, levels={"B": 9})).state == "proposed"

    async def test_calls_of_another_message_do_not_wait(self, desk: Desk) -> None:
        await desk.card("first", levels={"A": 5})
        assert (await desk.card("second", "other", position=1, levels={"A": 9})).state == "proposed"


class TestDeciding:
    @pytest.mark.parametrize(
        "approver",
        [BO, Approver("Eva", "authenticated"), Approver(None, "unauthenticated"), Approver("Ola", "claimed")],
    )
    async def test_who_decided_and_how_that_is_known_is_kept(self, desk: Desk, approver: Approver) -> None:
        card = await desk.card(levels={"A": 5})
        await desk.approvals.decide([card], YES, approver)
        card = await desk.stored(card)
        assert (card.state, card.decided_by, card.decided_via) == ("approved", approver.name, approver.via)

    async def test_a_wrong_answer_decides_nothing(self, desk: Desk) -> None:
        cards = [await desk.card("one", levels={"A": 5}), await desk.card("two", levels={"B": 5})]
        with pytest.raises(AnswerInvalid, match="Waiting cards: 2, decisions: 1"):
            await desk.approvals.decide(cards, YES, BO)
        assert [(await desk.stored(card)).state for card in cards] == ["proposed", "proposed"]

    async def test_when_one_was_decided_by_someone_else_none_is_stored(self, desk: Desk) -> None:
        cards = [await desk.card("one", levels={"A": 5}), await desk.card("two", levels={"B": 5})]
        await desk.approvals.decide(cards[1:], no("Mine."), Approver("Eva", "login"))
        with pytest.raises(AlreadyDecided, match="decided by Eva"):
            await desk.approvals.decide(cards, {"decisions": YES["decisions"] * 2}, BO)
        assert (await desk.stored(cards[0])).state == "proposed"

    async def test_an_impossible_edit_decides_nothing_and_says_why(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        with pytest.raises(AnswerInvalid, match=r"The edit was not taken: There is no item Z\."):
            await desk.approvals.decide([card], edit(Z=1), BO)
        assert await desk.stored(card) == card


class TestEdits:
    async def edited(self, desk: Desk, *, levels: dict[str, int], to: dict[str, int], **args: Any) -> Card:
        """The card after a person edited it, as it is proposed again."""
        card = await desk.card(levels=levels, **args)
        await desk.approvals.decide([card], edit(**to), BO)
        assert (await desk.stored(card)).state == "edited"
        return await desk.card(levels=levels, **args)

    async def test_a_smaller_one_is_approved_by_the_same_yes(self, desk: Desk) -> None:
        card = await self.edited(desk, levels={"A": 9}, to={"A": 5})
        assert (card.state, card.revision, card.args) == ("approved", 2, {"levels": {"A": 5}})
        assert (card.decided_by, card.decided_via) == ("Bo", "login")

    async def test_one_that_takes_something_away_is_approved_by_the_same_yes(self, desk: Desk) -> None:
        card = await self.edited(desk, levels={"A": 9, "B": 9}, to={"B": 9}, notify=True, fee=5)
        assert (card.state, card.args) == ("approved", {"levels": {"B": 9}})

    @pytest.mark.parametrize(
        "to", [{"A": 50}, {"B": 3}, {"A": 9, "B": 3}, {"A": 0}], ids=["more", "elsewhere", "further", "warned"]
    )
    async def test_a_larger_one_asks_again(self, desk: Desk, to: dict[str, int]) -> None:
        card = await self.edited(desk, levels={"A": 9}, to=to)
        assert (card.state, card.revision, card.args) == ("proposed", 2, {"levels": to})
        assert desk.shelf.arrived == []

    async def test_one_on_a_state_that_has_moved_asks_again(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 9})
        await desk.approvals.decide([card], edit(A=8), BO)
        desk.shelf.levels["A"] = 2
        card = await desk.card(levels={"A": 9})
        assert (card.state, card.steps[0].before) == ("proposed", {"level of A": 2})

    async def test_one_that_became_impossible_writes_nothing_and_says_so(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 9})
        await desk.approvals.decide([card], edit(A=5), BO)
        desk.shelf.levels["A"] = 5
        answer = await desk.refusal(levels={"A": 9})
        assert answer == "Approved with changed arguments, but nothing was written. Every level is as requested."

    async def test_one_that_a_policy_lets_run_is_approved_by_the_policy(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 9})
        await desk.approvals.decide([card], edit(A=90), BO)
        desk.policy = ApprovalPolicy(tools={TOOL: RUN})
        assert (await desk.card(levels={"A": 9})).decided_via == "policy"

    async def test_one_that_was_decided_meanwhile_keeps_that_decision(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 9})
        await desk.approvals.decide([card], edit(A=5), BO)

        async def reject(again: Card) -> None:
            await desk.approvals.decide([again], no("Stop."), BO)

        desk.journal.after_add.append(reject)
        assert (await desk.card(levels={"A": 9})).state == "rejected"


class TestExpiry:
    async def test_approving_an_expired_card_writes_nothing_and_gives_a_fresh_one(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        desk.clock.advance(25 * 3600)
        desk.shelf.levels["A"] = 2
        with pytest.raises(AnswerInvalid, match="had expired"):
            await desk.approvals.decide([card], YES, BO)
        assert (await desk.stored(card)).state == "expired"
        fresh = await desk.card(levels={"A": 5})
        assert (fresh.revision, fresh.state, fresh.steps[0].before) == (2, "proposed", {"level of A": 2})
        assert fresh.expires_at == desk.clock.now() + timedelta(hours=24)

    async def test_cards_that_still_hold_stay_open(self, desk: Desk) -> None:
        old = await desk.card("one", levels={"A": 5})
        desk.clock.advance(24 * 3600 + 1)
        young = await desk.card("two", levels={"B": 5})
        with pytest.raises(AnswerInvalid):
            await desk.approvals.decide([old, young], {"decisions": YES["decisions"] * 2}, BO)
        assert [(await desk.stored(card)).state for card in (old, young)] == ["expired", "proposed"]

    async def test_a_reject_is_taken_after_the_time(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        desk.clock.advance(25 * 3600)
        await desk.approvals.decide([card], no("No."), BO)
        assert (await desk.stored(card)).state == "rejected"

    async def test_only_open_cards_past_their_time_expire(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        assert await desk.approvals.expire(card) is False
        desk.clock.advance(25 * 3600)
        assert await desk.approvals.expire(card) is True
        assert await desk.approvals.expire(await desk.stored(card)) is False

    async def test_one_that_has_become_impossible_says_that_nothing_was_written(self, desk: Desk) -> None:
        card = await desk.card(levels={"A": 5})
        desk.clock.advance(25 * 3600)
        await desk.approvals.expire(card)
        del desk.shelf.levels["A"]
        answer = await desk.refusal(levels={"A": 5})
        assert answer == "Nothing was written: the approval came too late. There is no item A."


class TestProposingAgain:
    async def test_after_drift_the_new_difference_asks(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        desk.shelf.levels["A"] = 3
        await desk.approvals.apply(card.proposal_id)
        again = await desk.card(levels={"A": 5})
        assert (again.revision, again.state) == (2, "proposed")
        assert again.preview["changes"][0]["before"] == 3

    async def test_a_run_that_drifted_is_run_on_the_new_state(self, desk: Desk) -> None:
        desk.policy = ApprovalPolicy(tools={TOOL: RUN})
        card = await desk.card(levels={"A": 5})
        desk.shelf.levels["A"] = 3
        await desk.approvals.apply(card.proposal_id)
        again = await desk.card(levels={"A": 5})
        assert (again.revision, again.decided_via) == (2, "policy")

    @pytest.mark.parametrize("policy", [ApprovalPolicy(), ApprovalPolicy(tools={TOOL: RUN})], ids=["ask", "run"])
    async def test_after_a_request_that_did_not_show_a_warning_asks_whatever_the_policy(
        self, desk: Desk, policy: ApprovalPolicy
    ) -> None:
        desk.policy = policy
        desk.shelf.sending.append(LOST)
        card = await desk.card(levels={"A": 5})
        if card.state == "proposed":
            await desk.approvals.decide([card], YES, BO)
        assert states(await desk.approvals.apply(card.proposal_id)) == ("not_applied", "not_applied")
        again = await desk.card(levels={"A": 5})
        assert again.state == "proposed"
        assert any("may still arrive" in warning for warning in again.preview["warnings"])

    async def test_a_policy_that_turned_to_deny_says_what_became_of_the_first_card(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5})
        desk.shelf.levels["A"] = 3
        await desk.approvals.apply(card.proposal_id)
        desk.policy = ApprovalPolicy(effects={Effect.STOCK: DENY})
        answer = await desk.refusal(levels={"A": 5})
        assert answer.startswith("Nothing was written: the store changed after the card was shown. Not written: ")


async def test_a_call_is_proposed_for_the_thread_that_it_came_from(desk: Desk) -> None:
    await desk.card(levels={"A": 5})
    elsewhere = Call(
        thread_id="elsewhere", message_id="message", call_id="call", position=0, tool=TOOL, args={"levels": {"A": 5}}
    )
    proposed = await desk.approvals.propose(elsewhere, Turn(message_ids=["message"]))
    assert isinstance(proposed, Card)
    assert (proposed.thread_id, proposed.requester) == ("elsewhere", None)
    assert len(await desk.approvals.cards("thread")) == 1
