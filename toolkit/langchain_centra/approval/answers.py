"""What a person may answer to the waiting cards, and the check of an answer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_LONGEST_REASON = 2000

IN_JOURNAL = {"decisions": "journal"}
"""The answer of a front end whose person, or another one, has put the decisions into the journal: look there."""


class AnswerInvalid(Exception):
    """The answer does not decide every waiting card exactly once; the text says what is wrong."""


class EditedAction(BaseModel):
    """The same tool with other arguments."""

    model_config = ConfigDict(extra="forbid")

    name: str
    args: dict[str, Any]


class CardAnswer(BaseModel):
    """One decision of an answer; `always` with an approval allows like calls for the rest of the conversation."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["approve", "edit", "reject"]
    edited_action: EditedAction | None = None
    message: str | None = Field(default=None, max_length=_LONGEST_REASON)
    always: bool = False
    tool_call_id: str | None = None
    proposal_id: str | None = None

    def edited_args(self, args: Mapping[str, Any]) -> dict[str, Any] | None:
        """The arguments of an edit of these, with what a form of text fields made of numbers and lists read as JSON."""
        if self.edited_action is None:
            return None
        edited = self.edited_action.args
        return {name: _value(text) if _is_text_for(args.get(name), text) else text for name, text in edited.items()}


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    decisions: list[CardAnswer]


class WaitingCard(BaseModel):
    """What the check has to know of a card: its two names, its tool, and whether a standing yes may be given."""

    proposal_id: str
    tool_call_id: str
    tool: str
    may_stand: bool = False


ALLOWED_DECISIONS = ("approve", "edit", "reject")

_MESSAGE_SCHEMA = {
    "type": "string",
    "maxLength": _LONGEST_REASON,
    "description": "Why, with reject; the agent reads it.",
}


_ALWAYS_SCHEMA = {
    "type": "boolean",
    "description": "With approve: allow like calls for the rest of this conversation.",
}


def check_answer(answer: Any, cards: Sequence[WaitingCard]) -> list[tuple[WaitingCard, CardAnswer]]:
    """Pair every waiting card with its decision, by `proposal_id`, by `tool_call_id` or by order.

    Raises AnswerInvalid when the form is wrong, a card is left out, decided twice or unknown, or an edit names
    another tool.
    """
    try:
        decisions = _Answer.model_validate(answer).decisions
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"])) or "The answer"
        what = "Input should be an object" if problem["type"] == "model_type" else problem["msg"]
        raise AnswerInvalid(f"{place}: {what}. Send {{'decisions': [...]}} with one for each card.") from None
    if len(decisions) != len(cards):
        raise AnswerInvalid(f"Waiting cards: {len(cards)}, decisions: {len(decisions)}; decide each card exactly once.")
    pairs = list(zip(_in_order(decisions, cards), decisions, strict=True))
    for card, decision in pairs:
        _check_edit(card, decision)
    return pairs


def _in_order(decisions: Sequence[CardAnswer], cards: Sequence[WaitingCard]) -> list[WaitingCard]:
    named = [decision.proposal_id or decision.tool_call_id for decision in decisions]
    if not any(named):
        return list(cards)
    if not all(named):
        raise AnswerInvalid("Some decisions name their card and some do not: name all or none.")
    found = [_named(decision, cards) for decision in decisions]
    if len({card.proposal_id for card in found}) != len(cards):
        raise AnswerInvalid("A card is decided twice and another not at all: decide each card exactly once.")
    return found


def _named(decision: CardAnswer, cards: Sequence[WaitingCard]) -> WaitingCard:
    for card in cards:
        if decision.proposal_id not in (None, card.proposal_id) or decision.tool_call_id not in (
            None,
            card.tool_call_id,
        ):
            continue
        return card
    raise AnswerInvalid(
        "A decision names a card that is not waiting, or no longer in this form: look at the cards again."
    )


def _check_edit(card: WaitingCard, decision: CardAnswer) -> None:
    if decision.always and not (decision.type == "approve" and card.may_stand):
        raise AnswerInvalid(
            "Always goes with an approval only, and never where money goes out, something is deleted, a message is "
            "sent or nothing can be undone: approve this one alone."
        )
    if (decision.type == "edit") != (decision.edited_action is not None):
        raise AnswerInvalid("An edit comes with edited_action, and only an edit does.")
    if decision.edited_action and decision.edited_action.name != card.tool:
        raise AnswerInvalid(f"An edit keeps the tool: this card is for {card.tool}.")


def _is_text_for(arg: Any, text: Any) -> bool:
    return isinstance(text, str) and arg is not None and not isinstance(arg, str)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def response_schema(cards: Sequence[WaitingCard]) -> dict[str, Any]:
    """The JSON schema of an answer to exactly these cards."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["decisions"],
        "properties": {
            "decisions": {
                "type": "array",
                "minItems": len(cards),
                "maxItems": len(cards),
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["type"],
                    "properties": {
                        "type": {"enum": list(ALLOWED_DECISIONS)},
                        "message": _MESSAGE_SCHEMA,
                        **({"always": _ALWAYS_SCHEMA} if any(card.may_stand for card in cards) else {}),
                        "edited_action": _edited_action_schema(cards),
                        "tool_call_id": {"enum": [card.tool_call_id for card in cards]},
                        "proposal_id": {"enum": [card.proposal_id for card in cards]},
                    },
                },
            }
        },
    }


def _edited_action_schema(cards: Sequence[WaitingCard]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "args"],
        "properties": {"name": {"enum": sorted({card.tool for card in cards})}, "args": {"type": "object"}},
    }
