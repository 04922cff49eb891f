"""Series that go on without an end: which of them will soon run out of rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables import Task
from storage.vocabulary import TaskStatus


def recurring_series(
    session: Session, start: datetime, end: datetime, behind: UUID, limit: int
) -> list[tuple[UUID, UUID, datetime]]:
    """(person, series, its last slot) of up to `limit` recurring reminders with an occurrence in [start, end).

    In order of the series' ids, those greater than `behind`. Goals are left out: their plans have an end.
    """
    alive = (
        select(Task.series_id)
        .where(
            Task.recurrence_rule.is_not(None),
            Task.goal_id.is_(None),
            Task.scheduled_at >= start,
            Task.scheduled_at < end,
            Task.series_id > behind,
        )
        .distinct()
        .order_by(Task.series_id)
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        select(Task.user_id, Task.series_id, func.max(func.coalesce(Task.original_at, Task.scheduled_at)))
        .join(alive, alive.c.series_id == Task.series_id)
        .where(Task.status != TaskStatus.RESCHEDULED)
        .group_by(Task.user_id, Task.series_id)
        .order_by(Task.series_id)
    )
    return [(user_id, series_id, last) for user_id, series_id, last in rows if series_id is not None]


def rows_of_series(session: Session, user_id: UUID, series_id: UUID) -> Sequence[Task]:
    """Every row that stands for an occurrence, by slot; those that were moved are the ones that followed them."""
    return session.scalars(
        select(Task)
        .where(Task.user_id == user_id, Task.series_id == series_id, Task.status != TaskStatus.RESCHEDULED)
        .order_by(func.coalesce(Task.original_at, Task.scheduled_at), Task.id)
    ).all()
