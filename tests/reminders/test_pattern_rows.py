"""What counts as three weeks running, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from reminders.answering import answer_task
from reminders.plans import change_zone, move_task
from storage.pauses import begin_pause
from storage.profile import Commitment
from storage.tables import User
from storage.users import profile_of, save_profile
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders
from tests.reminders.misses import (
    MONDAY,
    WEEK,
    do_on,
    known_for_long,
    miss_mondays,
    miss_on,
    patterns,
)


@pytest.fixture
def long_known(ladders: Ladders, owner: User) -> User:
    return known_for_long(ladders, owner)


# ------------------------------------------------------------------ what makes a row


def test_a_week_in_which_it_was_done_breaks_the_row(ladders: Ladders, long_known: User) -> None:
    miss_on(ladders, long_known, MONDAY)
    do_on(ladders, long_known, MONDAY + WEEK)
    miss_on(ladders, long_known, MONDAY + 2 * WEEK)
    miss_on(ladders, long_known, MONDAY + 3 * WEEK)
    assert patterns(ladders) == []


def test_two_tasks_in_one_slot_count_once_and_one_done_among_them_breaks_the_row(
    ladders: Ladders, long_known: User
) -> None:
    half_past = timedelta(minutes=30)
    for start in (MONDAY, MONDAY + half_past, MONDAY + WEEK):
        miss_on(ladders, long_known, start, title=f"Task {start:%d %H:%M}")
    assert patterns(ladders) == []  # three misses, two weeks
    do_on(ladders, long_known, MONDAY + 2 * WEEK + half_past)
    miss_on(ladders, long_known, MONDAY + 2 * WEEK)
    assert patterns(ladders) == []


def test_what_was_moved_away_and_done_elsewhere_is_no_miss_and_ends_the_row(
    ladders: Ladders, long_known: User
) -> None:
    miss_mondays(ladders, long_known, 2)
    third = ladders.plan(long_known, MONDAY + 2 * WEEK, MONDAY)
    with ladders.database.service() as session:
        moved = move_task(
            session, long_known.id, third.id, MONDAY + 2 * WEEK + timedelta(days=2), MONDAY + WEEK
        )
        answer_task(session, long_known.id, moved.id, Answer.DONE, moved.scheduled_at, source="telegram")
    miss_on(ladders, long_known, MONDAY + 3 * WEEK)
    assert patterns(ladders) == []


def test_a_holiday_week_is_neither_a_miss_nor_a_break(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 2)
    away = (MONDAY + 2 * WEEK).date()
    with ladders.database.service() as session:
        begin_pause(session, long_known.id, away, away + timedelta(days=6), MONDAY)
    miss_on(ladders, long_known, MONDAY + 3 * WEEK)
    (pattern,) = patterns(ladders)
    assert pattern.description == "Monday 07:00 was missed three times running"
    assert pattern.data["dates"] == ["2026-02-02", "2026-01-19", "2026-01-12"]


def test_seven_stays_seven_when_the_clocks_change(ladders: Ladders, long_known: User) -> None:
    last_winter = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)  # the clocks change on 29 March
    for start in (last_winter, last_winter + WEEK, last_winter + 2 * WEEK - timedelta(hours=1)):
        miss_on(ladders, long_known, start)
    (pattern,) = patterns(ladders)
    assert (pattern.data["time"], pattern.data["miss_count"]) == ("07:00", 3)


def test_a_move_to_other_clocks_begins_every_row_anew(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 2)
    with ladders.database.service() as session:
        user = session.get_one(User, long_known.id)
        change_zone(session, user, "Europe/Athens", MONDAY + WEEK + timedelta(days=1))
    miss_on(ladders, long_known, MONDAY + 2 * WEEK)
    assert patterns(ladders) == []


def test_somebody_new_is_believed_less(ladders: Ladders, owner: User) -> None:
    with ladders.database.service() as session:
        session.get_one(User, owner.id).created_at = MONDAY + WEEK + timedelta(days=3)
    miss_mondays(ladders, owner, 3)
    (pattern,) = patterns(ladders)
    assert pattern.confidence < 0.5


def test_what_others_have_fixed_makes_no_pattern(ladders: Ladders, long_known: User) -> None:
    with ladders.database.service() as session:
        user = session.get_one(User, long_known.id)
        choir = Commitment(title="Choir", days=["Monday"], time=time(7))
        save_profile(user, profile_of(user).model_copy(update={"existing_commitments": [choir]}))
    for week in range(4):
        miss_on(ladders, long_known, MONDAY + week * WEEK, title="Choir")
    assert patterns(ladders) == []
