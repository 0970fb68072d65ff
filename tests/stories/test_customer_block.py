"""A customer is blocked.

Anna Berg has returned worn clothes for the third time. The merchant wants her account off and a line about it for the
staff. The card shows her present status, and that the present comment cannot be read: the API does not show it, so
what is replaced and whether that worked stays unverified. The merchant is told so before and after. One request.
"""

from storytelling import Merchant, Yes, call, written

ANNA = "anna.berg@example.com"
COMMENT = "Blocked: returned worn clothes three times."


async def test_a_customer_is_blocked_with_a_comment(merchant: Merchant) -> None:
    told = await merchant.says(
        f"Block {ANNA}, she returned worn clothes three times. Leave a comment.",
        agent=[
            (call("get_customer", customer=ANNA),),
            (call("update_customer", customer=ANNA, status="INACTIVE", internal_comment=COMMENT),),
            "Anna Berg is blocked. Whether the comment was stored cannot be read back.",
        ],
        decides=[Yes()],
    )

    status, comment = told.card["changes"]
    assert (status["before"], status["after"]) == ("ACTIVE", "INACTIVE")
    assert (comment["before"], comment["after"]) == (None, COMMENT)
    assert told.card["warnings"] == [
        "The present internal comment cannot be read; it is replaced, and whether that worked cannot be read either."
    ]
    assert told.card["undo"] == "set the status back to ACTIVE; the present internal comment is lost"

    assert written(merchant.shop) == ["updateCustomer"]
    [anna] = [row for row in merchant.shop.store.customers.values() if row.email == ANNA]
    assert anna.status == "INACTIVE"
    assert anna.internal_comment == COMMENT
