"""What a text says about time: a moment, a range, a recurrence, a length, or something to ask about."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from reminders.rules.when.amounts import AMOUNT, read_amount
from reminders.rules.when.clock import settle
from reminders.rules.when.days import next_weekday, one_day
from reminders.rules.when.grammar import scan
from reminders.rules.when.lexicon import DAY_CODES
from reminders.rules.when.moments import Scene
from reminders.rules.when.parts import names_a_deed
from reminders.rules.when.pieces import (
    Clock,
    ClockSpan,
    Count,
    Day,
    DaySpan,
    Moment,
    Piece,
    Reading,
    Repeat,
    When,
)
from reminders.rules.when.repeats import REPEAT_PATTERNS, WORKDAYS, listed_days, range_days
from reminders.rules.when.resolve import GONE, drop_refused, join_amounts, resolve
from reminders.rules.when.series import resolve_series
from reminders.rules.when.tokens import Canon, canonical

__all__ = [
    "GONE",
    "Reading",
    "When",
    "parse_clock",
    "parse_day_part",
    "parse_minutes",
    "parse_weekdays",
    "parse_when",
    "read_when",
]

DayPart = Literal["morning", "noon", "afternoon", "evening", "night"]


def parse_when(text: str, now: datetime, tz: str) -> When | None:
    """What the text says about time, seen from `now` (aware) in the IANA zone `tz`; None for nothing usable."""
    return read_when(text, now, tz).when


def read_when(text: str, now: datetime, tz: str) -> Reading:
    """Like `parse_when`, with the problem in words where something was said that cannot be: 31 February, yesterday.

    Never raises for any text; reads its first 300 characters. Raises ZoneInfoNotFoundError for an unknown zone.
    """
    zone = ZoneInfo(tz)
    canon = canonical(text)
    scene = Scene(canon.text, now.astimezone(zone), zone)
    pieces = drop_refused(scene, join_amounts(scene, scan(canon.text, scene.now)))
    if not pieces:
        return Reading()
    try:
        reading = _read(scene, pieces)
    except OverflowError:  # a date beyond the calendar's end
        return Reading(problem="That is too far away for me. When should it be?")
    shown = [piece for piece in pieces if not names_a_deed(canon.text, piece)]
    span = _spans(canon, shown) if reading.when is not None or reading.problem is not None else ()
    alone = not any(isinstance(piece.value, Day | DaySpan | Moment | Repeat) for piece in pieces)
    when = replace(reading.when, span=span, bare_clock=alone) if reading.when is not None else None
    return Reading(when, reading.problem, span)


def _read(scene: Scene, pieces: list[Piece]) -> Reading:
    repeats = [piece.value for piece in pieces if isinstance(piece.value, Repeat)]
    if not repeats:
        return resolve(scene, [piece for piece in pieces if not isinstance(piece.value, Count)])
    clocked = any(isinstance(piece.value, Clock | ClockSpan) for piece in pieces)
    if all(repeat.ranged and repeat.loose for repeat in repeats) and not clocked:
        return _days_in_a_row(scene, pieces)
    return resolve_series(scene, pieces)


def _days_in_a_row(scene: Scene, pieces: list[Piece]) -> Reading:
    """ "friday to monday" without "every": one stretch of days."""
    repeat = next(piece.value for piece in pieces if isinstance(piece.value, Repeat))
    first = next_weekday(scene.today, DAY_CODES.index(repeat.days[0]), skip_today=False)
    span = DaySpan(one_day(first), one_day(first + timedelta(days=len(repeat.days) - 1)))
    return resolve(scene, [replace(p, value=span) if p.value is repeat else p for p in pieces])


def _spans(canon: Canon, pieces: list[Piece]) -> tuple[tuple[int, int], ...]:
    return tuple(dict.fromkeys(canon.origin(piece.start, piece.end) for piece in pieces))


def parse_clock(text: str, hint: Literal["morning", "evening"] | None = None) -> time | None:
    """A clock time as people type it ("half six", "6:30", "quarter past 7", "7"), local and without a date.

    A bare hour is read by `hint`; without one, 1 to 6 by habit as morning only when the text says so.
    """
    now = datetime(2001, 1, 1, tzinfo=UTC)
    clock = _clock_in(text, now)
    if clock is None:
        return None
    if clock.sure:
        return clock.time
    said = parse_day_part(text) or hint
    if said is None and clock.hour <= 12:
        return clock.time
    return settle(clock, now.date(), now.replace(tzinfo=None), said, "")[0].time


def _clock_in(text: str, now: datetime) -> Clock | None:
    canon = canonical(text)
    found = next((p.value for p in scan(canon.text, now) if isinstance(p.value, Clock)), None)
    if found is not None:
        return found
    digits = re.search(r"(?<![\d:/.])([01]\d|2[0-3])([0-5]\d)(?!\d)", canon.text)
    if digits is not None:
        return Clock(int(digits[1]), int(digits[2]), sure=True)
    bare = re.search(
        r"(?<![\d:/.])(1\d|2[0-3]|0?\d)(?: ?[.:h ] ?([0-5]\d))?(?![\d:/]| ?(?:minute|hour|day|week|month|year|%))",
        canon.text,
    )
    if bare is None:
        return None
    hour = int(bare[1])
    return Clock(hour, int(bare[2] or 0), 0, sure=hour > 12 or hour == 0 or bare[1][0] == "0")


_NOT = re.compile(r"\b(?:not|no|never|except|but not|without|besides|excluding|apart from)(?: on)? (.*)")


def parse_weekdays(text: str) -> list[int]:
    """The weekdays a text names (Monday is 0), sorted; empty when it names none. "not sundays" means the others."""
    said = canonical(text).text
    excluded = _NOT.search(said)
    kept = said[: excluded.start()] if excluded else said
    days = _named_days(kept)
    if excluded is not None:
        without = _named_days(excluded[1])
        days = (days or set(DAY_CODES)) - without if without else days
    return sorted(DAY_CODES.index(day) for day in days)


def _named_days(said: str) -> set[str]:
    ranged = re.search(REPEAT_PATTERNS["every_range"], said)
    days = set(listed_days(said))
    if re.search(r"\bm ?- ?f\b", said):
        days |= set(WORKDAYS)
    if ranged is not None:
        days |= set(range_days(ranged["from"], ranged["to"]))
    if re.search(r"\b(?:weekdays?|working days?|business days?|school days?)\b", said):
        days |= set(WORKDAYS)
    if re.search(r"\bweekends?\b", said):
        days |= {"SA", "SU"}
    if re.search(
        r"\b(?:every ?day|daily|each day|all days|all week|any day|(?:7|all 7) days?(?: a week)?)\b", said
    ):
        days |= set(DAY_CODES)
    return days


_PARTS: tuple[tuple[DayPart, str], ...] = (
    ("noon", r"noon|lunch(?:time| break)?|mid-?day"),
    ("morning", r"mornings?|breakfast|before work|early|dawn|first thing"),
    ("afternoon", r"afternoons?|after lunch"),
    ("evening", r"evenings?|after work|after dinner|dinner ?time|dusk"),
    ("night", r"nights?|tonight|late|bed ?time|before bed|midnight"),
)


def parse_day_part(text: str) -> DayPart | None:
    """The part of the day a text speaks of, the first one it names; None for none."""
    said = canonical(text).text
    found = [
        (match.start(), name) for name, words in _PARTS if (match := re.search(rf"\b(?:{words})\b", said))
    ]
    return min(found)[1] if found else None


def parse_minutes(text: str) -> int | None:
    """A length in whole minutes ("20 minutes", "half an hour", "1.5h", "45"); None for none or over a day."""
    said = canonical(text).text
    found = re.search(rf"(?<![\w.]){AMOUNT}", said)
    if found is None:
        bare = re.fullmatch(r"(?:about |around |~ ?|maybe )?(\d{1,4})\.?", said)
        minutes = float(bare[1]) if bare else 0.0
    else:
        amount = read_amount(found.group())
        minutes = amount.total / 60 if amount else 0.0
    return round(minutes) if 0 < round(minutes) <= 24 * 60 else None
