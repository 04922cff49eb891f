"""Goals as rows: what a person is working on, what waits in the pipeline, and how a sprint follows another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, func, select
from sqlalchemy.orm import Session

from storage.tables import Goal, Json, Task
from storage.vocabulary import GoalStatus, TaskStatus


def get_goal(session: Session, user_id: UUID, goal_id: UUID) -> Goal | None:
    """One goal of this person; None for unknown ids and for other people's."""
    return session.scalar(select(Goal).where(Goal.id == goal_id, Goal.user_id == user_id))


def list_goals(session: Session, user_id: UUID, status: str | None = None) -> Sequence[Goal]:
    """A person's goals, the active ones first, then by age."""
    query = select(Goal).where(Goal.user_id == user_id)
    if status is not None:
        query = query.where(Goal.status == status)
    return session.scalars(query.order_by(Goal.status, Goal.pipeline_order, Goal.created_at, Goal.id)).all()


def active_goals(session: Session, user_id: UUID) -> Sequence[Goal]:
    return list_goals(session, user_id, GoalStatus.ACTIVE)


def pipeline_of(session: Session, user_id: UUID, goal_id: UUID) -> Sequence[Goal]:
    """The sprints that wait behind a goal, in order."""
    return session.scalars(
        select(Goal)
        .where(Goal.user_id == user_id, Goal.parent_goal_id == goal_id)
        .order_by(Goal.pipeline_order, Goal.created_at)
    ).all()


def find_open_goal(session: Session, user_id: UUID, title: str) -> Goal | None:
    """An active or waiting goal of the same title, whatever its capitals."""
    return session.scalar(
        select(Goal)
        .where(
            Goal.user_id == user_id,
            Goal.status.in_([GoalStatus.ACTIVE, GoalStatus.PIPELINE]),
            func.lower(Goal.title) == title.strip().lower(),
        )
        .order_by(Goal.status)
        .limit(1)
    )


def save_goal(
    session: Session,
    user_id: UUID,
    title: str,
    now: datetime,
    *,
    goal_id: UUID,
    status: str = GoalStatus.ACTIVE,
    tags: Sequence[str] = (),
    plan: Json | None = None,
    weeks: int = 6,
    description: str = "",
) -> Goal:
    """Write a goal under a chosen id; writing it again changes that row instead of adding another."""
    goal = get_goal(session, user_id, goal_id)
    if goal is None:
        goal = Goal(id=goal_id, user_id=user_id, created_at=now)
        session.add(goal)
    goal.title, goal.description = title, description
    goal.class_tags, goal.plan_json, goal.target_weeks = list(tags), plan or {}, weeks
    goal.status = status
    if status == GoalStatus.ACTIVE and goal.activated_at is None:
        goal.activated_at = now
    session.flush()
    return goal


def replace_pipeline(
    session: Session, goal: Goal, sprints: Sequence[tuple[str, str, int]], now: datetime
) -> list[Goal]:
    """Make the waiting sprints of a goal these ones (title, description, weeks), in order.

    Planning again keeps the rows it already has, changes their words, and drops those no longer needed.
    """
    waiting = [
        row for row in pipeline_of(session, goal.user_id, goal.id) if row.status == GoalStatus.PIPELINE
    ]
    for surplus in waiting[len(sprints) :]:
        session.delete(surplus)
    rows = waiting[: len(sprints)]
    for order, (title, description, weeks) in enumerate(sprints, start=1):
        if order > len(rows):
            rows.append(
                Goal(user_id=goal.user_id, parent_goal_id=goal.id, created_at=now, status=GoalStatus.PIPELINE)
            )
            session.add(rows[-1])
        row = rows[order - 1]
        row.title, row.description, row.target_weeks, row.pipeline_order = title, description, weeks, order
        row.class_tags = list(goal.class_tags)
    session.flush()
    return rows


def set_status(goal: Goal, status: str, now: datetime) -> None:
    goal.status = status
    if status == GoalStatus.ACTIVE:
        goal.activated_at = now
    if status == GoalStatus.COMPLETED:
        goal.completed_at = now


def goal_tasks(session: Session, user_id: UUID, goal_id: UUID) -> Sequence[Task]:
    """Every task of a goal, also those it shares with another goal, by time."""
    return session.scalars(
        select(Task)
        .where(
            Task.user_id == user_id,
            (Task.goal_id == goal_id) | (any_(Task.shared_with_goal_ids) == goal_id),
        )
        .order_by(Task.scheduled_at, Task.id)
    ).all()


def share_tasks(session: Session, user_id: UUID, task_ids: Sequence[UUID], goal_id: UUID) -> int:
    """Let these pending tasks of other goals count for this one as well; says how many do."""
    pending = session.scalars(
        select(Task).where(Task.user_id == user_id, Task.id.in_(task_ids), Task.status == TaskStatus.PENDING)
    ).all()
    others = [task for task in pending if task.goal_id != goal_id]
    for task in others:
        if goal_id not in task.shared_with_goal_ids:
            task.shared_with_goal_ids = [*task.shared_with_goal_ids, goal_id]
    session.flush()
    return len(others)


def waiting_in_line(session: Session, user_id: UUID) -> Goal | None:
    """The goal that waits longest for room: queued or paused, not a sprint of another one."""
    return session.scalar(
        select(Goal)
        .where(Goal.user_id == user_id, Goal.status == GoalStatus.PIPELINE, Goal.parent_goal_id.is_(None))
        .order_by(Goal.created_at, Goal.id)
        .limit(1)
    )


def without_plan(session: Session, user_id: UUID) -> Goal | None:
    """An active goal that nobody has planned yet, the newest: a sprint that has just begun."""
    return session.scalar(
        select(Goal)
        .where(
            Goal.user_id == user_id,
            Goal.status == GoalStatus.ACTIVE,
            Goal.parent_goal_id.is_not(None),
            ~Goal.plan_json.has_key("output"),
        )
        .order_by(Goal.activated_at.desc())
        .limit(1)
    )


def future_task_ids(session: Session, user_id: UUID, goal_id: UUID, now: datetime) -> list[UUID]:
    """Pending tasks of a goal that lie ahead and serve no other goal: what a new plan or giving up cancels."""
    return list(
        session.scalars(
            select(Task.id).where(
                Task.user_id == user_id,
                Task.goal_id == goal_id,
                Task.status == TaskStatus.PENDING,
                Task.scheduled_at > now,
                func.cardinality(Task.shared_with_goal_ids) == 0,
            )
        )
    )
