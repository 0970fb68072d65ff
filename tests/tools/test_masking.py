"""What a model sees in place of personal data, and what it may do with that."""

import re
from collections.abc import Iterator

import pytest
from langchain_core.messages import ToolMessage

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.masking import Masks, UnknownMask, masked
from langchain_centra.operations.personal import Noting
from langchain_centra.operations.values import Record
from langchain_centra.sandbox import Sandbox

MASKED_EMAIL = re.compile(r"\w\*\*\*[a-z2-7]{6}@example\.com")
LOOKS_PERSONAL = re.compile(
    r"(^|_)(email|first_name|last_name|company_name|address\d|zip_code|phone_number|fax_number)$"
)


@pytest.fixture(scope="module")
def toolkit() -> Iterator[CentraToolkit]:
    """A toolkit that masks, over a store that no test changes."""
    store = Sandbox(plan="unlimited")
    client = AsyncCentra(store.url, store.TOKEN, transport=store.transport())
    with CentraToolkit(client, journal=Journal.memory(), pii="mask") as toolkit:
        yield toolkit


def ask(toolkit: CentraToolkit, name: str, **arguments: object) -> ToolMessage:
    [tool] = [tool for tool in toolkit.get_tools() if tool.name == name]
    message = tool.invoke({"type": "tool_call", "id": "call-1", "name": name, "args": arguments})
    assert isinstance(message, ToolMessage)
    return message


def records(kind: type[Record] = Record) -> Iterator[type[Record]]:
    for one in kind.__subclasses__():
        yield one
        yield from records(one)


def test_every_field_of_a_record_that_is_called_as_personal_data_is_declared_so() -> None:
    named = [(record, name) for record in records() for name in record.model_fields if LOOKS_PERSONAL.search(name)]
    assert len({record.__name__ for record, _ in named}) > 5
    for record, name in named:
        noting, value = Noting(), f"canary {name}"
        record.__pydantic_validator__.validate_assignment(record.model_construct(), name, value, context=noting)
        assert value in noting.seen, f"{record.__name__}.{name}"


def test_a_masked_address_names_the_customer_wherever_a_customer_is_named(toolkit: CentraToolkit) -> None:
    address = ask(toolkit, "get_order", order_number=1042).artifact[0]["customer"]["email"]
    assert MASKED_EMAIL.fullmatch(address)
    customer = ask(toolkit, "get_customer", customer=address)
    assert customer.text.startswith(f"Customer 1: A*** B*** <{address}>")
    assert [row["email"] for row in ask(toolkit, "search_customers", text=address).artifact] == [address]
    assert 1042 in [row["number"] for row in ask(toolkit, "search_orders", customer=address).artifact]


def test_what_the_user_says_in_clear_finds_the_same_customer(toolkit: CentraToolkit) -> None:
    found = ask(toolkit, "get_customer", customer="anna.berg@example.com")
    assert found.text.startswith("Customer 1: A*** B***")
    assert "anna" not in found.text.casefold()


@pytest.mark.parametrize("unknown", ["x***aaaaaa@example.com", "A*** B***"])
def test_a_masked_form_that_was_not_shown_here_is_refused_with_what_to_do(toolkit: CentraToolkit, unknown: str) -> None:
    answer = ask(toolkit, "get_customer", customer=unknown)
    assert answer.status == "error"
    assert "name the customer by the id" in answer.text


def test_an_address_has_the_same_mask_under_the_same_key_and_another_under_another() -> None:
    one, again, other = (Masks(key).datum("anna@example.com") for key in ("k", "k", "l"))
    assert one == again != other
    assert Masks("k").datum("Anna@example.com").casefold() == one


def test_a_mask_that_two_addresses_share_is_refused() -> None:
    masks = Masks("key")
    mask, same = masks.datum("a2427@example.com"), masks.datum("a53784@example.com")
    assert mask == same
    with pytest.raises(UnknownMask, match="stands for 2 e-mail addresses"):
        masks.given({"customer": mask})


def test_masks_do_not_pile_up_without_end() -> None:
    masks = Masks("key")
    first = masks.datum("first@example.com")
    for number in range(10_000):
        masks.datum(f"a{number}@example.com")
    with pytest.raises(UnknownMask):
        masks.given(first)


def test_masking_twice_changes_nothing() -> None:
    masks = Masks("key")
    once = masks.data({"text": "Anna <anna@example.com>, +46 70 123 45 67", "rows": [1, None]})
    assert masks.data(once) == once
    assert "anna@" not in once["text"]
    assert "70 123" not in once["text"]


def test_a_name_is_hidden_as_a_word_and_not_inside_of_others() -> None:
    card = {"preview": {"personal": ["Ann"], "sentence": "Announce to Ann"}}
    assert masked(card)["preview"]["sentence"] == "Announce to ***"


def test_another_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="show, mask"):
        CentraToolkit(AsyncCentra("http://127.0.0.1", "t"), pii="hide")  # type: ignore[arg-type]
