"""The journal's schema."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    insert,
    inspect,
    select,
    text,
    update,
)

from langchain_centra.approval.journal_errors import NewerJournal
from langchain_centra.approval.records import LIVE

GENESIS = "0" * 64
"""What the first audit row follows."""


def canonical(value: Any) -> str:
    """JSON text that is the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


class Json(TypeDecorator[Any]):
    """Canonical JSON text; a database's own JSON type would reorder it and refuse some characters."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002, D102
        return None if value is None else json.loads(value)


class Instant(TypeDecorator[datetime]):
    """An aware time as ISO text in UTC with microseconds, so that its order is that of the text."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

cards = Table(
    "centra_cards",
    metadata,
    Column("proposal_id", Text, primary_key=True),
    Column("store", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("tool", Text, nullable=False),
    Column("args", Json, nullable=False),
    Column("args_digest", Text, nullable=False),
    Column("preview", Json, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("requester", Text),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("decided_by", Text),
    Column("decided_via", Text),
    Column("decided_at", Instant),
    Column("reason", Json),
    Column("edited_args", Json),
    Column("outcome", Json),
    Column("first_message_id", Text),
    Column("standing", Json),
    Column("grant_id", Text),
    UniqueConstraint("store", "thread_id", "message_id", "call_id", "revision"),
)

Index(
    "centra_cards_live",
    cards.c.store,
    cards.c.thread_id,
    cards.c.message_id,
    cards.c.call_id,
    unique=True,
    sqlite_where=cards.c.state.in_(LIVE),
    postgresql_where=cards.c.state.in_(LIVE),
)

steps = Table(
    "centra_steps",
    metadata,
    Column("proposal_id", ForeignKey(cards.c.proposal_id), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("operation", Text, nullable=False),
    Column("variables", Json, nullable=False),
    Column("targets", Json, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("marker", Text),
    Column("state", Text, nullable=False),
    Column("token", Text),
    Column("lease_until", Instant),
    Column("sent_at", Instant),
    Column("outcome", Json),
)

targets = Table(
    "centra_targets",
    metadata,
    Column("store", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("proposal_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    ForeignKeyConstraint(["proposal_id", "position"], [steps.c.proposal_id, steps.c.position]),
)

turns = Table(
    "centra_turns",
    metadata,
    Column("store", Text, primary_key=True),
    Column("thread_id", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("lease_until", Instant, nullable=False),
)

audit = Table(
    "centra_audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("store", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("proposal_id", Text, nullable=False),
    Column("step", Integer),
    Column("actor", Text),
    Column("data", Text, nullable=False),
    Column("card_digest", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

head = Table(
    "centra_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

kept = Table("centra_kept", metadata, Column("key", Text, primary_key=True), Column("value", Json))
"""What processes keep for each other beside the cards, such as what they spent of a store's rate limits."""


def _create(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(head).values(id=1, version=VERSION, seq=0, hash=GENESIS))


def _create_kept(connection: Connection) -> None:
    kept.create(connection)


def _add_standing_approvals(connection: Connection) -> None:
    for column in ("first_message_id", "standing", "grant_id"):
        connection.execute(text(f"ALTER TABLE centra_cards ADD COLUMN {column} TEXT"))


_MIGRATIONS = (_create_kept, _add_standing_approvals)
"""The first takes a journal from version 1 to version 2, and so on."""

VERSION = 1 + len(_MIGRATIONS)


def migrate(connection: Connection) -> None:
    """Bring the schema up to this library's version; the caller holds the only writing transaction.

    Raises:
        NewerJournal: the schema is of a later version.
    """
    exists = inspect(connection).has_table(head.name)
    version = connection.execute(select(head.c.version)).scalar_one() if exists else 0
    if version > VERSION:
        raise NewerJournal(f"The journal has schema version {version}; this library knows versions up to {VERSION}.")
    if not exists:
        _create(connection)
    elif version < VERSION:
        for step in _MIGRATIONS[version - 1 :]:
            step(connection)
        connection.execute(update(head).values(version=VERSION))
