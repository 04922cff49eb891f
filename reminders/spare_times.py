"""The spare time that was agreed with the plan: where a missed task of a series may go, if it is still free."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from reminders import rescheduling
from reminders.rules.diary import Slot
from reminders.rules.rhythm import Rhythm
from storage.tables import Goal, Task

_SOONEST = timedelta(minutes=20)


def agreed_spare(session: Session, task: Task, rhythm: Rhythm, now: datetime) -> Slot | None:
    """The next spare time of the task's series within a week; None without one, or when something took it meanwhile."""
    goal = session.get(Goal, task.goal_id) if task.goal_id and task.series_id else None
    kept = ((goal.plan_json or {}).get("spares") or {}).get(str(task.series_id)) if goal else None
    at = _next(kept, task, rhythm, now) if kept else None
    if at is None or not rescheduling.is_open(session, task, rescheduling.MoveChoice(at, False, "one"), now):
        return None
    end = at + timedelta(minutes=task.duration_minutes)
    return Slot(at, end, "the spare time you agreed on", 0.0)


def _next(kept: dict[str, Any], task: Task, rhythm: Rhythm, now: datetime) -> datetime | None:
    """A weekday of -1 means the day of the task itself."""
    today, clock = rhythm.day(now), time.fromisoformat(kept["at"])
    if kept["weekday"] < 0:
        at = rhythm.utc(rhythm.day(task.scheduled_at), clock)
        return at if at > now + _SOONEST else None
    ahead = (kept["weekday"] - today.weekday()) % 7
    days = (today + timedelta(days=ahead), today + timedelta(days=ahead + 7))
    return next((at for day in days if (at := rhythm.utc(day, clock)) > now + _SOONEST), None)
