"""The tasks in a sentence: their titles, what was said about their times, and how long they take."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agents.offline.corrections import as_meant
from agents.offline.spelling import spelled
from agents.offline.titles import title_of
from agents.offline.understand import understand
from reminders.rules.recurrence import expand
from reminders.rules.when import Reading, When, read_when

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
# A date that cannot be stays in the title when the rules read no time from it: cut from there on.
_IMPOSSIBLE = re.compile(
    rf"\s+(?:(?:on|at|by|for|since) )?(?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}|\d{{1,4}}[./-]\d"
    r"|yesterday|last (?:night|week|month|\w+day)|\d{1,2}(?:[:.]\d\d)? ?[ap]m).*$",
    re.IGNORECASE,
)


_MOST_CLOCKS = 6  # a day
_AHEAD = timedelta(days=70)
_BY_CLOCK = re.compile(r";BYHOUR=[\d,]+;BYMINUTE=\d+;BYSECOND=0")


@dataclass(frozen=True, slots=True)
class HeardTask:
    title: str
    reading: Reading
    minutes: int | None


def heard_tasks(text: str, now: datetime, timezone: str) -> list[HeardTask]:
    """Every task in the text, in order; a title may be empty when only a time was said."""
    return [one for task in _tasks(text, now, timezone) for one in _each_clock(task, now)]


def _each_clock(task: HeardTask, now: datetime) -> list[HeardTask]:
    when = task.reading.when
    if when is None:
        return [task]
    return [replace(task, reading=replace(task.reading, when=one)) for one in each_clock(when, now)]


def each_clock(when: When, now: datetime) -> list[When]:
    """ "every day at 8 and 20" as one series per time of day, which is what rows can hold; anything else as it is."""
    if when.rrule is None or len(when.clocks) < 2:
        return [when]
    rule = _BY_CLOCK.sub("", when.rrule)
    zone = ZoneInfo(when.zone)
    today = now.astimezone(zone).replace(tzinfo=None)
    found = []
    for at in sorted(when.clocks)[:_MOST_CLOCKS]:
        ahead = expand(rule, datetime.combine(today.date(), at), zone, today + _AHEAD)
        first = next((moment for moment in ahead if moment > now), None)
        if first is not None:
            found.append(replace(when, rrule=rule, dtstart=first, clocks=(at,)))
    return found or [when]


def _tasks(text: str, now: datetime, timezone: str) -> list[HeardTask]:
    text = as_meant(spelled(text), now, timezone)
    slots = understand(text, now, timezone).slots
    items = slots.get("items") or []
    if len(items) > 1:
        return [
            HeardTask(one["title"], Reading(one["when"], one["problem"]), one["duration_minutes"])
            for one in items
        ]
    reading = read_when(text, now, timezone)
    title = slots.get("full_title") or slots.get("title") or title_of(text, reading.span)
    if reading.problem:
        title = _IMPOSSIBLE.sub("", str(title)) or title
    return [HeardTask(str(title), reading, slots.get("duration_minutes"))]
