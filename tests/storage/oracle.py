"""The statistics once more, counted by hand in Python from rows alone: what the views and queries are held to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from storage.analytics import CategoryMisses, Tally, Week
from storage.tables import Goal, Task

DAY = timedelta(days=1)


def counted(rows: Iterable[Task]) -> list[Task]:
    return [row for row in rows if row.status not in ("rescheduled", "cancelled")]


def days(rows: Iterable[Task], zone: str) -> dict[date, tuple[int, int]]:
    """Local day -> (done, all), from the moments themselves, whatever `local_day` says."""
    found: dict[date, list[Task]] = defaultdict(list)
    for row in counted(rows):
        found[row.scheduled_at.astimezone(ZoneInfo(zone)).date()].append(row)
    return {day: (sum(one.status == "done" for one in tasks), len(tasks)) for day, tasks in found.items()}


def weeks(rows: Iterable[Task], zone: str, starts_on: int, number: int, today: date) -> list[Week]:
    """Walks from day to day."""
    start = today
    while start.isoweekday() != starts_on:
        start -= DAY
    by_day = days(rows, zone)
    found = []
    for _ in range(number):
        inside = [by_day.get(start + DAY * offset, (0, 0)) for offset in range(7)]
        done, total = sum(one for one, _ in inside), sum(one for _, one in inside)
        found.insert(0, Week(start, done, total, int(done * 100 / total + 1e-9) if total else 0))
        start -= 7 * DAY
    return found


def goals(rows: Iterable[Task], wanted: Iterable[Goal]) -> dict[UUID, Tally]:
    found = {}
    for goal in wanted:
        its = [row for row in counted(rows) if goal.id in {row.goal_id, *row.shared_with_goal_ids}]
        if its:
            found[goal.id] = tally(its)
    return found


def categories(rows: Iterable[Task], of: Mapping[UUID, Goal]) -> dict[str, Tally]:
    found: dict[str, list[Task]] = defaultdict(list)
    for row in counted(rows):
        tags = of[row.goal_id].class_tags if row.goal_id else []
        for tag in tags or ["Other"]:
            found[tag].append(row)
    return {tag: tally(tasks) for tag, tasks in found.items()}


def misses(by_category: Mapping[str, Tally]) -> list[CategoryMisses]:
    rows = [CategoryMisses(name, one.missed, one.total) for name, one in by_category.items()]
    return sorted(rows, key=lambda one: (-one.missed, one.category))


def tally(rows: Collection[Task]) -> Tally:
    states = [row.status for row in rows]
    return Tally(states.count("done"), states.count("missed"), len(states))


def streak(by_day: Mapping[date, tuple[int, int]], today: date, frozen: Collection[date] = ()) -> int:
    """Days as letters, today first: x done, b broken, f free, - stepped over. A b or seven f in a row end it."""
    letters, day = "", today
    while by_day and day >= min(by_day):
        done, total = by_day.get(day, (0, 0))
        if done:
            letters += "x"
        elif day in frozen or (total and day == today):
            letters += "-"
        else:
            letters += "b" if total else "f"
        day -= DAY
    return re.split(r"b|f{7}", letters.replace("-", ""))[0].count("x")
