"""How a card ended, in the words that the model, the person and the audit read."""

import json

from langchain_centra.approval.card import stored_proposal
from langchain_centra.approval.records import Card, StepRecord

_MORE = "Do not call this again; tell the user."

_STATES = {
    "applied": "Written.",
    "applied_differently": "Written, but the store now shows something else than was approved.",
    "partly": "Written, perhaps in part: the store gave warnings.",
    "failed": f"Not written. {_MORE}",
    "unknown": f"It is not known whether this was written. {_MORE} A person has to look in Centra.",
    "rejected": "Rejected by the person; nothing was written. Do not call this again unless the user asks for it.",
    "superseded": "Not written; call it again only if it is still wanted.",
    "expired": "Not written: nobody decided in time.",
    "drifted": "Not written: the store changed after the card was shown.",
    "not_applied": f"Not written: the request did not reach the store. {_MORE}",
}


def describe(card: Card) -> str:
    """The outcome of a card that has ended, as plain text."""
    lines = [f"{stored_proposal(card).sentence}: {_STATES[card.state]}"]
    if card.state == "rejected" and card.reason:
        lines.append(f"Reason: {card.reason}")
    if card.state == "superseded" and card.outcome:
        lines.append(f"Reason: {card.outcome.get('reason')}")
    for step in card.steps:
        lines += _step_lines(step)
    if card.revision > 1 and card.state in ("applied", "applied_differently", "partly"):
        lines.append(f"Arguments applied: {json.dumps(card.args)}. Do not repeat the original call.")
    if card.decided_via == "policy":
        lines.append("The merchant's policy allowed this without asking.")
    return "\n".join(lines)


def _step_lines(step: StepRecord) -> list[str]:
    outcome = step.outcome or {}
    lines = [str(outcome[key]) for key in ("reason", "detail") if outcome.get(key)]
    lines += [f"Warning from the store: {warning}" for warning in outcome.get("warnings", ())]
    lines += [f"{name} is now {value!r}." for name, value in outcome.get("different", {}).items()]
    if outcome.get("verified") is False:
        lines.append("Not verified: the store does not show the result.")
    elif outcome.get("verified"):
        lines.append("Verified by reading it back.")
    return lines
