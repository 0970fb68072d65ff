"""A voucher is abused: found, switched off, noted on the orders.

SUMMER is meant for one order a customer, and Maja has used it twice. The merchant asks the agent to stop it. The agent
looks the voucher up, finds Maja's orders, and proposes to switch the voucher off; the card names the campaigns
that run beside it, and that the switch can be turned back. Notes for the staff go onto both orders at once: the shop's
policy lets notes run without asking, so there is only one card. The agent also offers to delete the voucher, which the
merchant refuses. Nothing is deleted.
"""

from storytelling import Merchant, No, Yes, call, written

MAJA = "maja.ros83@example.com"
NOTE = "SUMMER was used twice by the same customer; the voucher is switched off."


async def test_an_abused_voucher_is_switched_off_and_the_orders_are_noted(merchant: Merchant) -> None:
    told = await merchant.says(
        f"{MAJA} used the voucher SUMMER more than once. Stop the voucher and leave a note on her orders.",
        agent=[
            (call("search_vouchers", text="SUMMER"), call("search_orders", customer=MAJA)),
            (
                call("set_voucher_status", vouchers=["SUMMER"], status="INACTIVE"),
                call("add_order_note", order_number=827, note=NOTE),
                call("add_order_note", order_number=985, note=NOTE),
            ),
            "SUMMER is switched off, and both orders carry a note.",
        ],
        decides=[Yes()],
    )

    assert "SUMMER" in told.results[0]
    assert all(number in told.results[1] for number in ("827", "985"))
    assert told.card["sentence"] == "Switch off voucher Late summer (SUMMER)"
    assert told.card["warnings"] == ["Campaigns that run in the same markets: Knitwear Weeks, End of Denim."]
    assert told.card["undo"] == "switch on again"

    told = await merchant.says(
        "Should it go altogether?",
        agent=[
            (call("delete_voucher", voucher="SUMMER"),),
            "Then it stays, switched off.",
        ],
        decides=[No("Keep it, we need the history.")],
    )

    assert told.card["undo"] is None
    assert "Keep it, we need the history." in told.results[0]
    assert sorted(written(merchant.shop)) == ["addOrderNote", "addOrderNote", "updateVoucher"]
    [voucher] = [row for row in merchant.shop.store.vouchers.values() if row.code == "SUMMER"]
    assert voucher.status == "INACTIVE"
