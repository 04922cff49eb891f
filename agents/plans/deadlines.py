"""The day by which a goal is to be done, as its own words say it: "by 15 May", "in two weeks", "before the summer exam"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reminders.rules.when import read_when

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_DAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day"
_WHEN = (
    rf"(?:(?:the )?end of (?:the |this |next )?(?:month|year|week|{_MONTH})|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}"
    rf"(?:,? \d{{4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{4}}-\d\d-\d\d|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}})?"
    rf"|(?:next )?{_MONTH}(?: \d{{4}})?|(?:next |this |on )?{_DAY}|tomorrow|christmas|easter|new year(?:'s(?: eve)?)?|the \d{{1,2}}(?:st|nd|rd|th)"
    r"|next (?:week|month|year))"
)
_SPAN = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a couple of|a few) (?:more )?(?:days?|weeks?|months?|years?)"
_BY = re.compile(
    rf"[,;]?\s*\b(?P<word>by|before|until|till|due|for|on|in)\s+(?P<when>{_WHEN})\b\.?", re.IGNORECASE
)
_IN = re.compile(rf"[,;]?\s*\b(?:in|within|over) (?:the )?(?:next )?(?P<span>{_SPAN})\b", re.IGNORECASE)
_ONLY_MONTH = re.compile(rf"(?:next )?{_MONTH}(?: \d{{4}})?", re.IGNORECASE)
_ONLY_DAY = re.compile(rf"(?:next |this |on )?{_DAY}|tomorrow|next \w+", re.IGNORECASE)
_END = re.compile(r"(?:the )?end of (?:the |this |next )?(?P<of>.+)", re.IGNORECASE)
_YEAR = re.compile(r"\b(\d{4})\b")
_FEW = {"a couple of": "2", "a few": "3"}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day, local, and the goal's words without it."""

    day: date
    rest: str


def read_deadline(goal: str, now: datetime, timezone: str) -> Deadline | None:
    """`now` is local. None when the words name no day; a day of a past year is returned as it was said."""
    span = _IN.search(goal)
    found = span or next((one for one in _BY.finditer(goal) if _is_a_day(one)), None)
    if found is None:
        return None
    day = (
        _after(found["span"], now, timezone)
        if found is span
        else _day(found["word"], found["when"], now, timezone)
    )
    if day is None:
        return None
    rest = " ".join((goal[: found.start()] + " " + goal[found.end() :]).split())
    return Deadline(day, rest.strip(" ,;") or goal)


def _is_a_day(found: re.Match[str]) -> bool:
    """ "On Monday" says which days, "by Monday" by when; "in May" is a deadline, "in Monday" nothing."""
    match found["word"].lower():
        case "in":
            return _ONLY_MONTH.fullmatch(found["when"]) is not None
        case "on" | "for":
            return _ONLY_DAY.fullmatch(found["when"]) is None
    return True


def _after(span: str, now: datetime, timezone: str) -> date | None:
    for words, number in _FEW.items():
        span = span.replace(words, number)
    return _read(f"in {span.replace(' more', '')}", now, timezone)


def _day(word: str, said: str, now: datetime, timezone: str) -> date | None:
    """ "By June" and "before 3 June" end the day before; "until 3 June" includes it."""
    ends = _END.fullmatch(said)
    if ends is not None:
        return _end_of(ends["of"].lower(), "next" in said.lower(), now, timezone)
    year = _YEAR.search(said)
    if year is not None and 2000 <= int(year[1]) < now.year:  # a slip of the year is answered, not corrected
        day = _read(_YEAR.sub("", said).strip(" ,"), now, timezone)
        return day.replace(year=int(year[1]), day=min(day.day, 28)) if day else None
    day = _read(said, now, timezone)
    first = (
        _ONLY_MONTH.fullmatch(said)
        or word.lower() == "before"
        or said.lower() in ("next week", "next month", "next year")
    )
    return day - timedelta(days=1) if day is not None and first else day


def _end_of(what: str, following: bool, now: datetime, timezone: str) -> date | None:
    today = now.date()
    match what:
        case "week":
            return today + timedelta(days=6 - today.weekday() + (7 if following else 0))
        case "year":
            return date(today.year + following, 12, 31)
        case "month":
            first = _next_month(today)
            return (_next_month(first) if following else first) - timedelta(days=1)
    first_day = _read(what, now, timezone)
    return _next_month(first_day) - timedelta(days=1) if first_day else None


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _read(said: str, now: datetime, timezone: str) -> date | None:
    when = read_when(said, now, timezone).when
    if when is None or when.first is None:
        return None
    return when.first.astimezone(now.tzinfo).date()
