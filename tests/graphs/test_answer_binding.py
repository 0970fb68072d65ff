"""Which cards an answer is for, when it counts, and whose it is."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conversations import APPROVE, BOTH, Conversation, Start, Turn, set_stock
from langgraph.types import Command
from langgraph_sdk.auth.types import StudioUser
from scripted import calls

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.records import Card, Decision, Via
from langchain_centra.hitl.turns import TurnTaken

TWO = calls(("cancel_order", {"order_number": 1042}), set_stock(25))


class TestTwoAnswers:
    @BOTH
    async def test_a_second_answer_after_the_first_changes_nothing(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        await talk.say()
        await talk.answer(APPROVE)
        await talk.answer(APPROVE)
        assert talk.written == ["setStock"]

    async def test_of_two_answers_at_once_one_is_taken_and_the_other_is_told(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), calls(set_stock(30)), "Done.")
        await talk.say()
        both = await asyncio.gather(talk.answer(APPROVE), talk.answer(APPROVE), return_exceptions=True)
        [taken] = [one for one in both if isinstance(one, Turn)]
        [refused] = [one for one in both if not isinstance(one, Turn)]
        assert isinstance(refused, TurnTaken)
        assert [card["args"] for card in taken.cards] == [set_stock(30)[1]]
        assert (talk.written, talk.stock()) == (["setStock"], 25)

    async def test_an_answer_to_cards_of_which_one_is_decided_shows_what_is_left(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        await talk.say()
        await talk.toolkit.portal.acall(reject_first, talk.toolkit.journal)
        turn = await talk.answer(APPROVE, APPROVE)
        assert turn.error is not None
        assert [card["name"] for card in turn.cards] == ["set_stock"]
        assert talk.written == []

    async def test_an_answer_that_comes_a_moment_too_late_is_told_who_decided(
        self, start: Start, tmp_path: Path
    ) -> None:
        journal = HastyEva(f"sqlite:///{tmp_path / 'eva.sqlite3'}")
        talk = await start(TWO, "Done.", journal=journal)
        await talk.say()
        turn = await talk.answer(APPROVE, APPROVE)
        assert turn.error is not None
        assert "decided by Eva" in turn.error
        assert [card["name"] for card in turn.cards] == ["set_stock"]
        assert talk.written == []

    async def test_an_answer_to_an_old_checkpoint_is_refused(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.", "Done.")
        await talk.say()
        old = (await talk.state()).config
        await talk.answer(APPROVE)
        talk.restock(12)
        with pytest.raises(TurnTaken, match="gone on since"):
            await talk.run(Command(resume={"decisions": [APPROVE]}), old)
        assert talk.written == ["setStock"]

    async def test_a_fork_from_before_the_answer_gives_the_stored_result_and_writes_nothing_again(
        self, start: Start
    ) -> None:
        talk = await start(calls(set_stock(25)), "Done.", "Done.")
        await talk.say()
        old = (await talk.state()).config
        await talk.answer(APPROVE)
        talk.restock(12)
        fork = await talk.graph.aupdate_state(old, {"messages": []}, as_node="propose")
        turn = await talk.run(None, fork)
        assert turn.text == "Done."
        assert "from 12 to 25 units: Written." in turn.result
        assert talk.written == ["setStock"]


async def reject_first(journal: Journal) -> None:
    [first, *_] = await journal.cards("sandbox", "thread")
    await journal.decide([Decision(proposal_id=first.proposal_id, type="reject")], "Eva", "login")


class HastyEva(Journal):
    """A journal in which Eva decides the first card just before everybody else."""

    async def decide(self, decisions: Sequence[Decision], by: str | None, via: Via) -> list[Card]:
        if by != "Eva":
            await reject_first(self)
        return await super().decide(decisions, by, via)


class TestAnswersOfOlderRuns:
    """An answer that names no card means the cards of its own time."""

    def older(self, talk: Conversation, version: int = 7, age: timedelta = timedelta(minutes=1)) -> Any:
        stamp = int((datetime.now(UTC) - age).timestamp() * 1000)
        run_id = uuid.UUID(int=(stamp << 80) | (version << 76) | (0b10 << 62) | 1)
        return {**talk.config, "run_id": run_id}

    async def test_it_is_refused(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        await talk.say()
        turn = await talk.run(Command(resume={"decisions": [APPROVE, APPROVE]}), self.older(talk))
        assert turn.error is not None
        assert turn.error.startswith("That answer was not given to these cards")
        assert talk.written == []

    async def test_it_is_refused_as_well_when_only_some_cards_are_named(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        first, _ = (await talk.say()).cards
        named = APPROVE | {"proposal_id": first["proposal_id"]}
        turn = await talk.run(Command(resume={"decisions": [named, APPROVE]}), self.older(talk))
        assert turn.error is not None
        assert talk.written == []

    async def test_it_is_taken_when_every_card_is_named(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        cards = (await talk.say()).cards
        named = [APPROVE | {"proposal_id": card["proposal_id"]} for card in cards]
        await talk.run(Command(resume={"decisions": named}), self.older(talk))
        assert len(talk.written) == 2

    @pytest.mark.parametrize(("version", "age"), [(4, timedelta(minutes=1)), (7, timedelta(minutes=-1))])
    async def test_a_run_that_is_younger_or_tells_no_time_is_taken(
        self, start: Start, version: int, age: timedelta
    ) -> None:
        talk = await start(TWO, "Done.")
        await talk.say()
        await talk.run(Command(resume={"decisions": [APPROVE, APPROVE]}), self.older(talk, version, age))
        assert len(talk.written) == 2

    async def test_a_run_id_of_another_kind_tells_no_time(self, start: Start) -> None:
        talk = await start(TWO, "Done.")
        await talk.say()
        config: Any = {**talk.config, "run_id": "the run of Tuesday"}
        await talk.run(Command(resume={"decisions": [APPROVE, APPROVE]}), config)
        assert len(talk.written) == 2


class TestWhoDecided:
    async def decided(self, start: Start, **configurable: Any) -> tuple[str | None, str | None]:
        talk = await start(calls(set_stock(25)), "Done.")
        await talk.say()
        talk.configurable.update(configurable)
        await talk.answer(APPROVE)
        [card] = await talk.cards()
        return card.decided_by, card.decided_via

    async def test_a_name_that_the_caller_passes_is_recorded_as_claimed(self, start: Start) -> None:
        assert await self.decided(start, approver="Maja") == ("Maja", "claimed")

    async def test_without_a_name_there_is_none(self, start: Start) -> None:
        assert await self.decided(start) == (None, "claimed")

    async def test_on_a_server_the_user_counts_and_not_the_name(self, start: Start) -> None:
        user = SimpleNamespace(identity="eva@example.com")
        found = await self.decided(start, langgraph_auth_user=user, approver="the owner")
        assert found == ("eva@example.com", "authenticated")

    async def test_on_a_server_without_users_nobody_is_authenticated(self, start: Start) -> None:
        assert await self.decided(start, assistant_id="a", approver="the owner") == (None, "unauthenticated")

    async def test_studio_is_nobody(self, start: Start) -> None:
        user = StudioUser("studio", is_authenticated=True)
        assert await self.decided(start, langgraph_auth_user=user) == (None, "unauthenticated")

    async def test_who_asked_is_kept_where_a_server_knows_it(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.")
        talk.configurable["langgraph_auth_user"] = SimpleNamespace(identity="eva@example.com")
        await talk.say()
        [card] = await talk.cards()
        assert card.requester == "eva@example.com"
