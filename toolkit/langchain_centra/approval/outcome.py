"""How a card ended, in the words that the model, the person and the audit read."""

import json
from collections.abc import Sequence

from langchain_centra.approval.grants import Grant
from langchain_centra.approval.records import WRITTEN, Card, StepRecord

_MORE = "Do not call this again; tell the user."
_NAMED = 3

_STATES = {
    "applied": "Written.",
    "applied_differently": "Written, but the store now shows something else than was approved.",
    "partly": "Written, perhaps in part: the store gave warnings.",
    "failed": f"Not written. {_MORE}",
    "unknown": f"It is not known whether this was written. {_MORE} A person has to look in Centra.",
    "rejected": "Rejected by the person; nothing was written. Do not call this again unless the user asks for it.",
    "edited": "Not written: a person changed the arguments, and the conversation went on before that was written.",
    "superseded": "Not written; call it again only if it is still wanted.",
    "expired": "Not written: nobody decided in time.",
    "drifted": "Not written: the store changed after the card was shown.",
    "not_applied": f"Not written: the request did not reach the store. {_MORE}",
}

_PARTS = {
    "applied": "written",
    "applied_differently": "written, but the store now shows something else",
    "partly": "perhaps written in part",
    "unknown": "it is not known whether this was written",
}


def describe(card: Card) -> str:
    """The outcome of a card that has ended, as plain text."""
    lines = [f"{card.preview['sentence']}: {_headline(card)}"]
    if card.state == "rejected" and card.reason:
        lines.append(f"Reason: {card.reason}")
    if card.state == "superseded" and card.outcome:
        lines.append(f"Reason: {card.outcome.get('reason')}")
    for step in card.steps:
        lines += _step_lines(card, step)
    lines += [f"Written before, under an earlier approval: {part}." for part in card.preview["written_before"]]
    if card.preview["edited"]:
        lines.append(f"A person changed the arguments to {json.dumps(card.args)}; do not repeat the original call.")
    if card.decided_via == "policy":
        lines.append("The merchant's policy allowed this without asking.")
    if card.decided_via == "grant":
        lines.append(f"Nobody was asked, because a person allowed {card.reason}.")
    if card.standing:
        lines.append(f"From now on allowed: {Grant.model_validate(card.standing).describe(0)}.")
    if card.state == "applied" and card.preview.get("reverse"):
        lines.append(f"undo_change takes it back: change {card.proposal_id[:8]}.")
    return "\n".join(lines)


def written_parts(card: Card) -> list[str]:
    """What this card, and those that it took over from, have written, by what was touched."""
    parts = [_touched(step) for step in card.steps if step.state in WRITTEN]
    return [*card.preview["written_before"], *parts]


def _headline(card: Card) -> str:
    written = sum(step.state in WRITTEN for step in card.steps)
    if 0 < written < len(card.steps):
        return f"Written in part: {written} of {len(card.steps)} parts. {_MORE}"
    return _STATES[card.state]


def _touched(step: StepRecord) -> str:
    """Name what a step writes, in the words of its card."""
    return _some([*(step.after or step.targets)])


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _step_lines(card: Card, step: StepRecord) -> list[str]:
    if step.outcome is None:
        return []
    outcome = step.outcome
    lines = []
    if len(card.steps) > 1:
        part = f"Part {step.position + 1} of {len(card.steps)}, {_touched(step)} ({_some(step.targets)})"
        lines.append(f"{part}: {_PARTS.get(step.state, 'not written')}.")
    lines += [str(outcome[key]) for key in ("reason", "detail") if outcome.get(key)]
    lines += [f"Warning from the store: {warning}" for warning in outcome.get("warnings", ())]
    lines += [f"{name}: {value}." for name, value in outcome.get("told", {}).items()]
    lines += [f"{name} is now {value!r}." for name, value in outcome.get("different", {}).items()]
    if outcome.get("verified") is False:
        lines.append("Not verified: the store does not show the result.")
    elif outcome.get("verified"):
        lines.append("Verified by reading it back.")
    return lines
