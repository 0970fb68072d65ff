import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from journals import OpenJournal, execute, new_card, stored
from sqlalchemy import URL, make_url, text

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import JournalError, JournalUnavailable, NewerJournal
from langchain_centra.approval.records import Verified
from langchain_centra.client import SettingsError

blockbuster = pytest.importorskip("blockbuster")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
async def default_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Journal]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    journal = Journal()
    yield journal
    await journal.aclose()


async def test_by_default_the_journal_is_a_file_that_only_the_user_can_read(
    default_journal: Journal, tmp_path: Path
) -> None:
    assert not (tmp_path / "state").exists()
    await default_journal.add(new_card())

    directory = tmp_path / "state" / "langchain-centra"
    assert mode(directory) == 0o700
    assert sorted(file.name for file in directory.iterdir() if file.suffix == ".sqlite3") == ["journal.sqlite3"]
    assert {mode(file) for file in directory.iterdir()} == {0o600}


async def test_a_journal_keeps_its_cards_when_it_is_opened_again(database_url: str, open_journal: OpenJournal) -> None:
    first = open_journal(database_url)
    card = await first.add(new_card())
    await first.aclose()

    second = open_journal(database_url)
    assert await stored(second) == card
    assert isinstance(await second.verify(), Verified)


async def test_a_new_file_and_its_directory_are_private_and_an_existing_directory_keeps_its_mode(
    tmp_path: Path, open_journal: OpenJournal
) -> None:
    existing, new = tmp_path / "existing", tmp_path / "new"
    existing.mkdir(mode=0o755)
    for directory in (existing, new):
        await open_journal(f"sqlite:///{directory / 'a.db'}").find()
    assert (mode(existing), mode(new)) == (0o755, 0o700)
    assert mode(existing / "a.db") == mode(new / "a.db") == 0o600


@pytest.mark.parametrize("url", ["mysql://root:secret@host/db", "journal.sqlite3", "", "sqlite+pysqlite:///x"])
def test_another_kind_of_database_is_refused_without_showing_the_url(url: str) -> None:
    with pytest.raises(
        SettingsError, match=r"CENTRA_JOURNAL is not the URL of a journal\. Set it to sqlite:///"
    ) as error:
        Journal(url)
    assert "secret" not in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
async def test_postgresql_is_named_in_any_of_the_usual_ways(
    postgres_url: str, open_journal: OpenJournal, scheme: str
) -> None:
    url: URL = make_url(postgres_url).set(drivername=scheme)
    journal = open_journal(url.render_as_string(hide_password=False))
    assert (await journal.add(new_card())).state == "proposed"


async def test_a_newer_schema_is_refused(tmp_path: Path, sqlite_url: str, open_journal: OpenJournal) -> None:
    await open_journal(sqlite_url).find()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
        connection.execute("UPDATE centra_head SET version = 99")
    connection.close()

    for _ in range(2):
        with pytest.raises(NewerJournal, match=r"schema version 99; .* up to 3\. Upgrade langchain-centra\."):
            await open_journal(sqlite_url).find()


async def test_a_database_that_cannot_be_opened_is_told_and_tried_again(
    tmp_path: Path, open_journal: OpenJournal
) -> None:
    (tmp_path / "directory").write_text("in the way")
    journal = open_journal(f"sqlite:///{tmp_path / 'directory' / 'a.db'}")
    with pytest.raises(JournalUnavailable, match=r"cannot be used .*CENTRA_JOURNAL") as error:
        await journal.find()
    assert error.value.retryable

    (tmp_path / "directory").unlink()
    assert await journal.find() == []


async def test_a_file_that_is_no_database_is_told(tmp_path: Path, open_journal: OpenJournal) -> None:
    (tmp_path / "a.db").write_text("This is not a database, and it is long enough to be taken for one." * 20)
    with pytest.raises(JournalUnavailable, match="DatabaseError"):
        await open_journal(f"sqlite:///{tmp_path / 'a.db'}").find()


async def test_a_closed_journal_says_so(sqlite_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(sqlite_url)
    await journal.add(new_card())
    await journal.aclose()
    with pytest.raises(JournalError, match="closed"):
        await journal.find()


async def test_closing_waits_for_what_is_running(sqlite_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(sqlite_url)
    await journal.find()
    adding = asyncio.create_task(journal.add(new_card()))
    await asyncio.sleep(0)
    await journal.aclose()
    assert (await adding).state == "proposed"
    assert await stored(open_journal(sqlite_url)) == await adding


async def test_what_is_not_json_is_refused_and_nothing_is_stored(sqlite_url: str, open_journal: OpenJournal) -> None:
    journal = open_journal(sqlite_url)
    for bad in (object(), float("nan")):
        with pytest.raises(Exception, match="JSON"):
            await journal.add(new_card(args={"quantity": bad}))
    assert await journal.find() == []
    assert await journal.verify() == Verified(rows=0, head_hash="0" * 64)


async def test_nothing_blocks_the_event_loop(default_journal: Journal) -> None:
    with blockbuster.blockbuster_ctx():
        await default_journal.add(new_card())
        await default_journal.verify()
        await default_journal.aclose()


async def test_a_journal_of_the_first_version_is_brought_up_to_this_one(
    database_url: str, open_journal: OpenJournal
) -> None:
    old = open_journal(database_url)
    card = await old.add(new_card())
    await old.aclose()
    dropped = [f"ALTER TABLE centra_cards DROP COLUMN {name}" for name in ("first_message_id", "standing", "grant_id")]
    first = [*dropped, "DROP TABLE centra_kept", "UPDATE centra_head SET version = 1"]
    await execute(database_url, *map(text, first))

    journal = open_journal(database_url)
    assert await stored(journal) == card
    assert isinstance(await journal.verify(), Verified)
