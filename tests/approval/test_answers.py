from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from langchain_centra.approval.answers import AnswerInvalid, WaitingCard, check_answer, response_schema

CARDS = [
    WaitingCard(proposal_id="p1", tool_call_id="call_1", tool="cancel_order"),
    WaitingCard(proposal_id="p2", tool_call_id="call_2", tool="set_stock"),
]
APPROVE: dict[str, Any] = {"type": "approve"}
REJECT: dict[str, Any] = {"type": "reject", "message": "Too early."}
EDIT: dict[str, Any] = {"type": "edit", "edited_action": {"name": "set_stock", "args": {"quantity": 3}}}


def by_card(*decisions: dict[str, Any]) -> dict[str, str]:
    answer = {"decisions": list(decisions)}
    jsonschema.validate(answer, response_schema(CARDS))
    return {card.proposal_id: given.type for card, given in check_answer(answer, CARDS)}


def test_decisions_without_names_belong_to_the_cards_in_order() -> None:
    assert by_card(APPROVE, REJECT) == {"p1": "approve", "p2": "reject"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"tool_call_id": "call_2"}, {"tool_call_id": "call_1"}),
        ({"proposal_id": "p2"}, {"proposal_id": "p1"}),
        ({"proposal_id": "p2", "tool_call_id": "call_2"}, {"tool_call_id": "call_1"}),
    ],
)
def test_decisions_with_names_belong_to_the_cards_that_they_name(first: dict[str, str], second: dict[str, str]) -> None:
    assert by_card(APPROVE | first, REJECT | second) == {"p2": "approve", "p1": "reject"}


def test_an_edit_gives_the_same_tool_other_arguments() -> None:
    pairs = check_answer({"decisions": [APPROVE, EDIT]}, CARDS)
    edited = pairs[1][1].edited_action
    assert edited is not None
    assert (edited.name, edited.args) == ("set_stock", {"quantity": 3})


def test_a_reject_needs_no_reason() -> None:
    assert by_card({"type": "reject"}, APPROVE) == {"p1": "reject", "p2": "approve"}


SHAPES: list[Any] = [
    None,
    True,
    "approve",
    [],
    [APPROVE, APPROVE],
    {},
    {"decisions": None},
    {"decisions": "approve"},
    {"decisions": [None, APPROVE]},
    {"decisions": ["approve", "approve"]},
    {"decisions": [{}, APPROVE]},
    {"decisions": [{"type": "yes"}, APPROVE]},
    {"decisions": [{"type": "respond", "message": "Done."}, APPROVE]},
    {"decisions": [APPROVE | {"remember": True}, APPROVE]},
    {"decisions": [APPROVE, APPROVE], "by": "the boss"},
    {"decisions": [{"type": "reject", "message": 3}, APPROVE]},
    {"decisions": [{"type": "reject", "message": "x" * 2001}, APPROVE]},
    {"decisions": [APPROVE, {"type": "edit", "edited_action": {"name": "set_stock"}}]},
    {"decisions": [APPROVE, {"type": "edit", "edited_action": {"args": {}}}]},
    {"decisions": [APPROVE, {"type": "edit", "edited_action": {"name": "set_stock", "args": [1]}}]},
    {"decisions": [APPROVE, {"type": "edit", "edited_action": {"name": "set_stock", "args": {}, "id": "x"}}]},
    {"decisions": []},
    {"decisions": [APPROVE]},
    {"decisions": [APPROVE, APPROVE, APPROVE]},
    {"decisions": [APPROVE | {"proposal_id": "p3"}, APPROVE | {"proposal_id": "p1"}]},
    {"decisions": [APPROVE | {"tool_call_id": "call_3"}, APPROVE | {"tool_call_id": "call_1"}]},
    {"decisions": [APPROVE, {"type": "edit", "edited_action": {"name": "delete_store", "args": {}}}]},
]


@pytest.mark.parametrize("answer", SHAPES)
def test_an_answer_of_another_form_is_refused_by_the_check_and_by_the_schema(answer: Any) -> None:
    with pytest.raises(AnswerInvalid) as refusal:
        check_answer(answer, CARDS)
    assert 10 < len(str(refusal.value)) < 250
    assert "\n" not in str(refusal.value)
    assert "instance of" not in str(refusal.value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer, response_schema(CARDS))


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ([APPROVE | {"proposal_id": "p1"}, APPROVE], "name all or none"),
        ([APPROVE | {"tool_call_id": "call_1"}, APPROVE | {"tool_call_id": "call_1"}], "decided twice"),
        ([APPROVE | {"proposal_id": "p1"}, REJECT | {"tool_call_id": "call_1"}], "decided twice"),
        ([APPROVE | {"proposal_id": "p1", "tool_call_id": "call_2"}, APPROVE | {"proposal_id": "p2"}], "not waiting"),
        ([APPROVE, {"type": "edit"}], "comes with edited_action"),
        ([APPROVE, EDIT | {"type": "approve"}], "comes with edited_action"),
        ([APPROVE, EDIT | {"type": "reject"}], "comes with edited_action"),
        ([EDIT, APPROVE], "this card is for cancel_order"),
        ([EDIT | {"tool_call_id": "call_1"}, APPROVE | {"tool_call_id": "call_2"}], "this card is for cancel_order"),
    ],
)
def test_every_card_is_decided_exactly_once_and_an_edit_keeps_the_tool(
    answer: list[dict[str, Any]], problem: str
) -> None:
    with pytest.raises(AnswerInvalid, match=problem):
        check_answer({"decisions": answer}, CARDS)


def test_the_schema_is_made_for_the_waiting_cards() -> None:
    decisions = response_schema(CARDS)["properties"]["decisions"]
    fields = decisions["items"]["properties"]
    assert (decisions["minItems"], decisions["maxItems"]) == (2, 2)
    assert fields["type"] == {"enum": ["approve", "edit", "reject"]}
    assert fields["tool_call_id"] == {"enum": ["call_1", "call_2"]}
    assert fields["proposal_id"] == {"enum": ["p1", "p2"]}
    assert fields["edited_action"]["properties"]["name"] == {"enum": ["cancel_order", "set_stock"]}


def test_the_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(response_schema(CARDS))
