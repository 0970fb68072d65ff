"""A person at a terminal waits for a decision that another person makes elsewhere."""

import asyncio
from functools import partial
from typing import Any

import pytest
from conversations import set_stock
from langgraph.checkpoint.memory import InMemorySaver
from scripted import ScriptedModel, calls

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.approval.approvals import Approver
from langchain_centra.approval.journal import Journal
from langchain_centra.cli.answering import decided_elsewhere
from langchain_centra.cli.conversation import Conversation
from langchain_centra.cli.decisions import Request
from langchain_centra.cli.screen import Screen
from langchain_centra.sandbox import Sandbox
from langchain_centra_graphs import build_store_agent


class Person:
    """Sits before the question and presses nothing."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.left = False

    async def __call__(self, _request: Request) -> list[dict[str, Any]]:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left = True
        return []


@pytest.mark.parametrize(("kind", "written"), [("approve", ["setStock"]), ("reject", [])])
async def test_the_front_end_that_waits_goes_on_when_another_person_has_decided(
    kind: str, written: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox = Sandbox()
    centra = AsyncCentra(sandbox.url, sandbox.TOKEN, name="sandbox", transport=sandbox.transport())
    async with CentraToolkit(centra, writes=True, journal=Journal.memory()) as toolkit:
        model = ScriptedModel(script=[calls(set_stock(25)), "Done."])
        agent = build_store_agent(model, toolkit, checkpointer=InMemorySaver())
        person = Person()
        conversation = Conversation(agent, "thread", "anna", Screen(), person, partial(decided_elsewhere, toolkit))
        turn = asyncio.create_task(conversation.say("Set it to 25."))
        await person.asked.wait()
        [card] = await toolkit.portal.acall(toolkit.approvals.cards, "thread")
        answer = {"decisions": [{"type": kind, "proposal_id": card.proposal_id}]}
        await toolkit.portal.acall(toolkit.approvals.decide, [card], answer, Approver("bo", "login"))
        await turn
        [card] = await toolkit.portal.acall(toolkit.approvals.cards, "thread")
    assert (card.decided_by, card.state) == ("bo", "applied" if kind == "approve" else "rejected")
    assert person.left
    assert "Decided elsewhere." in capsys.readouterr().out
    assert [mutation.name for mutation in sandbox.mutations] == written
