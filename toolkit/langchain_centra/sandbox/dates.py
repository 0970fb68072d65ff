"""Dates in and out: PHP formats for output, what PHP reads for input."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from graphql import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, tzinfo

_ISO = "Y-m-d\\TH:i:sP"
_RELATIVE = re.compile(r"^([+-]\d+) (second|minute|hour|day|week)s?$")
_LETTERS: dict[str, Callable[[datetime], str]] = {
    "d": lambda at: f"{at:%d}",
    "D": lambda at: f"{at:%a}",
    "j": lambda at: str(at.day),
    "l": lambda at: f"{at:%A}",
    "N": lambda at: str(at.isoweekday()),
    "w": lambda at: f"{at:%w}",
    "z": lambda at: str(at.timetuple().tm_yday - 1),
    "W": lambda at: f"{at:%V}",
    "o": lambda at: f"{at:%G}",
    "F": lambda at: f"{at:%B}",
    "M": lambda at: f"{at:%b}",
    "m": lambda at: f"{at:%m}",
    "n": lambda at: str(at.month),
    "t": lambda at: str(monthrange(at.year, at.month)[1]),
    "L": lambda at: str(int(isleap(at.year))),
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at:%y}",
    "a": lambda at: "am" if at.hour < 12 else "pm",
    "A": lambda at: "AM" if at.hour < 12 else "PM",
    "g": lambda at: str(at.hour % 12 or 12),
    "G": lambda at: str(at.hour),
    "h": lambda at: f"{at.hour % 12 or 12:02}",
    "H": lambda at: f"{at:%H}",
    "i": lambda at: f"{at:%M}",
    "s": lambda at: f"{at:%S}",
    "v": lambda at: f"{at.microsecond // 1000:03}",
    "u": lambda at: f"{at:%f}",
    "e": lambda at: str(at.tzinfo),
    "T": lambda at: f"{at:%Z}",
    "O": lambda at: f"{at:%z}",
    "P": lambda at: at.isoformat()[-6:],
    "U": lambda at: str(int(at.timestamp())),
    "c": lambda at: at.isoformat(timespec="seconds"),
}


def php_format(at: datetime, pattern: str) -> str:
    r"""Write a moment by a PHP date pattern; a backslash takes the next letter as it is, as in `Y-m-d\TH:i:sP`."""
    if pattern == _ISO:
        return at.isoformat(timespec="seconds")
    out, letters = [], iter(pattern)
    for letter in letters:
        if letter == "\\":
            out.append(next(letters, ""))
        else:
            out.append(_LETTERS[letter](at) if letter in _LETTERS else letter)
    return "".join(out)


def format_date(value: date, pattern: str, zone: tzinfo) -> str:
    """Write a moment in the store's time zone; a mere date has none."""
    if isinstance(value, datetime):
        return php_format(value.astimezone(zone), pattern)
    return php_format(datetime(value.year, value.month, value.day, tzinfo=zone), pattern)


def parse_date(text: str, zone: tzinfo, now: datetime) -> datetime:
    """Read a moment: ISO-8601 with or without time and offset, `now`, or PHP's `-1 hour`.

    Without an offset it is in the store's time zone.

    Raises:
        GraphQLError: the text is no date.
    """
    if text == "now":
        return now
    if relative := _RELATIVE.match(text):
        return now + timedelta(**{f"{relative[2]}s": int(relative[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GraphQLError(f"{text!r} is not a date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
