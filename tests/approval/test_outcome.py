from dataclasses import replace
from typing import Any

import pytest
from shelf import BO, LOST, REFUSED, TOOL, Desk, edit, no

from langchain_centra.approval.outcome import describe
from langchain_centra.approval.policy import ApprovalPolicy, Rule, Verdict
from langchain_centra.approval.records import CardState


async def test_written_and_verified(desk: Desk) -> None:
    assert describe(await desk.applied(levels={"A": 5})).splitlines() == [
        "Set A to 5: Written.",
        "Verified by reading it back.",
    ]


async def test_written_but_not_verified(desk: Desk) -> None:
    desk.shelf.hidden = {"A"}
    assert describe(await desk.applied(levels={"A": 5})).splitlines() == [
        "Set A to 5: Written.",
        "Not verified: the store does not show the result.",
    ]


async def test_written_differently_names_what_the_store_shows(desk: Desk) -> None:
    desk.shelf.becomes = {"A": 4}
    told = describe(await desk.applied(levels={"A": 5}))
    assert "the store now shows something else" in told
    assert "level of A is now 4." in told


async def test_partly_repeats_the_stores_warnings(desk: Desk) -> None:
    desk.shelf.warnings = ["one size was left out"]
    told = describe(await desk.applied(levels={"A": 5}))
    assert "perhaps in part" in told
    assert "Warning from the store: one size was left out" in told


async def test_a_failure_says_why_and_not_to_call_again(desk: Desk) -> None:
    desk.shelf.sending.append(REFUSED)
    told = describe(await desk.applied(levels={"A": 5}))
    assert told.startswith("Set A to 5: Not written. Do not call this again")
    assert "no such item" in told


async def test_an_unknown_outcome_goes_to_a_person(desk: Desk) -> None:
    desk.shelf.hidden = {"A"}
    desk.shelf.sending.append(LOST)
    told = describe(await desk.applied(levels={"A": 5}))
    assert "not known" in told
    assert "Do not call this again" in told
    assert "A person has to look" in told
    assert "the connection was lost" in told


@pytest.mark.parametrize("reason", ["She changed her mind.", None])
async def test_a_rejection_carries_its_reason(desk: Desk, reason: str | None) -> None:
    card = await desk.card(levels={"A": 5})
    await desk.approvals.decide([card], no(reason), BO)
    lines = describe(await desk.stored(card)).splitlines()
    assert lines[0].startswith("Set A to 5: Rejected by the person; nothing was written. Do not call this again")
    assert lines[1:] == ([f"Reason: {reason}"] if reason else [])


async def test_a_superseded_card_says_why(desk: Desk) -> None:
    card = await desk.approvals.close(await desk.card(levels={"A": 5}), "the user went on")
    assert describe(card).splitlines() == [
        "Set A to 5: Not written; call it again only if it is still wanted.",
        "Reason: the user went on",
    ]


async def test_a_drifted_card_says_what_moved(desk: Desk) -> None:
    card = await desk.approved(levels={"A": 5})
    desk.shelf.levels["A"] = 3
    told = describe(await desk.approvals.apply(card.proposal_id))
    assert told.startswith("Set A to 5: Not written: the store changed")


@pytest.mark.parametrize("state", ["edited", "expired", "not_applied"])
async def test_a_card_that_nobody_proposed_again_was_not_written(desk: Desk, state: CardState) -> None:
    told = describe(replace(await desk.card(levels={"A": 5}), state=state))
    assert told.startswith("Set A to 5: Not written: ")


async def test_what_the_policy_let_run_says_so(desk: Desk) -> None:
    desk.policy = ApprovalPolicy(tools={TOOL: Rule(verdict=Verdict.RUN)})
    card = await desk.approvals.apply((await desk.card(levels={"A": 5})).proposal_id)
    assert "policy allowed this without asking" in describe(card)


async def test_an_edit_is_told_with_the_arguments_that_were_applied(desk: Desk) -> None:
    card = await desk.card(levels={"A": 9})
    await desk.approvals.decide([card], edit(A=5), BO)
    card = await desk.approvals.apply((await desk.card(levels={"A": 9})).proposal_id)
    told = describe(card)
    assert told.startswith("Set A to 5: Written.")
    assert 'A person changed the arguments to {"levels": {"A": 5}}; do not repeat the original call.' in told


async def test_a_later_revision_with_the_same_arguments_does_not_speak_of_an_edit(desk: Desk) -> None:
    card = await desk.approved(levels={"A": 9})
    desk.shelf.levels["A"] = 3
    await desk.approvals.apply(card.proposal_id)
    card = await desk.applied(levels={"A": 9})
    assert card.revision == 2
    assert "changed the arguments" not in describe(card)


class TestSeveralSteps:
    async def test_all_written_names_each(self, desk: Desk) -> None:
        assert describe(await desk.applied(levels={"A": 5, "B": 6})).splitlines() == [
            "Set A to 5, B to 6: Written.",
            "Part 1 of 2, level of A (level:A): written.",
            "Verified by reading it back.",
            "Part 2 of 2, level of B (level:B): written.",
            "Verified by reading it back.",
        ]

    @pytest.mark.parametrize(("fault", "part"), [(REFUSED, "not written"), (LOST, "not known")])
    async def test_one_that_stops_half_way_does_not_say_that_nothing_was_written(
        self, desk: Desk, fault: Any, part: str
    ) -> None:
        desk.shelf.sending.extend([desk.shelf.write, fault])
        desk.shelf.hidden = {"B"}
        lines = describe(await desk.applied(levels={"A": 5, "B": 6, "C": 7})).splitlines()
        assert lines[0].startswith("Set A to 5, B to 6, C to 7: Written in part: 1 of 3 parts.")
        assert "Part 1 of 3, level of A (level:A): written." in lines
        assert part in next(line for line in lines if line.startswith("Part 2 of 3, level of B (level:B)"))
        assert "Part 3 of 3, level of C (level:C): not written." in lines

    async def test_what_an_earlier_revision_wrote_is_told_with_the_later_one(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5, "B": 6})
        desk.shelf.levels["B"] = 9
        await desk.approvals.apply(card.proposal_id)
        again = await desk.card(levels={"A": 5, "B": 6})
        assert again.preview["sentence"] == "Set B to 6"
        assert "Written already, under an earlier approval: level of A." in again.preview["warnings"]
        await desk.approvals.decide([again], no(), BO)
        told = describe(await desk.stored(again))
        assert "Written before, under an earlier approval: level of A." in told

    async def test_what_earlier_revisions_wrote_is_told_when_nothing_is_left_to_do(self, desk: Desk) -> None:
        card = await desk.approved(levels={"A": 5, "B": 6})
        desk.shelf.levels["B"] = 6
        await desk.approvals.apply(card.proposal_id)
        answer = await desk.refusal(levels={"A": 5, "B": 6})
        assert answer == "Only a part was written (level of A), the rest was not. Every level is as requested."
