"""The writes of a conversation on their way from a call to its result, whoever runs the conversation."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from copy import copy
from typing import Any, Literal, Protocol

from langchain_core.messages import AnyMessage, ToolMessage
from langchain_core.runnables import RunnableConfig

from langchain_centra.approval.answers import AnswerInvalid
from langchain_centra.approval.approvals import REOPENS, Answered, Approvals, Call, Postponed, Turn
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.masking import Masks
from langchain_centra.approval.narrowing import Narrowed
from langchain_centra.approval.outcome import describe
from langchain_centra.approval.policy import ApprovalPolicy
from langchain_centra.approval.records import LIVE, Card
from langchain_centra.client import AsyncCentra, CentraError, Portal
from langchain_centra.hitl.checkpoints import Checkpoints
from langchain_centra.hitl.history import OpenCall, latest_calls, open_calls, turn_message_ids
from langchain_centra.hitl.review import approver, ask, asked_by, is_for_others
from langchain_centra.hitl.turns import Turns

_WENT_ON = "the conversation went on before this was decided"

Stage = Literal["apply", "propose", "review", "end"]


class Store(Protocol):
    """What the desk has to know of a toolkit."""

    centra: AsyncCentra
    portal: Portal
    name: str

    @property
    def masks(self) -> Masks | None:
        """What stands for personal data; None where the model sees it."""
        ...

    @property
    def writes(self) -> Mapping[str, Any]:
        """The chosen writes by name."""
        ...

    @property
    def policy(self) -> ApprovalPolicy:
        """The rules for the writes."""
        ...

    @property
    def journal(self) -> Journal:
        """Where cards and decisions are kept."""
        ...

    @property
    def approvals(self) -> Approvals:
        """The approval of the writes."""
        ...


class WriteDesk:
    """Takes the writes of a conversation through their stages; every method runs inside a run of LangGraph."""

    def __init__(self, store: Store) -> None:
        self.portal = store.portal
        self.approvals = store.approvals
        self._store = store
        self._approver: str | None = None
        self._writes = store.writes
        self._journal = store.journal
        self._masks = store.masks
        self.turns = Turns(store.journal, store.name, store.portal, store.centra.clock, store.centra.timeout / 2)

    def narrowed(
        self,
        *,
        writes: Collection[str] | None = None,
        policy: ApprovalPolicy | None = None,
        approver: str | None = None,
    ) -> "WriteDesk":
        """The same desk for a run that may do less; see `Narrowed`."""
        store, desk = self._store, copy(self)
        rules = Narrowed(policy=store.policy, own=policy, writes=writes, approver=approver)
        desk.approvals = Approvals(store.name, store.centra, store.writes, rules, store.journal, store.masks)
        desk._approver = approver
        return desk

    def is_write(self, call: OpenCall) -> bool:
        """Whether a call goes through the approval."""
        return call.name in self._writes and call.error is None

    def asks(self, call: OpenCall) -> bool:
        """Whether a person has to be asked about a write, going by what the tool can cause."""
        return self.approvals.asks(call.name, self._writes[call.name].effects)

    def open_writes(self, messages: Sequence[AnyMessage]) -> list[OpenCall]:
        """The writes of the model's last message that have no result; none when a person has written since."""
        return [call for call in latest_calls(messages) if self.is_write(call)]

    def hold(self, config: RunnableConfig, patience: float | None = None) -> AbstractAsyncContextManager[None]:
        """Hold the conversation for this run; see `Turns.hold`."""
        patience = 2 * self.turns.lease_seconds if patience is None else patience
        return self.turns.hold(thread_id(config), self.checkpoints(config).moved_on, patience=patience)

    def checkpoints(self, config: RunnableConfig) -> Checkpoints:
        """The stored checkpoints of the run; raises RuntimeError without a checkpointer."""
        return Checkpoints(config, in_thread=self.portal.is_current)

    async def cards(self, calls: Sequence[OpenCall], config: RunnableConfig) -> dict[str, Card]:
        """The latest card of each call of one message, by call id."""
        if not calls:
            return {}
        cards = await self.portal.acall(self.approvals.cards, thread_id(config), calls[0].message_id)
        return {card.call_id: card for card in cards}

    async def stored(self, card: Card) -> Card:
        """The card as it now is."""
        return await self.portal.acall(self._journal.card, card.proposal_id) or card

    async def propose(
        self, calls: Sequence[OpenCall], messages: Sequence[AnyMessage], config: RunnableConfig
    ) -> tuple[list[ToolMessage], list[str]]:
        """Work out what the calls would change and store their cards.

        Returns the results of those that need no card, and the ids of those that wait for an earlier call.
        """
        turn = Turn(message_ids=turn_message_ids(messages), requester=asked_by(config), first_message_id=messages[0].id)
        answered, postponed = [], []
        for call in calls:
            proposed = await self.portal.acall(self.approvals.propose, approval_call(call, thread_id(config)), turn)
            if isinstance(proposed, Answered):
                text = self.told(proposed.text, personal=proposed.personal)
                answered.append(call.result(text, failed=True))
            elif isinstance(proposed, Postponed):
                postponed.append(call.id)
        return answered, postponed

    async def ask(self, cards: Sequence[Card], error: str | None, config: RunnableConfig) -> Any:
        """Give the conversation free and interrupt the run with the cards; return the answer once there is one."""
        await self.give_free(cards[0].message_id, config)
        return ask(cards, error)

    async def finish(self, messages: Sequence[AnyMessage], config: RunnableConfig) -> None:
        """Give the conversation free at the end of a run."""
        await self.give_free(messages[-1].id or "", config)

    async def decide(self, cards: Sequence[Card], answer: Any, config: RunnableConfig) -> str | None:
        """Store what the person decided; returns what is wrong with the answer, if anything is."""
        if is_for_others(cards, answer, await self.checkpoints(config).shown_cards()):
            return "That answer was not given to these cards. Decide on what you see now."
        try:
            await self.portal.acall(self.approvals.decide, cards, answer, approver(config, self._approver))
        except (AnswerInvalid, CentraError) as error:
            return str(error)
        return None

    async def apply(self, proposal_id: str, message_id: str, *, unasked: bool, config: RunnableConfig) -> None:
        """Write one approved card, at most once; one that nobody was asked about only if its call is stored."""
        if unasked and not await self.checkpoints(config).hold_message(message_id):
            reason = "this run does not store its progress (durability)"
            await self.portal.acall(self.approvals.withdraw, proposal_id, reason)
        else:
            await self.portal.acall(self.approvals.apply, proposal_id)

    async def withdraw(self, card: Card, reason: str) -> None:
        """Close a card of which nothing has been sent."""
        await self.portal.acall(self.approvals.withdraw, card.proposal_id, reason)

    async def close_cards_of(self, message_ids: Collection[str | None], config: RunnableConfig) -> None:
        """Supersede the cards of these messages that can still lead to a write."""
        for card in await self.portal.acall(self.approvals.cards, thread_id(config)):
            if card.message_id in message_ids and card.state in LIVE:
                await self.portal.acall(self.approvals.close, card, _WENT_ON)

    async def close_open_calls(self, messages: Sequence[AnyMessage], config: RunnableConfig) -> list[ToolMessage]:
        """End every call that has no result yet, and return the results; cards that wait are superseded."""
        calls = {(call.message_id, call.id): call for call in open_calls(messages)}
        known = {message.id for message in messages}
        texts = dict.fromkeys(calls, "Not run: the conversation went on.")
        for card in await self.portal.acall(self.approvals.cards, thread_id(config)):
            key = card.message_id, card.call_id
            if key in calls or (card.message_id not in known and card.state in LIVE):
                closed = await self.portal.acall(self.approvals.close, card, _WENT_ON)
                texts[key] = self.told(describe(closed), closed)
        return [call.result(texts[key]) for key, call in calls.items()]

    def ended(self, calls: Sequence[OpenCall], cards: Mapping[str, Card]) -> list[ToolMessage]:
        """The results of the calls whose cards have ended for good."""
        pairs = [(call, cards[call.id]) for call in calls if call.id in cards]
        done = [(call, card) for call, card in pairs if card.state not in LIVE and card.state not in REOPENS]
        return [call.result(self.told(describe(card), card)) for call, card in done]

    def told(self, text: str, *about: Card, personal: Collection[str] = ()) -> str:
        """A text about cards as the model may read it."""
        return self._masks.told(text, *about, personal=personal) if self._masks else text

    async def give_free(self, message_id: str, config: RunnableConfig) -> None:
        """Let other runs work on the conversation, once they can see the message that this one has come to."""
        checkpoints = self.checkpoints(config)
        if checkpoints.saved_in_background:
            await checkpoints.hold_message(message_id)
        await self.turns.release(thread_id(config))


def next_stage(
    calls: Sequence[OpenCall], cards: Mapping[str, Card], postponed: Sequence[str]
) -> tuple[Stage, list[Card]]:
    """What comes next for the open writes of a message, and for which cards."""
    live = [cards[call.id] for call in calls if call.id in cards]
    if approved := [card for card in live if card.state == "approved"]:
        return "apply", approved
    unproposed = [call.id for call in calls if call.id not in cards or cards[call.id].state in REOPENS]
    if set(unproposed) - set(postponed):
        return "propose", []
    if waiting := [card for card in live if card.state == "proposed"]:
        return "review", waiting
    return ("propose" if unproposed else "end"), []


def approval_call(call: OpenCall, thread_id: str) -> Call:
    """A call as the approval knows it."""
    return Call(
        thread_id=thread_id,
        message_id=call.message_id,
        call_id=call.id,
        position=call.position,
        tool=call.name,
        args=call.args,
    )


def thread_id(config: RunnableConfig) -> str:
    """The conversation's name; raises ValueError without one."""
    thread_id = config.get("configurable", {}).get("thread_id")
    if not thread_id:
        raise ValueError('Pass a thread_id: config={"configurable": {"thread_id": "..."}}.')
    return str(thread_id)
