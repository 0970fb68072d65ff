"""What the journal refuses, and why.

JournalError
 ├ JournalUnavailable     the database cannot be opened, read or written
 ├ NewerJournal           written by a later version of this library
 ├ UnknownCard            no such card or step
 ├ JournalConflict        the request contradicts what is stored
 ├ AlreadyDecided(cards)  somebody else was first
 └ CardExpired(cards)     the answer came after the card's time
"""

from collections.abc import Sequence

from langchain_centra.approval.records import Card


class JournalError(Exception):
    """The journal did not do what was asked, and stored nothing."""


class JournalUnavailable(JournalError):
    """The database cannot be opened, read or written."""


class NewerJournal(JournalError):
    """The journal was written by a later version of this library."""


class UnknownCard(JournalError):
    """The journal holds no such card or step."""


class JournalConflict(JournalError):
    """The request contradicts what is stored."""


class AlreadyDecided(JournalError):
    """Cards that were to be decided are no longer open; `cards` holds them as stored."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = tuple(cards)
        super().__init__(f"Nothing was stored: {'; '.join(map(_decided, self.cards))}.")


class CardExpired(JournalError):
    """Cards that were to be decided are past their time; `cards` holds them as stored."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = tuple(cards)
        expired = "; ".join(f"{card.tool} expired at {card.expires_at:%Y-%m-%d %H:%M} UTC" for card in self.cards)
        super().__init__(f"Nothing was stored: {expired}. Ask again with a fresh card.")


def _decided(card: Card) -> str:
    state = f"{card.tool} is already {card.state.replace('_', ' ')}"
    if card.decided_at is None:
        return state
    return f"{state}, decided by {card.decided_by or card.decided_via} at {card.decided_at:%Y-%m-%d %H:%M} UTC"
