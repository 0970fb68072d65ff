"""Deciding on a card from another terminal than the one that asked, and taking a change back."""

import asyncio
import json
import uuid
from collections.abc import Mapping
from typing import Any

import typer

from langchain_centra import CentraToolkit
from langchain_centra.approval.answers import AnswerInvalid
from langchain_centra.approval.approvals import Answered, Approver, Call, Postponed, Turn
from langchain_centra.approval.card import contract_preview
from langchain_centra.approval.outcome import describe
from langchain_centra.approval.records import Card
from langchain_centra.approval.undo import UNDO
from langchain_centra.cli import cards as shown
from langchain_centra.cli.conversations import is_kept
from langchain_centra.cli.decisions import Request
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.cli.records import card_named, open_journal, plain_json
from langchain_centra.cli.screen import Screen
from langchain_centra.cli.server import resume
from langchain_centra.cli.startup import chosen_store, login

_POLL_SECONDS = 1.0
_WAITS = "This waits until somebody decides in another terminal: centra-agent approvals answer {} approve."


async def show_card(prefix: str, *, as_json: bool) -> None:
    """Write one card as the person who decides sees it."""
    async with open_journal() as journal:
        card = await card_named(journal, prefix)
    if as_json:
        typer.echo(json.dumps(plain_json({**_action(card), "state": card.state}), indent=2, ensure_ascii=False))
        return
    screen = Screen()
    screen.show(shown.card(_action(card), 1, 1))
    screen.say(f"{card.proposal_id[:8]}: {shown.outcome(card)}, in the conversation {card.thread_id}")


async def answer_card(prefix: str, decision: Mapping[str, Any], server: str | None, thread: str | None) -> None:
    """Put the decision of the person who is logged in into the journal, and resume a server's thread if one is named.

    A card that has been decided before keeps its decision, and the thread is resumed with that.

    Raises CommandFailed when the decision does not count, the card is not open or the server does not resume.
    """
    if (server is None) != (thread is None):
        raise CommandFailed("Give --server and --thread together.")
    async with chosen_store() as toolkit:
        card = await toolkit.portal.acall(card_named, toolkit.journal, prefix)
        if server and card.state != "proposed" and decision["type"] != "reject":
            typer.echo(f"Decided before: {shown.outcome(card)}.")
        else:
            await decide(toolkit, card, decision)
            typer.echo(f"Stored: {decision['type']} {card.proposal_id[:8]}.")
        here = not server and await is_kept(toolkit.name, card.thread_id)
    if server and thread:
        await resume(server, thread)
        typer.echo(f"Resumed the conversation {thread}.")
    elif here:
        typer.echo(f"A chat that is open goes on. To go on with it: centra-agent chat --thread {card.thread_id}")
    else:
        typer.echo("A front end that waits for it goes on; elsewhere any answer to the card lets the run go on.")


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
            screen.say(f"{_WAITS.format(card.proposal_id[:8])} To approve at once, give --yes.", "bold")
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
        screen.say(f"{refusal} {_WAITS.format(card.proposal_id[:8])}", "bold")


async def _decided(toolkit: CentraToolkit, card: Card) -> Card:
    while card.state == "proposed":
        await asyncio.sleep(_POLL_SECONDS)
        card = await toolkit.portal.acall(card_named, toolkit.journal, card.proposal_id)
    return card


async def decided_elsewhere(toolkit: CentraToolkit, request: Request) -> bool:
    """Tell whether somebody has decided on all cards of a request."""
    named = [action["proposal_id"] for action in request["action_requests"]]
    cards = [await toolkit.portal.acall(card_named, toolkit.journal, one) for one in named]
    return all(card.state != "proposed" for card in cards)


def _action(card: Card) -> dict[str, Any]:
    return {
        "name": card.tool,
        "args": card.args,
        "tool_call_id": card.call_id,
        "proposal_id": card.proposal_id,
        "preview": contract_preview(card),
    }
