"""Rows of a call: those that cannot be written are told before anybody is asked, those that the store refuses after."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from conversations import APPROVE, Start
from scripted import calls

Call = tuple[str, dict[str, Any]]

TEE, LONG = "TEE01BLKM", "TEE01BLKL"


def stock(*levels: tuple[str, int]) -> Call:
    return "set_stock", {"lines": [{"sku": s, "warehouse": "Stockholm", "quantity": n} for s, n in levels]}


def adjusting(*changes: tuple[str, int]) -> Call:
    lines = [{"sku": sku, "change": change} for sku, change in changes]
    return "adjust_stock", {"lines": lines, "warehouse": "Stockholm", "reason": "Damp"}


def prices(*numbers: str) -> Call:
    lines = [{"product": number, "pricelist": "SEK", "price": 199, "currency": "SEK"} for number in numbers]
    return "set_price", {"lines": lines}


def fit(*products: str) -> Call:
    changes = [{"objects": list(products), "attribute": "pr_fit", "values": ["Slim"]}]
    return "set_attributes", {"object_type": "product", "changes": changes}


def displays(*names: str) -> Call:
    return "set_category_displays", {"category": "Gifts", "add": list(names)}


def nothing(_store: Any) -> None:
    """The store refuses it as it is."""


def bundle(store: Any) -> None:
    """A product whose price follows from its parts."""
    store.products[2].is_bundle = True


def other_store(store: Any) -> None:
    """A display that goes to another store, where the category is not."""
    store.displays[2003].store = next(s for s in store.stores.values() if s is not store.displays[2003].store)


def no_value(store: Any) -> None:
    """An attribute of which a value was deleted."""
    [slim] = [number for number, value in store.mapped_attributes.items() if value.name == "Slim"]
    del store.mapped_attributes[slim]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (stock((TEE, 20), ("ATLANTIS", 1), ("AVALON", 1)), ["ATLANTIS", "AVALON"]),
        (adjusting((TEE, -13), (LONG, -1), ("TEE01BLKXL", -99)), [f"{TEE} has 12", "TEE01BLKXL has 34"]),
        (prices("TEE01", "Atlantis", "Avalon"), ["Atlantis", "Avalon"]),
        (fit("TEE01", "Atlantis", "Avalon"), ["Atlantis", "Avalon"]),
        (displays("Alva Tee", "Atlantis", "Avalon"), ["Atlantis", "Avalon"]),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
async def test_every_row_that_cannot_be_written_is_told_and_nobody_is_asked(
    start: Start, wrong: Call, told: list[str]
) -> None:
    talk = await start(calls(wrong), "Some of these are not there.", plan="unlimited")
    turn = await talk.say()
    assert not turn.interrupts
    assert [word for word in told if word not in turn.result] == []
    assert talk.written == []


@pytest.mark.parametrize(
    ("call", "happens", "told"),
    [
        (stock((TEE, 1), (LONG, 30)), nothing, ["Warning from the store: ", f"physical units of {TEE} is now 2."]),
        (adjusting((TEE, -11), (LONG, -1)), nothing, ["Not written.", TEE]),
        (prices("TEE01", "LST01"), bundle, ["Warning from the store: ", "price of LST01 ", " is now "]),
        (fit("TEE01", "TEE02"), no_value, ["Not written.", "Could not find MappedAttribute"]),
        (displays("Alva Tee", "#2003"), other_store, ["1 of 2 parts", "Gifts (display:2003): not written", "store"]),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
async def test_what_the_store_refuses_of_an_approved_call_is_told_row_by_row(
    start: Start, call: Call, happens: Callable[[Any], None], told: list[str]
) -> None:
    talk = await start(calls(call), "Not all of it was written.", plan="unlimited")
    await talk.say()
    happens(talk.sandbox.store)
    turn = await talk.answer(APPROVE)
    assert turn.text == "Not all of it was written."
    assert [words for words in told if words not in turn.result] == [], turn.result
    assert ": Written.\n" not in turn.result


async def test_vouchers_are_written_one_by_one_and_none_after_the_one_that_went_away_meanwhile(start: Start) -> None:
    call = "set_voucher_status", {"vouchers": ["WELCOME", "ALMA15", "SPRING"], "status": "INACTIVE"}
    talk = await start(calls(call), "One of three.", plan="unlimited")
    await talk.say()
    vouchers = talk.sandbox.store.vouchers
    numbers = {voucher.code: number for number, voucher in vouchers.items()}
    talk.sandbox.faults.add("slow", "updateVoucher", after=True, seconds=0.5)
    answering = asyncio.create_task(talk.answer(APPROVE))
    while not talk.written:
        await asyncio.sleep(0.01)
    del vouchers[numbers["ALMA15"]]
    result = (await answering).result
    assert "Only a part was written (status of voucher Welcome (WELCOME)), the rest was not." in result
    assert "No voucher has the code or name 'ALMA15'." in result
    assert [vouchers[numbers[code]].status for code in ("WELCOME", "SPRING")] == ["INACTIVE", "ACTIVE"]
    assert talk.written == ["updateVoucher"]


async def test_more_objects_than_a_request_takes_are_one_card_of_which_each_part_is_written_once(start: Start) -> None:
    numbers = [str(number) for number in range(850, 1000)]
    change = {"objects": numbers, "attribute": "order_gift", "element": "message", "values": ["Thanks"]}
    call = "set_attributes", {"object_type": "order", "changes": [change]}
    talk = await start(calls(call), "Done.", plan="unlimited")
    [card] = (await talk.say()).cards
    assert card["preview"]["rows"] == len(card["preview"]["changes"]) == 150
    assert len(card["description"].splitlines()) <= 25
    assert "150 changes in all; the first 5 are shown." in card["description"]
    turn = await talk.answer(APPROVE)
    assert "Written." in turn.result
    assert talk.written == ["assignAttributesBatch"] * 2
    held = talk.sandbox.store.attributes
    assert {held["Order", number].dynamic["order_gift"].values["message"] for number in range(850, 1000)} == {"Thanks"}
