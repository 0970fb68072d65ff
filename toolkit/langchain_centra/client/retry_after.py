"""The header `Retry-After`."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

# A small number is seconds from now, a big one a point in time: 1e9 seconds after 1970 was in 2001.
_EPOCH_FROM = 1_000_000_000


def point_in_time(header: str, now: datetime) -> datetime | None:
    """Read a `Retry-After` header; None if it says nothing readable.

    Centra calls it the timestamp of when to resume and does not give its format: seconds since 1970, an HTTP date and
    ISO 8601 are taken as that point in time (UTC where no offset is given), a small number as seconds from `now`.
    """
    for read in (partial(_number, now=now), datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, OverflowError, OSError):
            moment = read(header.strip())
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _number(text: str, *, now: datetime) -> datetime:
    seconds = float(text)
    return datetime.fromtimestamp(seconds, UTC) if seconds >= _EPOCH_FROM else now + timedelta(seconds=seconds)
