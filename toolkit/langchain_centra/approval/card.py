"""The card: a proposal as a person sees it, as JSON and as Markdown."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from unicodedata import category

from langchain_centra.approval.proposal import Proposal, Step
from langchain_centra.approval.records import Card, StepRecord

_SHOWN_ROWS = 5
_ALL_ROWS_UP_TO = 10
_OF_THE_JOURNAL = frozenset({"measures", "reverse"})
_KEPT_IN_JOURNAL = _OF_THE_JOURNAL | {"edited", "written_before", "undoes"}
_MARKUP = re.compile(r"[\\|\[`*]")
_INVISIBLE = frozenset({"Cc", "Cf"})
"""Control characters, and those that join, hide or turn the text around them."""


def digest(value: Any) -> str:
    """A short stable hash of JSON data."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def preview(proposal: Proposal, *, revision: int, read_at: str, expires_at: str, args_digest: str) -> dict[str, Any]:
    """The card as JSON, with the keys that clients rely on; amounts are decimal strings."""
    shown = proposal.model_dump(mode="json", exclude={"steps", *_OF_THE_JOURNAL})
    shown["effects"] = sorted(shown["effects"])
    return {
        "revision": revision,
        **shown,
        "read_at": read_at,
        "expires_at": expires_at,
        "args_digest": args_digest,
    }


def contract_preview(card: Card) -> dict[str, Any]:
    """The JSON form of a stored card, as clients see it."""
    return {name: value for name, value in card.preview.items() if name not in _KEPT_IN_JOURNAL}


def markdown(card: Mapping[str, Any]) -> str:
    """The card as Markdown, from its JSON form: a sentence, the changes, then what else would happen."""
    lines = [f"**{inline(card['sentence'])}**", "", *_table(card["changes"]), ""]
    lines += [f"- Money: {inline(_money(money))}" for money in card["money"]]
    for label, key in (("Message", "messages"), ("Stock", "stock"), ("Warning", "warnings")):
        lines += [f"- {label}: {inline(text)}" for text in card[key]]
    lines.append(f"- Undo: {inline(card['undo'] or 'this cannot be undone')}")
    lines.append(f"- Read {card['read_at']}; this card expires {card['expires_at']}.")
    return "\n".join(lines)


def stored_proposal(card: Card) -> Proposal:
    """The proposal of a stored card."""
    fields = {name: card.preview[name] for name in Proposal.model_fields if name in card.preview}
    return Proposal(**fields, steps=tuple(map(stored_step, card.steps)))


def stored_step(record: StepRecord) -> Step:
    """The step of a stored card, as it was proposed."""
    return Step(
        operation=record.operation,
        variables=record.variables,
        targets=record.targets,
        before=record.before or {},
        after=record.after or {},
    )


def inline(text: object) -> str:
    """Text of the store inside a card: it cannot leave its cell, add lines, links or images, or turn its direction."""
    return _MARKUP.sub(r"\\\g<0>", one_line(text)).replace("<", "&lt;")


def one_line(text: object) -> str:
    """A text on one line, without characters that cannot be seen or that turn the direction of others."""
    line = " ".join(str(text).split())
    return "".join(character for character in line if category(character) not in _INVISIBLE)


def _table(changes: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = changes if len(changes) <= _ALL_ROWS_UP_TO else sorted(changes, key=_size, reverse=True)[:_SHOWN_ROWS]
    table = ["| what | now | after |", "| --- | --- | --- |"]
    for change in rows:
        cells = f"{change['object']}: {change['field']}", _value(change, "before"), _value(change, "after")
        table.append("| " + " | ".join(map(inline, cells)) + " |")
    if len(rows) < len(changes):
        table += ["", f"{len(changes)} changes in all; the {len(rows)} largest are shown."]
    return table


def _value(change: Mapping[str, Any], key: str) -> str:
    value = change[key]
    if value is None:
        return "not readable" if key == "before" else "none"
    return f"{value} {change['unit']}" if change["unit"] else str(value)


def _money(money: Mapping[str, Any]) -> str:
    return f"{money['what']}: {Decimal(money['amount']):,.2f} {money['currency']}"


def _size(change: Mapping[str, Any]) -> Decimal:
    try:
        return abs(Decimal(str(change["after"])) - Decimal(str(change["before"])))
    except ArithmeticError:
        return Decimal(0)
