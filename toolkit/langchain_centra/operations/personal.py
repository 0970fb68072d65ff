"""Which fields of a store's answers are personal data: each is declared where its record is, with a type from here.

Who reads decides what becomes of them: a tool of a toolkit that masks reads through its masks, a proposal notes what
it saw, anything else gets the store's values.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Protocol

from pydantic import AfterValidator, ValidationInfo


class Sight(Protocol):
    """What becomes of personal data on its way out of an answer."""

    def datum(self, text: str) -> str:
        """What stands for a name, an e-mail address, a telephone number or a part of an address."""
        ...

    def prose(self, text: str) -> str:
        """What stands for a text that a person wrote."""
        ...


class Noting:
    """Lets everything through and notes it."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def datum(self, text: str) -> str:
        """Note a datum."""
        self.seen.add(text)
        return text

    def prose(self, text: str) -> str:
        """Note a text."""
        self.seen.add(text)
        return text


_SIGHT: ContextVar[Sight | None] = ContextVar("sight", default=None)


def sight() -> Sight | None:
    """Through what answers are read here; None where they are read as they are."""
    return _SIGHT.get()


@contextmanager
def seen_through(chosen: Sight) -> Iterator[None]:
    """Read every answer through this until the block ends."""
    token = _SIGHT.set(chosen)
    try:
        yield
    finally:
        _SIGHT.reset(token)


def _datum(text: str, info: ValidationInfo) -> str:
    return info.context.datum(text) if info.context and text else text


def _prose(text: str, info: ValidationInfo) -> str:
    return info.context.prose(text) if info.context and text else text


Personal = Annotated[str, AfterValidator(_datum)]
"""A name, an e-mail address, a telephone number, a street, a postal code; city and country are none."""

PersonalText = Annotated[str, AfterValidator(_prose)]
"""A text about an order or by a shopper, which may name anybody."""
