"""Live numbers of one person: only their rows, only counted statuses, cut by local day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from storage.analytics import day_totals, goal_totals
from storage.tables import Goal, Task, User
from storage.vocabulary import TaskStatus

DAY = date(2026, 3, 10)


def add(session: Session, user: User, day: date, status: str, at: datetime, goal: Goal | None = None) -> None:
    session.add(
        Task(
            user_id=user.id,
            title="Run",
            local_day=day,
            scheduled_at=at,
            status=status,
            goal_id=goal.id if goal else None,
        )
    )
    session.flush()


def test_days_count_done_missed_and_open_tasks_only(session: Session, owner: User, now: datetime) -> None:
    for status in TaskStatus:
        add(session, owner, DAY, status, now)
    assert day_totals(session, owner.id, DAY, DAY) == [(DAY, 1, 3)]


def test_a_strangers_tasks_are_never_counted(
    session: Session, owner: User, stranger: User, now: datetime
) -> None:
    add(session, owner, DAY, TaskStatus.DONE, now)
    add(session, stranger, DAY, TaskStatus.DONE, now)
    assert day_totals(session, owner.id, DAY, DAY) == [(DAY, 1, 1)]


def test_only_days_inside_the_range_come_back_in_order(session: Session, owner: User, now: datetime) -> None:
    for offset in (3, -1, 0, 1):
        add(session, owner, DAY + timedelta(days=offset), TaskStatus.DONE, now)
    found = day_totals(session, owner.id, DAY, DAY + timedelta(days=1))
    assert [day for day, _, _ in found] == [DAY, DAY + timedelta(days=1)]


def test_goal_totals_name_done_and_all(session: Session, owner: User, stranger: User, now: datetime) -> None:
    goal, empty = Goal(user_id=owner.id, title="Run"), Goal(user_id=owner.id, title="Read")
    session.add_all([goal, empty])
    session.flush()
    add(session, owner, DAY, TaskStatus.DONE, now, goal)
    add(session, owner, DAY, TaskStatus.PENDING, now, goal)
    add(session, owner, DAY, TaskStatus.CANCELLED, now, goal)
    assert goal_totals(session, owner.id, [goal.id, empty.id]) == {goal.id: (1, 2)}
    assert goal_totals(session, stranger.id, [goal.id]) == {}
    assert goal_totals(session, owner.id, []) == {}
