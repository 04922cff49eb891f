"""Goals as rows: found by their words, planned again without doubles, and nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from storage.goals import (
    active_goals,
    find_open_goal,
    future_task_ids,
    get_goal,
    goal_tasks,
    list_goals,
    pipeline_of,
    replace_pipeline,
    save_goal,
    set_status,
)
from storage.tables import Goal, Task, User
from storage.vocabulary import GoalStatus, TaskStatus


def a_goal(session: Session, user: User, now: datetime, title: str = "Run 5 km") -> Goal:
    return save_goal(session, user.id, title, now, goal_id=uuid4(), tags=["Fitness"], plan={"version": 1})


def a_task(session: Session, goal: Goal, at: datetime, **more: object) -> Task:
    task = Task(
        user_id=goal.user_id, goal_id=goal.id, title="Run", scheduled_at=at, local_day=at.date(), **more
    )
    session.add(task)
    session.flush()
    return task


def test_a_goal_written_twice_under_one_id_is_one_row(session: Session, owner: User, now: datetime) -> None:
    goal = a_goal(session, owner, now)
    save_goal(session, owner.id, "Run 10 km", now + timedelta(days=1), goal_id=goal.id, weeks=4)
    (row,) = list_goals(session, owner.id)
    assert (row.title, row.target_weeks, row.activated_at) == ("Run 10 km", 4, now)


def test_a_stranger_never_finds_the_goal(
    session: Session, owner: User, stranger: User, now: datetime
) -> None:
    goal = a_goal(session, owner, now)
    assert get_goal(session, stranger.id, goal.id) is None
    assert find_open_goal(session, stranger.id, goal.title) is None
    assert list_goals(session, stranger.id) == []
    assert list(goal_tasks(session, stranger.id, goal.id)) == []


def test_a_goal_is_found_by_its_title_whatever_the_capitals(
    session: Session, owner: User, now: datetime
) -> None:
    goal = a_goal(session, owner, now)
    assert find_open_goal(session, owner.id, " run 5 KM ") == goal
    set_status(goal, GoalStatus.ABANDONED, now)
    session.flush()
    assert find_open_goal(session, owner.id, "Run 5 km") is None


def test_planning_again_keeps_changes_and_drops_waiting_sprints(
    session: Session, owner: User, now: datetime
) -> None:
    goal = a_goal(session, owner, now)
    first = replace_pipeline(session, goal, [("Run 10 km", "", 6), ("Half marathon", "", 6)], now)
    again = replace_pipeline(session, goal, [("Run 8 km", "slower", 4)], now)
    assert [row.id for row in again] == [first[0].id]
    assert [(row.title, row.pipeline_order) for row in pipeline_of(session, owner.id, goal.id)] == [
        ("Run 8 km", 1)
    ]
    assert list(active_goals(session, owner.id)) == [goal]


def test_only_what_lies_ahead_and_serves_no_other_goal_is_cancelled(
    session: Session, owner: User, now: datetime
) -> None:
    goal = a_goal(session, owner, now)
    other = a_goal(session, owner, now, "Sleep better")
    ahead = a_task(session, goal, now + timedelta(days=1))
    a_task(session, goal, now - timedelta(days=1))
    a_task(session, goal, now + timedelta(days=2), status=TaskStatus.DONE)
    shared = a_task(session, goal, now + timedelta(days=3), shared_with_goal_ids=[other.id])
    assert future_task_ids(session, owner.id, goal.id, now) == [ahead.id]
    assert list(goal_tasks(session, owner.id, other.id)) == [shared]
