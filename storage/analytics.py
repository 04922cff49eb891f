"""Numbers about one person's days, read live over (user_id, local_day): the cost never grows with other people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables import Task
from storage.vocabulary import TaskStatus

# A moved or cancelled task belongs to no day's total: its replacement does.
_COUNTED = (TaskStatus.PENDING, TaskStatus.DONE, TaskStatus.MISSED)
_DONE = Task.status == TaskStatus.DONE


def day_totals(session: Session, user_id: UUID, first: date, last: date) -> list[tuple[date, int, int]]:
    """(day, completed, total) for each local day from first to last that had tasks, in order of day."""
    rows = session.execute(
        select(Task.local_day, func.count().filter(_DONE), func.count())
        .where(Task.user_id == user_id, Task.local_day.between(first, last), Task.status.in_(_COUNTED))
        .group_by(Task.local_day)
        .order_by(Task.local_day)
    )
    return [(day, completed, total) for day, completed, total in rows]


def goal_totals(session: Session, user_id: UUID, goal_ids: Sequence[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """Goal id -> (completed, total) of its tasks; goals without tasks are absent."""
    if not goal_ids:
        return {}
    rows = session.execute(
        select(Task.goal_id, func.count().filter(_DONE), func.count())
        .where(Task.user_id == user_id, Task.goal_id.in_(goal_ids), Task.status.in_(_COUNTED))
        .group_by(Task.goal_id)
    )
    return {goal_id: (completed, total) for goal_id, completed, total in rows if goal_id is not None}
