"""A late cancellation, with the units back on sale.

Anna Berg writes that she has changed her mind; her order 1042 is not confirmed yet. The merchant asks the agent to
cancel it and to put the units back. The agent looks at the order first and then proposes the cancellation. The card
says what a shop owner wants to know before saying yes: what the order is worth, that the payment authorization stays
as it is, that three units in Stockholm can be sold again, that no e-mail goes out, because nobody asked for one, and
that nothing of it can be undone. The merchant approves, and the order is cancelled with one request.
"""

from storytelling import Merchant, Yes, call, written

from langchain_centra.sandbox import Sandbox


async def test_a_late_cancellation_puts_the_units_back_on_sale(merchant: Merchant) -> None:
    free = free_units(merchant.shop)

    told = await merchant.says(
        "Anna Berg changed her mind, cancel order 1042 and put the items back into stock.",
        agent=[
            (call("get_order", order_number=1042),),
            (call("cancel_order", order_number=1042, reason="The customer changed her mind.", stock="release"),),
            "Order 1042 is cancelled and its 3 units can be sold again. Anna has not been told.",
        ],
        decides=[Yes()],
    )

    card = told.card
    assert card["sentence"] == "Cancel order 1042 (646.00 SEK, 3 units)"
    assert [money["what"] for money in card["money"]] == ["authorization kept at the payment provider"]
    assert card["stock"] == ["3 units in Stockholm become free to sell again."]
    assert (card["messages"], card["undo"]) == (["The shopper gets no e-mail about this."], None)
    assert "Verified by reading it back." in told.results[-1]

    assert written(merchant.shop) == ["cancelDirectToConsumerOrder"]
    assert merchant.shop.store.orders[1042].status == "CANCELLED"
    assert free_units(merchant.shop) == free + 3
    assert not merchant.shop.emails


def free_units(shop: Sandbox) -> int:
    """What can be sold of everything, in all warehouses."""
    return sum(level.free_to_allocate_quantity for level in shop.store.stock.values())
