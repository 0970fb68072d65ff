"""Hiding personal data where cards and events are listed or handed over."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

HIDDEN = "***"
_PERSONAL = re.compile(r"e-?mail|phone|cell|name|address|city|zip|postal|state|vat|comment|note", re.IGNORECASE)
_KEPT = re.compile(
    r"warehouse|brand|collection|product|display|market|store|pricelist|operation|username", re.IGNORECASE
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+\d[\d ()-]{6,}\d")
_SHORTEST = 3


def masked(value: Any) -> Any:
    """JSON data in which e-mail addresses, telephone numbers and the values of personal fields are hidden."""
    return _masked(value, sorted(set(_personal(value)), key=len, reverse=True))


def _masked(value: Any, personal: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _masked(part, personal) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(part, personal) for part in value]
    return _text(value, personal) if isinstance(value, str) else value


def _text(text: str, personal: list[str]) -> str:
    for hidden in personal:
        text = text.replace(hidden, HIDDEN)
    return _PHONE.sub(HIDDEN, _EMAIL.sub(HIDDEN, text))


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
    elif inside and isinstance(value, str) and len(value) >= _SHORTEST:
        yield value


def _is_personal(field: str) -> bool:
    return bool(_PERSONAL.search(field)) and not _KEPT.search(field) and field not in ("name", "state", "status")
