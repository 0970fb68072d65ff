"""Days and times as people say them, in the store's time zone."""

from contextlib import suppress
from datetime import date, datetime, time, tzinfo
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from langchain_centra.client import AsyncCentra


def _moment(value: Any) -> date | datetime:
    for kind in (date, datetime):
        with suppress(TypeError, ValueError):
            return kind.fromisoformat(value)
    raise ValueError("Give a date such as 2026-11-01 or an ISO time")


Moment = Annotated[date | datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string"})]


def in_order(start: date | datetime | None, end: date | datetime | None) -> bool:
    """Whether a period ends on the day on which it starts or later; an open side always does."""
    return not (start and end) or start.isoformat()[:10] <= end.isoformat()[:10]


async def date_range(centra: AsyncCentra, start: date | datetime | None, end: date | datetime | None) -> dict[str, str]:
    """Return a period as the API's DateRange, both ends included; a date is a whole day in the store's time zone."""
    if not (start or end):
        return {}
    zone = await centra.store_timezone()
    bounds = {"from": _at(start, time.min, zone), "to": _at(end, time(23, 59, 59), zone)}
    return {side: bound.isoformat() for side, bound in bounds.items() if bound}


def period_sentence(what: str, bounds: dict[str, str]) -> list[str]:
    """Say which period was read, such as `Created from ... to ...`, or nothing where there is none."""
    return [f"{what} {' '.join(f'{side} {bound}' for side, bound in bounds.items())}."] if bounds else []


def _at(moment: date | datetime | None, hour: time, zone: tzinfo) -> datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        return datetime.combine(moment, hour, zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
