"""A split shipment, and a payment that cannot be captured.

Of order 1043 one of two units is packed today. The merchant wants it shipped and charged. The card says what is
charged, what remains unshipped, and that the shipment stands even if the charge fails. It does fail: the payment
provider refuses. The agent reads that the shipment was made and that the money was not taken, and says both. The
merchant then has the second unit shipped without charging: another card, which says that it leaves without being
charged. Two requests in all; the failed charge is never tried again unasked.
"""

from storytelling import Merchant, Yes, call, written

from langchain_centra.sandbox import DEMO_SKU


async def test_a_failed_capture_is_told_and_not_repeated(merchant: Merchant) -> None:
    order = merchant.shop.store.orders[1043]
    order.payment_method.fails = True

    told = await merchant.says(
        "One tee of order 1043 is packed, PostNord SE10430001. Ship it and charge for it.",
        agent=[
            (
                call(
                    "create_shipment",
                    order_number=1043,
                    lines=[{"sku": DEMO_SKU, "quantity": 1}],
                    carrier="PostNord",
                    tracking_number="SE10430001",
                    shipped=True,
                    capture=True,
                ),
            ),
            "Shipment 1043-1 is made and on its way, but the payment could not be captured. Please look into it.",
        ],
        decides=[Yes()],
    )

    card = told.card
    assert card["sentence"] == "Ship 1 unit of order 1043, the rest later"
    assert [(money["amount"], money["currency"]) for money in card["money"]] == [("298", "SEK")]
    assert card["warnings"] == ["If the charge fails, the shipment is made all the same, unpaid."]
    assert card["stock"] == ["1 unit leaves the stock.", f"Unshipped afterwards: 1 unit of {DEMO_SKU}."]
    assert "1043-1" in told.results[0]
    assert "Warning from the store: " in told.results[0]

    told = await merchant.says(
        "Ship the other one too, I will sort out the payment.",
        agent=[
            (call("create_shipment", order_number=1043, shipped=True),),
            "The second tee is on its way as well. Nothing of the order is charged yet.",
        ],
        decides=[Yes()],
    )

    assert "It leaves without being charged." in told.card["warnings"]
    assert written(merchant.shop) == ["createShipment", "createShipment"]
    assert [shipment.is_captured for shipment in order.shipments] == [False, False]
    assert [entry.status for entry in order.payment_history if entry.entry_type == "CAPTURE"] == ["FAILED"]
    assert order.status == "SHIPPED"
    assert not merchant.shop.emails
