"""Whether a model's wording of what code has found says only what code has found."""

from __future__ import annotations

import re
from datetime import time

from reminders.rules.slot_reasons import part_of
from storage.vocabulary import WEEKDAYS

_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=2
    )
} | {"twice": 2, "thrice": 3, "half": 50, "dozen": 12}
_DAY = re.compile(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2}):(\d\d)\b")
_PART = re.compile(r"\b(morning|afternoon|evening|night|noon|midday)s?\b", re.IGNORECASE)
_HALF_OF_DAY = re.compile(r"\b\d{1,2}(?::\d\d)?\s*([ap])\.?m\b", re.IGNORECASE)
_GENERAL = re.compile(r"\b(?:weekends?|weekdays?|every ?day|daily|always|never)\b", re.IGNORECASE)


def is_faithful(words: str, facts: str) -> bool:
    """Every number, weekday, part of the day and sweeping word of `words` stands in `facts`, or follows from a time there."""
    return (
        bool(words.strip())
        and _numbers(words) <= _numbers(facts) | {1}
        and _days(words) <= _days(facts)
        and _parts(words) <= _parts(facts) | _parts_of_times(facts)
        and {found.casefold() for found in _GENERAL.findall(words)}
        <= {found.casefold() for found in _GENERAL.findall(facts)}
    )


def _numbers(text: str) -> set[int]:
    digits = {int(found) for found in re.findall(r"\d{1,9}", text)}
    halves = {(int(found) + 12) % 24 for found in re.findall(r"\b(\d{1,2})(?::\d\d)?\s*p\.?m", text, re.I)}
    spoken = {_NUMBER_WORDS[word] for word in re.findall(r"[a-z]+", text.casefold()) if word in _NUMBER_WORDS}
    return digits | halves | spoken


def _days(text: str) -> set[str]:
    return {
        day
        for found in _DAY.findall(text)
        for day in WEEKDAYS
        if day.casefold().startswith(found[:3].casefold())
    }


def _parts(text: str) -> set[str]:
    named = {found.casefold() for found in _PART.findall(text)}
    halves = {found.casefold() for found in _HALF_OF_DAY.findall(text)}
    return named | ({"morning"} if "a" in halves else set())


def _parts_of_times(facts: str) -> set[str]:
    """What "07:00" may be called; late evening is night to some."""
    found: set[str] = set()
    for hour, minute in _CLOCK.findall(facts):
        if int(hour) < 24 and int(minute) < 60:
            found.add(part_of(time(int(hour), int(minute))))
            found |= {"night"} if int(hour) >= 20 else set()
            found |= {"noon", "midday"} if 11 <= int(hour) <= 13 else set()
    return found
