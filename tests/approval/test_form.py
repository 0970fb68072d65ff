"""Arguments as the fields of a form, and back."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from langchain_centra.approval.form import fields, filled_in

LINE = {"type": "object", "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}}}
SCHEMA: dict[str, Any] = {
    "properties": {
        "reason": {"type": "string"},
        "kind": {"enum": ["A", "B"]},
        "hold": {"type": "boolean"},
        "lines": {"type": "array", "items": LINE},
    }
}
TEXT = st.text(min_size=1).filter(lambda text: text == text.strip())
ARGUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "reason": TEXT,
        "kind": st.sampled_from(["A", "B"]),
        "hold": st.booleans(),
        "lines": st.lists(st.fixed_dictionaries({"sku": TEXT, "quantity": st.integers()}), min_size=1, max_size=8),
    },
)


@given(ARGUMENTS)
def test_a_form_that_nobody_changes_gives_the_same_arguments(arguments: dict[str, Any]) -> None:
    assert filled_in([(field, field.text) for field in fields(arguments, SCHEMA)]) == arguments


def test_each_row_of_a_short_list_has_fields_and_a_long_list_is_one() -> None:
    rows = [{"sku": "A", "quantity": 1}]
    labels = [field.label for field in fields({"lines": rows * 2}, SCHEMA)]
    assert labels[3:] == ["lines 1, sku", "lines 1, quantity", "lines 2, sku", "lines 2, quantity"]
    assert [field.label for field in fields({"lines": rows * 7}, SCHEMA)][3:] == ["lines"]


def test_an_empty_row_stays_a_row_and_is_not_silently_left_out() -> None:
    form = fields({"lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 2}]}, SCHEMA)
    entered = [(field, "" if 0 in field.path else field.text) for field in form]
    assert filled_in(entered) == {"lines": [{}, {"sku": "B", "quantity": 2}]}


def test_choices_are_known_where_they_are_few() -> None:
    choices = {field.label: field.choices for field in fields({}, SCHEMA)}
    assert choices == {"reason": (), "kind": ("A", "B"), "hold": ("yes", "no"), "lines": ()}
