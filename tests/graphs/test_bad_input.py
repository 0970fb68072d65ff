"""What a model may get wrong: each mistake is answered in a clear sentence, nothing is written, the turn goes on."""

import json
from typing import Any

import pytest
from conversations import BOTH, Start, set_stock
from scripted import calls

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("get_order", {"order_number": 999_999}, "There is no order 999999"),
    ("cancel_order", {"order_number": 999_999}, "There is no order 999999"),
    ("confirm_order", {"order_number": 999_999}, "There is no order 999999"),
    ("add_order_note", {"order_number": 999_999, "note": "Hello"}, "There is no order 999999"),
    (*set_stock(25, "NO-SUCH-SKU"), "NO-SUCH-SKU"),
    (*set_stock(25, warehouse="Atlantis"), "Atlantis"),
    ("get_stock", {"sku": "NO-SUCH-SKU"}, "NO-SUCH-SKU"),
    ("get_stock", {"sku": "TEE01BLKM", "warehouse": "Atlantis"}, "Atlantis"),
    ("confirm_order", {"order_number": 1043}, "already confirmed"),
    ("confirm_order", {"order_number": 1045}, "only a PENDING order can be confirmed"),
    ("cancel_order", {"order_number": 1045}, "has shipped"),
    ("cancel_order", {"order_number": 1046}, "already cancelled"),
    ("cancel_order", {"order_number": 1044}, "Order 1044 has shipped"),
    (*set_stock(12), "already at the requested level"),
    (*set_stock(-1), "quantity"),
    (*set_stock(10**12), "quantity"),
    ("set_stock", {"lines": []}, "lines"),
    ("set_stock", {}, "set_stock needs the argument lines"),
    ("set_stock", {"lines": [{"sku": "TEE01BLKM"}]}, "warehouse"),
    ("set_stock", {"lines": [{"sku": "", "warehouse": "", "quantity": "lots"}]}, "sku"),
    ("set_stock", {"lines": set_stock(25)[1]["lines"] * 101}, "lines"),
    ("set_stock", {"lines": [set_stock(25)[1]["lines"][0], set_stock(26)[1]["lines"][0]]}, "is given twice"),
    ("cancel_order", {}, "cancel_order needs the argument order_number"),
    ("cancel_order", {"order_number": None}, "cancel_order needs the argument order_number"),
    ("cancel_order", {"order_number": "the last one"}, "order_number"),
    ("cancel_order", {"order_number": -5}, "order_number"),
    ("cancel_order", {"order_number": 10**10}, "order_number"),
    ("cancel_order", {"order_number": 10**30}, "more than 64 bits"),
    ("get_order", {"order_number": -(10**30)}, "more than 64 bits"),
    ("list_warehouses", {"a": [{"b": 2**64}]}, "more than 64 bits"),
    ("get_stock", {"sku": "\ud83d"}, "unicode"),
    ("cancel_order", {"order_number": [1042, 1043]}, "order_number"),
    ("cancel_order", {"order_number": 1042, "stock": "burn"}, "stock"),
    ("cancel_order", {"order_number": 1042, "force": True}, "cancel_order has no argument force"),
    ("cancel_order", {"order_number": 1042, "reason": "x" * 5000}, "reason"),
    ("add_order_note", {"order_number": 1042, "note": "   "}, "note"),
    ("add_order_note", {"order_number": 1042, "note": {"text": "Hello"}}, "note"),
    ("get_order", {}, "get_order needs the argument order_number"),
    ("search_orders", {"limit": 10**9}, "limit"),
    ("list_warehouses", {"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("tool", "args", "told"), BAD, ids=lambda value: json.dumps(value)[:60])
async def test_a_mistake_is_answered_and_the_turn_goes_on(
    start: Start, tool: str, args: dict[str, Any], told: str
) -> None:
    talk = await start(calls((tool, args)), "I see.")
    turn = await talk.say()
    assert turn.text == "I see."
    assert told in turn.result
    assert "\n" not in turn.result
    assert len(turn.result) < 400
    assert "Traceback" not in turn.result
    assert talk.written == []
    assert await talk.cards() == []


@BOTH
async def test_mistakes_do_not_hold_up_the_good_calls_of_the_message(start: Start) -> None:
    mistakes = calls(
        ("cancel_order", {}), set_stock(25, "NO-SUCH-SKU"), ("get_order", {"order_number": 0}), set_stock(25)
    )
    talk = await start(mistakes, "Done.")
    turn = await talk.say()
    assert [card["tool_call_id"] for card in turn.cards] == ["call_4"]
    waiting = (await talk.state()).values["messages"]
    told = {message.tool_call_id: message.status for message in waiting if message.type == "tool"}
    assert told == {"call_1": "error", "call_2": "error", "call_3": "error"}
    assert talk.written == []


@BOTH
async def test_the_model_may_correct_itself(start: Start) -> None:
    talk = await start(calls(set_stock(-1)), calls(set_stock(25)), "Done.")
    turn = await talk.say()
    assert [card["args"] for card in turn.cards] == [set_stock(25)[1]]


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_000, "\x00", "\ud800", "🙂" * 50, '{"decisions": []}'], ids=ascii)
async def test_any_text_of_the_user_is_taken(start: Start, text: str) -> None:
    talk = await start("Hello.")
    assert (await talk.say(text)).text == "Hello."
