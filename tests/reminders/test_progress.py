"""The streak on real rows: today extends it, pauses freeze it, free days are stepped over, late answers mend it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from reminders.plans import change_zone
from reminders.progress import progress_of
from storage.analytics import day_totals
from storage.database import Database
from storage.pauses import begin_pause, end_pause
from storage.tables import Task, User
from storage.vocabulary import Answer
from storage.zones import UnknownTimeZoneError
from tests.reminders.conftest import Ladders, say

TODAY = date(2026, 3, 11)
DAY = timedelta(days=1)
STATUS = {"x": "done", "m": "missed", "o": "pending", "c": "cancelled"}


def live(database: Database, user: User, days: str) -> None:
    """One letter per day, the last is today: x done, m missed, o open, c cancelled, . nothing planned."""
    with database.service() as session:
        for back, letter in enumerate(reversed(days)):
            day = TODAY - back * DAY
            if letter in STATUS:
                noon = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
                session.add(
                    Task(
                        user_id=user.id,
                        title="Run",
                        local_day=day,
                        scheduled_at=noon,
                        status=STATUS[letter],
                    )
                )


def streak(database: Database, user: User) -> int:
    with database.session(user.id) as session:
        return progress_of(session, user.id, TODAY).streak_days


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("", 0),
        ("o", 0),
        ("x", 1),
        ("xxx", 3),
        ("xxo", 2),  # today is not over
        ("xxm", 2),  # and even a miss today breaks nothing yet
        ("xx.", 2),
        ("xmx", 1),
        ("xmo", 0),
        ("x......x", 2),  # six free days
        ("x.......x", 1),  # seven
        ("xcccx", 2),  # what was called off leaves a free day
    ],
)
def test_a_streak_is_counted_back_from_today(
    database: Database, owner: User, stranger: User, days: str, expected: int
) -> None:
    live(database, owner, days)
    live(database, stranger, "xxxxxxxxxxxx")
    assert streak(database, owner) == expected


def test_missed_days_of_a_pause_break_no_streak_and_those_after_it_do(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    live(database, owner, "xxmmmx")
    assert streak(database, owner) == 1
    with database.session(stranger.id) as session:
        begin_pause(session, stranger.id, TODAY - 9 * DAY, TODAY, now)
    assert streak(database, owner) == 1
    with database.session(owner.id) as session:
        begin_pause(session, owner.id, TODAY - 3 * DAY, TODAY + DAY, now)
    assert streak(database, owner) == 3
    with database.session(owner.id) as session:
        end_pause(session, owner.id, TODAY - DAY)  # yesterday's miss counts again
    assert streak(database, owner) == 1


def test_a_long_pause_is_stepped_over_however_many_days_were_free(
    database: Database, owner: User, now: datetime
) -> None:
    live(database, owner, "xx....................x")
    assert streak(database, owner) == 1
    with database.session(owner.id) as session:
        begin_pause(session, owner.id, TODAY - 20 * DAY, TODAY - DAY, now)
    assert streak(database, owner) == 3


def test_a_late_done_on_the_same_day_takes_the_miss_out_of_every_number(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + timedelta(minutes=10), now)
    ladders.run_until(now, now + timedelta(hours=2), timedelta(minutes=10))
    assert ladders.task(task.id).status == "missed"
    assert streak(ladders.database, owner) == 0
    say(ladders, owner, task, Answer.DONE, now + timedelta(hours=3))
    with ladders.database.session(owner.id) as session:
        assert day_totals(session, owner.id, TODAY, TODAY) == [(TODAY, 1, 1)]
    assert streak(ladders.database, owner) == 1


@pytest.mark.parametrize(
    ("zone", "keep_local", "day"),
    [
        ("Pacific/Kiritimati", False, date(2026, 3, 12)),  # 18:00 in Berlin is 07:00 there, tomorrow
        ("Pacific/Kiritimati", True, date(2026, 3, 11)),
        ("Pacific/Pago_Pago", False, date(2026, 3, 11)),
        ("Asia/Kathmandu", False, date(2026, 3, 11)),
    ],
)
def test_days_are_cut_anew_where_the_person_lives_now(
    ladders: Ladders, owner: User, now: datetime, zone: str, keep_local: bool, day: date
) -> None:
    early = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)  # so that 18:00 in Kiritimati still lies ahead
    task = ladders.plan(owner, datetime(2026, 3, 11, 17, 0, tzinfo=UTC), early)
    with ladders.database.session(owner.id) as session:
        change_zone(session, session.get_one(User, owner.id), zone, early, keep_local=keep_local)
    with ladders.database.session(owner.id) as session:
        assert day_totals(session, owner.id, day - DAY, day + DAY) == [(day, 0, 1)]
    assert ladders.task(task.id).local_day == day


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "", "europe/berlin", "CEST", "x" * 300])
def test_a_zone_that_does_not_exist_changes_nothing_at_all(
    ladders: Ladders, owner: User, now: datetime, zone: str
) -> None:
    ladders.plan(owner, now + timedelta(hours=9), now)
    with ladders.database.service() as session:
        session.get_one(User, owner.id).paused_until = now + 2 * DAY
    with ladders.database.service() as session:
        user = session.get_one(User, owner.id)
        with pytest.raises(UnknownTimeZoneError):
            change_zone(session, user, zone, now, keep_local=True)  # and the transaction goes on
    with ladders.database.service() as session:
        user = session.get_one(User, owner.id)
        assert (user.timezone, user.paused_until) == ("Europe/Berlin", now + 2 * DAY)
        task = session.scalars(select(Task)).one()
        assert (task.version, task.scheduled_at) == (1, now + timedelta(hours=9))


def test_a_pause_keeps_its_last_day_in_the_new_zone(ladders: Ladders, owner: User, now: datetime) -> None:
    with ladders.database.service() as session:
        user = session.get_one(User, owner.id)
        user.paused_until = datetime(2026, 3, 15, 23, 0, tzinfo=UTC)  # through Sunday in Berlin
        change_zone(session, user, "America/New_York", now)
        assert user.paused_until == datetime(2026, 3, 16, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(("keep_local", "shift"), [(False, 0), (True, -1)])
def test_what_was_put_off_comes_in_the_new_zone_when_it_was_promised(
    ladders: Ladders, owner: User, reminded: Task, now: datetime, keep_local: bool, shift: int
) -> None:
    """Athens is an hour ahead of Berlin: the same time on the clock there comes an hour sooner."""
    say(ladders, owner, reminded, Answer.SNOOZE, now, argument="120")
    with ladders.database.service() as session:
        change_zone(session, session.get_one(User, owner.id), "Europe/Athens", now, keep_local=keep_local)
    assert ladders.task(reminded.id).wakes_at == now + timedelta(hours=2 + shift)
