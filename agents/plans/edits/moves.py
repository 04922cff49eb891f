"""Where a task of a plan shall go: weekdays, a clock time, a part of the day, earlier or later."""

from __future__ import annotations

import re
from datetime import time

from agents.plans.edits import patterns as say
from agents.plans.edits.amounts import shift_minutes, shifts
from agents.plans.edits.contradictions import Problem
from agents.plans.edits.kinds import EditKind, PlanEdit
from reminders.rules.rhythm import DAY_PARTS, within
from reminders.rules.when import parse_clock, parse_day_part, parse_weekdays

_SURE = re.compile(
    r"\b\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|a\.m|p\.m)|\b(?:1\d|2[0-3]|0\d)[:.]\d\d\b", re.IGNORECASE
)
_TOO = re.compile(r"\b(?:too|not so|not that) (?:early|late)\b", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?|s)?|(?:every|any|some) ?day|early|late|mornings?|evenings?|"
    r"afternoons?|nights?|noon|midday|midnight|lunch\w*|dinner|breakfast|work|weekends?|weekdays?|workdays?|\d+(?:[.:,]\d+)?\s*-?\s*"
    r"(?:min\w*|m|h|hours?|hrs?|am|pm|a\.m\.?|p\.m\.?|o'?clock|x|times?|days?|k|uhr)?|half|quarter|past|hours?|minutes?|mins?|daily)\b",
    re.IGNORECASE,
)
_THE_DAY = re.compile(r"\b(?:get(?:ting)? up|wak(?:e|es|ing)|bed|sleep\w*|my week)\b", re.IGNORECASE)
_PLAN_WORDS = (
    "a an the this that these those it its it's they them i i'd i'll i'm me my we we'd us you your he she one ones two three four five "
    "six seven once twice only just rather better best instead please pls thanks ok okay yes yeah yep no not but and or so then "
    "also too very bit little more less most much many enough about around at on in to for from of by with without than as before "
    "after during until till between over under per each every all any both some same other another everything whole plan task "
    "tasks series session sessions training trainings workout workouts exercise exercises practice time times day days week weeks "
    "weekly length slot slots can can't could couldn't would wouldn't should shall will may might must do does did doing done don't "
    "is isn't are aren't be been was were am have has had having get got make makes making made let let's lets want wants need needs "
    "like likes prefer try go going keep move moved shift change changed set start starts schedule plan plans fit fits "
    "works working suits good great fine nice perfect cool sure well really actually maybe perhaps probably think guess believe "
    "hmm hm oh hey hi sorry wait what how off out here now first last long longer short shorter light lighter easy "
    "easier hard harder maximum max minimum min least a.m p.m bring push back forward ahead possible "
    "usually always never mostly if when because since ideally right total altogether again still even "
    "bump up down raise lower drop instead free add cut reduce extend lengthen shorten increase decrease limit quite suffices sufficient that's there's doable manageable"
)
_ABOUT_THE_PLAN = frozenset(_PLAN_WORDS.split())
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


def speaks_of_something(rest: str) -> bool:
    """Whether a clause names a thing besides times, lengths and the plan itself."""
    if _THE_DAY.search(rest):
        return True
    words = _TIMES.sub(" ", rest.casefold().replace("’", "'")).split()
    plain = [word.strip("'\".,:;!?()&/-–+~") for word in words]
    return any(word not in _ABOUT_THE_PLAN and not word.isdigit() and word for word in plain)


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
