"""A series moves: its own weekday only, exceptions left alone, nothing booked twice, and its rule says the same."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reminders.plans import TaskDraft, move_task, schedule_tasks
from reminders.rules.recurrence import moved_rule, weekly_rule, without_day
from reminders.rules.rhythm import to_utc
from reminders.series_moves import SeriesMove, move_series
from storage.database import Database
from storage.tables import Task, User
from storage.vocabulary import TaskStatus
from tests.reminders.conftest import Ladders

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


def at(day: int, hour: int = 8, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BERLIN)


def weekly(ladders: Ladders, owner: User, now: datetime, days: list[int], rule: str) -> list[Task]:
    series = uuid4()
    return [
        ladders.plan(owner, at(day), now, series_id=series, recurrence_rule=rule, original_at=at(day))
        for day in days
    ]


def move(
    ladders: Ladders, owner: User, task: Task, to: datetime, now: datetime, *, weekday_only: bool = False
) -> SeriesMove:
    with ladders.database.service() as session:
        return move_series(session, owner.id, task.id, to, now, weekday_only=weekday_only)


def pending(ladders: Ladders) -> list[tuple[str, str | None]]:
    with ladders.database.service() as session:
        rows = session.scalars(
            select(Task).where(Task.status == TaskStatus.PENDING).order_by(Task.scheduled_at)
        )
        return [(f"{row.scheduled_at.astimezone(BERLIN):%a %d %H}", row.recurrence_rule) for row in rows]


def test_another_day_concerns_only_the_weekday_that_was_moved(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    tasks = weekly(ladders, owner, now, [16, 19, 23, 26], "FREQ=WEEKLY;BYDAY=MO,TH")
    move(ladders, owner, tasks[0], at(17), now)
    tuesdays, thursdays = "FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=TH"
    assert pending(ladders) == [
        ("Tue 17 08", tuesdays),
        ("Thu 19 08", thursdays),
        ("Tue 24 08", tuesdays),
        ("Thu 26 08", thursdays),
    ]


def test_another_hour_concerns_all_of_it_unless_one_weekday_was_named(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    tasks = weekly(ladders, owner, now, [16, 19, 23], "FREQ=WEEKLY;BYDAY=MO,TH")
    moved = move(ladders, owner, tasks[0], at(16, 18), now)
    assert [when for when, _ in pending(ladders)] == ["Mon 16 18", "Thu 19 18", "Mon 23 18"]
    move(ladders, owner, moved.task, at(16, 10), now, weekday_only=True)
    assert [when for when, _ in pending(ladders)] == ["Mon 16 10", "Thu 19 18", "Mon 23 10"]


def test_one_that_was_given_its_own_time_keeps_it(ladders: Ladders, owner: User, now: datetime) -> None:
    tasks = weekly(ladders, owner, now, [16, 23, 30], "FREQ=WEEKLY;BYDAY=MO")
    with ladders.database.service() as session:
        move_task(session, owner.id, tasks[1].id, at(25, 19), now)
    moved = move(ladders, owner, tasks[0], at(16, 10), now)
    assert (len(moved.also), len(moved.stayed), len(moved.own)) == (1, 0, 1)
    assert [when for when, _ in pending(ladders)] == ["Mon 16 10", "Wed 25 19", "Mon 30 10"]


def test_the_moved_one_is_itself_in_the_way_of_the_others(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Every day at 8; today's goes to tomorrow at 10, and so do all future ones, each on its own day."""
    tasks = weekly(ladders, owner, now, [16, 17, 18, 19, 20, 21, 22], "FREQ=DAILY")
    moved = move(ladders, owner, tasks[0], at(17, 10), now)
    assert len(moved.stayed) == 1
    found = [when for when, _ in pending(ladders)]
    assert len(found) == len(set(found)) == 7


def test_an_occurrence_moved_before_all_moves_counts_from_its_slot(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    tasks = weekly(ladders, owner, now, [16, 23], "FREQ=WEEKLY;BYDAY=MO")
    with ladders.database.service() as session:
        once = move_task(session, owner.id, tasks[0].id, at(18), now)
    move(ladders, owner, once, at(19), now)
    assert pending(ladders) == [
        ("Thu 19 08", "FREQ=WEEKLY;BYDAY=TH"),
        ("Thu 26 08", "FREQ=WEEKLY;BYDAY=TH"),
    ]


def test_the_rule_follows_the_move() -> None:
    assert moved_rule("FREQ=MONTHLY;BYDAY=1MO", 1) == "FREQ=MONTHLY;BYDAY=1TU"
    assert moved_rule("FREQ=MONTHLY;BYMONTHDAY=15", 2) == "FREQ=MONTHLY;BYMONTHDAY=17"
    assert moved_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", 1) == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"
    assert moved_rule("FREQ=DAILY", 0, 6) == "FREQ=WEEKLY;BYDAY=SU"
    assert without_day("FREQ=DAILY", 6) == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"
    assert moved_rule(None, 3) is None


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(7, 21)), min_size=1, max_size=12, unique=True),
    st.sampled_from([[0], [0, 3], [1, 2, 5], list(range(7))]),
    st.integers(-2, 3),
    st.integers(7, 21),
    st.booleans(),
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_moves_nothing_is_booked_twice_lost_or_put_into_sleep(
    database: Database,
    owner: User,
    now: datetime,
    others: list[tuple[int, int]],
    weekdays: list[int],
    shift: int,
    hour: int,
    weekday_only: bool,
) -> None:
    series = uuid4()
    days = [day for day in range(1, 40) if (now + day * DAY).astimezone(BERLIN).weekday() in weekdays]
    begin = now.astimezone(BERLIN).replace(hour=8, minute=0, tzinfo=None)
    slots = [to_utc(begin + day * DAY, BERLIN) for day in days]
    busy = [to_utc(begin.replace(hour=at) + day * DAY, BERLIN) for day, at in others]
    with database.service() as session:
        user = session.get_one(User, owner.id)
        drafts = [
            TaskDraft("Run", one, series_id=series, recurrence_rule=weekly_rule(weekdays), original_at=one)
            for one in slots
        ]
        free = [TaskDraft("Other", one) for one in busy if one not in slots]
        rows = schedule_tasks(session, user, [*drafts, *free], now)
        first = next(row for row in rows if row.title == "Run")
        local = first.scheduled_at.astimezone(BERLIN).replace(tzinfo=None)
        to = to_utc(local.replace(hour=hour) + shift * DAY, BERLIN)
        others_then = [row.scheduled_at for row in rows if row.title == "Other"]
        if to > now and to not in others_then:
            move_series(session, owner.id, first.id, to, now, weekday_only=weekday_only)
        open_ones = session.scalars(
            select(Task).where(Task.user_id == owner.id, Task.status == TaskStatus.PENDING)
        ).all()
        runs = [row.scheduled_at for row in open_ones if row.title == "Run"]
        assert len(runs) == len(slots)
        moved = [row for row in open_ones if row.replaces_id is not None and row.scheduled_at != to]
        taken = Counter(row.scheduled_at for row in open_ones)
        assert all(taken[row.scheduled_at] == 1 for row in moved)
        assert all(7 <= row.scheduled_at.astimezone(BERLIN).hour < 23 for row in moved)
        session.rollback()
