"""Where a task of a plan shall go: weekdays, a clock time, a part of the day, earlier or later."""

from __future__ import annotations

import re
from datetime import time

from agents import plan_edit_patterns as say
from agents.plan_amounts import shift_minutes, shifts
from agents.plan_contradictions import Problem
from agents.plan_edit_kinds import EditKind, PlanEdit
from reminders.rules.rhythm import DAY_PARTS, within
from reminders.rules.when import parse_clock, parse_day_part, parse_weekdays

_SURE = re.compile(
    r"\b\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|a\.m|p\.m)|\b(?:1\d|2[0-3]|0\d)[:.]\d\d\b", re.IGNORECASE
)
_TOO = re.compile(r"\b(?:too|not so|not that) (?:early|late)\b", re.IGNORECASE)
_HOW = re.compile(r"\bas (?:long|often|much|many)\b", re.IGNORECASE)


def move(
    rest: str, number: int, *, named: bool, days: tuple[int, ...], found: bool = False
) -> list[PlanEdit]:
    """The place a clause asks for. `found`: the clause has said something about the plan already."""
    if not (
        named or number or found or say.SAYS_MOVE.search(rest) or shifts(rest) or _shifts_in_the_day(rest)
    ):
        return []
    if _TOO.search(rest) and not days:
        return [PlanEdit(EditKind.EARLIER if say.EARLIER.search(rest) else EditKind.LATER, number)]
    if say.STRANGER.search(rest) and not named:
        return []
    if shifts(rest) or _shifts_in_the_day(rest):
        kind = EditKind.EARLIER if say.EARLIER.search(rest) else EditKind.LATER
        return [PlanEdit(kind, number, count=shift_minutes(rest))]
    timed = say.MINUTES.sub(" ", say.COUNT.sub(" ", _HOW.sub(" ", rest)))
    at = parse_clock(timed) if say.CLOCK.search(timed) and not _HOW.search(rest) else None
    part = _part(timed) if at is None else None
    if days or at is not None or part is not None:
        return [PlanEdit(EditKind.MOVE, number, weekdays=days, at=at, part=part)]
    if say.EARLIER.search(rest):
        return [PlanEdit(EditKind.EARLIER, number)]
    return [PlanEdit(EditKind.LATER, number)] if say.LATER.search(rest) else []


def _shifts_in_the_day(rest: str) -> bool:
    return re.search(r"\b(?:later|earlier) in the day\b", rest, re.IGNORECASE) is not None


def _part(text: str) -> str | None:
    if re.search(r"\bearly (?:in the )?mornings?\b", text, re.IGNORECASE):
        return "early morning"
    return parse_day_part(text)


def swapped_days(rest: str, number: int) -> PlanEdit | None:
    """ "Tuesday instead of Monday", "move Monday to Tuesday"."""
    found = say.INSTEAD.search(rest)
    if found is None:
        return None
    pairs = ((found[1], found[2]), (found[4], found[3]), (found[6], found[5]))
    to, away = next((pair for pair in pairs if pair[0]), ("", ""))
    new, old = tuple(sorted(parse_weekdays(to))), tuple(sorted(parse_weekdays(away)))
    return PlanEdit(EditKind.SWAP_DAY, number, weekdays=new, away=old) if new and old else None


def clock_and_part_differ(rest: str) -> Problem | None:
    """ "mornings at 9pm": a time that does not lie in the part of the day it was said with."""
    found = _SURE.search(rest)
    part = _part(say.NEGATED.sub(" ", rest.replace(found[0], " "))) if found else None
    at = parse_clock(found[0]) if found else None
    if at is None or part is None or say.NO_PART.search(rest):
        return None
    start, end = DAY_PARTS[part]
    if within(at, *_roomy(start, end)):
        return None
    name = "at night" if part == "night" else f"at {part}" if part == "noon" else f"in the {part}"
    plural = "in the early morning" if part == "early morning" else name
    return Problem(
        f"{at:%H:%M} is not {name}. Which one shall it be?",
        (f"Everything at {at:%H:%M}", f"Everything {plural}"),
    )


def _roomy(start: time, end: time) -> tuple[time, time]:
    """People say "evening" an hour around what a table says."""
    return time(max(start.hour - 1, 0), start.minute), time(
        min(end.hour + 1, 23), 59 if end.hour >= 22 else end.minute
    )
