"""One journal belongs to one event loop."""

import pytest

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
