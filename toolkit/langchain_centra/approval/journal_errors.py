"""What the journal refuses, and why; nothing was stored, unless the database broke off in the middle.

```
JournalError
 ├ JournalUnavailable     the database cannot be opened, read or written
 ├ NewerJournal           written by a later version of this library
 ├ UnknownCard            no such card or step
 ├ JournalConflict        the request contradicts what is stored
 ├ AlreadyDecided(cards)  somebody else was first
 └ CardExpired(cards)     the answer came after the card's time
```
"""

from collections.abc import Sequence

from langchain_centra.approval.records import Card
from langchain_centra.client import CentraError


class JournalError(CentraError):
    """The journal did not do what was asked."""


class JournalUnavailable(JournalError):
    """The database cannot be opened, read or written.

    A change that was under way may have been stored; the same call again does nothing twice.
    """

    retryable = True
    hint = "Check the database that CENTRA_JOURNAL names; nothing is written to the store without it."


class NewerJournal(JournalError):
    """The journal was written by a later version of this library."""

    hint = "Upgrade langchain-centra."


class UnknownCard(JournalError):
    """The journal holds no such card or step."""

    hint = "Propose the change again."


class JournalConflict(JournalError):
    """The request contradicts what is stored."""

    hint = "Nothing was stored; read the cards again."


class AlreadyDecided(JournalError):
    """Cards that were to be decided are no longer open; `cards` holds them as stored."""

    hint = "Nothing was stored; show the cards as they are now."

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = tuple(cards)
        super().__init__(f"{'; '.join(map(_decided, self.cards))}.")


class CardExpired(JournalError):
    """Cards that were to be decided are past their time; `cards` holds them as stored."""

    hint = "Nothing was stored; ask again with a fresh card."

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = tuple(cards)
        expired = (f"the card for {card.tool} expired at {card.expires_at:%Y-%m-%d %H:%M} UTC" for card in self.cards)
        super().__init__(f"{'; '.join(expired)}.")


def _decided(card: Card) -> str:
    state = f"the card for {card.tool} is already {card.state.replace('_', ' ')}"
    if card.decided_at is None:
        return state
    return f"{state}, decided by {card.decided_by or card.decided_via} at {card.decided_at:%Y-%m-%d %H:%M} UTC"
