"""What became of people's tasks, and when: the history that patterns are learned from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables import Goal, Task
from storage.vocabulary import TaskStatus

_FINISHED = (TaskStatus.DONE, TaskStatus.MISSED)


class Finished(NamedTuple):
    """A task that was done or missed. `slot` is the time its plan gave it (UTC), before it was moved or snoozed."""

    task_id: UUID
    user_id: UUID
    title: str
    status: str
    slot: datetime
    completed_at: datetime | None
    local_day: date
    series_id: UUID | None
    tags: list[str] | None  # of its goal; None without one
    stood_at: datetime  # where it was at last (UTC)


def task_history(
    session: Session, user_ids: Sequence[UUID], since: date, statuses: Sequence[TaskStatus] = _FINISHED
) -> list[Finished]:
    """What these people did and missed from that local day on, in order of time; one query however many they are."""
    rows = session.execute(
        select(
            Task.id,
            Task.user_id,
            Task.title,
            Task.status,
            func.coalesce(Task.original_at, Task.scheduled_at),
            Task.completed_at,
            Task.local_day,
            Task.series_id,
            Goal.class_tags,
            Task.scheduled_at,
        )
        .outerjoin(Goal, Goal.id == Task.goal_id)
        .where(Task.user_id.in_(user_ids), Task.local_day >= since, Task.status.in_(statuses))
        .order_by(Task.scheduled_at, Task.id)
    )
    return [Finished._make(row) for row in rows]
