import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from journals import HandClock, OpenJournal, approved, new_card, sent, stored

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import AlreadyDecided, JournalConflict
from langchain_centra.approval.records import Card, Claim, Decision, NewCard, Verified

ROUNDS = 20


async def together(*calls: Awaitable[Any]) -> list[Any]:
    """Run calls at once; a refusal counts as a result."""
    return await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.slow
async def test_of_two_journals_on_one_database_one_wins_each_transition(
    database_url: str, open_journal: OpenJournal
) -> None:
    one, two = open_journal(database_url), open_journal(database_url)

    for number in range(ROUNDS):
        card = new_card(f"c{number}", targets=((f"target {number}",),))
        id_ = card.proposal_id
        added = await together(one.add(card), two.add(card))
        assert added[0] == added[1]

        approve = [Decision(proposal_id=id_, type="approve")]
        decided = await together(one.decide(approve, "one", "login"), two.decide(approve, "two", "login"))
        assert {type(result) for result in decided} == {list, AlreadyDecided}

        claims = await together(*(journal.claim(id_, 0, 60) for journal in (one, two) for _ in range(2)))
        (claim,) = [result for result in claims if isinstance(result, Claim)]

        assert sorted(await together(*(journal.send(claim, 60) for journal in (one, two)))) == [False, True]

        reports = [journal.finish(id_, 0, "applied", {}, token=claim.token) for journal in (one, two)]
        assert sorted(await together(*reports)) == [False, True]

    assert await one.verify() == Verified(rows=6 * ROUNDS, head_hash=(await two.audit(limit=6 * ROUNDS))[-1].hash)


async def test_of_two_revisions_one_is_live(database_url: str, open_journal: OpenJournal) -> None:
    one, two = open_journal(database_url), open_journal(database_url)
    for number in range(ROUNDS):
        revisions = [new_card(f"c{number}", revision=revision) for revision in (1, 2)]
        added = await together(one.add(revisions[0]), two.add(revisions[1]))
        assert {type(result) for result in added} == {Card, JournalConflict}


async def test_of_cards_on_one_target_one_is_claimed(database_url: str, open_journal: OpenJournal) -> None:
    one, two = open_journal(database_url), open_journal(database_url)
    ids = [f"c{number}/1" for number in range(8)]
    for number in range(8):
        await one.add(new_card(f"c{number}", targets=((f"own {number}", "shared"),)))
    await two.decide([Decision(proposal_id=id_, type="approve") for id_ in ids], "Bo", "login")

    for _ in ids:
        claims = await together(*((one, two)[n % 2].claim(id_, 0, 60) for n, id_ in enumerate(ids)))
        (claim,) = [result for result in claims if isinstance(result, Claim)]
        await one.send(claim, 60)
        await two.finish(claim.proposal_id, 0, "applied", {}, token=claim.token)

    assert {card.state for card in await one.find()} == {"applied"}


async def test_a_reject_and_a_claim_do_not_both_win(database_url: str, open_journal: OpenJournal) -> None:
    one, two = open_journal(database_url), open_journal(database_url)
    for number in range(ROUNDS):
        await one.add(new_card(f"c{number}", targets=((f"{number}",),)))
        id_ = f"c{number}/1"
        await one.decide([Decision(proposal_id=id_, type="approve")], "Bo", "login")
        reject = [Decision(proposal_id=id_, type="reject")]
        rejected, claimed = await together(one.decide(reject, "Cy", "login"), two.claim(id_, 0, 60))
        assert isinstance(rejected, AlreadyDecided) is isinstance(claimed, Claim)


async def test_of_two_runs_one_holds_the_turn(
    database_url: str, open_journal: OpenJournal, hand_clock: HandClock
) -> None:
    one, two = open_journal(database_url), open_journal(database_url)
    for number in range(ROUNDS):
        thread = f"thread {number % 3}"
        leases = await together(one.take_turn("shop", thread, "1", 10), two.take_turn("shop", thread, "2", 10))
        assert sum(lease is not None for lease in leases) == 1
        hand_clock.advance(10)


async def test_many_tasks_share_one_journal(journal: Journal) -> None:
    cards = [new_card(f"c{number}", targets=((f"{number}",),)) for number in range(30)]

    async def carry_out(card: NewCard) -> None:
        await approved(journal, card)
        claim = await sent(journal, card.proposal_id)
        assert (await stored(journal, card.proposal_id)).state == "approved"
        assert await journal.finish(card.proposal_id, 0, "applied", {}, token=claim.token)

    await asyncio.gather(*map(carry_out, cards))

    assert len(await journal.find(states=["applied"])) == 30
    assert isinstance(await journal.verify(), Verified)


async def test_a_cancelled_caller_leaves_whole_transactions(journal: Journal) -> None:
    await journal.verify()
    for number in range(20):
        call = asyncio.create_task(journal.add(new_card(f"c{number}")))
        for _ in range(number):
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    await asyncio.gather(*(journal.add(new_card(f"c{number}")) for number in range(20)))

    verified = await journal.verify()
    assert isinstance(verified, Verified)
    assert verified.rows == len(await journal.find()) == 20


async def start(url: str, name: str, rounds: int) -> asyncio.subprocess.Process:
    """A process that waits for a line before it races."""
    script = str(Path(__file__).with_name("racing_worker.py"))
    worker = await asyncio.create_subprocess_exec(
        sys.executable, script, url, name, str(rounds), stdin=PIPE, stdout=PIPE
    )
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"ready\n"
    return worker


async def race(url: str, names: Sequence[str], rounds: int) -> list[list[list[str]]]:
    """What each process won in each round; they start together."""
    workers = [await start(url, name, rounds) for name in names]
    outputs = await asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))
    return [json.loads(output) for output, _ in outputs]


async def add_cards(journal: Journal) -> None:
    """Cards for the processes, which go by the real time."""
    for number in range(ROUNDS):
        expires_at = datetime.now(UTC) + timedelta(hours=1)
        await journal.add(new_card(f"card-{number}", targets=((f"{number}",),), expires_at=expires_at))


@pytest.mark.slow
async def test_of_two_processes_one_wins_each_transition(database_url: str) -> None:
    journal = Journal(database_url)
    await add_cards(journal)

    results = await race(database_url, ["one", "two"], ROUNDS)

    for won in zip(*results, strict=True):
        assert sorted(won[0] + won[1]) == ["decided", "finished", "sent"]
    assert {card.state for card in await journal.find()} == {"applied"}
    assert isinstance(await journal.verify(), Verified)
    await journal.aclose()


@pytest.mark.slow
async def test_processes_that_make_the_same_journal_at_once_all_get_it(
    database_url: str, open_journal: OpenJournal
) -> None:
    results = await race(database_url, ["one", "two", "three"], 0)
    assert results == [[], [], []]
    assert await open_journal(database_url).verify() == Verified(rows=0, head_hash="0" * 64)


@pytest.mark.slow
async def test_a_process_that_is_killed_leaves_whole_transactions_and_nothing_is_sent_again(database_url: str) -> None:
    journal = Journal(database_url)
    await add_cards(journal)
    doomed = await start(database_url, "doomed", ROUNDS)
    assert doomed.stdin is not None
    doomed.stdin.write(b"go\n")
    while len(await journal.audit()) < ROUNDS + 5:
        await asyncio.sleep(0)
    doomed.kill()
    await doomed.communicate()

    assert isinstance(await journal.verify(), Verified)
    await race(database_url, ["heir"], ROUNDS)

    sends = Counter(row.proposal_id for row in await journal.audit(limit=10_000) if row.event == "sent")
    assert set(sends.values()) == {1}
    assert len(sends) >= ROUNDS - 1
    assert isinstance(await journal.verify(), Verified)
    await journal.aclose()
