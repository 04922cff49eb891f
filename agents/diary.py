"""The person's diary as the rules want it: what is open in the next six weeks, and the rhythm of their days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from agents.turn import TurnContext
from reminders.people import rhythm_of
from reminders.rules.diary import HORIZON, Busy
from reminders.rules.rhythm import Rhythm
from storage.tables import Task
from storage.vocabulary import TaskStatus, TriggerType


def open_tasks(ctx: TurnContext, ahead: timedelta = HORIZON) -> Sequence[Task]:
    """Pending timed tasks from an hour ago to six weeks (or `ahead`) from now, by time."""
    return ctx.session.scalars(
        select(Task)
        .where(
            Task.user_id == ctx.user.id,
            Task.status == TaskStatus.PENDING,
            Task.trigger_type == TriggerType.TIME,
            Task.scheduled_at > ctx.now - timedelta(hours=1),
            Task.scheduled_at < ctx.now + ahead + timedelta(days=1),
        )
        .order_by(Task.scheduled_at, Task.id)
    ).all()


def busy(ctx: TurnContext) -> list[Busy]:
    return [as_busy(task) for task in open_tasks(ctx)]


def busy_without(ctx: TurnContext, task_id: UUID) -> list[Busy]:
    """The same with one task lifted out, to be placed again."""
    return [entry for entry in busy(ctx) if entry.task_id != task_id]


def as_busy(task: Task) -> Busy:
    end = task.scheduled_at + timedelta(minutes=task.duration_minutes)
    return Busy(task.scheduled_at, end, task.title, task.id, planned=task.goal_id is not None)


def rhythm(ctx: TurnContext) -> Rhythm:
    """With what was learned: times that did not work, and hours that do."""
    return rhythm_of(ctx.session, ctx.user)


def around_now(ctx: TurnContext) -> Sequence[Task]:
    """Open tasks of yesterday and today, and of the next hours."""
    return ctx.session.scalars(
        select(Task)
        .where(
            Task.user_id == ctx.user.id,
            Task.status.in_([TaskStatus.PENDING, TaskStatus.MISSED]),
            Task.scheduled_at > ctx.now - timedelta(hours=24),
            Task.scheduled_at < ctx.now + timedelta(hours=12),
        )
        .order_by(Task.scheduled_at)
    ).all()
