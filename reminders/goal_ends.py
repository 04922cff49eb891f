"""A goal ends before its tasks do: what it had alone is called off, what it shares goes to the goal that lives on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import any_, select
from sqlalchemy.orm import Session

from reminders.plans import cancel_tasks
from storage.goals import active_goals, future_task_ids, get_goal, pipeline_of, set_status
from storage.tables import Goal, Task
from storage.vocabulary import GoalStatus, TaskStatus


@dataclass(frozen=True, slots=True)
class Handed:
    """A shared task that changed hands, and whose it was before; ids are hex."""

    task: str
    goal: str
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoalEnd:
    """What ending a goal did: the tasks called off, those that serve another goal on, and the sprints that went too."""

    cancelled: tuple[UUID, ...] = ()
    handed: tuple[Handed, ...] = ()
    sprints: tuple[UUID, ...] = ()


def end_goal(
    session: Session, user_id: UUID, goal: Goal, status: GoalStatus, now: datetime, *, sprints: bool = True
) -> GoalEnd:
    """Give the goal that status and let go of what was to come of it; done and missed tasks stay as they are.

    With `sprints` those that wait behind it end as well.
    """
    ids, handed = let_go(session, user_id, goal, now, "goal ended")
    set_status(goal, status, now)
    waiting = [
        one
        for one in pipeline_of(session, user_id, goal.parent_goal_id or goal.id)
        if one.status == GoalStatus.PIPELINE
    ]
    for one in waiting if sprints else ():
        set_status(one, GoalStatus.ABANDONED, now)
    session.flush()
    return GoalEnd(tuple(ids), handed, tuple(one.id for one in waiting) if sprints else ())


def let_go(
    session: Session, user_id: UUID, goal: Goal, now: datetime, reason: str
) -> tuple[list[UUID], tuple[Handed, ...]]:
    """Call off what is still to come of a goal alone, and leave what it shares to the others; says which those are."""
    handed = _hand_over(session, user_id, goal, now)
    ids = future_task_ids(session, user_id, goal.id, now)
    cancel_tasks(session, user_id, ids, now, reason)
    return ids, handed


def reopen_goal(
    session: Session, user_id: UUID, goal: dict[str, Any], handed: Sequence[Handed], now: datetime
) -> None:
    """The way back: the goal and its sprints as they were, and the shared tasks in its hands again.

    A plan that was saved (`ends`) is let go first: its tasks wherever they were moved, and its share in others.
    """
    row = get_goal(session, user_id, UUID(hex=goal["id"]))
    if row is None:
        return
    if "ends" in goal:
        let_go(session, user_id, row, now, "taken back")
    begun = row.activated_at
    set_status(row, goal["status"], now)
    row.activated_at = begun or row.activated_at
    row.completed_at = None
    if "plan" in goal:
        row.plan_json = goal["plan"]
    for key in goal.get("ends", ()):
        sprint = get_goal(session, user_id, UUID(hex=key))
        if sprint is not None:
            set_status(sprint, GoalStatus.ABANDONED, now)
    if "also" in goal:  # the goal that had made room
        reopen_goal(session, user_id, goal["also"], (), now)
    for key in goal.get("sprints", ()):
        sprint = get_goal(session, user_id, UUID(hex=key))
        if sprint is not None and sprint.status == GoalStatus.ABANDONED:
            set_status(sprint, GoalStatus.PIPELINE, now)
    for one in handed:
        task = session.scalar(select(Task).where(Task.id == UUID(hex=one.task), Task.user_id == user_id))
        if task is not None:
            task.goal_id, task.shared_with_goal_ids = (
                UUID(hex=one.goal),
                [UUID(hex=key) for key in one.shared],
            )
    session.flush()


def _hand_over(session: Session, user_id: UUID, goal: Goal, now: datetime) -> tuple[Handed, ...]:
    """Coming tasks that another active goal needs too become that goal's; those of a goal that ended long ago do not."""
    living = {one.id for one in active_goals(session, user_id)} - {goal.id}
    tasks = session.scalars(
        select(Task)
        .where(
            Task.user_id == user_id,
            Task.status == TaskStatus.PENDING,
            Task.scheduled_at > now,
            (Task.goal_id == goal.id) | (any_(Task.shared_with_goal_ids) == goal.id),
        )
        .order_by(Task.scheduled_at, Task.id)
        .with_for_update(key_share=True)
    ).all()
    handed = []
    for task in tasks:
        others = [one for one in task.shared_with_goal_ids if one != goal.id]
        heirs = [one for one in others if one in living]
        was = Handed(
            task.id.hex, (task.goal_id or goal.id).hex, tuple(one.hex for one in task.shared_with_goal_ids)
        )
        if task.goal_id == goal.id and heirs:
            task.goal_id, others = heirs[0], [one for one in others if one != heirs[0]]
        elif task.goal_id == goal.id:
            others = []  # nobody is left who needs it
        if task.goal_id != goal.id or task.shared_with_goal_ids != others:
            handed.append(was)
        task.shared_with_goal_ids = others
    session.flush()
    return tuple(handed)
