"""How much of a plan: easier, longer, 20 minutes, ten minutes less, twice a week, half as often, a week later."""

from __future__ import annotations

from agents.plans.edits import patterns as say
from agents.plans.edits.kinds import EditKind, PlanEdit
from reminders.rules.when import parse_minutes

_LENGTHS = {"day": 1, "week": 7, "month": 28}


def amounts(rest: str, number: int, main: int = 0) -> list[PlanEdit]:
    """Lengths and counts that a clause asks for; `main` is meant where one series must be."""
    return [*_lengths(rest, number, main or number), *_counts(rest, number, main or number)]


def shift_minutes(rest: str) -> int:
    """ "half an hour later" -> 30; 0 when no length was said."""
    found = say.MINUTES.search(rest)
    return (parse_minutes(found[0]) or 0) if found else 0


def shifts(rest: str) -> bool:
    """Whether a length says how far a time moves, and not how long a task takes."""
    return bool((say.EARLIER.search(rest) or say.LATER.search(rest)) and say.MINUTES.search(rest))


def later_by(text: str) -> int:
    """By how many days the start moves; a week when nothing else was said."""
    if say.FORTNIGHT.search(text):
        return 14
    found = say.WEEKS_LATER.search(text)
    if found is None:
        return 7
    number = int(found[1]) if found[1] else say.COUNTS.get(found[2].lower(), 1)
    return _LENGTHS[found[3].lower()] * number


def _lengths(rest: str, number: int, main: int) -> list[PlanEdit]:
    percent = say.PERCENT.search(rest)
    if percent:
        shorter = percent["way"].lower() in ("shorter", "less")
        share = 100 - int(percent[1]) if shorter else 100 + int(percent[1])
        return [PlanEdit(EditKind.MINUTES_TIMES, number, count=share)]
    if say.HALF_AS_LONG.search(rest) and not say.HALF_AS_OFTEN.search(rest):
        return [PlanEdit(EditKind.MINUTES_TIMES, number, count=50)]
    if say.TWICE_AS_LONG.search(rest) and not say.TWICE_AS_OFTEN.search(rest):
        return [PlanEdit(EditKind.MINUTES_TIMES, number, count=200)]
    minutes = None if shifts(rest) else shift_minutes(rest)
    if minutes or (minutes == 0 and say.MINUTES.search(rest)):
        if say.AT_MOST.search(rest):
            return [PlanEdit(EditKind.AT_MOST, number, count=minutes or 0)]
        return [_minutes(rest, minutes or 0, main)]
    each = say.EACH_TIME.search(rest)
    if each:
        return [PlanEdit(EditKind.EASIER if each["less"] else EditKind.HARDER, number)]
    if say.EASIER.search(rest) or say.SHORTER.search(rest):
        return [PlanEdit(EditKind.EASIER, number)]
    if say.HARDER.search(rest) or say.LONGER.search(rest):
        return [PlanEdit(EditKind.HARDER, number)]
    return []


def _each_time(rest: str) -> bool:
    """ "20 minutes a day" and "a bit less each day" are about the length."""
    return any(pattern.search(rest) for pattern in (say.NEVER, say.EACH_TIME, say.MINUTES_A_DAY))


def _minutes(rest: str, minutes: int, main: int) -> PlanEdit:
    """ "ten minutes more" and "cut ten minutes" are differences, "cut it to ten minutes" and "ten minutes" are lengths."""
    if not say.EXACT_AMOUNT.search(rest):
        if say.LESS_MINUTES.search(rest):
            return PlanEdit(EditKind.MINUTES_BY, main, count=-minutes)
        if say.MORE_MINUTES.search(rest):
            return PlanEdit(EditKind.MINUTES_BY, main, count=minutes)
    return PlanEdit(EditKind.MINUTES, main, count=minutes)


def _counts(rest: str, number: int, main: int) -> list[PlanEdit]:
    count = say.COUNT.search(rest)
    if say.TWICE_AS_OFTEN.search(rest):
        return [PlanEdit(EditKind.DAYS_TIMES, main, count=200)]
    if say.HALF_AS_OFTEN.search(rest):
        return [PlanEdit(EditKind.DAYS_TIMES, main, count=50)]
    if say.OTHER_DAY.search(rest):
        return [PlanEdit(EditKind.DAYS, main, count=3)]  # Sunday and Monday would be two in a row
    found = []
    if count:
        said = next(filter(None, count.groups()))
        found.append(PlanEdit(EditKind.DAYS, main, count=say.COUNTS.get(said.lower()) or int(said)))
    elif say.NOT_DAILY.search(rest):
        found.append(PlanEdit(EditKind.FEWER_DAYS, main))
    elif say.DAILY.search(rest) and not _each_time(rest):
        found.append(PlanEdit(EditKind.DAYS, main, count=7))
    if say.FEWER.search(rest):
        found.append(PlanEdit(EditKind.FEWER_DAYS, number))
    elif say.MORE.search(rest):
        found.append(PlanEdit(EditKind.MORE_DAYS, main))
    return found
