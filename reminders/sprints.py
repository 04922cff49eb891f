"""When the last task of a goal's sprint is over, the goal is complete and what waits comes next; and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.messages import Choice
from storage import goals
from storage.tables import Goal, Task
from storage.tasks import open_of_goal, open_shared_with
from storage.vocabulary import GoalStatus

_PLAN_IT = "Plan it now"


def goals_of(task: Task) -> tuple[UUID | None, ...]:
    """The goal of a task and those it counts for as well."""
    return (task.goal_id, *task.shared_with_goal_ids)


def finish_sprints(
    session: Session, goal_ids: Iterable[UUID | None], now: datetime
) -> list[tuple[Goal, Goal | None]]:
    """Complete those active goals that have nothing left to do; returns each with the goal that follows it."""
    ids = {goal_id for goal_id in goal_ids if goal_id is not None}
    if not ids:
        return []
    session.flush()
    active = session.scalars(
        select(Goal).where(Goal.id.in_(ids), Goal.status == GoalStatus.ACTIVE).with_for_update()
    ).all()
    return [(goal, _follow(session, goal, now)) for goal in active if _nothing_left(session, goal)]


def reopen_sprint(session: Session, goal_id: UUID | None) -> None:
    """A task of a completed goal is open again: so is the goal, and the sprint that it gave way to waits as before."""
    goal = session.get(Goal, goal_id, with_for_update=True) if goal_id else None
    if goal is None or goal.status != GoalStatus.COMPLETED:
        return
    for one in goals.pipeline_of(session, goal.user_id, goal.parent_goal_id or goal.id):
        is_next = one.status == GoalStatus.ACTIVE and one.activated_at == goal.completed_at
        if is_next and open_of_goal(session, one.id) == 0:
            one.status, one.activated_at = GoalStatus.PIPELINE, None
    goal.status, goal.completed_at = GoalStatus.ACTIVE, None
    session.flush()


def what_is_next(session: Session, goal: Goal) -> tuple[str, tuple[Choice, ...]]:
    """Words and a button about what comes after a goal that is complete; ("", ()) while it is not."""
    if goal.status != GoalStatus.COMPLETED:
        return "", ()
    over = f"That was the last task of {goal.title}."
    following = _begun_after(session, goal)
    if following is not None:
        return f"{over} Next comes {following.title}. Shall I plan it?", (plan_button(following),)
    waiting = goals.waiting_in_line(session, goal.user_id)
    if waiting is not None:
        return f"{over} There is room now for {waiting.title}. Shall I plan it?", (plan_button(waiting),)
    return over, ()


def plan_button(goal: Goal) -> Choice:
    return Choice(_PLAN_IT, f"g:{goal.id.hex}:plan")


def _begun_after(session: Session, goal: Goal) -> Goal | None:
    """The sprint that took over from this one and has no plan yet."""
    line = goals.pipeline_of(session, goal.user_id, goal.parent_goal_id or goal.id)
    waits = (one for one in line if one.status == GoalStatus.ACTIVE and not one.plan_json.get("output"))
    return next((one for one in waits if one.activated_at == goal.completed_at), None)


def _nothing_left(session: Session, goal: Goal) -> bool:
    return open_of_goal(session, goal.id) == 0 and open_shared_with(session, goal.user_id, goal.id) == 0


def _follow(session: Session, goal: Goal, now: datetime) -> Goal | None:
    """Sprints hang on the first goal of their line, whichever of them is running."""
    goals.set_status(goal, GoalStatus.COMPLETED, now)
    first = goal.parent_goal_id or goal.id
    waiting = goals.pipeline_of(session, goal.user_id, first)
    following = next((one for one in waiting if one.status == GoalStatus.PIPELINE), None)
    if following is not None:
        goals.set_status(following, GoalStatus.ACTIVE, now)
    session.flush()
    return following
