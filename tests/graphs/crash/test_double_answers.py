"""Two processes that continue one conversation, at the same moment or one after the other."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from processes import Died, Seen, Shop, approve, one_result_per_call, open_shop, script

pytestmark = pytest.mark.slow

APPROVE = {"type": "approve"}
REJECT = {"type": "reject", "message": "Not now."}
ROUNDS = 8


def stock_then_note(quantity: int) -> str:
    """A write that a person is asked about, and after it one that nobody is asked about."""
    lines = [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": quantity}]
    note = {"order_number": 1042, "note": f"The stock is {quantity}."}
    return script([("set_stock", {"lines": lines})], [("add_order_note", note)], "Done.")


@pytest.fixture(params=["sqlite", "async-sqlite", "postgres"])
def any_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """A store whose agents share SQLite files or a PostgreSQL database."""
    with open_shop(tmp_path, request.param) as shop:
        if request.param == "postgres":
            shop.checkpoints = shop.journal = request.getfixturevalue("postgres_url")
            from langgraph.checkpoint.postgres import PostgresSaver

            with PostgresSaver.from_conn_string(shop.checkpoints) as saver:
                saver.setup()
        yield shop


def soon() -> float:
    return time.time() + 0.1


def one_went_on(answers: Sequence[Seen]) -> bool:
    """Whether at most one was told that another works, or has worked, on the conversation, and none anything else."""
    found = [answer["error"] for answer in answers if answer["error"]]
    return len(found) < len(answers) and all(error.startswith("TurnTaken: ") for error in found)


async def test_the_same_yes_twice_at_once_writes_once_and_goes_on_once(any_shop: Shop) -> None:
    shop = any_shop
    async with shop.agent() as one, shop.agent() as two:
        for number in range(1, ROUNDS + 1):
            thread = f"thread {number}"
            assert (await one.say(thread, stock_then_note(100 + number)))["cards"]
            at = soon()
            answers = [agent.resume(thread, APPROVE, not_before=at) for agent in (one, two)]
            assert one_went_on(await asyncio.gather(*answers))
            seen = await two.look(thread)
            assert (seen["last"], one_result_per_call(seen)) == (["ai", "Done."], True)
            assert [card.state for card in await shop.cards(thread)] == ["applied", "applied"]
            assert (shop.written("setStock"), shop.written("addOrderNote")) == (number, number)


async def test_of_a_yes_and_a_no_at_once_one_holds_and_the_store_agrees(any_shop: Shop) -> None:
    shop = any_shop
    yeses = 0
    async with shop.agent() as one, shop.agent() as two:
        for number in range(1, ROUNDS + 1):
            thread = f"thread {number}"
            await one.say(thread, stock_then_note(100 + number))
            at = soon()
            yes, no = one.resume(thread, APPROVE, not_before=at), two.resume(thread, REJECT, not_before=at)
            assert one_went_on(await asyncio.gather(yes, no))
            stock, note = await shop.cards(thread)
            assert (stock.state in ("applied", "rejected"), note.state) == (True, "applied")
            yeses += stock.state == "applied"
            assert (shop.written("setStock"), shop.written("addOrderNote")) == (yeses, number)
            assert one_result_per_call(await one.look(thread))


@pytest.mark.parametrize(("durability", "rounds", "notes"), [("async", 4, 1), ("exit", 1, 0)])
async def test_the_same_yes_twice_at_once_writes_once_in_every_durability(
    shop: Shop, durability: str, rounds: int, notes: int
) -> None:
    async with shop.agent() as one, shop.agent() as two:
        for number in range(1, rounds + 1):
            thread = f"thread {number}"
            await one.say(thread, stock_then_note(100 + number), durability=durability)
            at = soon()
            answers = [agent.resume(thread, APPROVE, not_before=at, durability=durability) for agent in (one, two)]
            assert one_went_on(await asyncio.gather(*answers))
            assert (shop.written("setStock"), shop.written("addOrderNote")) == (number, notes * number)
            assert one_result_per_call(await one.look(thread))


@pytest.mark.parametrize("point", ["looking", "taking"])
@pytest.mark.parametrize("decision", [APPROVE, REJECT], ids=["yes", "no"])
async def test_an_answer_that_comes_through_late_changes_nothing(
    shop: Shop, point: str, decision: dict[str, Any]
) -> None:
    async with shop.agent() as one, shop.agent(stop_at=point) as late:
        await one.say("thread", stock_then_note(25))
        stopped = await late.resume("thread", decision)
        assert stopped == {"stopped": point}
        assert (await one.resume("thread", APPROVE))["last"] == ["ai", "Done."]
        late.wake()
        assert (await late.answer())["error"].startswith("TurnTaken: ")
        seen = await one.look("thread")
        assert (seen["last"], seen["next"], one_result_per_call(seen)) == (["ai", "Done."], [], True)
        assert [card.state for card in await shop.cards("thread")] == ["applied", "applied"]
        assert (shop.written("setStock"), shop.written("addOrderNote")) == (1, 1)


async def test_an_answer_to_a_finished_conversation_changes_nothing(shop: Shop) -> None:
    async with shop.agent() as one, shop.agent() as late:
        await one.say("thread", stock_then_note(25))
        await one.resume("thread", APPROVE)
        for decision in (APPROVE, REJECT):
            seen = await late.resume("thread", decision)
            assert (seen["error"], seen["last"], one_result_per_call(seen)) == (None, ["ai", "Done."], True)
        assert (shop.written("setStock"), shop.written("addOrderNote")) == (1, 1)


@pytest.mark.parametrize("point", ["thinking", "proposed", "decided", "claimed", "answered", "finished"])
async def test_two_that_go_on_at_once_after_a_crash_write_once(shop: Shop, point: str) -> None:
    async with shop.agent(die_at=point) as victim:
        with suppress(Died):
            await victim.say("thread", stock_then_note(25))
            await victim.resume("thread", APPROVE)
    async with shop.agent() as one, shop.agent() as two:
        at = soon()
        answers = await asyncio.gather(*(agent.go_on("thread", not_before=at) for agent in (one, two)))
        assert one_went_on(answers)
        seen = await one.look("thread")
        if seen["cards"]:
            at = soon()
            answer = approve(seen["cards"][0])
            answers = await asyncio.gather(*(agent.resume("thread", answer, not_before=at) for agent in (one, two)))
            assert one_went_on(answers)
        seen = await two.look("thread")
        assert (seen["last"], one_result_per_call(seen)) == (["ai", "Done."], True)
        assert [card.state for card in await shop.cards("thread")] == ["applied", "applied"]
        assert (shop.written("setStock"), shop.written("addOrderNote")) == (1, 1)


async def test_a_new_message_and_an_answer_at_once_leave_no_write_that_is_not_told(shop: Shop) -> None:
    async with shop.agent() as one, shop.agent() as two:
        for number in range(1, ROUNDS + 1):
            thread = f"thread {number}"
            await one.say(thread, stock_then_note(100 + number))
            at = soon()
            answer = one.resume(thread, APPROVE, not_before=at)
            message = two.say(thread, "Never mind.", not_before=at)
            await asyncio.gather(answer, message)
            seen = await one.look(thread)
            assert one_result_per_call(seen)
            stock = (await shop.cards(thread))[0]
            written = shop.sandbox.store.stock["TEE01BLKM", 1].physical_quantity == 100 + number
            assert (stock.state == "applied") is written
            assert shop.written("addOrderNote") <= number
