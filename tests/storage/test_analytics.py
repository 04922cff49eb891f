"""Live numbers of one person: only their rows, only counted statuses, cut by local day and by their own weeks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.analytics import (
    CategoryMisses,
    Tally,
    Week,
    category_tallies,
    day_totals,
    goal_tallies,
    missed_by_category,
    week_of,
    weekly_stats,
)
from storage.database import Database
from storage.tables import Goal, Task, User
from storage.vocabulary import TaskStatus

DAY = date(2026, 3, 10)  # a Tuesday
ONE = timedelta(days=1)


def add(
    session: Session,
    user: User,
    day: date,
    status: str,
    at: datetime,
    goal: Goal | None = None,
    shared: Sequence[UUID] = (),
) -> None:
    session.add(
        Task(
            user_id=user.id,
            title="Run",
            local_day=day,
            scheduled_at=at,
            status=status,
            goal_id=goal.id if goal else None,
            shared_with_goal_ids=list(shared),
        )
    )
    session.flush()


def goal_of(session: Session, user: User, *tags: str) -> Goal:
    goal = Goal(user_id=user.id, title="Run", class_tags=list(tags))
    session.add(goal)
    session.flush()
    return goal


def test_days_count_done_missed_and_open_tasks_only(session: Session, owner: User, now: datetime) -> None:
    for status in TaskStatus:
        add(session, owner, DAY, status, now)
    assert day_totals(session, owner.id, DAY, DAY) == [(DAY, 1, 3)]


def test_only_days_inside_the_range_come_back_in_order(session: Session, owner: User, now: datetime) -> None:
    for offset in (3, -1, 0, 1):
        add(session, owner, DAY + timedelta(days=offset), TaskStatus.DONE, now)
    found = day_totals(session, owner.id, DAY, DAY + timedelta(days=1))
    assert [day for day, _, _ in found] == [DAY, DAY + timedelta(days=1)]


@pytest.mark.parametrize("starts_on", range(1, 8))
def test_every_day_belongs_to_the_week_that_began_last_on_the_chosen_weekday(starts_on: int) -> None:
    for offset in range(400):
        day = DAY + ONE * offset
        first = week_of(day, starts_on)
        assert first.isoweekday() == starts_on
        assert first <= day < first + 7 * ONE


@pytest.mark.parametrize(
    ("starts_on", "weeks"),
    [
        (1, [Week(date(2026, 3, 2), 3, 3, 100), Week(date(2026, 3, 9), 1, 2, 50)]),  # Monday
        (7, [Week(date(2026, 3, 1), 2, 2, 100), Week(date(2026, 3, 8), 2, 3, 66)]),  # Sunday
        (6, [Week(date(2026, 2, 28), 1, 1, 100), Week(date(2026, 3, 7), 3, 4, 75)]),  # Saturday
    ],
)
def test_weeks_are_cut_where_the_persons_weeks_start(
    session: Session, owner: User, now: datetime, starts_on: int, weeks: list[Week]
) -> None:
    session.get_one(User, owner.id).week_starts_on = starts_on
    for number in (6, 7, 8, 9):  # Friday to Monday
        add(session, owner, date(2026, 3, number), TaskStatus.DONE, now)
    add(session, owner, DAY, TaskStatus.MISSED, now)
    assert weekly_stats(session, owner.id, 2, DAY) == weeks


def test_weeks_without_tasks_are_there_as_empty_ones(session: Session, owner: User, now: datetime) -> None:
    add(session, owner, DAY - 15 * ONE, TaskStatus.DONE, now)
    add(session, owner, DAY - 400 * ONE, TaskStatus.DONE, now)
    found = weekly_stats(session, owner.id, 4, DAY)
    assert [week.total for week in found] == [0, 1, 0, 0]
    assert [week.week for week in found] == [date(2026, 2, 16) + 7 * ONE * number for number in range(4)]
    assert len(weekly_stats(session, owner.id, 104, DAY)) == 104


def test_what_is_planned_later_this_week_counts_in_its_total_and_next_week_in_none(
    session: Session, owner: User, now: datetime
) -> None:
    add(session, owner, DAY, TaskStatus.DONE, now)
    add(session, owner, DAY + 5 * ONE, TaskStatus.PENDING, now)
    add(session, owner, DAY + 6 * ONE, TaskStatus.PENDING, now)
    assert weekly_stats(session, owner.id, 1, DAY) == [Week(date(2026, 3, 9), 1, 2, 50)]


def test_a_task_counts_for_each_tag_of_its_goal_and_without_one_for_other(
    session: Session, owner: User, now: datetime
) -> None:
    two, none, other = goal_of(session, owner, "Fitness", "Health"), goal_of(session, owner), None
    for goal, status in product((two, none, other), ("missed", "done", "pending", "cancelled")):
        add(session, owner, DAY, status, now, goal)
    add(session, owner, DAY, "missed", now, two)
    assert missed_by_category(session, owner.id) == [
        CategoryMisses("Fitness", 2, 4),
        CategoryMisses("Health", 2, 4),
        CategoryMisses("Other", 2, 6),
    ]
    assert category_tallies(session, owner.id) == {
        "Fitness": Tally(1, 2, 4),
        "Health": Tally(1, 2, 4),
        "Other": Tally(2, 2, 6),
    }


def test_a_shared_task_counts_once_for_each_goal_it_serves(
    session: Session, owner: User, now: datetime
) -> None:
    run, lose, idle = (goal_of(session, owner) for _ in range(3))
    add(session, owner, DAY, "done", now, run, shared=[lose.id])
    add(
        session, owner, DAY, "missed", now, run, shared=[run.id, lose.id, lose.id]
    )  # named twice, counts once
    add(session, owner, DAY, "rescheduled", now, run, shared=[lose.id])
    add(session, owner, DAY, "pending", now, None, shared=[lose.id])
    wanted = [run.id, lose.id, idle.id]
    assert goal_tallies(session, owner.id, wanted) == {run.id: Tally(1, 1, 2), lose.id: Tally(1, 1, 3)}
    assert goal_tallies(session, owner.id, [run.id]) == {run.id: Tally(1, 1, 2)}
    assert goal_tallies(session, owner.id, []) == {}


def test_tasks_of_a_goal_that_was_deleted_are_gone_and_shared_ones_stay_with_the_other(
    session: Session, owner: User, now: datetime
) -> None:
    run, lose = goal_of(session, owner, "Fitness"), goal_of(session, owner, "Health")
    add(session, owner, DAY, "missed", now, run)
    add(session, owner, DAY, "done", now, lose, shared=[run.id])
    session.delete(run)
    session.flush()
    assert goal_tallies(session, owner.id, [lose.id]) == {lose.id: Tally(1, 0, 1)}
    assert missed_by_category(session, owner.id) == [CategoryMisses("Health", 0, 1)]
    assert day_totals(session, owner.id, DAY, DAY) == [(DAY, 1, 1)]


def numbers_of(session: Session, user_id: UUID, goal: UUID) -> list[object]:
    return [
        day_totals(session, user_id, DAY, DAY),
        [week for week in weekly_stats(session, user_id, 4, DAY) if week.total],
        missed_by_category(session, user_id),
        dict(goal_tallies(session, user_id, [goal])),
        dict(category_tallies(session, user_id)),
    ]


def test_a_strangers_rows_never_count_and_they_see_none_of_the_owners(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        goal, theirs = goal_of(session, owner, "Fitness"), goal_of(session, stranger, "Fitness")
        add(session, owner, DAY, "missed", now, goal)
    with database.session(owner.id) as session:
        mine = numbers_of(session, owner.id, goal.id)
    with database.service() as session:  # they do as much as they like, even in the owner's goal
        for status in ("done", "missed", "pending"):
            add(session, stranger, DAY, status, now, theirs, shared=[goal.id])
    with database.session(owner.id) as session:
        assert numbers_of(session, owner.id, goal.id) == mine
    with database.service() as session:
        assert numbers_of(session, owner.id, goal.id) == mine
    with database.session(stranger.id) as session:
        assert numbers_of(session, owner.id, goal.id) == [[], [], [], {}, {}]
    with database.session() as session:
        assert numbers_of(session, owner.id, goal.id) == [[], [], [], {}, {}]


CROWD = """
    insert into users (id, timezone) select gen_random_uuid(), 'UTC' from generate_series(1, 300);
    insert into tasks (user_id, title, scheduled_at, local_day, status)
    select u.id, 'Run', date '2026-01-01' + n, date '2026-01-01' + n, 'done'
    from users u, generate_series(1, 100) as n;
"""
VIEWS = {
    "activity_heatmap": "day between '2026-02-01' and '2026-03-01'",
    "user_weekly_stats": "week between '2026-02-01' and '2026-03-01'",
    "missed_by_category": "true",
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_reads_the_persons_own_part_of_an_index_and_nothing_else(
    view: str, database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        for statement in CROWD.strip().split(";")[:2]:
            session.execute(text(statement))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("reset role"))
        connection.execute(text("analyze users, tasks"))
    with database.session(owner.id) as session:
        query = f"explain (format json) select * from {view} where user_id = :who and {VIEWS[view]}"
        plan = session.execute(text(query), {"who": owner.id}).scalar_one()
    scans = [node for node in flat(plan[0]["Plan"]) if node.get("Relation Name") == "tasks"]
    spoken = json.dumps(plan)
    bound = [node for node in flat(plan[0]["Plan"]) if "user_id = " in str(node.get("Index Cond"))]
    assert bound, spoken
    assert all(node["Node Type"] != "Seq Scan" for node in scans), spoken
    if view == "activity_heatmap":
        assert {node["Index Name"] for node in bound} == {"ix_tasks_user_day"}, spoken
        assert all("local_day" in node["Index Cond"] for node in bound), spoken


def flat(node: dict[str, object]) -> list[dict[str, object]]:
    below = node.get("Plans", [])
    assert isinstance(below, list)
    return [node, *(deeper for child in below for deeper in flat(child))]
