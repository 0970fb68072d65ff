"""Taking a change back in a conversation of the terminal: the agent's own way, without the agent having to call."""

import io
from collections.abc import AsyncIterator

import pytest
from conversations import check_stored
from langgraph.checkpoint.memory import InMemorySaver
from rich.console import Console

from langchain_centra import CentraToolkit
from langchain_centra.cli.conversation import Conversation
from langchain_centra.cli.decisions import Decision, Request
from langchain_centra.cli.errors import Undecided
from langchain_centra.cli.screen import Screen
from langchain_centra_graphs import OfflineModel, build_store_agent


class Person:
    """Approves every card, or leaves."""

    def __init__(self) -> None:
        self.leaves = False
        self.seen: list[str] = []

    async def __call__(self, request: Request) -> list[Decision]:
        actions = request["action_requests"]
        self.seen += [action["preview"]["sentence"] for action in actions]
        if self.leaves:
            raise Undecided
        return [{"type": "approve", "proposal_id": action["proposal_id"]} for action in actions]


class Talk(Conversation):
    """A conversation on an embedded store, with what its screen shows."""

    def __init__(self, toolkit: CentraToolkit) -> None:
        self.toolkit = toolkit
        self.person = Person()
        self.file = io.StringIO()
        screen = Screen()
        screen.console = Console(file=self.file, width=80)
        graph = build_store_agent(OfflineModel(), toolkit, checkpointer=InMemorySaver())
        super().__init__(graph, "thread", "Maja", screen, self.person)

    async def outcomes(self) -> list[tuple[str, str]]:
        """The tool and the state of each card, oldest first."""
        journal = self.toolkit.journal
        cards = await self.toolkit.portal.acall(journal.cards, self.toolkit.name, self.thread_id)
        return [(card.tool, card.state) for card in sorted(cards, key=lambda card: card.created_at)]


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with CentraToolkit.sandbox(writes=["orders", "stock"]) as toolkit:
        talk = Talk(toolkit)
        yield talk
        check_stored((await talk.state()).values["messages"])


async def test_the_last_change_is_taken_back_after_its_own_yes(talk: Talk) -> None:
    await talk.say("Add 5 to the stock of TEE01BLKM in Stockholm")
    await talk.undo()
    assert talk.person.seen[1].startswith("Undo “Add 5 units of TEE01BLKM")
    assert await talk.outcomes() == [("adjust_stock", "applied"), ("adjust_stock", "applied")]
    assert (await talk.state()).values["messages"][-1].text.startswith("Undo “Add 5 units")


async def test_a_change_may_be_named(talk: Talk) -> None:
    await talk.say("Add 5 to the stock of TEE01BLKM in Stockholm")
    [card] = await talk.toolkit.portal.acall(talk.toolkit.journal.find)
    await talk.say("Put order 1042 on hold")
    await talk.undo(card.proposal_id[:8])
    assert talk.person.seen[2].startswith("Undo “Add 5 units of TEE01BLKM")


async def test_a_card_that_waits_is_closed_by_it(talk: Talk) -> None:
    await talk.say("Put order 1042 on hold")
    talk.person.leaves = True
    with pytest.raises(Undecided):
        await talk.say("Put the stock of TEE01BLKM in Stockholm to 25")
    talk.person.leaves = False
    await talk.undo()
    assert await talk.outcomes() == [
        ("set_order_hold", "applied"),
        ("set_stock", "superseded"),
        ("set_order_hold", "applied"),
    ]


async def test_where_nothing_was_written_the_agent_says_so(talk: Talk) -> None:
    await talk.undo()
    assert "Nothing was written in this conversation" in talk.file.getvalue()
    assert talk.person.seen == []
