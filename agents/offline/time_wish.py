"""What somebody said about when a plan should happen: days, how many of them, a clock time or a part of the day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from reminders.rules.when import parse_clock, parse_day_part, parse_weekdays

_COUNTS = {
    "once": 1, "one": 1, "a": 1, "twice": 2, "two": 2, "couple": 2, "three": 3, "thrice": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
}  # fmt: skip
_COUNT = "|".join(_COUNTS)
_PER_WEEK = re.compile(
    rf"\b(?:([1-7])|({_COUNT}))(?:\s*(?:-|–|to|or)\s*(?:[1-7]|{_COUNT}))?\s*(?:x|times?|days?|evenings?|mornings?|sessions?|nights?)?"
    r"\s*(?:a|per|each|every|in a|/)\s*week\b",
    re.IGNORECASE,
)
_DAYS_ALONE = re.compile(
    rf"^\W*(?:about |maybe |around )?(?:([1-7])|({_COUNT}))\W*(?:x|times?|days?)?\W*$", re.IGNORECASE
)
_DAILY = re.compile(r"\b(?:every ?day|daily|each day|every (?:morning|evening|night))\b", re.IGNORECASE)
_AT_BED = re.compile(
    r"\b(?:in bed|(?:before|at) (?:i go to )?(?:bed(?:time)?|sleep(?:ing)?|falling asleep|lights out))\b",
    re.IGNORECASE,
)
_MINUTES = re.compile(
    r"\b(\d{1,3})\s*(?:-\s*)?(?:min(?:ute)?s?|m)\b|\b(half an hour|an hour)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class TimeWish:
    weekdays: tuple[int, ...] = ()  # Monday is 0
    per_week: int = 0
    at: time | None = None
    part: str | None = None  # a part of the day as in reminders.rules.rhythm.DAY_PARTS
    minutes: int | None = None

    @property
    def says_days(self) -> bool:
        return bool(self.weekdays) or self.per_week > 0

    @property
    def says_time(self) -> bool:
        return self.at is not None or self.part is not None

    def over(self, other: TimeWish) -> TimeWish:
        """This wish, with the gaps filled from the other one."""
        days, clock = (self if self.says_days else other), (self if self.says_time else other)
        return TimeWish(days.weekdays, days.per_week, clock.at, clock.part, self.minutes or other.minutes)


def read_goal(text: str) -> TimeWish:
    """The wish inside a goal's own words: numbers there mostly count other things than days."""
    return TimeWish(tuple(sorted(parse_weekdays(text))), _per_week(text), None, _part(text), _minutes(text))


def read_answers(answers: dict[str, str]) -> TimeWish:
    """The wish in the answers to the clarifying questions `days` and `time`."""
    days, when = answers.get("days", ""), answers.get("time", "")
    alone = _DAYS_ALONE.match(days.partition(",")[0])
    per_week = _per_week(days) or (_count(alone) if alone else 0)
    at = (
        parse_clock(when)
        if re.search(r"\d|noon|midnight|half|quarter|o'clock", when, re.IGNORECASE)
        else None
    )
    wish = TimeWish(tuple(sorted(parse_weekdays(days))), per_week, at, _part(when))
    return wish.over(TimeWish(part=_part(days)))


def _per_week(text: str) -> int:
    found = _PER_WEEK.search(text)
    if found:
        return _count(found)
    return 7 if _DAILY.search(text) else 0


def _count(found: re.Match[str]) -> int:
    return int(found[1]) if found[1] else _COUNTS[found[2].lower()]


def _part(text: str) -> str | None:
    if not text:
        return None
    if re.search(r"\blunch", text, re.IGNORECASE):
        return "noon"
    return "night" if _AT_BED.search(text) else parse_day_part(text)


def _minutes(text: str) -> int | None:
    found = _MINUTES.search(text)
    if found is None:
        return None
    if found[2]:
        return 60 if found[2].lower().startswith("an") else 30
    return min(480, max(5, int(found[1])))
