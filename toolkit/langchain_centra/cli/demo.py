"""The demo: a merchant's request on an invented store, up to the changes that a person approves."""

import sys
import uuid
from functools import partial
from shutil import which

from langgraph.checkpoint.memory import InMemorySaver

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.records import Card
from langchain_centra.cli.cards import outcome
from langchain_centra.cli.conversation import Conversation, Decide
from langchain_centra.cli.decisions import Unattended, ask_person
from langchain_centra.cli.errors import CommandFailed, Undecided
from langchain_centra.cli.prompt import Prompt
from langchain_centra.cli.screen import Screen, table
from langchain_centra.cli.startup import chosen_model, described, login
from langchain_centra.sandbox import DEMO_SKU, KNOWN_ORDERS, Sandbox
from langchain_centra_graphs import build_store_agent

REQUEST = (
    f"Cancel order {KNOWN_ORDERS['pending']}, the customer changed her mind, "
    f"and put the stock of SKU {DEMO_SKU} in the Stockholm warehouse to 25"
)


async def demo(url: str) -> None:
    """Run the demo against the sandbox at `url`; raises CommandFailed if the turn does not come to its end."""
    screen = Screen()
    attended = sys.stdin.isatty()
    model = chosen_model()
    _introduce(screen, url, described(model), attended)
    centra = AsyncCentra(url, Sandbox.TOKEN, name="sandbox")
    async with CentraToolkit(centra, writes=True, journal=Journal.memory()) as toolkit:
        agent = build_store_agent(model, toolkit, checkpointer=InMemorySaver())
        decide: Decide = partial(ask_person, person=Prompt(), say=screen.say) if attended else Unattended()
        approver = login() if attended else "nobody (demo without a terminal)"
        conversation = Conversation(agent, uuid.uuid4().hex, approver, screen, decide)
        screen.say(f"You: {REQUEST}", "bold")
        try:
            await conversation.say(REQUEST)
        except Undecided:
            raise CommandFailed("You left before deciding; what was not approved is not written.") from None
        cards = await toolkit.portal.acall(toolkit.approvals.cards, conversation.thread_id)
    _conclude(screen, cards)


def _introduce(screen: Screen, url: str, model: str, attended: bool) -> None:
    screen.say(f"The store is invented: a sandbox, served at {url}/graphql while this demo runs. Nothing real changes.")
    screen.say(f"The model is {model}.")
    if not attended:
        screen.say("There is no terminal: the demo approves the first change and rejects every other one.", "bold")
    screen.show()


def _conclude(screen: Screen, cards: list[Card]) -> None:
    screen.show()
    if cards:
        rows = [(card.preview["sentence"], card.decided_by or "-", outcome(card)) for card in cards]
        screen.say("What became of the changes", "bold")
        screen.show(table(("change", "decided by", "outcome"), rows))
    else:
        screen.say("The agent proposed no change.", "bold")
    screen.show()
    command = "centra-agent" if which("centra-agent") else sys.argv[0]
    screen.say(f"Go on talking to the agent:   {command} chat")
    screen.say(f"See what it can do:           {command} tools")
