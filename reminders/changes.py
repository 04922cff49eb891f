"""What a person changed, kept so that it can be taken back: moves, cancellations, new tasks, names, a goal that ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.goal_ends import Handed, reopen_goal
from reminders.plans import PlanError, call_back, cancel_tasks, movable, replace_row
from reminders.rows import busy_of
from reminders.rules.slots import is_free
from storage.tables import Task
from storage.tasks import get_task, lock_task, pending_between
from storage.vocabulary import TaskStatus

RECENT = timedelta(days=1)  # older changes are the person's life, not a slip


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the person's words. Ids are hex, times ISO: it lives in a conversation's state."""

    at: str
    words: str
    moved: tuple[str, ...] = ()  # rows that took another one's place
    cancelled: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    before: tuple[tuple[str, dict[str, Any]], ...] = ()  # columns of a row as they were
    goal: dict[str, Any] | None = None  # {id, status, sprints}
    handed: tuple[Handed, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Change:
        known: dict[str, Any] = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        for name in ("moved", "cancelled", "added", "before"):
            known[name] = tuple(known.get(name, ()))
        known["handed"] = tuple(Handed(**one) for one in kept.get("handed", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many rows are as they were, and the tasks that could not be, each with the reason."""

    count: int = 0
    stuck: tuple[tuple[Task, str], ...] = ()


def recent_moves(session: Session, user_id: UUID, now: datetime) -> Change | None:
    """The newest move of the last day, wherever it was made: rows written together were moved together."""
    newest = session.scalars(
        select(Task)
        .where(Task.user_id == user_id, Task.replaces_id.is_not(None), Task.created_at > now - RECENT)
        .order_by(Task.created_at.desc(), Task.scheduled_at)
        .limit(1)
    ).first()
    if newest is None:
        return None
    together = session.scalars(
        select(Task)
        .where(Task.user_id == user_id, Task.replaces_id.is_not(None), Task.created_at == newest.created_at)
        .order_by(Task.scheduled_at)
    ).all()
    return Change(
        newest.created_at.isoformat(), f"{newest.title} moved", moved=tuple(t.id.hex for t in together)
    )


def take_back(session: Session, user_id: UUID, change: Change, now: datetime) -> TakenBack:
    """Undo all of a change that can still be undone. What lies behind, or has been taken meanwhile, stays."""
    done, stuck = 0, list[tuple[Task, str]]()
    if change.goal is not None:
        reopen_goal(session, user_id, change.goal, change.handed, now)
    for key, columns in change.before:
        task = lock_task(session, user_id, UUID(hex=key))
        for name, value in columns.items() if task is not None else ():
            setattr(task, name, value)
        done += task is not None
    for task_id in map(UUID, change.cancelled):
        done += call_back(session, user_id, task_id, now)
    done += cancel_tasks(session, user_id, [UUID(hex=one) for one in change.added], now, "taken back")
    going_home = [task for one in change.moved if (task := newest(session, user_id, UUID(hex=one)))]
    for task in going_home:
        reason = _go_home(session, user_id, task, {UUID(hex=one) for one in change.moved}, going_home, now)
        done += not reason
        stuck += [(task, reason)] if reason else []
    session.flush()
    return TakenBack(done, tuple(stuck))


def newest(session: Session, user_id: UUID, task_id: UUID) -> Task | None:
    """The row that stands for this task today, following it however often it was moved."""
    task = get_task(session, user_id, task_id)
    while task is not None and task.status == TaskStatus.RESCHEDULED:
        task = session.scalar(select(Task).where(Task.replaces_id == task.id, Task.user_id == user_id))
    return task


def _go_home(
    session: Session, user_id: UUID, task: Task, moved: set[UUID], together: Sequence[Task], now: datetime
) -> str:
    """Back to the time before the move; "" or why not."""
    before: Task | None = task
    while before is not None and before.id not in moved:
        before = get_task(session, user_id, before.replaces_id) if before.replaces_id else None
    was = (
        get_task(session, user_id, before.replaces_id) if before is not None and before.replaces_id else None
    )
    if was is None or task.status != TaskStatus.PENDING:
        return "it is no longer open"
    if was.scheduled_at <= now:
        return "its old time has passed"
    try:
        _, person = movable(session, user_id, task.id, was.scheduled_at, now)
        away = {other.id for other in together}
        near = pending_between(
            session, user_id, was.scheduled_at - timedelta(days=1), was.scheduled_at + timedelta(days=1)
        )
        busy = [busy_of(other) for other in near if other.id not in away]
        rhythm = person.ladder.rhythm
        awake_only = replace(
            rhythm, sleep=None
        )  # whoever had put it into their night may have it there again
        if not is_free(was.scheduled_at, was.duration_minutes, awake_only, busy):
            return "its old time is taken"
        replace_row(
            session,
            task,
            was.scheduled_at,
            person,
            now,
            was.duration_minutes,
            slot=was.original_at or was.scheduled_at,
            rule=was.recurrence_rule,
        )
    except PlanError as error:
        return str(error)
    return ""
