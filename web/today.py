"""One person's day in numbers: the overview that the API, the dashboard and the weekly picture share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.progress import progress_of
from reminders.rules.rhythm import zone_of
from reminders.rules.streaks import DayTotal, completion_pct, filled
from storage.tables import Task
from storage.vocabulary import TaskStatus

HEATMAP_DAYS = 84  # twelve weeks


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
    return now.astimezone(zone_of(timezone)).date()


def numbers(session: Session, user_id: UUID, timezone: str, now: datetime) -> DayNumbers:
    """Streak, today's count and the last twelve weeks, cut at the person's own midnights."""
    today = local_day(now, timezone)
    progress = progress_of(session, user_id, today)
    recent = filled(progress.days, today - timedelta(days=HEATMAP_DAYS - 1), today)
    return DayNumbers(today, progress.streak_days, recent[-1], recent)


def pending_on(session: Session, user_id: UUID, day: date) -> list[Task]:
    """The tasks still open on one local day, by time."""
    return list(
        session.scalars(
            select(Task)
            .where(Task.user_id == user_id, Task.local_day == day, Task.status == TaskStatus.PENDING)
            .order_by(Task.scheduled_at, Task.id)
        )
    )
