"""Stretches of the calendar: weekends, months, ends and middles of them, and the next so many days."""

from __future__ import annotations

import re
from datetime import date, timedelta

from reminders.rules.when.days import (
    Match,
    add_months,
    calendar_day,
    day_of_month,
    month_number,
    one_day,
    stretch,
)
from reminders.rules.when.lexicon import MONTH_NAMES
from reminders.rules.when.pieces import Day, Fault, Value

# "ask June for the keys": somebody's name.
_A_NAME = re.compile(
    r"\b(?:call|phone|ring|text|email|mail|ask|tell|meet|visit|message|thank|invite|with|aunt|auntie|miss|mrs|ms|dear|and|hug|see) $"
)


def read_stretch(name: str, match: Match, today: date, text: str) -> Value | None:
    which = (match.groupdict().get("which") or "").strip()
    ahead = 0 if which in ("", "this", "the", "over the") else 1
    match name:
        case "stretch":
            return stretch(match["unit"], today, 0 if which == "this" else 1)
        case "weekend":
            return weekend(today, which)
        case "last_day":
            return _last_day(match, today, ahead)
        case "edge" | "eo":
            return _edge(name, match, today, ahead)
        case "rest":
            if match["unit"] == "day":
                return one_day(today)
            period = stretch(match["unit"], today, 0)
            return Day(today, period.last, "day", rank=0)
        case "next_many":
            return _many(match, today)
        case "in_month":
            return None if match["lone"] and _A_NAME.search(text[: match.start()]) else _month(match, today)
        case "ordinal_month":
            number = int(match["n"])
            first = date(today.year + ahead, number, 1) if 1 <= number <= 12 else None
            return Day(first, add_months(first, 1), "month", rank=0) if first else None
        case _:
            return _week_of(match, today)


def weekend(today: date, which: str) -> Day:
    """Saturday and Sunday; within a weekend it is the running one, "next weekend" the one after."""
    saturday = today + timedelta(days=5 - min(today.weekday(), 6))
    if which in ("next", "the next", "following", "the following"):
        saturday += timedelta(weeks=1)
    return Day(max(saturday, today), saturday + timedelta(days=2), "day", rank=0, nth="weekend")


def _last_day(match: Match, today: date, ahead: int) -> Day:
    if match["month"]:
        first = date(today.year, month_number(match["month"]), 1)
        first = first if add_months(first, 1) > today else first.replace(year=today.year + 1)
        return Day(
            add_months(first, 1) - timedelta(days=1),
            add_months(first, 1),
            rank=3,
            monthday=-1,
            month=first.month,
        )
    period = stretch(match["unit"], today, ahead)
    monthday = -1 if match["unit"] == "month" else None
    return Day(period.last - timedelta(days=1), period.last, rank=3, monthday=monthday)


def _edge(name: str, match: Match, today: date, ahead: int) -> Value | None:
    """The first or last third of a month; of a week its last two days; of a year its last quarter."""
    unit = {"w": "week", "m": "month", "y": "year"}.get(match["unit"], match["unit"])
    edge = "end" if name == "eo" else match["edge"]
    if unit == "weekend":
        return weekend(today, match["which"] or "")
    if unit in MONTH_NAMES:
        first = date(today.year, month_number(unit), 1)
        first = first if add_months(first, 1) > today else first.replace(year=today.year + 1)
        period = Day(first, add_months(first, 1), "month", rank=0)
    else:
        period = stretch(unit, today, ahead)
    first, last = _third(edge, unit, period)
    if last <= today:
        return Fault("That has gone by. Which day do you mean?", past=True)
    return Day(first, last, "day", rank=0)


def _third(edge: str, unit: str, period: Day) -> tuple[date, date]:
    size = {"week": 2, "year": 90}.get(unit, 10)
    match edge:
        case "end" | "late" | "eo":
            length = {"month": 20, "year": 275, "week": 5}.get(unit, 20)
            return period.first + timedelta(days=length), period.last
        case "middle" | "mid":
            quarter = (period.last - period.first).days // 3
            return period.first + timedelta(days=quarter), period.last - timedelta(days=quarter)
        case _:
            return period.first, period.first + timedelta(days=size)


def _many(match: Match, today: date) -> Day | None:
    said = match["count"] or match["count2"]
    count = 3 if said == "few" else int(said)
    unit, start = match["unit"], today + timedelta(days=1)
    if not 0 < count <= 400:
        return None
    if match["business"]:
        last = today
        for _ in range(count):
            last += timedelta(days={4: 3, 5: 2}.get(last.weekday(), 1))
        return Day(start, last + timedelta(days=1), "day", rank=0)
    if unit == "day":
        return Day(start, start + timedelta(days=count), "day", rank=0)
    first = stretch(unit, today, 1)
    return Day(first.first, stretch(unit, today, count).last, first.grain, rank=0)


def _month(match: Match, today: date) -> Value | None:
    number = month_number(match["month"] or match["lone"])
    year = int(match["year"]) if match["year"] else None
    first = date(year or today.year, number, 1)
    if year is None and add_months(first, 1) <= today:
        first = first.replace(year=today.year + 1)
    if add_months(first, 1) <= today:
        return Fault("That month has gone by. Which one do you mean?", past=True)
    return Day(first, add_months(first, 1), "month", rank=0, month=number, yearless=year is None)


def _week_of(match: Match, today: date) -> Value | None:
    words = match["rest"].removesuffix("th").split()
    day = (
        day_of_month(today, int(words[0]))
        if len(words) == 1
        else calendar_day(today, month_number(words[0]), int(words[1]))
    )
    if isinstance(day, Fault):
        return day
    return Day(day.first, day.first + timedelta(weeks=1), "day", rank=0)
