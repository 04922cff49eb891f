"""Three weekly misses in one slot become a question, once; the person's word about it counts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from reminders.answering import answer_tap
from reminders.people import rhythm_of
from reminders.plans import move_task
from reminders.rules.answers import TaskTap
from storage.tables import Task, User
from tests.reminders.conftest import Ladders
from tests.reminders.misses import (
    MONDAY,
    WEEK,
    answered,
    do_on,
    known_for_long,
    miss_mondays,
    miss_on,
    patterns,
    questions,
)


@pytest.fixture
def long_known(ladders: Ladders, owner: User) -> User:
    return known_for_long(ladders, owner)


def test_two_misses_are_no_pattern_and_three_are(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 2)
    assert patterns(ladders) == []
    start = MONDAY + 2 * WEEK
    ladders.plan(long_known, start, start - timedelta(days=1))
    ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=35))
    (pattern,) = patterns(ladders)
    assert pattern.description == "Monday 07:00 was missed three weeks running"
    assert (pattern.data["day"], pattern.data["time_range"], pattern.data["miss_count"]) == (
        "Monday",
        "06:00-08:00",
        3,
    )
    assert pattern.confidence == pytest.approx(0.7)


def test_a_week_in_between_breaks_the_row(ladders: Ladders, long_known: User) -> None:
    for week in (0, 1, 3):
        start = MONDAY + week * WEEK
        ladders.plan(long_known, start, start - timedelta(days=1))
        ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=35))
    assert patterns(ladders) == []


def test_the_person_is_asked_once_and_yes_moves_what_is_ahead(ladders: Ladders, long_known: User) -> None:
    series = uuid4()
    ahead = [
        ladders.plan(long_known, MONDAY + week * WEEK, MONDAY - WEEK, series_id=series) for week in (3, 4)
    ]
    miss_mondays(ladders, long_known, 3, series)
    at = MONDAY + 2 * WEEK + timedelta(minutes=75)
    ladders.dispatcher.run_due(at)
    question = ladders.telegram.last()
    assert question.text == (
        "Monday 07:00 was missed three weeks running (12, 19 and 26 Jan). "
        "Shall I move Easy run to Tuesday 07:00?"
    )
    assert [choice.label for choice in question.flat_choices] == ["Yes, move 2", "No, keep", "That's wrong"]
    _, pattern_id, word = question.flat_choices[0].data.split(":")
    said = answered(ladders, long_known, UUID(pattern_id), word, at)
    again = answered(ladders, long_known, UUID(pattern_id), "no", at)
    assert said.text == "Done: 2 tasks are on Tuesday 07:00 now."
    assert again.text.startswith("You have answered that already")
    assert [ladders.task(task.id).status for task in ahead] == ["rescheduled", "rescheduled"]


def test_a_pattern_that_was_called_wrong_is_never_noted_again(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 3)
    (pattern,) = patterns(ladders)
    answered(ladders, long_known, pattern.id, "wrong", MONDAY + 2 * WEEK)
    start = MONDAY + 3 * WEEK
    ladders.plan(long_known, start, start - timedelta(days=1))
    ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=35))
    (kept,) = patterns(ladders)
    assert (kept.confidence, kept.data["user_overridden"], kept.data["miss_count"]) == (0.0, True, 3)
    with ladders.database.service() as session:
        assert rhythm_of(session, session.get_one(User, long_known.id)).avoid == ()


def test_the_next_plan_avoids_the_slot(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 3)
    with ladders.database.service() as session:
        rhythm = rhythm_of(session, session.get_one(User, long_known.id))
    assert rhythm.avoided(MONDAY + 10 * WEEK) is not None
    assert rhythm.avoided(MONDAY + 10 * WEEK + timedelta(days=1)) is None


def test_strangers_cannot_answer_for_somebody_else(
    ladders: Ladders, long_known: User, stranger: User
) -> None:
    miss_mondays(ladders, long_known, 3)
    (pattern,) = patterns(ladders)
    assert "don't know" in answered(ladders, stranger, pattern.id, "wrong", MONDAY).text
    assert "said" not in patterns(ladders)[0].data


# ------------------------------------------------------------------ what is asked


def test_the_day_proposed_is_one_that_is_free(ladders: Ladders, long_known: User) -> None:
    ahead = MONDAY + 3 * WEEK
    ladders.plan(long_known, ahead, MONDAY - WEEK)
    ladders.plan(long_known, ahead + timedelta(days=1), MONDAY - WEEK, title="Dentist")
    ladders.plan(long_known, ahead - timedelta(days=1), MONDAY - WEEK, title="Church")
    miss_mondays(ladders, long_known, 3)
    ladders.dispatcher.run_due(MONDAY + 2 * WEEK + timedelta(minutes=75))
    (question,) = questions(ladders)
    assert "to Wednesday 07:00" in question.text
    assert question.flat_choices[0].label == "Yes, move 1"


def test_what_cannot_move_stays_and_is_named_and_all_can_be_taken_back(
    ladders: Ladders, long_known: User
) -> None:
    series = uuid4()
    ahead = [
        ladders.plan(long_known, MONDAY + week * WEEK, MONDAY - WEEK, series_id=series) for week in (3, 4, 5)
    ]
    miss_mondays(ladders, long_known, 3, series)
    ladders.plan(long_known, MONDAY + 4 * WEEK + timedelta(days=3), MONDAY, title="Dentist")
    (pattern,) = patterns(ladders)
    at = MONDAY + 2 * WEEK + timedelta(hours=3)
    said = answered(ladders, long_known, pattern.id, "day", at, weekday=3)
    assert said.text == ("Done: 2 tasks are on Thursday 07:00 now. Mon 9 Feb stays: Dentist is there.")
    assert [row[0].label for row in said.choices] == ["Undo"]
    back = answered(ladders, long_known, pattern.id, "undo", at)
    assert back.text == "Taken back: 2 tasks are on Monday 07:00 again."
    with ladders.database.service() as session:
        pending = session.scalars(select(Task).where(Task.status == "pending", Task.series_id == series))
        assert sorted(task.scheduled_at for task in pending) == [task.scheduled_at for task in ahead]


def test_misses_after_the_move_count_on_the_new_day(ladders: Ladders, long_known: User) -> None:
    series = uuid4()
    for week in (3, 4, 5):
        ladders.plan(long_known, MONDAY + week * WEEK, MONDAY - WEEK, series_id=series)
    miss_mondays(ladders, long_known, 3, series)
    (pattern,) = patterns(ladders)
    answered(ladders, long_known, pattern.id, "yes", MONDAY + 2 * WEEK + timedelta(hours=3))
    for week in (3, 4, 5):
        start = MONDAY + week * WEEK + timedelta(days=1)
        ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=35))
    assert {row.data["day"]: row.data["miss_count"] for row in patterns(ladders)} == {
        "Monday": 3,
        "Tuesday": 3,
    }


def test_one_put_there_by_hand_stays_there(ladders: Ladders, long_known: User) -> None:
    series = uuid4()
    wednesday = MONDAY + 3 * WEEK + timedelta(days=2)
    by_hand = ladders.plan(long_known, wednesday, MONDAY - WEEK, series_id=series)
    with ladders.database.service() as session:
        moved = move_task(session, long_known.id, by_hand.id, MONDAY + 3 * WEEK, MONDAY)
    miss_mondays(ladders, long_known, 3, series)
    (pattern,) = patterns(ladders)
    said = answered(ladders, long_known, pattern.id, "yes", MONDAY + 2 * WEEK + timedelta(hours=3))
    assert said.text == "Noted: the next plan leaves Monday 07:00 alone."
    assert ladders.task(moved.id).status == "pending"


def test_why_names_the_days_and_asks_again(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 3)
    (pattern,) = patterns(ladders)
    said = answered(ladders, long_known, pattern.id, "why", MONDAY + 2 * WEEK)
    assert said.text.startswith("Easy run was planned for Monday 07:00, and missed on 12, 19 and 26 Jan.")
    assert [row[0].label for row in said.choices] == ["Yes, leave it", "No, keep", "That's wrong"]


def test_two_patterns_of_one_day_are_asked_about_on_two(ladders: Ladders, long_known: User) -> None:
    noon = timedelta(hours=5)
    for week in range(3):
        miss_on(ladders, long_known, MONDAY + week * WEEK)
        miss_on(ladders, long_known, MONDAY + week * WEEK + noon, title="Piano")
    assert len(patterns(ladders)) == 2
    end = MONDAY + 2 * WEEK + timedelta(days=2)
    ladders.run_until(MONDAY + 2 * WEEK + timedelta(hours=7), end, step=timedelta(minutes=30))
    asked = [at for _, said, at in ladders.telegram.sent if "running" in said.text]
    assert len(asked) == 2
    assert asked[1].date() - asked[0].date() == timedelta(days=1)


def test_no_is_for_good_and_silence_for_six_weeks(ladders: Ladders, long_known: User) -> None:
    for week in range(11):
        miss_on(ladders, long_known, MONDAY + week * WEEK)
        at = MONDAY + week * WEEK + timedelta(minutes=75)
        ladders.dispatcher.run_due(at)
        if len(questions(ladders)) == 2:
            (pattern,) = patterns(ladders)
            answered(ladders, long_known, pattern.id, "no", at)
    asked = [at.date() for _, said, at in ladders.telegram.sent if "running" in said.text]
    assert asked == [(MONDAY + 2 * WEEK).date(), (MONDAY + 8 * WEEK).date()]


def test_a_question_that_a_pause_swallowed_is_put_after_the_next_miss(
    ladders: Ladders, long_known: User
) -> None:
    miss_mondays(ladders, long_known, 3)
    asked_at = MONDAY + 2 * WEEK + timedelta(minutes=71)
    with ladders.database.service() as session:
        session.get_one(User, long_known.id).paused_until = asked_at + timedelta(days=3)
    ladders.dispatcher.run_due(asked_at)
    assert questions(ladders) == []
    miss_on(ladders, long_known, MONDAY + 3 * WEEK)
    ladders.dispatcher.run_due(MONDAY + 3 * WEEK + timedelta(minutes=75))
    (question,) = questions(ladders)
    assert question.text.startswith("Monday 07:00 was missed four weeks running")


# ------------------------------------------------------------------ what works after all


def test_three_times_done_in_the_slot_undo_what_three_misses_made(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 3)
    sure = [patterns(ladders)[0].confidence]
    for week in (3, 4, 5):
        do_on(ladders, long_known, MONDAY + week * WEEK)
        sure.append(patterns(ladders)[0].confidence)
    assert sure == pytest.approx([0.7, 0.47, 0.23, 0.0])
    with ladders.database.service() as session:
        assert rhythm_of(session, session.get_one(User, long_known.id)).avoid == ()


def test_a_done_taken_back_speaks_against_nothing(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 3)
    start = MONDAY + 3 * WEEK
    task = do_on(ladders, long_known, start)
    assert patterns(ladders)[0].confidence < 0.7
    with ladders.database.service() as session:
        version = session.get_one(Task, task.id).version
        answer_tap(session, long_known.id, TaskTap(task.id, version, "undo", ""), start, source="telegram")
    assert patterns(ladders)[0].confidence == pytest.approx(0.7)
