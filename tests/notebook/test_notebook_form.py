"""The form, driven as a frontend drives it: values are set, the button is clicked."""

from typing import Any

import pytest
from conversations import set_stock
from scripted import calls

from langchain_centra.notebook import Review
from langchain_centra.notebook.form import Form
from langchain_centra.notebook.html import card_html
from langchain_centra.sandbox import Sandbox

CONVERSATION: Any = {"configurable": {"thread_id": "thread", "approver": "Kim"}}
PAYLOAD = "<img src=x onerror=alert(1)>'\"&\u202e"


@pytest.fixture
def form(asked: Any) -> Form:
    return Form(Review(asked(calls(set_stock(25)), "Done."), CONVERSATION))


def quantity(form: Form) -> Any:
    [field] = [one for one in form.cards[0].inputs if one.description == "lines 1, quantity"]
    return field


def test_nothing_is_chosen_at_first(form: Form, sandbox: Sandbox) -> None:
    assert form.button.disabled
    form.button.click()
    assert not sandbox.mutations


def test_an_approval_is_written_and_the_answer_takes_the_place_of_the_card(form: Form, sandbox: Sandbox) -> None:
    form.cards[0].choice.value = "approve"
    assert not form.button.disabled
    form.button.click()
    assert len(sandbox.mutations) == 1
    assert form.message.value == "<p>Done.</p>"
    assert form.cards == []


def test_a_second_click_answers_nothing(form: Form, sandbox: Sandbox) -> None:
    form.cards[0].choice.value = "approve"
    form.button.click()
    form.button.click()
    assert len(sandbox.mutations) == 1


def test_cards_that_are_alike_are_approved_together_after_their_total_was_shown(asked: Any, sandbox: Sandbox) -> None:
    several = calls(set_stock(25), set_stock(7, sku="TEE01BLKL"), ("confirm_order", {"order_number": 1042}))
    form = Form(Review(asked(several, "Done."), CONVERSATION))
    [(total, button)] = [box.children for box in form.together]
    assert total.value.startswith("<p>All 2 of set_stock together: 2 changes, ")
    button.click()
    assert [card.choice.value for card in form.cards] == ["approve", "approve", None]
    assert (form.button.disabled, list(sandbox.mutations)) == (True, [])


def test_an_edited_field_is_what_is_written(form: Form, sandbox: Sandbox) -> None:
    form.cards[0].choice.value = "edit"
    assert quantity(form).value == "25"
    quantity(form).value = "24"
    form.button.click()
    assert form.cards == []
    [place] = [place for place in sandbox.store.warehouses.values() if place.name == "Stockholm"]
    assert sandbox.store.stock[("TEE01BLKM", place.id)].physical_quantity == 24


def test_a_field_of_the_wrong_kind_is_refused_with_the_reason(form: Form, sandbox: Sandbox) -> None:
    form.cards[0].choice.value = "edit"
    quantity(form).value = "many"
    form.button.click()
    assert "quantity" in form.message.value
    assert len(form.cards) == 1
    assert not sandbox.mutations


def test_what_was_filled_in_stays_when_an_edit_is_refused(asked: Any, sandbox: Sandbox) -> None:
    form = Form(Review(asked(calls(set_stock(25), set_stock(7, sku="TEE01BLKL")), "Done."), CONVERSATION))
    form.cards[0].choice.value = "edit"
    quantity(form).value = "many"
    form.cards[1].choice.value = "reject"
    form.cards[1].reason.value = "Count again first."
    form.button.click()
    assert quantity(form).value == "many"
    quantity(form).value = "24"
    form.button.click()
    assert form.cards == []
    assert [record.name for record in sandbox.mutations] == ["setStock"]


def test_a_card_that_was_worked_out_anew_has_to_be_decided_anew(form: Form, sandbox: Sandbox) -> None:
    form.cards[0].choice.value = "approve"
    [place] = [place for place in sandbox.store.warehouses.values() if place.name == "Stockholm"]
    sandbox.store.stock[("TEE01BLKM", place.id)].physical_quantity = 11
    form.button.click()
    assert [card.choice.value for card in form.cards] == [None]
    assert form.button.disabled
    assert not sandbox.mutations


def test_why_the_cards_are_shown_again_stands_beside_the_button(form: Form) -> None:
    form.cards[0].choice.value = "edit"
    quantity(form).value = "many"
    form.button.click()
    shown = form.box.children
    assert shown[-2:] == (form.message, form.button)


def test_a_rejection_takes_its_reason_along(form: Form, asked: Any, sandbox: Sandbox) -> None:
    form.cards[0].choice.value = "reject"
    form.cards[0].reason.value = "Count again first."
    assert form.cards[0].decision()["message"] == "Count again first."
    form.button.click()
    assert not sandbox.mutations


def test_a_run_that_breaks_off_says_so_in_the_form(asked: Any) -> None:
    def broken(_messages: Any) -> Any:
        raise RuntimeError("the model is <b>away</b>")

    form = Form(Review(asked(calls(set_stock(25)), broken), CONVERSATION))
    form.cards[0].choice.value = "reject"
    form.button.click()
    assert "the model is &lt;b&gt;away&lt;/b&gt;" in form.message.value


def test_texts_of_the_store_stay_texts(asked: Any) -> None:
    action = dict(Review(asked(calls(set_stock(25)), "Done."), CONVERSATION).actions[0])
    change = {"object": PAYLOAD, "field": PAYLOAD, "before": PAYLOAD, "after": PAYLOAD, "unit": PAYLOAD}
    money = {"what": PAYLOAD, "amount": "1", "currency": PAYLOAD}
    texts = {name: [PAYLOAD] for name in ("messages", "stock", "warnings")}
    preview = action["preview"] | texts | {"sentence": PAYLOAD, "undo": PAYLOAD, "changes": [change], "money": [money]}
    html = card_html(action | {"preview": preview, "name": PAYLOAD}, 1, 1)
    assert "<img" not in html
    assert "\u202e" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;&#x27;&quot;&amp;") == 14


def test_the_text_of_the_model_stays_a_text(asked: Any) -> None:
    shown = Review(asked(calls(set_stock(25)), PAYLOAD), CONVERSATION)
    form = Form(shown)
    form.cards[0].choice.value = "reject"
    form.button.click()
    assert "<img" not in form.message.value + shown.html()
