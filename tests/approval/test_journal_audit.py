import json
from hashlib import sha256
from typing import Any

import pytest
from journals import HandClock, OpenJournal, approved, claimed, engine_for, execute, new_card
from sqlalchemy import Executable, delete, insert, literal, select, update

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.records import Broken, Verified
from langchain_centra.approval.tables import audit, cards, head, steps


async def filled(journal: Journal) -> None:
    """Eight events: one card applied, another proposed."""
    await approved(journal, new_card("a"))
    claim = await claimed(journal, "a/1")
    await journal.renew(claim, 30)
    await journal.send(claim, 45)
    await journal.finish("a/1", 0, "applied", {"verified": True}, token=claim.token)
    await journal.add(new_card("b"))


async def stored_row(url: str, seq: int) -> dict[str, Any]:
    engine = engine_for(url)
    async with engine.connect() as connection:
        found = (await connection.execute(select(audit).where(audit.c.seq == seq))).mappings().one()
    await engine.dispose()
    return dict(found)


def rehashed(row: dict[str, Any]) -> dict[str, Any]:
    hashed = {name: value for name, value in row.items() if name not in ("seq", "previous_hash", "hash")}
    text = row["previous_hash"] + json.dumps(hashed, sort_keys=True, separators=(",", ":"))
    return row | {"hash": sha256(text.encode()).hexdigest()}


def renumber(first: int, last: int, by: int) -> list[Executable]:
    order = range(last, first - 1, -1) if by > 0 else range(first, last + 1)
    return [update(audit).where(audit.c.seq == seq).values(seq=seq + by) for seq in order]


async def test_an_untouched_journal_is_verified(journal: Journal) -> None:
    assert await journal.verify() == Verified(rows=0, head_hash="0" * 64)
    await filled(journal)
    rows = await journal.audit()
    assert await journal.verify() == Verified(rows=8, head_hash=rows[-1].hash)


async def test_events_tell_who_did_what_to_which_step(journal: Journal, hand_clock: HandClock) -> None:
    await filled(journal)
    rows = await journal.audit(proposal_id="a/1")

    assert [(row.seq, row.event, row.step, row.actor) for row in rows] == [
        (1, "proposed", None, "Anna"),
        (2, "approved", None, "Bo"),
        (3, "claimed", 0, None),
        (4, "renewed", 0, None),
        (5, "sent", 0, None),
        (6, "applied", 0, None),
        (7, "applied", None, None),
    ]
    assert rows[0].data == {"tool": "set_stock", "revision": 1, "verdict": "ask", "args_digest": "digest"}
    assert {(row.at, row.store, row.thread_id) for row in rows} == {(hand_clock.now(), "shop", "thread")}


async def test_the_audit_is_read_in_pages_and_by_store_and_thread(journal: Journal) -> None:
    await filled(journal)
    await journal.add(new_card("c", store="outlet", thread_id="other"))

    assert [row.seq for row in await journal.audit(after=2, limit=3)] == [3, 4, 5]
    assert [row.seq for row in await journal.audit(store="outlet")] == [9]
    assert [row.seq for row in await journal.audit(thread_id="other")] == [9]


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-03-01T12:00:01.000000+00:00"},
        {"event": "rejected"},
        {"store": "outlet"},
        {"thread_id": "other"},
        {"proposal_id": "b/1"},
        {"step": 1},
        {"actor": "Cy"},
        {"data": '{"via":"authenticated"}'},
        {"data": "not even JSON"},
        {"card_digest": "0"},
        {"previous_hash": "0"},
        {"hash": "0"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_changed_row_is_found(database_url: str, open_journal: OpenJournal, change: Any) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    await execute(database_url, update(audit).where(audit.c.seq == 2).values(change))
    assert await journal.verify() == Broken(seq=2, problem="changed")


async def test_a_changed_row_with_a_new_hash_is_found(database_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    for seq in (2, 8):
        original = await stored_row(database_url, seq)
        change = update(audit).where(audit.c.seq == seq)
        await execute(database_url, change.values(rehashed(original | {"actor": "Cy"})))
        assert await journal.verify() == Broken(seq=seq, problem="changed")
        await execute(database_url, change.values(original))


@pytest.mark.parametrize("seq", [1, 4, 8])
async def test_a_removed_row_is_found(database_url: str, open_journal: OpenJournal, seq: int) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    await execute(database_url, delete(audit).where(audit.c.seq == seq))
    assert await journal.verify() == Broken(seq=seq, problem="removed")


async def test_a_removed_row_is_found_when_the_others_close_the_gap(
    database_url: str, open_journal: OpenJournal
) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    await execute(database_url, delete(audit).where(audit.c.seq == 1), *renumber(2, 8, -1))
    assert await journal.verify() == Broken(seq=1, problem="removed")


async def test_an_inserted_row_is_found_at_the_end(database_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    last = await stored_row(database_url, 8)
    forged = rehashed(last | {"seq": 9, "previous_hash": last["hash"], "event": "approved"})
    await execute(database_url, insert(audit).values(forged))
    assert await journal.verify() == Broken(seq=9, problem="inserted")


async def test_an_inserted_row_is_found_in_the_middle(database_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    fourth = await stored_row(database_url, 4)
    forged = rehashed(fourth | {"seq": 5, "previous_hash": fourth["hash"], "event": "approved"})
    await execute(database_url, *renumber(5, 8, +1), insert(audit).values(forged), update(head).values(seq=9))
    assert await journal.verify() == Broken(seq=5, problem="inserted")


async def test_an_inserted_row_is_found_before_the_start(database_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    first = await stored_row(database_url, 1)
    await execute(database_url, insert(audit).values(first | {"seq": 0}))
    assert await journal.verify() == Broken(seq=0, problem="inserted")


async def test_a_head_that_was_moved_is_found(database_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    await execute(database_url, update(head).values(hash="0"))
    assert await journal.verify() == Broken(seq=8, problem="changed")


@pytest.mark.parametrize(
    "change",
    [
        update(cards).where(cards.c.proposal_id == "a/1").values(args={"sku": "SKU", "quantity": 2000}),
        update(cards).where(cards.c.proposal_id == "a/1").values(decided_by="Cy"),
        update(cards).where(cards.c.proposal_id == "a/1").values(state="rejected"),
        update(steps).where(steps.c.proposal_id == "a/1").values(variables={"n": 7}),
        update(steps).where(steps.c.proposal_id == "a/1").values(outcome={"verified": False}),
    ],
    ids=["arguments", "decider", "state", "request", "outcome"],
)
async def test_a_card_that_is_not_as_its_last_event_left_it_is_found(
    database_url: str, open_journal: OpenJournal, change: Any
) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    await execute(database_url, change)
    assert await journal.verify() == Broken(seq=7, problem="changed", proposal_id="a/1")


async def test_a_removed_and_an_inserted_card_are_found(database_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(database_url)
    await filled(journal)
    copied = [column for column in cards.c if column.name not in ("proposal_id", "call_id")]
    copy = select(literal("c/1"), literal("c"), *copied).where(cards.c.proposal_id == "a/1")
    await execute(database_url, insert(cards).from_select(["proposal_id", "call_id", *copied], copy))
    assert await journal.verify() == Broken(seq=0, problem="inserted", proposal_id="c/1")

    for table in (steps, cards):
        await execute(database_url, delete(table).where(table.c.proposal_id == "b/1"))
    assert await journal.verify() == Broken(seq=8, problem="removed", proposal_id="b/1")
