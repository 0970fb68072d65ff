"""Hiding personal data: from the model where a toolkit masks it, and where cards and events are listed."""

import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Literal

from langchain_centra.approval.proposal import CannotPropose
from langchain_centra.approval.records import Card

HIDDEN = "***"
_PERSONAL = re.compile(
    r"e-?mail|phone|cell|name|address|city|zip|postal|state|vat|comment|note|^personal$", re.IGNORECASE
)
_KEPT = re.compile(
    r"warehouse|brand|collection|product|display|market|store|pricelist|operation|username", re.IGNORECASE
)
# What is masked already does not match again.
_EMAIL = re.compile(r"(?<![\w.+*-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+\d[\d ()-]{6,}\d")
_STANDS_FOR_SOMETHING = re.compile(r"(?:\w?\*\*\*\w*(?:@\S+)?\s*)+")
_SHORTEST = 3
_TAG = 6
_MOST_SHOWN = 10_000

Hide = Callable[[str], str]
PersonalData = Literal["show", "mask"]
"""What a model sees of personal data."""


def masked(value: Any) -> Any:
    """JSON data in which e-mail addresses, telephone numbers and the values of personal fields are hidden."""
    return _masked(value, _Hiding(_personal(value), lambda _text: HIDDEN))


class UnknownMask(CannotPropose):
    """An argument is a masked form that stands for nobody, or not for one person; nothing was asked or written."""


class Masks:
    """What a model sees in place of personal data: the same for the same datum, as long as the key stays.

    An e-mail address keeps its first letter and its domain and gets a tag of its own, `a***k3f9x2@example.com`, so that
    it names one customer and can be given back as an argument; names keep their initials; nothing is left of what holds
    digits or of texts that people wrote.
    """

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._shown: dict[str, set[str]] = {}

    def datum(self, text: str) -> str:
        """What stands for one datum."""
        if _EMAIL.fullmatch(text.strip()):
            return self._email(text.strip())
        words = text.split()
        if any(character.isdigit() for character in text) or any(len(word) < _SHORTEST for word in words):
            return HIDDEN
        return " ".join(f"{word[0]}{HIDDEN}" for word in words)

    def prose(self, text: str) -> str:  # noqa: ARG002 (who reads decides)
        """What stands for a text that a person wrote."""
        return HIDDEN

    def data(self, value: Any) -> Any:
        """Text or JSON data in which no e-mail address and no telephone number is left."""
        return _masked(value, _Hiding((), self.datum))

    def told(self, text: str, *about: Card, personal: Collection[str] = ()) -> str:
        """A text about cards as the model may read it; `personal` is what else is personal in it."""
        known = [datum for card in about for datum in _personal(asdict(card))]
        return _Hiding([*known, *personal], self.datum)(text)

    def given(self, value: Any) -> Any:
        """Arguments in which each masked e-mail address that was shown here is the address again.

        Raises UnknownMask for a masked form that cannot be told.
        """
        if isinstance(value, Mapping):
            return {key: self.given(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.given(part) for part in value]
        return self._meant(value) if isinstance(value, str) else value

    def _email(self, address: str) -> str:
        name, _, domain = address.partition("@")
        digest = hmac.digest(self._key, address.casefold().encode(), "sha256")
        shown = f"{name[0]}{HIDDEN}{b32encode(digest).decode().lower()[:_TAG]}@{domain}"
        self._shown.setdefault(shown, set()).add(address)
        while len(self._shown) > _MOST_SHOWN:
            del self._shown[next(iter(self._shown))]
        return shown

    def _meant(self, text: str) -> str:
        wanted = text.strip()
        if not _STANDS_FOR_SOMETHING.fullmatch(wanted):
            return text
        found = {address.casefold() for address in self._shown.get(wanted, ())}
        if len(found) == 1:
            return next(iter(self._shown[wanted]))
        why = f"stands for {len(found)} e-mail addresses" if found else "was not shown here as an e-mail address"
        raise UnknownMask(f"{wanted} {why}; name the customer by the id that stands beside it, or search again.")


class _Hiding:
    """Takes personal data out of a text: what is known to be some, and what looks like an address or a number."""

    def __init__(self, known: Iterable[str], hide: Hide) -> None:
        self._hide = hide
        longest_first = sorted({text for text in known if len(text) >= _SHORTEST}, key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first))
        self._known = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if words else None

    def __call__(self, text: str) -> str:
        if self._known:
            text = self._known.sub(lambda found: self._hide(found[0]), text)
        text = _EMAIL.sub(lambda found: self._hide(found[0]), text)
        return _PHONE.sub(lambda found: self._hide(found[0]), text)


def _masked(value: Any, hiding: _Hiding) -> Any:
    if isinstance(value, Mapping):
        return {key: _masked(part, hiding) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(part, hiding) for part in value]
    return hiding(value) if isinstance(value, str) else value


def _personal(value: Any, inside: bool = False) -> Iterator[str]:
    """The texts that stand in personal fields, wherever they stand else."""
    if isinstance(value, Mapping):
        change = str(value.get("field", "")) if {"field", "before", "after"} <= value.keys() else ""
        for key, part in value.items():
            of_change = bool(change) and key in ("before", "after") and _is_personal(change)
            yield from _personal(part, inside or of_change or _is_personal(str(key)))
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _personal(part, inside)
    elif inside and isinstance(value, str):
        yield value


def _is_personal(field: str) -> bool:
    return bool(_PERSONAL.search(field)) and not _KEPT.search(field) and field not in ("name", "state", "status")
