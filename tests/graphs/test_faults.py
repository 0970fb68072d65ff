"""A store that fails: lost answers, refusals, limits, permissions, tokens."""

from typing import Any

import pytest
from conversations import APPROVE, BOTH, Conversation, Start, set_stock
from journals import HandClock
from scripted import calls

from langchain_centra.tools.registry import TOOLS

CANCEL = ("cancel_order", {"order_number": 1042})
NOTE = ("add_order_note", {"order_number": 1042, "note": "She called."})


def without(*permissions: str) -> frozenset[str]:
    """All that the tools can use but these permissions."""
    every = frozenset[str]().union(*(tool.needs | tool.optional for tool in TOOLS))
    return every - set(permissions)


class TestUnknownOutcome:
    @BOTH
    @pytest.mark.parametrize(
        ("fault", "options"),
        [
            ("drop_after", {}),
            ("half_answer", {}),
            ("server_error", {"after": True}),
        ],
    )
    async def test_a_write_whose_answer_was_lost_is_found_by_reading_and_not_sent_again(
        self, start: Start, fault: Any, options: dict[str, Any]
    ) -> None:
        talk = await start(calls(set_stock(25)), "Done.", clock=HandClock())
        await talk.say()
        talk.sandbox.faults.add(fault, "setStock", **options)
        turn = await talk.answer(APPROVE)
        assert turn.text == "Done."
        assert "Written." in turn.result
        assert "Verified by reading it back." in turn.result
        assert (talk.written, talk.stock()) == (["setStock"], 25)

    async def test_a_write_whose_answer_comes_too_late_is_found_by_reading(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.", timeout=1)
        await talk.say()
        talk.sandbox.faults.add("slow", "setStock", after=True, seconds=2)
        turn = await talk.answer(APPROVE)
        assert "Verified by reading it back." in turn.result
        assert talk.written == ["setStock"]

    @BOTH
    @pytest.mark.parametrize("fault", ["drop_before", "server_error"])
    async def test_one_that_never_arrived_asks_again_with_a_warning(self, start: Start, fault: Any) -> None:
        talk = await start(calls(set_stock(25)), "Done.", clock=HandClock())
        await talk.say()
        talk.sandbox.faults.add(fault, "setStock")
        turn = await talk.answer(APPROVE)
        assert talk.written == []
        assert turn.cards[0]["preview"]["revision"] == 2
        assert "may still arrive" in turn.cards[0]["preview"]["warnings"][-1]
        assert (await talk.answer(APPROVE)).text == "Done."
        assert (talk.written, talk.stock()) == (["setStock"], 25)

    @BOTH
    @pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
    async def test_what_the_store_does_not_show_goes_to_a_person_and_is_not_sent_again(
        self, start: Start, fault: Any
    ) -> None:
        talk = await start(calls(NOTE), "Please look in Centra.", clock=HandClock())
        talk.sandbox.faults.add(fault, "addOrderNote")
        turn = await talk.say()
        assert turn.text == "Please look in Centra."
        assert "It is not known whether this was written. Do not call this again" in turn.result
        assert len(talk.written) == (fault == "drop_after")

    async def test_a_store_that_somebody_else_changed_meanwhile_leaves_it_unknown(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Please look in Centra.", clock=HandClock())
        await talk.say()
        talk.sandbox.faults.add("drop_before", "setStock")
        self.change_when_asked_again(talk)
        turn = await talk.answer(APPROVE)
        assert "It is not known" in turn.result
        assert "neither as it was before nor as approved" in turn.result
        assert talk.written == []

    def change_when_asked_again(self, talk: Conversation) -> None:
        """Somebody sells units while the outcome is being read."""
        clock = talk.toolkit.centra.clock
        assert isinstance(clock, HandClock)
        advance = clock.advance

        def sell(seconds: float) -> None:
            talk.restock(3)
            advance(seconds)

        clock.advance = sell  # type: ignore[method-assign]


class TestRefusals:
    @BOTH
    async def test_a_missing_permission_to_write_is_named_and_nothing_is_written(self, start: Start) -> None:
        talk = await start(calls(("confirm_order", {"order_number": 1042})), "I may not.", grant=without("Order:write"))
        await talk.say()
        turn = await talk.answer(APPROVE)
        assert turn.text == "I may not."
        assert turn.result.startswith("Confirm order 1042 (646.00 SEK): Not written. Do not call this again")
        assert "You need Order:write permission" in turn.result
        assert talk.written == []

    async def test_a_missing_permission_to_read_is_named_and_nobody_is_asked(self, start: Start) -> None:
        talk = await start(
            calls(CANCEL, ("get_order", {"order_number": 1042})), "I may not.", grant=without("Order:read")
        )
        turn = await talk.say()
        assert turn.text == "I may not."
        assert turn.results["call_1"].startswith("Nothing was proposed or written. cancel_order lacks a permission.")
        assert "You need Order:read permission" in turn.results["call_1"]
        assert "You need Order:read permission" in turn.results["call_2"]

    @BOTH
    async def test_what_the_store_refuses_is_told_in_its_words(self, start: Start) -> None:
        talk = await start(calls(CANCEL), "It is paid.", grant=without("PaymentHistory:read"))
        turn = await talk.say()
        assert "Whether the payment has been captured cannot be read." in turn.cards[0]["preview"]["warnings"]
        talk.sandbox.store.orders[1042].payment_history[0].entry_type = "CAPTURE"
        turn = await talk.answer(APPROVE)
        assert turn.text == "It is paid."
        assert "Not written." in turn.result
        assert "Centra refused the change and wrote nothing" in turn.result
        assert [record.applied for record in talk.sandbox.mutations] == [False]
        assert talk.sandbox.store.orders[1042].status == "PENDING"

    async def test_a_token_that_is_revoked_while_the_card_waits_writes_nothing(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "The token is gone.")
        await talk.say()
        talk.sandbox.revoke_token(talk.sandbox.TOKEN)
        turn = await talk.answer(APPROVE)
        assert turn.text == "The token is gone."
        assert "Centra rejected the token" in turn.result
        assert talk.written == []

    async def test_the_token_is_in_no_message_card_or_checkpoint(self, start: Start) -> None:
        talk = await start(calls(set_stock(25), ("list_warehouses", {})), "Done.")
        turn = await talk.say()
        state = await talk.state()
        assert talk.sandbox.TOKEN not in f"{turn.output}{state}{await talk.cards()}{await talk.audit()}"


class TestRateLimits:
    async def test_a_write_refused_for_the_moment_is_made_a_little_later(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Done.", clock=HandClock())
        await talk.say()
        talk.sandbox.faults.add("rate_limited", "setStock", seconds=3)
        turn = await talk.answer(APPROVE)
        assert "Written." in turn.result
        assert talk.written == ["setStock"]

    @BOTH
    async def test_a_write_refused_for_long_is_not_made(self, start: Start) -> None:
        talk = await start(calls(set_stock(25)), "Later.", clock=HandClock())
        await talk.say()
        talk.sandbox.faults.add("rate_limited", "setStock", times=100, seconds=3600)
        turn = await talk.answer(APPROVE)
        assert turn.text == "Later."
        assert "Centra's rate limit is used up; nothing was done." in turn.result
        assert talk.written == []

    async def test_a_read_refused_for_long_says_when_to_try_again(self, start: Start) -> None:
        talk = await start(calls(("list_warehouses", {})), "Later.", clock=HandClock())
        talk.sandbox.faults.add("rate_limited", "warehouses", times=100, seconds=3600)
        turn = await talk.say()
        assert turn.text == "Later."
        assert "Try again after" in turn.result
