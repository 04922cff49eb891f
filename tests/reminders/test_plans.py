"""Plans become rows: nothing in the past, nothing twice, days cut in the person's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from reminders.plans import PlanError, TaskDraft, cancel_tasks, change_zone, move_task, schedule_tasks
from storage.tables import Task, User
from storage.users import preferences_of, save_preferences
from tests.reminders.conftest import Ladders

HOUR = timedelta(hours=1)


def test_planning_twice_with_the_same_ids_writes_each_row_once(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    drafts = [TaskDraft("Read", now + hours * HOUR, id=uuid4()) for hours in (5, 2)]
    for _ in range(2):
        with ladders.database.service() as session:
            rows = schedule_tasks(session, session.get_one(User, owner.id), drafts, now)
            assert [row.scheduled_at for row in rows] == [now + 2 * HOUR, now + 5 * HOUR]
    with ladders.database.service() as session:
        assert len(session.scalars(select(Task)).all()) == 2


def test_nothing_is_ever_planned_into_the_past(ladders: Ladders, owner: User, now: datetime) -> None:
    with ladders.database.service() as session:
        drafts = [TaskDraft("Read", now - HOUR), TaskDraft("Read", now)]
        assert schedule_tasks(session, session.get_one(User, owner.id), drafts, now) == []


def test_a_row_knows_its_local_day_and_when_it_needs_attention(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    at = datetime(2026, 3, 11, 23, 30, tzinfo=UTC)  # 00:30 on the 12th in Berlin
    task = ladders.plan(owner, at, now)
    assert task.local_day == date(2026, 3, 12)
    assert task.wakes_at == datetime(2026, 3, 11, 21, 50, tzinfo=UTC)  # ten minutes before bed


def test_a_persons_own_lead_counts(ladders: Ladders, owner: User, now: datetime) -> None:
    with ladders.database.service() as session:
        user = session.get_one(User, owner.id)
        preferences = preferences_of(user)
        preferences.reminder_lead_minutes = 0.05
        save_preferences(user, preferences)
    task = ladders.plan(owner, now + HOUR, now)
    assert task.wakes_at == now + HOUR - timedelta(seconds=3)


@pytest.mark.parametrize(
    ("title", "stored"),
    [("  call \n mum\t", "call mum"), ("", "Task"), ("x" * 300, "x" * 199 + "…"), ("a\x00b", "a b")],
)
def test_titles_are_one_tidy_line(
    ladders: Ladders, owner: User, now: datetime, title: str, stored: str
) -> None:
    assert ladders.plan(owner, now + HOUR, now, title=title).title == stored


def test_a_moved_task_leaves_a_closed_row_behind_and_keeps_its_original_slot(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    first = ladders.plan(owner, now + HOUR, now)
    with ladders.database.service() as session:
        second = move_task(session, owner.id, first.id, now + 3 * HOUR, now)
        third = move_task(session, owner.id, second.id, now + 5 * HOUR, now)
    assert [ladders.task(row.id).status for row in (first, second, third)] == [
        "rescheduled",
        "rescheduled",
        "pending",
    ]
    assert (third.replaces_id, third.original_at) == (second.id, first.scheduled_at)


def test_a_task_cannot_move_into_the_past_nor_away_from_its_end(
    ladders: Ladders, owner: User, stranger: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + HOUR, now)
    with ladders.database.service() as session:
        with pytest.raises(PlanError):
            move_task(session, owner.id, task.id, now, now)
        with pytest.raises(PlanError):
            move_task(session, stranger.id, task.id, now + HOUR, now)
        assert cancel_tasks(session, owner.id, [task.id], now) == 1
        with pytest.raises(PlanError):
            move_task(session, owner.id, task.id, now + 2 * HOUR, now)


def test_cancelling_counts_only_what_was_open_and_ones_own(
    ladders: Ladders, owner: User, stranger: User, now: datetime
) -> None:
    mine = [ladders.plan(owner, now + hours * HOUR, now).id for hours in (1, 2)]
    theirs = ladders.plan(stranger, now + HOUR, now).id
    with ladders.database.service() as session:
        assert cancel_tasks(session, owner.id, [*mine, theirs, uuid4()], now) == 2
        assert cancel_tasks(session, owner.id, mine, now) == 0
    assert ladders.task(theirs).status == "pending"
    ladders.run_until(now, now + 4 * HOUR, step=HOUR / 4)
    assert all(to.value == "sim:stranger" for to, _, _ in ladders.telegram.sent)


@pytest.mark.parametrize(("keep_local", "expected"), [(True, "07:30"), (False, "15:30")])
def test_moving_from_berlin_to_tokyo_follows_the_chosen_rule(
    ladders: Ladders, owner: User, now: datetime, keep_local: bool, expected: str
) -> None:
    task = ladders.plan(owner, datetime(2026, 3, 13, 6, 30, tzinfo=UTC), now)  # Friday 07:30 in Berlin
    with ladders.database.service() as session:
        change_zone(session, session.get_one(User, owner.id), "Asia/Tokyo", now, keep_local=keep_local)
    moved = ladders.task(task.id)
    tokyo = moved.scheduled_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"{tokyo:%H:%M}" == expected
    assert moved.local_day == tokyo.date()
    assert moved.wakes_at == moved.scheduled_at - timedelta(minutes=10)


def test_every_day_of_a_person_is_cut_anew_in_a_new_zone(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, datetime(2026, 3, 11, 18, 0, tzinfo=UTC), now)
    assert task.local_day == date(2026, 3, 11)
    with ladders.database.service() as session:
        change_zone(session, session.get_one(User, owner.id), "Asia/Tokyo", now)
    assert ladders.task(task.id).local_day == date(2026, 3, 12)


def test_what_was_moved_once_keeps_its_usual_hour_in_a_new_zone(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Misses are compared by their usual slot: 07:30 there, too."""
    usual = datetime(2026, 3, 13, 6, 30, tzinfo=UTC)  # 07:30 in Berlin
    task = ladders.plan(owner, usual + HOUR, now, original_at=usual)
    with ladders.database.service() as session:
        change_zone(session, session.get_one(User, owner.id), "Asia/Tokyo", now, keep_local=True)
    original = ladders.task(task.id).original_at
    assert original is not None
    assert f"{original.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}" == "07:30"
