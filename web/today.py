"""One person's day in numbers: the overview that the API, the dashboard and the weekly picture share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.rules.streaks import DayTotal, completion_pct, filled, streak_days
from storage import analytics
from storage.tables import Task
from storage.vocabulary import TaskStatus

HEATMAP_DAYS = 84  # twelve weeks
_STREAK_LOOKS_BACK = timedelta(days=730)


@dataclass(frozen=True)
class DayNumbers:
    day: date
    streak_days: int
    today: DayTotal
    heatmap: tuple[DayTotal, ...]

    @property
    def completion_pct(self) -> int:
        return completion_pct(self.today.completed, self.today.total)


def local_day(now: datetime, timezone: str) -> date:
    """The person's calendar day of a UTC moment; UTC's own when their zone is unknown to this machine."""
    try:
        return now.astimezone(ZoneInfo(timezone)).date()
    except (KeyError, ValueError, OSError):
        return now.date()


def numbers(session: Session, user_id: UUID, timezone: str, now: datetime) -> DayNumbers:
    """Streak, today's count and the last twelve weeks, cut at the person's own midnights."""
    today = local_day(now, timezone)
    rows = analytics.day_totals(session, user_id, today - _STREAK_LOOKS_BACK, today)
    totals = [DayTotal(*row) for row in rows]
    recent = filled(totals, today - timedelta(days=HEATMAP_DAYS - 1), today)
    return DayNumbers(today, streak_days(totals, today), recent[-1], recent)


def pending_on(session: Session, user_id: UUID, day: date) -> list[Task]:
    """The tasks still open on one local day, by time."""
    return list(
        session.scalars(
            select(Task)
            .where(Task.user_id == user_id, Task.local_day == day, Task.status == TaskStatus.PENDING)
            .order_by(Task.scheduled_at, Task.id)
        )
    )
