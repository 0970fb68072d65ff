"""Taking a written change back: the call that reverses it, if the store still is as the change left it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from langchain_centra.approval.card import stored_step
from langchain_centra.approval.proposal import CannotPropose, Impossible, NothingToChange, Reverse
from langchain_centra.approval.records import WRITTEN, Card
from langchain_centra.approval.write import Write
from langchain_centra.client import AsyncCentra, CentraError

if TYPE_CHECKING:
    from langchain_centra.approval.journal import Journal

UNDO = "undo_change"
"""The tool whose calls become calls of the tool that reverses a change."""


class Undo:
    """Finds the reverse of a change of one store."""

    def __init__(self, store: str, centra: AsyncCentra, writes: Mapping[str, Write], journal: "Journal") -> None:
        self._store = store
        self._centra = centra
        self._writes = writes
        self._journal = journal

    async def of(self, change: str | None, thread_id: str) -> tuple[Card, Reverse]:
        """The change whose id begins so, or else the latest one of the conversation, and the call that reverses it.

        Raises:
            Impossible: there is no such change, or it cannot be taken back, or not any more.
            NothingToChange: it was never written.
        """
        card = await self._named(change) if change else await self._latest(thread_id)
        try:
            reverse = self._reverse(card)
            await self._check_untouched(card)
        except CannotPropose as answer:
            answer.personal = card.preview.get("personal", ())
            raise
        return card, reverse

    async def _named(self, change: str) -> Card:
        found = [card for card in await self._journal.beginning(change) if card.store == self._store]
        if len(found) > 1:
            raise Impossible(f"Several changes have an id that begins with {change}; give more of it.")
        if not found:
            raise Impossible(f"No change of this store has the id {change}; take it from the change's result.")
        return found[0]

    async def _latest(self, thread_id: str) -> Card:
        cards = await self._journal.find(self._store, thread_id, states=WRITTEN, limit=1)
        if not cards:
            raise Impossible("Nothing was written in this conversation; name the change by its id.")
        return cards[0]

    def _reverse(self, card: Card) -> Reverse:
        sentence = card.preview["sentence"]
        if card.preview.get("cleared"):
            raise Impossible("The values of this change were cleared from the journal, so it cannot be undone here.")
        if card.state not in WRITTEN:
            raise NothingToChange(f"Nothing to undo: {sentence} is {card.state.replace('_', ' ')}.")
        if card.state != "applied":
            raise Impossible(f"{sentence} was not written exactly as approved; a person has to undo it in Centra.")
        if not card.preview.get("reverse"):
            raise Impossible(f"{sentence} cannot be undone here. {card.preview['undo'] or ''}".strip())
        reverse = Reverse.model_validate(card.preview["reverse"])
        if reverse.tool not in self._writes or card.tool not in self._writes:
            raise Impossible(f"Undoing this needs the tool {reverse.tool}, which is not switched on.")
        return reverse

    async def _check_untouched(self, card: Card) -> None:
        for record in card.steps:
            step = stored_step(record)
            try:
                seen: dict[str, Any] = to_jsonable_python(await self._writes[card.tool].observe(self._centra, step))
            except CentraError as error:
                raise Impossible(f"Whether the store was changed since cannot be read. {error}") from None
            moved = [name for name, value in step.after.items() if seen.get(name) != value]
            if moved:
                raise Impossible(
                    f"Not undone: {', '.join(moved)} is no longer as this change left it. Someone changed it since, "
                    "or took the change back already; set what is wanted now instead."
                )
