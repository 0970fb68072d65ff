"""Deciding on a card from another terminal than the one that asked, and taking a change back."""

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from langchain_centra import CentraToolkit
from langchain_centra.approval.answers import IN_JOURNAL, AnswerInvalid
from langchain_centra.approval.approvals import Answered, Approver, Call, Postponed, Turn
from langchain_centra.approval.card import contract_preview
from langchain_centra.approval.outcome import describe
from langchain_centra.approval.records import Card
from langchain_centra.approval.undo import UNDO
from langchain_centra.cli import cards as shown
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.cli.records import card_named, open_journal, plain_json
from langchain_centra.cli.screen import Screen
from langchain_centra.cli.startup import chosen_store, login

_POLL_SECONDS = 1.0


async def show_card(prefix: str, *, as_json: bool) -> None:
    """Write one card as the person who decides sees it."""
    async with open_journal() as journal:
        card = await card_named(journal, prefix)
    if as_json:
        typer.echo(json.dumps(plain_json({**_action(card), "state": card.state}), indent=2, ensure_ascii=False))
        return
    screen = Screen()
    screen.show(shown.card(_action(card), 1, 1))
    screen.say(f"{card.proposal_id[:8]}: {shown.outcome(card)}")


async def answer_card(prefix: str, decision: Mapping[str, Any], server: str | None, thread: str | None) -> None:
    """Put the decision of the person who is logged in into the journal, and resume a server's thread if one is named.

    Raises CommandFailed when the decision does not count or the card is not open.
    """
    if (server is None) != (thread is None):
        raise CommandFailed("Give --server and --thread together.")
    async with chosen_store() as toolkit:
        card = await toolkit.portal.acall(card_named, toolkit.journal, prefix)
        await decide(toolkit, card, decision)
    typer.echo(f"Stored: {decision['type']} {card.proposal_id[:8]}. Whoever waits for it goes on now.")
    if server and thread:
        await _resume(server, thread)
        typer.echo(f"Resumed the conversation {thread}.")


async def decide(toolkit: CentraToolkit, card: Card, decision: Mapping[str, Any]) -> None:
    """Store one decision under the person's login; raises CommandFailed when it is not taken."""
    if card.state != "proposed" and decision["type"] != "reject":
        raise CommandFailed(f"This card is not open any more: {shown.outcome(card)}.")
    if decision["type"] == "edit":
        decision = {"type": "edit", "edited_action": {"name": card.tool, "args": decision["args"]}}
    answer = {"decisions": [{**decision, "proposal_id": card.proposal_id}]}
    try:
        await toolkit.portal.acall(toolkit.approvals.decide, [card], answer, Approver(login(), "login"))
    except AnswerInvalid as refusal:
        raise CommandFailed(str(refusal)) from None


async def undo(change: str, *, yes: bool) -> None:
    """Propose the reverse of a change, have it approved by this person or another, and write it."""
    screen = Screen()
    async with chosen_store() as toolkit:
        if UNDO not in toolkit.writes:
            raise CommandFailed("Nothing may be changed here. Name what may be in CENTRA_WRITES.")
        card = await _proposed(toolkit, change)
        screen.show(shown.card(_action(card), 1, 1))
        if yes:
            await _approve(toolkit, card, screen)
        else:
            screen.say(
                f"Waiting for the decision: centra-agent approvals answer {card.proposal_id[:8]} approve", "bold"
            )
        card = await _decided(toolkit, card)
        if card.state == "approved":
            card = await toolkit.portal.acall(toolkit.approvals.apply, card.proposal_id)
    screen.say(describe(card))


async def _proposed(toolkit: CentraToolkit, change: str) -> Card:
    message = uuid.uuid4().hex
    call = Call(
        thread_id=f"undo-{message[:12]}",
        message_id=message,
        call_id="undo",
        position=0,
        tool=UNDO,
        args={"change": change},
    )
    turn = Turn(message_ids=[message], requester=login())
    proposed = await toolkit.portal.acall(toolkit.approvals.propose, call, turn)
    if isinstance(proposed, (Answered, Postponed)):
        raise CommandFailed(proposed.text if isinstance(proposed, Answered) else "Another change is being written.")
    return proposed


async def _approve(toolkit: CentraToolkit, card: Card, screen: Screen) -> None:
    try:
        await decide(toolkit, card, {"type": "approve"})
    except CommandFailed as refusal:
        screen.say(f"{refusal} This waits: centra-agent approvals answer {card.proposal_id[:8]} approve", "bold")


async def _decided(toolkit: CentraToolkit, card: Card) -> Card:
    while card.state == "proposed":
        await asyncio.sleep(_POLL_SECONDS)
        card = await toolkit.portal.acall(card_named, toolkit.journal, card.proposal_id)
    return card


async def decided_elsewhere(toolkit: CentraToolkit, actions: Sequence[Mapping[str, Any]]) -> None:
    """Wait until somebody has decided on all of these cards."""
    for action in actions:
        card = await toolkit.portal.acall(card_named, toolkit.journal, action["proposal_id"])
        await _decided(toolkit, card)


def _action(card: Card) -> dict[str, Any]:
    return {
        "name": card.tool,
        "args": card.args,
        "tool_call_id": card.call_id,
        "proposal_id": card.proposal_id,
        "preview": contract_preview(card),
    }


async def _resume(server: str, thread: str) -> None:
    from langgraph_sdk import get_client

    try:
        async with get_client(url=server) as client:
            state = await client.threads.get_state(thread)
            interrupts = [one for task in state["tasks"] for one in task["interrupts"]]
            found = await client.threads.get(thread)
            assistant = (found.get("metadata") or {}).get("assistant_id")
            if not interrupts or not assistant:
                raise CommandFailed(f"The decision is stored, but the conversation {thread} does not wait there.")
            resume = {str(one["id"]): IN_JOURNAL for one in interrupts}
            await client.runs.wait(thread, str(assistant), command={"resume": resume})
    except CommandFailed:
        raise
    except Exception as error:
        # The SDK raises its transport's errors and its own.
        raise CommandFailed(f"The decision is stored, but {server} could not resume: {error}") from None
