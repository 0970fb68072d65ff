"""The card: a proposal as a person sees it, as JSON and as Markdown."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from unicodedata import category

from langchain_centra.approval.proposal import Proposal, Step
from langchain_centra.approval.records import Card, StepRecord

_ALL_ROWS_UP_TO, _SHOWN_ROWS = 6, 5
_ALL_TEXTS_UP_TO, _SHOWN_TEXTS = 4, 3
_OF_THE_JOURNAL = frozenset({"measures", "reverse", "personal"})
_KEPT_IN_JOURNAL = _OF_THE_JOURNAL | {"edited", "written_before", "undoes"}
_MARKUP = re.compile(r"[\\|\[`*]")
_INVISIBLE = frozenset({"Cc", "Cf"})
"""Control characters, and those that join, hide or turn the text around them."""

Action = Mapping[str, Any]
"""One entry of a request's `action_requests`: a waiting card with the call that it belongs to."""


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


def heading(action: Action, number: int, total: int) -> str:
    """What stands over the card of an action, the `number`th of `total`."""
    revision = action["preview"]["revision"]
    return f"Change {number} of {total}: {action['name']}" + (f" (revision {revision})" if revision > 1 else "")


def markdown(card: Mapping[str, Any]) -> str:
    """The card as Markdown, from its JSON form: a sentence, the changes, then what else would happen."""
    lines = [f"**{inline(card['sentence'])}**", "", *_table(card["changes"]), ""]
    lines += [f"- {label}: {inline(text)}" for label, text in facts(card)]
    lines.append(f"- Read {_minute(card['read_at'])}; this card expires {_minute(card['expires_at'])}.")
    return "\n".join(lines)


def largest(changes: Sequence[Mapping[str, Any]]) -> tuple[Sequence[Mapping[str, Any]], str]:
    """The changes that a card shows: all if they are few, else the largest, with a text that counts them."""
    if len(changes) <= _ALL_ROWS_UP_TO:
        return changes, ""
    shown = sorted(changes, key=_size, reverse=True)[:_SHOWN_ROWS]
    which = f"{_SHOWN_ROWS} largest" if _size(shown[0]) else f"first {_SHOWN_ROWS}"
    return shown, f"{len(changes)} changes in all; the {which} are shown."


def value(change: Mapping[str, Any], key: str) -> str:
    """What a change says of "before" or "after", in words and with its unit."""
    shown = change[key]
    if shown is None:
        return "not readable" if key == "before" else "none"
    if isinstance(shown, bool):
        return "yes" if shown else "no"
    unit = "unit" if change["unit"] == "units" and shown in (1, -1) else change["unit"]
    return f"{shown} {unit}" if unit else str(shown)


def facts(card: Mapping[str, Any], *, whole: bool = False) -> list[tuple[str, str]]:
    """What else a card says, each with its label: warnings first, whether it can be undone last.

    Of many texts of a kind the first are shown and the others counted, unless the `whole` is asked for.
    """
    money = [f"{row['what']}: {Decimal(row['amount']):,.2f} {row['currency']}" for row in card["money"]]
    said = {"Warning": card["warnings"], "Money": money, "Message": card["messages"], "Stock": card["stock"]}
    rows = [(label, text) for label, texts in said.items() for text in (texts if whole else _few(texts))]
    return [*rows, ("Undo", card["undo"] or "this cannot be undone")]


def likeness(action: Action) -> tuple[str, ...]:
    """What cards have in common that may be approved together: the tool and its effects."""
    return (action["name"], *sorted(action["preview"]["effects"]))


def together(cards: Sequence[Mapping[str, Any]]) -> str:
    """What several cards would change in all: how many things, how many units, how much money."""
    totals: dict[str, Decimal] = {}
    for card in cards:
        for change in card["changes"]:
            if change["unit"] and isinstance(change["before"], int) and isinstance(change["after"], int):
                delta = Decimal(change["after"] - change["before"])
                totals[change["unit"]] = totals.get(change["unit"], Decimal(0)) + delta
        for money in card["money"]:
            name = f"{money['currency']} {money['what']}"
            totals[name] = totals.get(name, Decimal(0)) + Decimal(money["amount"])
    sums = [f"{total:+} {name}" for name, total in totals.items()]
    return ", ".join([f"{sum(card['rows'] for card in cards)} changes", *sums])


def is_shortened(card: Mapping[str, Any]) -> bool:
    """Whether there is more to a card than is shown of it."""
    return len(card["changes"]) > _ALL_ROWS_UP_TO or facts(card) != facts(card, whole=True)


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
    if line.isprintable():
        return line
    return "".join(character for character in line if category(character) not in _INVISIBLE)


def _table(changes: Sequence[Mapping[str, Any]]) -> list[str]:
    rows, counted = largest(changes)
    table = ["| what | now | after |", "| --- | --- | --- |"]
    for change in rows:
        cells = f"{change['object']}: {change['field']}", value(change, "before"), value(change, "after")
        table.append("| " + " | ".join(map(inline, cells)) + " |")
    return [*table, "", counted] if counted else table


def _few(texts: Sequence[str]) -> Sequence[str]:
    if len(texts) <= _ALL_TEXTS_UP_TO:
        return texts
    return [*texts[:_SHOWN_TEXTS], f"and {len(texts) - _SHOWN_TEXTS} more like these"]


def _minute(moment: str) -> str:
    return datetime.fromisoformat(moment).isoformat(sep=" ", timespec="minutes")


def _size(change: Mapping[str, Any]) -> Decimal:
    """How large a change is, in units; that of a price, which may be in any currency, in parts of the present one."""
    try:
        before, after = Decimal(str(change["before"])), Decimal(str(change["after"]))
        return abs(after - before) if change["unit"] == "units" else abs(after - before) / abs(before)
    except ArithmeticError:
        return Decimal(0)
