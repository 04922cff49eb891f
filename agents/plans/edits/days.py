"""Days, weeks and hours that a wish keeps free: "no Sundays", "only weekdays", "not before 8", "skip week 3"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time

from agents.plans.edits import patterns as say
from agents.plans.edits.kinds import EditKind, PlanEdit
from agents.plans.series import Series
from reminders.rules.when import parse_clock, parse_weekdays

_PART_ENDS = {"morning": time(12), "evening": time(17), "night": time(20)}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_A_DATE = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)|next|mon|tue|wed|thu|fri|sat|sun|january|february|march|april|may|june|july|august|"
    r"september|october|november|december|week|tomorrow|i\b|my\b)",
    re.IGNORECASE,
)
_WORK = re.compile(r"\b(?:lunch|noon|midday|work|dinner|breakfast)\b", re.IGNORECASE)


def days_of(rest: str) -> tuple[int, ...]:
    """The weekdays a clause names, whatever it says about them; "every day" alone is a count."""
    # parse_weekdays reads "not Sunday" as the other six days
    plain = say.NEGATED.sub(" ", say.ANY_DAY.sub(" ", say.DAILY.sub(" ", rest)))
    return tuple(parse_weekdays(plain))


def free_days(rest: str, number: int, days: tuple[int, ...]) -> list[PlanEdit] | None:
    """Days to be kept free; None when the clause keeps none."""
    if not days:
        return None
    others = tuple(day for day in range(7) if day not in days)
    if say.DAILY.search(rest) and say.NEGATED.search(rest):  # "every day except Sundays"
        return [PlanEdit(EditKind.MOVE, number or 1, weekdays=others)] if others else None
    if say.AVAILABLE.search(rest):
        return None
    taken = say.DAY_TAKEN.search(rest) and not say.UNTIL.search(rest)  # "away until Friday" is a pause
    if (say.NEGATED.search(rest) or taken) and not _frees_others(rest):
        return [PlanEdit(EditKind.NOT_ON, number, weekdays=days)]
    grouped = say.DAY_GROUP.search(rest) is not None
    if grouped and others and (say.ONLY.search(rest) or number == 0):
        return [PlanEdit(EditKind.NOT_ON, number, weekdays=others)]
    return None


def _frees_others(rest: str) -> bool:
    """ "nothing but Mondays" names the days that are wanted."""
    return re.search(r"\bnothing but\b", rest, re.IGNORECASE) is not None


def limits(rest: str, number: int) -> list[PlanEdit]:
    """ "not before 8", "nothing after 9pm": hours of the day, not dates."""
    for pattern, kind in ((say.NOT_BEFORE, EditKind.NOT_BEFORE), (say.NOT_AFTER, EditKind.NOT_AFTER)):
        found = pattern.search(rest)
        said = next(filter(None, found.groups()), "") if found else ""
        if not said or _A_DATE.search(said) or (_WORK.search(said) and "noon" not in said.lower()):
            continue
        at = parse_clock(said)
        if at is not None:
            return [PlanEdit(kind, number, at=_in_the_evening(at, said, kind, rest))]
    return []


def _in_the_evening(at: time, said: str, kind: EditKind, rest: str) -> time:
    """ "Nothing after 9" is nine in the evening, and so is "after 6": nobody ends a day in the morning."""
    sure = re.search(r"\b[ap]\.?m\b|:\d\d|\b0\d|\b1\d|\b2\d|morning|noon", said, re.IGNORECASE)
    after = kind is EditKind.NOT_BEFORE and re.search(r"\bafter\b", rest, re.IGNORECASE) and 1 <= at.hour <= 7
    late = after or (kind is EditKind.NOT_AFTER and 1 <= at.hour < 12)
    return at.replace(hour=at.hour + 12) if late and not sure else at


def part_that_is_not_wanted(rest: str, number: int) -> list[PlanEdit]:
    """ "no mornings" leaves the hours from noon on."""
    found = say.NO_PART.search(rest)
    if found is None:
        return []
    part = found["part"].lower().removesuffix("s")
    if part == "morning":
        return [PlanEdit(EditKind.NOT_BEFORE, number, at=_PART_ENDS[part])]
    if part == "afternoon":
        return [PlanEdit(EditKind.MOVE, number, part="evening")]
    return [PlanEdit(EditKind.NOT_AFTER, number, at=_PART_ENDS[part])]


def weeks_of(clause: str, series: Sequence[Series]) -> PlanEdit | None:
    """ "skip week 3", "only 4 weeks"; None for anything else about weeks."""
    if say.START_LATER.search(clause):
        return None
    last = max(one.stages[-1].week_range[1] for one in series)
    listed = say.WEEK_LIST.search(clause)
    if listed and say.WEEK_FREE.search(clause):
        return PlanEdit(EditKind.SKIP_WEEKS, weeks=_weeks(listed, last))
    total = say.IN_ALL_WEEKS.search(clause)
    if total and not say.WEEK_FREE.search(clause.replace("not", "")):
        said = next(filter(None, total.groups()))
        return PlanEdit(EditKind.WEEKS, count=say.COUNTS.get(said.lower()) or int(said))
    return None


def _weeks(listed: re.Match[str], last: int) -> tuple[int, ...]:
    if listed[2]:
        named = listed[2].lower()
        return (last if named == "last" else _ORDINALS.index(named) + 1,)
    numbers = [int(digit) for digit in re.findall(r"\d", listed[1])]
    if re.search(r"to|-|till|until", listed[1]) and len(numbers) == 2:
        numbers = list(range(min(numbers), max(numbers) + 1))
    return tuple(sorted({number for number in numbers if number}))
