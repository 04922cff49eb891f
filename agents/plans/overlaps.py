"""What is on the person's list already and serves a new plan too: the same activity is never planned twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

from agents.plans.series import Series, Shared
from reminders.rules.rhythm import Rhythm
from reminders.rules.slot_reasons import hours_between
from storage.tables import Task

_FEWEST = 3  # occurrences: two errands of the same name are no series
_ACTIVITIES = {
    "run": r"\b(?:run|runs|running|jog|jogging)\b",
    "walk": r"\bwalk(?:s|ing)?\b",
    "swim": r"\bswim(?:ming)?\b(?! bag)",
    "yoga": r"\b(?:yoga|pilates)\b",
    "strength": r"\b(?:strength|gym|workout|weights)\b",
    "cycle": r"\b(?:cycl(?:e|ing)|bike|biking)\b",
    "meditate": r"\b(?:meditat\w+|sit and breathe)\b",
    "read": r"\bread(?:ing)?\b",
    "cook": r"\bcook(?:ing)?\b",
}


def activity_of(title: str) -> str:
    """ "Walk after dinner" and "Brisk walk" are both "walk"; anything unknown is only itself."""
    plain = " ".join(title.casefold().split())
    return next((name for name, words in _ACTIVITIES.items() if re.search(words, plain)), plain)


def find_shared(
    series: Sequence[Series], pending: Sequence[Task], goals: dict[UUID, str], rhythm: Rhythm
) -> dict[int, Shared]:
    """By the number of the series: the other goal's series of the same activity that is long enough for it.

    `pending` are the tasks of the plan's weeks, `goals` the other active goals by id with their titles. Days or times
    that the person named are only shared where they are the same.
    """
    groups: dict[UUID, list[Task]] = defaultdict(list)
    for task in pending:
        if task.series_id is not None and _owner(task, goals) is not None:
            groups[task.series_id].append(task)
    found: dict[int, Shared] = {}
    for one in series:
        for key, tasks in list(groups.items()):
            there = _shared(one, tasks, goals, rhythm)
            if there is not None:
                found[one.number] = there
                del groups[key]  # it counts for one series of the plan, not for two
                break
    return found


def _shared(one: Series, tasks: Sequence[Task], goals: dict[UUID, str], rhythm: Rhythm) -> Shared | None:
    first = tasks[0]
    owner = _owner(first, goals)
    if len(tasks) < _FEWEST or owner is None or activity_of(first.title) != activity_of(one.title):
        return None
    if max(task.duration_minutes for task in tasks) < one.first.duration_minutes:
        return None
    weekdays, at = _cue([rhythm.local(task.original_at or task.scheduled_at) for task in tasks])
    said_else = one.first.days_said and set(one.first.weekdays) != set(weekdays)
    said_when = one.first.local_time if one.first.time_said else None
    if said_else or (said_when is not None and hours_between(said_when, at) > 1):
        return None
    return Shared(goals[owner], weekdays, at, tuple(str(task.id) for task in tasks))


def _owner(task: Task, goals: dict[UUID, str]) -> UUID | None:
    """The other goal that keeps the task: its own, or one it counts for as well."""
    mine = (task.goal_id, *task.shared_with_goal_ids)
    return next((goal_id for goal_id in mine if goal_id is not None and goal_id in goals), None)


def _cue(moments: Sequence[datetime]) -> tuple[tuple[int, ...], time]:
    """The weekdays and the local time that most of them have."""
    days = Counter(moment.weekday() for moment in moments)
    usual = tuple(sorted(day for day, count in days.items() if count * 2 > max(days.values()) - 1))
    at = Counter(moment.time().replace(second=0, microsecond=0) for moment in moments).most_common(1)[0][0]
    return usual, at
