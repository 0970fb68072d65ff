"""One journal belongs to one event loop; several on one database keep things for each other."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from journals import OpenJournal

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import JournalError
from langchain_centra.client import Portal


def test_a_journal_that_another_loop_uses_is_refused_at_once() -> None:
    journal, one, other = Journal.memory(), Portal(), Portal()
    one.call(journal.audit)
    with pytest.raises(JournalError, match="a journal of its own"):
        other.call(journal.audit)
    one.call(journal.aclose)
    other.close()
    one.close()


async def test_journals_on_one_database_change_what_they_keep_for_each_other_one_after_the_other(
    database_url: str, open_journal: OpenJournal
) -> None:
    one, two = open_journal(database_url), open_journal(database_url)

    def one_more(kept: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], int]:
        number: int = kept["n"] if kept else 0
        return {"n": number + 1}, number

    changes = (journal.revise("number", one_more) for _ in range(5) for journal in (one, two))
    counted = await asyncio.gather(*changes)
    assert sorted(counted) == list(range(10))
    assert await one.revise("number", lambda kept: (None, kept)) == {"n": 10}
