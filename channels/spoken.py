"""Numbers, times and titles as words a voice can read."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time

from channels.text import shorten

LONGEST_TITLE = 80
PUNCTUATION = ",.'’-!?:;&%/+"
ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *(
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def spoken_number(number: int) -> str:
    """0 to 59 in words, above that in digits, which voices read well."""
    if 0 <= number < 20:
        return ONES[number]
    if number < 0 or number > 59:
        return str(number)
    tens, ones = divmod(number, 10)
    return TENS[tens] + (f" {ONES[ones]}" if ones else "")


def spoken_minutes(minutes: int) -> str:
    """A length: "twenty minutes", "an hour", "two hours and ten minutes"."""
    hours, rest = divmod(max(minutes, 1), 60)
    words = {0: "", 1: "an hour"}.get(hours, f"{spoken_number(hours)} hours")
    left = f"{spoken_number(rest)} minute{'s' if rest != 1 else ''}" if rest else ""
    return " and ".join(part for part in (words, left) if part)


def spoken_time(at: time) -> str:
    """A local time of day as people say it: "seven", "seven thirty", "noon", "five past six"."""
    if at.minute == 0 and at.hour in (0, 12):
        return "midnight" if at.hour == 0 else "noon"
    hour = spoken_number((at.hour - 1) % 12 + 1)
    if at.minute == 0:
        return hour
    return (
        f"{spoken_number(at.minute)} past {hour}" if at.minute < 10 else f"{hour} {spoken_number(at.minute)}"
    )


def spoken_moment(local: datetime, today: date) -> str:
    """A local date and time: "today at six", "Monday at seven in the morning"."""
    days = (local.date() - today).days
    day = {0: "today", 1: "tomorrow"}.get(days, WEEKDAYS[local.weekday()])
    part = (
        "in the morning" if local.hour < 12 else "in the evening" if local.hour >= 17 else "in the afternoon"
    )
    return f"{day} at {spoken_time(local.time())} {part}" if days else f"{day} at {spoken_time(local.time())}"


def spoken_start(local: datetime, today: date) -> str:
    """When something begins: "at seven"; on another day "tomorrow at six thirty in the morning"."""
    return f"at {spoken_time(local.time())}" if local.date() == today else spoken_moment(local, today)


def spoken_text(text: str) -> str:
    """Somebody's words without what a voice would stumble over: emoji, markup, control characters."""
    kept = "".join(c if c in PUNCTUATION or unicodedata.category(c)[0] in "LNM" else " " for c in text)
    return shorten(" ".join(kept.split()), LONGEST_TITLE) or "your task"
