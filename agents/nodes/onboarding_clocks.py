"""The clock times of an onboarding answer: when one wakes, goes to bed, and from when to when one works."""

from __future__ import annotations

import re
from datetime import time
from typing import Literal

from reminders.rules.when import parse_clock

_COUNTING = "one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTING.split(), start=1)}
_NUMBER_WORDS |= {"noon": "12", "midday": "12", "midnight": "0:00"}


def clock_of(text: str, part: Literal["morning", "evening"]) -> time | None:
    """A clock time; one without am or pm belongs to the morning (for waking) or the evening (for bed)."""
    said = re.sub(r"\blate(?:r|ish)?\b", " ", text, flags=re.I) if part == "morning" else text
    said = re.sub(r"\b(\d{1,2}) ?h\b", r"\1:00", said, flags=re.I)
    if re.search(r"\bhalf past (?:midnight|12|twelve)\b", said, re.I) and part == "evening":
        return time(0, 30)
    at = parse_clock(said, part)
    if at is not None and part == "evening" and at.hour == 12 and "noon" not in text.casefold():
        return at.replace(hour=0)  # nobody goes to bed at noon: "12" is midnight
    return at


def two_times(text: str) -> tuple[time, time] | None:
    """ "9-17", "9 to 5", "8:30am - 4pm": an end that would come before the start is meant as pm."""
    digits = re.sub(r"[a-z]+", lambda word: _NUMBER_WORDS.get(word[0], word[0]), text.casefold())
    digits = _HALVES.sub(_in_figures, digits)
    found = re.search(
        r"(\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m)?)\s*(?:-|–|to|till|until|bis|and)\s*(\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m)?)",
        digits,
    )
    if found is None:
        return None
    start, end = _plain_clock(found[1]), _plain_clock(found[2])
    if start is None or end is None:
        return None
    night = start.hour > 12 or "night" in digits  # "22 to 6" goes on past midnight
    both_late = "pm" in found[2] and "m" not in found[1] and start.hour < 12 and end.hour - start.hour > 12
    if both_late:  # "6 to 8pm" are two hours, not fourteen
        start = start.replace(hour=start.hour + 12)
    if end <= start and end.hour < 12 and "m" not in found[2] and not night:
        end = end.replace(hour=end.hour + 12)
    return None if start == end else (start, end)


def night_of(text: str) -> tuple[time, time] | None:
    """ "11pm to 7am", or "7am to 11pm" of whoever tells when they are up: (bed, waking); None for other times."""
    times = two_times(text)
    if times is None:
        return None
    for bed, wakes in (times, times[::-1]):
        if (bed >= _EARLIEST_NIGHT or bed < _MORNING) and _MORNING <= wakes <= time(12):
            return bed, wakes
    return None


_EARLIEST_NIGHT, _MORNING = time(19, 30), time(4)
_HALVES = re.compile(r"\b(half|quarter)(?: (past|to))? (\d{1,2})\b")


def _in_figures(found: re.Match[str]) -> str:
    """ "half 4" is half past four, "quarter to 9" 8:45."""
    hour = int(found[3])
    if found[2] == "to":
        return f"{hour - 1}:{'30' if found[1] == 'half' else '45'}"
    return f"{hour}:{'30' if found[1] == 'half' else '15'}"


def _plain_clock(text: str) -> time | None:
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d\d))?\s*([ap]m)?", text.strip(), re.I)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    hour = int(found[1])
    if found[3]:
        hour = hour % 12 + (12 if found[3].casefold() == "pm" else 0)
    return time(hour, int(found[2] or 0))
