"""An order is held for a fraud check, and released.

Order 1042 looks odd, and the merchant wants it held. The card shows the reason that goes into the history. While it is
held a confirmation is asked for: the agent is told that the order has to be released first, and nobody is shown a card
for something that cannot be done. When the check is over the merchant has the order released; this card says what
releasing starts. A note about the result goes with it, unasked. Three requests in all.
"""

from storytelling import Merchant, Yes, call, written


async def test_an_order_is_held_for_a_check_and_released(merchant: Merchant) -> None:
    order = merchant.shop.store.orders[1042]

    told = await merchant.says(
        "Order 1042 looks like fraud. Hold it until we have checked.",
        agent=[
            (call("set_order_hold", order_number=1042, on_hold=True, reason="Fraud check"),),
            "Order 1042 is on hold.",
        ],
        decides=[Yes()],
    )
    assert told.card["sentence"] == "Put order 1042 on hold (646.00 SEK, PENDING)"
    assert [change["after"] for change in told.card["changes"]] == ["yes", "Fraud check"]
    assert order.is_on_hold

    told = await merchant.says(
        "Confirm order 1042.",
        agent=[
            (call("confirm_order", order_number=1042),),
            "It is on hold; tell me when the check is over, then I release it first.",
        ],
    )
    assert not told.cards
    assert "release it with set_order_hold" in told.results[0]

    told = await merchant.says(
        "The check is over, all is well. Release it.",
        agent=[
            (
                call("set_order_hold", order_number=1042, on_hold=False, reason="Fraud check passed"),
                call("add_order_note", order_number=1042, note="Identity checked by phone."),
            ),
            "Order 1042 is released, with a note about the check.",
        ],
        decides=[Yes()],
    )
    assert told.card["warnings"][0] == (
        "Released, the order can be shipped and charged at once, by people or other systems."
    )
    hold = "updateDirectToConsumerOrder"
    assert written(merchant.shop)[0] == hold
    assert sorted(written(merchant.shop)) == ["addOrderNote", hold, hold]
    assert (order.status, order.is_on_hold) == ("PENDING", False)
    assert not merchant.shop.emails
