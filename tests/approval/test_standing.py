"""Standing yeses, approvers and four eyes, undo, and clearing of values, on the shelf."""

from pathlib import Path
from typing import Any

import pytest
from postgres import IN_BOTH
from shelf import BO, TOOL, Desk

from langchain_centra.approval.answers import AnswerInvalid
from langchain_centra.approval.approvals import Approver, Call, Turn
from langchain_centra.approval.outcome import describe
from langchain_centra.approval.policy import ApprovalPolicy, Verdict
from langchain_centra.approval.records import Broken, Card, Verified
from langchain_centra.client import SettingsError

ALWAYS: dict[str, Any] = {"decisions": [{"type": "approve", "always": True}]}
APPROVE: dict[str, Any] = {"decisions": [{"type": "approve"}]}


async def proposed(desk: Desk, call_id: str, first: str | None = "first", **args: Any) -> Card:
    call = Call(thread_id="thread", message_id=call_id, call_id=call_id, position=0, tool=TOOL, args=args)
    card = await desk.approvals.propose(call, Turn(message_ids=[call_id], requester="Anna", first_message_id=first))
    assert isinstance(card, Card), card
    return card


async def allowed(desk: Desk, level: int = 5) -> Card:
    card = await proposed(desk, "one", levels={"A": level})
    await desk.approvals.decide([card], ALWAYS, BO)
    return await desk.approvals.apply(card.proposal_id)


@IN_BOTH
async def test_a_like_call_in_the_same_conversation_is_approved_and_says_so(desk: Desk) -> None:
    granting = await allowed(desk)
    assert "From now on allowed: set_levels always in this conversation" in describe(granting)
    card = await proposed(desk, "two", levels={"A": desk.shelf.levels["A"] - 1})
    assert (card.state, card.decided_by, card.decided_via) == ("approved", "Bo", "grant")
    assert "9 of 10 left" in describe(await desk.approvals.apply(card.proposal_id))
    assert isinstance(await desk.journal.verify(), Verified)


@pytest.mark.parametrize(
    ("first", "args"),
    [
        ("another conversation", {"levels": {"A": 4}}),
        (None, {"levels": {"A": 4}}),
        ("first", {"levels": {"A": 4}, "notify": True}),
        ("first", {"levels": {"A": 4}, "fee": 1}),
        ("first", {"levels": {"A": 1000}}),
        ("first", {"levels": {"A": 0}}),
        ("first", {"levels": {"A": 4, "B": 4}}),
    ],
    ids=["conversation", "no first message", "effect", "money", "larger", "warning", "rows"],
)
async def test_what_reaches_further_is_asked(desk: Desk, first: str | None, args: dict[str, Any]) -> None:
    await allowed(desk)
    assert (await proposed(desk, "two", first, **args)).state == "proposed"


@IN_BOTH
async def test_a_standing_yes_is_used_up(desk: Desk) -> None:
    await allowed(desk)
    states = []
    for number in range(12):
        card = await proposed(desk, f"call {number}", levels={"A": 9 - desk.shelf.levels["A"]})
        states.append(card.state)
        if card.state == "approved":
            await desk.approvals.apply(card.proposal_id)
        else:
            await desk.approvals.close(card, "enough")
    assert "proposed" in states
    assert 0 < states.count("approved") <= 10
    assert states == sorted(states)


@IN_BOTH
async def test_a_revoked_yes_covers_nothing_and_stops_what_it_approved(desk: Desk) -> None:
    granting = await allowed(desk)
    card = await proposed(desk, "two", levels={"A": 4})
    assert await desk.journal.revoke(granting.proposal_id, "Bo")
    assert not await desk.journal.revoke(granting.proposal_id, "Bo")
    assert (await desk.approvals.apply(card.proposal_id)).state == "failed"
    assert (await proposed(desk, "three", levels={"A": 3})).state == "proposed"
    assert isinstance(await desk.journal.verify(), Verified)


@IN_BOTH
async def test_a_standing_yes_runs_out(desk: Desk) -> None:
    await allowed(desk)
    desk.clock.advance(25 * 3600)
    assert (await proposed(desk, "two", levels={"A": 4})).state == "proposed"


@pytest.mark.parametrize("args", [{"notify": True}, {"fee": 3}])
async def test_messages_and_money_are_never_allowed_always(desk: Desk, args: dict[str, Any]) -> None:
    card = await proposed(desk, "one", levels={"A": 5}, **args)
    with pytest.raises(AnswerInvalid, match="approve this one alone"):
        await desk.approvals.decide([card], ALWAYS, BO)
    assert (await desk.stored(card)).state == "proposed"


@pytest.mark.parametrize(
    ("policy", "approver", "problem"),
    [
        ({"four_eyes": True}, Approver("Anna", "login"), "Another person"),
        ({"four_eyes": True}, Approver("Bo", "claimed"), "logged in"),
        ({"four_eyes": True}, Approver(None, "unauthenticated"), "logged in"),
        ({"approvers": ["Cy"]}, Approver("Bo", "login"), "Bo may not approve"),
        ({"approvers": ["Bo"]}, Approver("Bo", "claimed"), "logged in"),
    ],
)
async def test_a_yes_that_does_not_count_is_refused(
    desk: Desk, policy: dict[str, Any], approver: Approver, problem: str
) -> None:
    desk.policy = ApprovalPolicy.model_validate(policy)
    card = await proposed(desk, "one", levels={"A": 5})
    with pytest.raises(AnswerInvalid, match=problem):
        await desk.approvals.decide([card], APPROVE, approver)
    assert (await desk.stored(card)).state == "proposed"


async def test_a_second_person_who_is_logged_in_may_approve_and_anyone_may_reject(desk: Desk) -> None:
    desk.policy = ApprovalPolicy(four_eyes=True, approvers=frozenset({"Bo"}))
    card = await proposed(desk, "one", levels={"A": 5})
    await desk.approvals.decide([card], APPROVE, BO)
    assert (await desk.approvals.apply(card.proposal_id)).state == "applied"
    other = await proposed(desk, "two", levels={"A": 6})
    await desk.approvals.decide([other], {"decisions": [{"type": "reject"}]}, Approver("Anna", "claimed"))
    assert (await desk.stored(other)).state == "rejected"


async def test_a_policy_that_became_stricter_after_the_yes_writes_nothing(desk: Desk) -> None:
    card = await proposed(desk, "one", levels={"A": 5})
    await desk.approvals.decide([card], APPROVE, BO)
    desk.policy = ApprovalPolicy(approvers=frozenset({"Cy"}))
    assert (await desk.approvals.apply(card.proposal_id)).state == "failed"
    assert not desk.shelf.arrived


def test_a_policy_is_read_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('four_eyes = true\napprovers = ["Bo"]\n[tools.set_stock]\nverdict = "run"\nbounds = { rows = 2 }\n')
    policy = ApprovalPolicy.from_toml(file)
    assert policy.four_eyes
    assert policy.tools["set_stock"].verdict is Verdict.RUN


@pytest.mark.parametrize("text", ['[effects.magic]\nverdict = "run"', "four_eyes = ", "eyes = 4"])
def test_a_wrong_policy_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match="CENTRA_POLICY names"):
        ApprovalPolicy.from_toml(file)
    with pytest.raises(SettingsError, match="cannot be read"):
        ApprovalPolicy.from_toml(tmp_path / "none.toml")


@IN_BOTH
async def test_values_are_cleared_and_the_audit_still_verifies(desk: Desk) -> None:
    card = await allowed(desk)
    waiting = await proposed(desk, "two", levels={"A": 1000})
    verified = await desk.journal.verify()
    assert isinstance(verified, Verified)
    found = await desk.journal.containing("LEVEL OF a")
    assert {one.proposal_id for one in found} == {card.proposal_id, waiting.proposal_id}
    desk.clock.advance(60)
    assert await desk.journal.older_than(card.created_at) == []
    assert await desk.journal.older_than(desk.clock.now()) == found
    assert await desk.journal.clear([one.proposal_id for one in found], "asked") == 1
    assert await desk.journal.clear([card.proposal_id], "asked") == 0
    assert [one.proposal_id for one in await desk.journal.containing("level of a")] == [waiting.proposal_id]
    assert [one.proposal_id for one in await desk.journal.older_than(desk.clock.now())] == [waiting.proposal_id]
    assert isinstance(await desk.journal.verify((verified.rows, verified.head_hash)), Verified)
    assert "(values cleared)" in describe(await desk.stored(card))


@IN_BOTH
async def test_a_history_that_does_not_hold_the_kept_head_was_rewritten(desk: Desk) -> None:
    await allowed(desk)
    found = await desk.journal.verify((2, "f" * 64))
    assert isinstance(found, Broken)
    assert (found.seq, found.problem) == (2, "rewritten")
    shorter = await desk.journal.verify((99, "f" * 64))
    assert isinstance(shorter, Broken)
    assert shorter.problem == "removed"
