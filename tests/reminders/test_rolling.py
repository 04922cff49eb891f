"""Recurring reminders go on after their first six weeks, as their rule and the person's moves say, and end when told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.answering import answer_task
from reminders.plans import TaskDraft, cancel_tasks, move_task, schedule_tasks
from reminders.rolling import FIRST, roll_forward
from reminders.rules.recurrence import ended_rule, expand, monthly_words
from reminders.series_ends import end_series
from reminders.series_moves import move_series
from storage.database import Database
from storage.tables import Task, User
from storage.vocabulary import Answer, TaskStatus

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = timedelta(weeks=1)
Begin = Callable[..., list[Task]]


@pytest.fixture
def begin(session: Session, owner: User, now: datetime) -> Begin:
    """Six weeks of a series, as the conversation writes them."""

    def write(rule: str, hour: int = 9, **fields: object) -> list[Task]:
        local = datetime(2026, 3, 12, hour)  # noqa: DTZ001 - a wall time
        until = (now + 6 * WEEK).astimezone(BERLIN).replace(tzinfo=None)
        series = uuid4()
        drafts = [
            TaskDraft("Vitamins", at, recurrence_rule=rule, series_id=series, original_at=at, **fields)  # type: ignore[arg-type] - a test's shorthand
            for at in expand(rule, local, BERLIN, until)
        ]
        return schedule_tasks(session, session.get_one(User, owner.id), drafts, now)

    return write


def ahead(session: Session, now: datetime) -> list[str]:
    rows = session.scalars(
        select(Task)
        .where(Task.status == TaskStatus.PENDING, Task.scheduled_at > now)
        .order_by(Task.scheduled_at)
    )
    return [f"{row.scheduled_at.astimezone(BERLIN):%a %d %b %H:%M}" for row in rows]


def live(session: Session, now: datetime, weeks: int) -> datetime:
    """An hourly look, told in days."""
    for day in range(weeks * 7):
        roll_forward(session, now + timedelta(days=day, hours=1))
    return now + timedelta(days=weeks * 7 - 1, hours=1)


@pytest.mark.parametrize(
    ("rule", "then"),
    [
        ("FREQ=WEEKLY;BYDAY=TH", ["Thu 21 May 09:00", "Thu 28 May 09:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", ["Thu 21 May 09:00", "Thu 04 Jun 09:00"]),
        ("FREQ=MONTHLY;BYDAY=1MO", ["Mon 01 Jun 09:00"]),
        ("FREQ=DAILY", ["Wed 20 May 09:00", "Thu 21 May 09:00"]),
    ],
)
def test_a_series_without_an_end_goes_on_in_step(
    session: Session, begin: Begin, now: datetime, rule: str, then: list[str]
) -> None:
    begin(rule)
    later = live(session, now, 10)
    found = ahead(session, later)
    assert found[: len(then)] == then
    assert len(found) == len(set(found))
    assert len(found) <= 6 * 7


def test_looking_twice_writes_once(session: Session, begin: Begin, now: datetime) -> None:
    begin("FREQ=WEEKLY;BYDAY=TH")
    assert roll_forward(session, now + 2 * WEEK).written == 2
    assert roll_forward(session, now + 2 * WEEK).written == 0


def test_a_series_with_an_end_ends(session: Session, begin: Begin, now: datetime) -> None:
    begin("FREQ=WEEKLY;BYDAY=TH;UNTIL=20260501")
    later = live(session, now, 8)
    assert ahead(session, later) == []
    last = session.scalars(select(Task.scheduled_at).order_by(Task.scheduled_at.desc())).first()
    assert last is not None
    assert f"{last.astimezone(BERLIN):%d %b}" == "30 Apr"


def test_a_series_of_a_goal_is_left_to_its_plan(
    session: Session, begin: Begin, owner: User, now: datetime
) -> None:
    from storage.goals import save_goal

    goal = save_goal(session, owner.id, "Run", now, goal_id=uuid4())
    begin("FREQ=WEEKLY;BYDAY=TH", goal_id=goal.id)
    assert roll_forward(session, now + 3 * WEEK).written == 0


def test_one_taken_off_or_moved_or_done_early_does_not_end_it(
    session: Session, begin: Begin, owner: User, now: datetime
) -> None:
    [only, *_] = begin("FREQ=MONTHLY;BYDAY=1MO")
    cancel_tasks(session, owner.id, [only.id], now)
    weekly = begin("FREQ=WEEKLY;BYDAY=TU", hour=7)
    move_task(session, owner.id, weekly[-1].id, weekly[-1].scheduled_at + timedelta(days=2), now)
    answer_task(session, owner.id, weekly[0].id, Answer.DONE, now, source="api")
    found = ahead(session, live(session, now, 8))
    assert "Mon 01 Jun 09:00" in found
    assert "Tue 12 May 07:00" in found


def test_what_was_ended_stays_ended(session: Session, begin: Begin, owner: User, now: datetime) -> None:
    tasks = begin("FREQ=WEEKLY;BYDAY=TH")
    answer_task(session, owner.id, tasks[0].id, Answer.DONE, now, source="api")
    end_series(session, tasks[1:])
    cancel_tasks(session, owner.id, [task.id for task in tasks], now)
    assert ahead(session, live(session, now, 9)) == []


def test_it_goes_on_where_the_series_was_moved_to(
    session: Session, begin: Begin, owner: User, now: datetime
) -> None:
    tasks = begin("FREQ=WEEKLY;BYDAY=MO,TH")
    monday = next(task for task in tasks if task.scheduled_at.weekday() == 0)
    move_series(session, owner.id, monday.id, monday.scheduled_at + timedelta(days=1, hours=3), now)
    found = ahead(session, live(session, now, 7))
    assert {one[:3] + one[-5:] for one in found} == {"Tue12:00", "Thu09:00"}


def test_many_series_are_taken_in_turns(session: Session, begin: Begin, now: datetime) -> None:
    for _ in range(3):
        begin("FREQ=WEEKLY;BYDAY=TH")
    seen, after = 0, FIRST
    for _ in range(4):
        rolled = roll_forward(session, now + 2 * WEEK, after, limit=1)
        seen += rolled.written
        if rolled.after is None:
            break
        after = rolled.after
    assert seen == 6


def test_nobody_elses_series_is_extended(
    database: Database, begin: Begin, session: Session, stranger: User, now: datetime
) -> None:
    begin("FREQ=WEEKLY;BYDAY=TH")
    session.commit()
    with database.session(stranger.id) as theirs:
        assert roll_forward(theirs, now + 2 * WEEK).written == 0


def test_a_monthly_rule_is_said_in_words(now: datetime) -> None:
    day = now.date()
    assert monthly_words("FREQ=MONTHLY;BYDAY=1MO", day) == "Every month on the first Monday"
    assert monthly_words("FREQ=MONTHLY;BYMONTHDAY=-1", day) == "Every month on the last day"
    assert monthly_words("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=22", day) == "Every 3 months on the 22nd"
    assert monthly_words("FREQ=MONTHLY", day) == "Every month on the 11th"
    assert ended_rule("FREQ=DAILY;COUNT=5", now) == "FREQ=DAILY;UNTIL=20260311T090000Z"
