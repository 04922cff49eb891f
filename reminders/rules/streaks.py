"""Streaks and day totals: what a person's calendar days add up to, from plain numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

# Days with nothing planned neither count nor break a streak, but more than this many in a row end it.
FREE_DAYS_BRIDGED = 6


@dataclass(frozen=True, slots=True)
class DayTotal:
    """One calendar day of one person: how many tasks stood on it and how many of them were done."""

    day: date
    completed: int
    total: int


def streak_days(days: Iterable[DayTotal], today: date, frozen: Collection[date] = ()) -> int:
    """How many days in a row, counted back from today, had at least one task done.

    Today may extend the streak, never break it: while nothing is done yet, the count ends yesterday.
    Days without tasks and frozen days (a pause) are stepped over.
    """
    totals = {entry.day: entry for entry in days}
    if not totals:
        return 0
    first = min(totals)
    streak, free, day = 0, 0, today
    while day >= first:
        entry = totals.get(day)
        if entry is not None and entry.completed > 0:
            streak, free = streak + 1, 0
        elif entry is not None and entry.total > 0 and day not in frozen:
            if day != today:
                return streak
        elif day not in frozen and day != today:
            free += 1
            if free > FREE_DAYS_BRIDGED:
                return streak
        day -= timedelta(days=1)
    return streak


def completion_pct(completed: int, total: int) -> int:
    """Whole percent of a day's tasks that are done; 0 on a day without tasks. 100 only when all are done."""
    return completed * 100 // total if total else 0


def filled(days: Iterable[DayTotal], first: date, last: date) -> tuple[DayTotal, ...]:
    """Every day from first to last, both included, with zeros where nothing stood: what a heatmap draws."""
    totals = {entry.day: entry for entry in days}
    span = (last - first).days + 1
    calendar = (first + timedelta(days=offset) for offset in range(max(span, 0)))
    return tuple(totals.get(day, DayTotal(day, 0, 0)) for day in calendar)
