"""Texts planted in every field of the sandbox's store that people write freely, each of which says where it stands."""

import dataclasses
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from langchain_centra.sandbox import Sandbox

# What the store gives out itself, or calls name things by. All other texts are free, those of new fields included.
# fmt: off
CODED = frozenset((
    "code", "continent", "country_code", "created_from", "decimal_point", "divider_symbol", "display_unit", "ean",
    "ec_vat_number", "entry_type", "harmonized_commodity_code", "id", "iso3", "iso_number", "key", "kind",
    "language_code", "method", "number", "object_type", "params_json", "payment_method", "plugin", "price_type",
    "product_number", "return_status", "size_number", "status", "stock_master", "stock_ownership",
    "thousands_separator", "type", "unit", "upc", "uri", "user_ip", "variant_number", "voucher_method",
))
# fmt: on
SPOKEN = re.compile("comment|message|name|note|reason|text")
"""Of what is kept under keys, such as attributes and entries of an order's history, the texts under these are free."""

_MARK = re.compile(r"§(\d+)§")

Field = tuple[Any, str]


def free_fields(store: Any) -> Iterator[Field]:
    """Every object of the store with the name of a field that holds, or could hold, a text written by people."""
    seen: set[int] = set()
    waiting = [store]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, dict):
            waiting += thing.values()
            yield from ((thing, key) for key, value in thing.items() if isinstance(value, str) and _spoken(key))
        elif isinstance(thing, (list, tuple, set)):
            waiting += thing
        elif dataclasses.is_dataclass(thing):
            fields = dataclasses.fields(thing)
            waiting += [getattr(thing, field.name) for field in fields]
            texts = [field.name for field in fields if "str" in re.findall(r"\w+", str(field.type).partition("[")[0])]
            yield from ((thing, name) for name in texts if name not in CODED)


class Planted:
    """The fields that hold a phrase, each behind a mark of its own."""

    def __init__(self) -> None:
        self.fields: list[str] = []

    def number(self, field: str) -> int:
        """The number that marks a field."""
        if field not in self.fields:
            self.fields.append(field)
        return self.fields.index(field)

    def seen_in(self, text: str) -> set[str]:
        """The fields of which a text shows the mark."""
        return {self.fields[int(number)] for number in _MARK.findall(text)}


def plant(sandbox: Sandbox, phrases: Sequence[str], named: Collection[str] = ("Stockholm",)) -> Planted:
    """Write one of the phrases behind every free text but those that calls name, the same in each field of a kind."""
    planted = Planted()
    for thing, name in list(free_fields(sandbox.store)):
        text = thing[name] if isinstance(thing, dict) else getattr(thing, name)
        if text in named:
            continue
        number = planted.number(f"{type(thing).__name__}.{name}")
        told = f"§{number}§{text or ''} {phrases[number % len(phrases)]}"
        if isinstance(thing, dict):
            thing[name] = told
        else:
            object.__setattr__(thing, name, told)
    return planted


def _spoken(key: object) -> bool:
    return isinstance(key, str) and bool(SPOKEN.search(key))
