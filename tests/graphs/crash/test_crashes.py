"""A process that is killed on the way to a write, and another one with which a client goes on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from processes import Died, Seen, Shop, approve, one_result_per_call, open_shop, script

pytestmark = pytest.mark.slow

APPROVE = {"type": "approve"}
STORED = ("sync", "async")


@dataclass(frozen=True, eq=False)
class Write:
    """A call of the model, and the mutation that it leads to."""

    mutation: str
    tool: str
    args: dict[str, Any]

    @property
    def request(self) -> str:
        return script([(self.tool, self.args)], "Done.")


CONFIRM = Write("confirmOrder", "confirm_order", {"order_number": 1042})
STOCK = Write("setStock", "set_stock", {"lines": [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 25}]})
NOTE = Write("addOrderNote", "add_order_note", {"order_number": 1042, "note": "Call back on Monday."})

ASKED = pytest.mark.parametrize("write", [CONFIRM, STOCK], ids=lambda write: write.tool)


@dataclass
class Aftermath:
    """What a client finds after a crash: the thread at its end, and how often the client was asked on the way."""

    durability: str
    crashed: bool
    seen: Seen
    asked: int
    written: int
    cards: Sequence[tuple[int, str]]


async def crash(shop: Shop, write: Write, point: str, durability: str, **settings: Any) -> bool:
    """Let a process work on a request, and answer it, until it dies; False if it does not come to that point."""
    if point == "lost":
        shop.sandbox.faults.add("drop_after", write.mutation)
    try:
        async with shop.agent(die_at=point, **settings) as agent:
            seen = await agent.say("thread", write.request, durability=durability)
            if seen["cards"]:
                await agent.resume("thread", APPROVE, durability=durability)
    except Died:
        return True
    return False


async def finish(shop: Shop, write: Write, *, answers_again: bool) -> tuple[Seen, int]:
    """Do in a new process what a client does: go on, or give the same answer again; say it again if all is lost."""
    async with shop.agent() as agent:
        seen = await agent.look("thread")
        if seen["last"] is None:
            seen = await agent.say("thread", write.request)
        elif answers_again:
            seen = await agent.resume("thread", APPROVE)
        else:
            seen = await agent.go_on("thread")
        asked = 0
        while seen["cards"]:
            asked += 1
            seen = await agent.resume("thread", approve(seen["cards"][0]))
    return seen, asked


async def after_a_crash(
    folder: Path, write: Write, point: str, durabilities: Sequence[str] = ("sync", "async", "exit")
) -> list[Aftermath]:
    """Crash and go on, in each durability at once; some of the clients give their answer again."""
    repeating = {CONFIRM: ("sync", "exit"), STOCK: ("async",), NOTE: ("async",)}
    cells = [cell(folder, write, point, one, answers_again=one in repeating[write]) for one in durabilities]
    return await asyncio.gather(*cells)


async def cell(folder: Path, write: Write, point: str, durability: str, *, answers_again: bool) -> Aftermath:
    with open_shop(folder / durability, "async-sqlite" if durability == "async" else "sqlite") as shop:
        async with asyncio.timeout(60):
            crashed = await crash(shop, write, point, durability)
            seen, asked = await finish(shop, write, answers_again=answers_again)
        cards = [(card.revision, card.state) for card in await shop.cards("thread")]
        assert seen["error"] is None
        assert (seen["next"], seen["last"]) == ([], ["ai", "Done."])
        assert one_result_per_call(seen)
        return Aftermath(durability, crashed, seen, asked, shop.written(write.mutation), cards)


@ASKED
async def test_killed_before_a_decision_it_asks_and_writes_once(tmp_path: Path, write: Write) -> None:
    for after in await after_a_crash(tmp_path, write, "proposed"):
        assert (after.crashed, after.asked, after.written) == (True, 1, 1)
        lost = [(1, "superseded")] if after.durability == "exit" else []
        assert after.cards == [*lost, (1, "applied")]


@ASKED
@pytest.mark.parametrize("point", ["decided", "claimed", "compared"])
async def test_killed_between_decision_and_sending_it_writes_once_and_asks_nobody(
    tmp_path: Path, write: Write, point: str
) -> None:
    for after in await after_a_crash(tmp_path, write, point):
        assert (after.crashed, after.asked, after.written) == (True, 0, 1)
        assert after.cards == [(1, "applied")]


@ASKED
async def test_killed_before_the_request_left_it_asks_with_a_new_card(tmp_path: Path, write: Write) -> None:
    for after in await after_a_crash(tmp_path, write, "sent"):
        assert (after.crashed, after.asked, after.written) == (True, 1, 1)
        assert after.cards == [(1, "not_applied"), (2, "applied")]


@ASKED
@pytest.mark.parametrize("point", ["answered", "lost", "finished"])
async def test_killed_after_the_store_wrote_it_finds_that_and_asks_nobody(
    tmp_path: Path, write: Write, point: str
) -> None:
    for after in await after_a_crash(tmp_path, write, point):
        assert (after.crashed, after.asked, after.written) == (True, 0, 1)
        assert after.cards == [(1, "applied")]
        assert "Written" in after.seen["results"][-1][1]


@pytest.mark.parametrize("point", ["proposed", "decided"])
async def test_killed_before_an_unasked_note_it_writes_it_once_and_asks_nobody(tmp_path: Path, point: str) -> None:
    for after in await after_a_crash(tmp_path, NOTE, point):
        assert (after.crashed, after.asked, after.written) == (True, 0, 1)


async def test_killed_with_a_claimed_note_it_writes_it_once(tmp_path: Path) -> None:
    for after in await after_a_crash(tmp_path, NOTE, "claimed", STORED):
        assert (after.crashed, after.asked, after.written) == (True, 0, 1)


@pytest.mark.parametrize("point", ["sent", "answered", "lost"])
async def test_killed_with_a_note_that_cannot_be_read_back_it_says_so_and_does_not_repeat_it(
    tmp_path: Path, point: str
) -> None:
    for after in await after_a_crash(tmp_path, NOTE, point, STORED):
        assert (after.crashed, after.asked, after.written) == (True, 0, 0 if point == "sent" else 1)
        assert after.cards == [(1, "unknown")]
        assert "not known" in after.seen["results"][-1][1]


async def test_killed_after_a_note_it_does_not_repeat_it(tmp_path: Path) -> None:
    for after in await after_a_crash(tmp_path, NOTE, "finished", STORED):
        assert (after.crashed, after.asked, after.written) == (True, 0, 1)


async def test_a_run_that_keeps_nothing_until_its_end_writes_no_note_and_says_why(tmp_path: Path) -> None:
    after = await cell(tmp_path, NOTE, "claimed", "exit", answers_again=False)
    assert (after.crashed, after.written, after.cards) == (False, 0, [(1, "superseded")])
    assert "does not store its progress" in after.seen["results"][-1][1]


@pytest.mark.parametrize("durability", STORED)
async def test_killed_while_checkpoints_are_slow_it_does_not_repeat_a_note(shop: Shop, durability: str) -> None:
    assert await crash(shop, NOTE, "finished", durability, save_seconds=0.4)
    seen, _ = await finish(shop, NOTE, answers_again=False)
    assert (shop.written("addOrderNote"), seen["last"]) == (1, ["ai", "Done."])
    assert one_result_per_call(seen)


@pytest.mark.parametrize("durability", STORED)
async def test_killed_while_the_model_thinks_about_a_note_it_does_not_repeat_it(shop: Shop, durability: str) -> None:
    assert await crash(shop, NOTE, "thinking", durability, nth=2)
    seen, _ = await finish(shop, NOTE, answers_again=False)
    assert (shop.written("addOrderNote"), seen["last"]) == (1, ["ai", "Done."])
    assert one_result_per_call(seen)
