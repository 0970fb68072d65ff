"""A toolkit that masks personal data: the person sees what is written, the model does not see whom it is about."""

import re

import pytest
from conversations import APPROVE, Conversation, Start, edit, reject
from scripted import calls

CANCEL = ("cancel_order", {"order_number": 1042, "send_email": True})


def blocked(customer: str) -> tuple[str, dict[str, object]]:
    return "update_customer", {"customer": customer, "status": "INACTIVE"}


def seen_by_the_model(talk: Conversation) -> str:
    return str(talk.model.seen).casefold()


async def test_a_masked_address_names_the_customer_of_a_write_and_the_card_shows_the_real_one(start: Start) -> None:
    talk = await start(calls(("get_order", {"order_number": 1042})), "Found.", pii="mask")
    turn = await talk.say("Who ordered 1042?")
    [address] = set(re.findall(r"<(\S+@\S+)>", turn.result))
    talk.model.script[1:] = ["Found.", calls(blocked(address)), "Blocked."]
    [card] = (await talk.say("Block that customer")).cards
    assert "Anna Berg <anna.berg@example.com>" in card["preview"]["sentence"]
    assert "anna.berg@example.com" in card["description"]
    turn = await talk.answer(APPROVE)
    assert talk.sandbox.store.customers[1].status == "INACTIVE"
    assert f"customer A*** B*** <{address}>" in turn.result
    assert "anna" not in seen_by_the_model(talk)


async def test_a_no_and_an_edit_do_not_tell_either(start: Start) -> None:
    talk = await start(calls(CANCEL), "As you wish.", calls(CANCEL), "Done.", pii="mask")
    [card] = (await talk.say()).cards
    assert "anna.berg@example.com" in card["description"]
    await talk.answer(reject("ask Anna first, anna.berg@example.com"))
    await talk.say("Now do it")
    await talk.answer(edit("cancel_order", order_number=1042, reason="Told anna.berg@example.com", send_email=True))
    assert talk.written == ["cancelDirectToConsumerOrder"]
    assert "anna.berg" not in seen_by_the_model(talk)


async def test_what_cannot_be_proposed_is_told_without_personal_data(start: Start) -> None:
    talk = await start(calls(blocked("anna.berg@example.com")), "Too many.", pii="mask")
    talk.sandbox.store.customers[2].email = "anna.berg@example.com"
    turn = await talk.say("Block her")
    assert "2 customers have that e-mail address" in turn.result
    assert "id 1" in turn.result


@pytest.mark.parametrize("way", ["graph", "middleware"])
async def test_a_card_that_is_left_behind_is_told_without_personal_data(start: Start) -> None:
    talk = await start(calls(blocked("1")), "Never mind.", pii="mask")
    [card] = (await talk.say("Block customer 1")).cards
    assert "Anna Berg" in card["description"]
    await talk.say("Forget it")
    assert "superseded" in [stored.state for stored in await talk.cards()]
    assert "anna" not in seen_by_the_model(talk)
