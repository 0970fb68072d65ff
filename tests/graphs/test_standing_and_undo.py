"""Through the graph: a standing yes, a decision made elsewhere, and taking a change back."""

from conversations import APPROVE, Start, set_stock
from langgraph.types import Command
from scripted import calls

from langchain_centra.approval.answers import IN_JOURNAL
from langchain_centra.approval.approvals import Approver

ALWAYS = {"type": "approve", "always": True}


async def test_like_calls_run_after_a_standing_yes_and_their_results_say_so(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.", calls(set_stock(30)), "Done again.")
    asked = await talk.say("Set it to 25.")
    assert asked.request["review_configs"][0]["allowed_decisions"] == ["approve", "edit", "reject"]
    told = await talk.answer(ALWAYS)
    assert "From now on allowed: set_stock always in this conversation" in told.result
    turn = await talk.say("Set it to 30.")
    assert "Nobody was asked, because a person allowed set_stock" in turn.result
    assert talk.stock() == 30


async def test_decisions_made_elsewhere_are_taken_up(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.")
    asked = await talk.say("Set it to 25.")
    again = await talk.run(Command(resume=IN_JOURNAL))
    assert [card["proposal_id"] for card in again.cards] == [card["proposal_id"] for card in asked.cards]
    cards = await talk.cards()
    decide = talk.toolkit.approvals.decide
    await talk.toolkit.portal.acall(decide, cards, {"decisions": [APPROVE]}, Approver("Bo", "login"))
    done = await talk.run(Command(resume=IN_JOURNAL))
    assert "Written." in done.result
    assert [card.decided_by for card in await talk.cards()] == ["Bo"]


async def test_a_change_is_taken_back_by_its_reverse_after_its_own_yes(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.", calls(("undo_change", {})), "Back.")
    before = talk.stock()
    await talk.say("Set it to 25.")
    told = await talk.answer(APPROVE)
    assert "undo_change takes it back: change " in told.result
    asked = await talk.say("Undo that.")
    [card] = asked.cards
    assert card["name"] == "set_stock"
    assert card["preview"]["sentence"].startswith("Undo “Set the physical stock")
    assert "Written." in (await talk.answer(APPROVE)).result
    assert talk.stock() == before


async def test_what_somebody_changed_since_is_not_taken_back(start: Start) -> None:
    talk = await start(calls(set_stock(25)), "Done.", calls(("undo_change", {})), "Told.")
    await talk.say("Set it to 25.")
    await talk.answer(APPROVE)
    talk.restock(26)
    assert "no longer as this change left it" in (await talk.say("Undo that.")).result
    assert talk.written == ["setStock"]


async def test_without_a_written_change_there_is_nothing_to_take_back(start: Start) -> None:
    talk = await start(calls(("undo_change", {})), calls(("undo_change", {"change": "abcdef12"})), "Told.")
    turn = await talk.say("Undo that.")
    assert any("No change of this store has the id abcdef12" in text for text in turn.results.values())
