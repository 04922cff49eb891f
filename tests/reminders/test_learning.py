"""Three weekly misses in one slot become a question, once; the person's word about it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from reminders.learning import answer_pattern
from reminders.people import rhythm_of
from storage.tables import Pattern, Task, User
from tests.reminders.conftest import Ladders

WEEK = timedelta(weeks=1)
MONDAY = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)  # 07:00 in Berlin


def miss_mondays(ladders: Ladders, user: User, weeks: int, series: UUID | None = None) -> list[Task]:
    tasks = []
    for week in range(weeks):
        start = MONDAY + week * WEEK
        tasks.append(ladders.plan(user, start, start - timedelta(days=1), series_id=series))
        ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=5))
    return tasks


def patterns(ladders: Ladders) -> list[Pattern]:
    with ladders.database.service() as session:
        return list(session.scalars(select(Pattern)))


@pytest.fixture
def long_known(ladders: Ladders, owner: User) -> User:
    with ladders.database.service() as session:
        user = session.get_one(User, owner.id)
        user.created_at = MONDAY - 8 * WEEK
        return user


def test_two_misses_are_no_pattern_and_three_are(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 2)
    assert patterns(ladders) == []
    start = MONDAY + 2 * WEEK
    ladders.plan(long_known, start, start - timedelta(days=1))
    ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=5))
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
        ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=5))
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
        "Monday 07:00 was missed three weeks running. Shall I move Easy run to Tuesday 07:00?"
    )
    assert [choice.label for choice in question.flat_choices] == ["Yes, move 2", "No, keep", "That's wrong"]
    _, pattern_id, word = question.flat_choices[0].data.split(":")
    with ladders.database.service() as session:
        said = answer_pattern(session, long_known.id, UUID(pattern_id), word, at)
        again = answer_pattern(session, long_known.id, UUID(pattern_id), "no", at)
    assert said == "Done: 2 tasks are on Tuesday 07:00 now."
    assert again.startswith("You have answered that already")
    assert [ladders.task(task.id).status for task in ahead] == ["rescheduled", "rescheduled"]


def test_a_pattern_that_was_called_wrong_is_never_noted_again(ladders: Ladders, long_known: User) -> None:
    miss_mondays(ladders, long_known, 3)
    (pattern,) = patterns(ladders)
    with ladders.database.service() as session:
        answer_pattern(session, long_known.id, pattern.id, "wrong", MONDAY + 2 * WEEK)
    start = MONDAY + 3 * WEEK
    ladders.plan(long_known, start, start - timedelta(days=1))
    ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=5))
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
    with ladders.database.service() as session:
        assert "don't know" in answer_pattern(session, stranger.id, pattern.id, "wrong", MONDAY)
    assert "said" not in patterns(ladders)[0].data
