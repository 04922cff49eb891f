"""Times, lengths and lists as people read them; local, with the weekday, always computed by code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from reminders.wording import length
from storage.vocabulary import WEEKDAYS

__all__ = ["capital", "clock", "count", "days", "length", "listed", "moment"]


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Thu 12 Mar 18:00"""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def clock(at: time) -> str:
    return f"{at:%H:%M}"


def listed(words: Sequence[str]) -> str:
    """a, b and c"""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def days(names: Sequence[str]) -> str:
    """Full weekday names as people shorten them: every day, Mon-Fri, Mon, Wed and Fri."""
    indices = sorted({WEEKDAYS.index(name) for name in names if name in WEEKDAYS})
    if len(indices) == 7:
        return "every day"
    shorts = [WEEKDAYS[index][:3] for index in indices]
    if len(indices) > 2 and indices[-1] - indices[0] == len(indices) - 1:
        return f"{shorts[0]}-{shorts[-1]}"
    return listed(shorts)


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
