"""The tasks in a sentence: their titles, what was said about their times, and how long they take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from agents.offline.understand import understand
from reminders.rules.when import Reading, read_when

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
# A date that cannot be stays in the title when the rules read no time from it: cut from there on.
_IMPOSSIBLE = re.compile(
    rf"\s+(?:(?:on|at|by|for|since) )?(?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}|\d{{1,4}}[./-]\d"
    r"|yesterday|last (?:night|week|month|\w+day)|\d{1,2}(?:[:.]\d\d)? ?[ap]m).*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HeardTask:
    title: str
    reading: Reading
    minutes: int | None


def heard_tasks(text: str, now: datetime, timezone: str) -> list[HeardTask]:
    """Every task in the text, in order; a title may be empty when only a time was said."""
    slots = understand(text, now, timezone).slots
    items = slots.get("items") or []
    if len(items) > 1:
        return [
            HeardTask(one["title"], Reading(one["when"], one["problem"]), one["duration_minutes"])
            for one in items
        ]
    title = slots.get("full_title") or slots.get("title") or ""
    reading = read_when(text, now, timezone)
    if reading.problem:
        title = _IMPOSSIBLE.sub("", str(title)) or title
    return [HeardTask(str(title), reading, slots.get("duration_minutes"))]
