"""The weeks at a glance, drawn with characters: a row per weekday, a column per week, a bar per week below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from storage.tables import Task
from storage.vocabulary import WEEKDAYS, TaskStatus

CELLS = {"none": "·", "open": "○", "missed": "◌", "some": "◐", "all": "●"}


def week_picture(tasks: Sequence[Task], today: date, weeks: int = 6) -> str:
    """A heatmap of what was done: ● all, ◐ some, ◌ missed, ○ still to come, · nothing planned."""
    days: dict[date, list[str]] = defaultdict(list)
    for task in tasks:
        if task.status in (TaskStatus.DONE, TaskStatus.MISSED, TaskStatus.PENDING):
            days[task.local_day].append(task.status)
    first = min(days, default=today)
    monday = first - timedelta(days=first.weekday())
    mondays = [monday + timedelta(weeks=week) for week in range(weeks)]
    lines = ["      " + "  ".join(f"{start.day:>2}" for start in mondays)]
    for index, name in enumerate(WEEKDAYS):
        cells = [CELLS[_cell(days.get(start + timedelta(days=index), []))] for start in mondays]
        lines.append(f"  {name[:3]}  {'   '.join(cells)}")
    lines += [_bar(start, days) for start in mondays if start <= today]
    return "\n".join(lines)


def _cell(statuses: Sequence[str]) -> str:
    if not statuses:
        return "none"
    done = sum(status == TaskStatus.DONE for status in statuses)
    if done == len(statuses):
        return "all"
    if done:
        return "some"
    return "open" if TaskStatus.PENDING in statuses else "missed"


def _bar(start: date, days: dict[date, list[str]]) -> str:
    statuses = [status for day in range(7) for status in days.get(start + timedelta(days=day), [])]
    settled = [status for status in statuses if status != TaskStatus.PENDING]
    done = sum(status == TaskStatus.DONE for status in settled)
    percent = round(100 * done / len(settled)) if settled else 0
    return f"  week of {start:%d %b}  {'█' * (percent // 5):<20} {done} of {len(settled)} done"
