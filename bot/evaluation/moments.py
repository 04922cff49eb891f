"""Times as the golden conversations write them: `Fri 13 Mar 15:00`, where a weekday that does not fit is an error."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DATE = rf"(?:{'|'.join(DAYS)}) \d{{1,2}} (?:{'|'.join(_MONTHS)})(?: \d{{4}})?"
MOMENT = rf"{DATE} \d\d:\d\d"
_LENGTH = re.compile(r"(\d+) (min(?:ute)?s?|h(?:ours?)?|days?|weeks?)")


class WritingError(ValueError):
    """A line of a conversation that cannot be meant."""


def read_date(text: str, near: date) -> date:
    """`Fri 13 Mar`, or with a year; without one it is the next such day from a month before `near`."""
    weekday, day, month, *year = text.split()
    years = [int(year[0])] if year else [near.year - 1, near.year, near.year + 1]
    earliest = near - timedelta(days=31)
    try:
        dates = [date(one, _MONTHS.index(month) + 1, int(day)) for one in years]
    except ValueError as error:
        raise WritingError(f"no such day: {text}") from error
    found = next((one for one in dates if year or one >= earliest), None)
    if found is None or DAYS[found.weekday()] != weekday:
        raise WritingError(f"{text} is a {DAYS[found.weekday()] if found else 'day long ago'}")
    return found


def read_moment(text: str, near: date, zone: ZoneInfo) -> datetime:
    """The same with a clock, in the person's zone; in UTC."""
    if not re.fullmatch(MOMENT, text):
        raise WritingError(f"not a time: {text!r} (write it as Fri 13 Mar 15:00)")
    day, _, clock = text.rpartition(" ")
    local = datetime.combine(read_date(day, near), time.fromisoformat(clock), zone)
    return local.astimezone(UTC)


def read_length(text: str) -> timedelta:
    """`20 min`, `3 hours`, `2 days`, `1 week`."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise WritingError(f"not a length of time: {text!r}")
    number = int(found[1])
    match found[2][0]:
        case "m":
            return timedelta(minutes=number)
        case "h":
            return timedelta(hours=number)
        case "d":
            return timedelta(days=number)
        case _:
            return timedelta(weeks=number)


def read_days(text: str) -> frozenset[int]:
    """`Tue, Thu` as numbers, Monday 0."""
    try:
        return frozenset(DAYS.index(one.strip()) for one in text.split(","))
    except ValueError as error:
        raise WritingError(f"not days: {text!r} (write them as Tue, Thu)") from error


def says(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"
