"""What works is kept up to date once a day, as one row for each thing, and a milestone is named once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from reminders.people import rhythm_of
from storage.patterns import overrule
from storage.tables import Goal, Pattern, Task, User
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders, say, tap
from tests.reminders.misses import MONDAY, known_for_long

DAY = timedelta(days=1)


@pytest.fixture
def long_known(ladders: Ladders, owner: User) -> User:
    return known_for_long(ladders, owner)


def did(ladders: Ladders, user: User, at: datetime, **fields: object) -> tuple[Task, str]:
    task = ladders.plan(user, at, at - DAY, **fields)  # type: ignore[arg-type] - a shorthand
    return task, say(ladders, user, task, Answer.DONE, at + timedelta(minutes=20)).text


def rows(ladders: Ladders, about: str) -> list[Pattern]:
    with ladders.database.service() as session:
        return [row for row in session.scalars(select(Pattern)) if row.data.get("about") == about]


def test_a_week_in_a_row_is_named_once_in_the_answer_that_completes_it(
    ladders: Ladders, long_known: User
) -> None:
    said = [did(ladders, long_known, MONDAY + number * DAY)[1] for number in range(8)]
    second = did(ladders, long_known, MONDAY + 6 * DAY + timedelta(hours=3))[1]
    assert ["in a row" in words for words in [*said, second]] == [False] * 6 + [True] + [False] * 2
    assert said[6].endswith("That makes 7 days in a row.")
    (streak,) = rows(ladders, "streak")
    assert (streak.data["days"], streak.data["milestone"]) == (8, 7)
    assert ladders.telegram.sent == []  # nothing was sent for it


def test_a_milestone_taken_back_and_reached_again_is_not_named_again(
    ladders: Ladders, long_known: User
) -> None:
    for number in range(6):
        did(ladders, long_known, MONDAY + number * DAY)
    task, said = did(ladders, long_known, MONDAY + 6 * DAY)
    assert "in a row" in said
    at = MONDAY + 6 * DAY + timedelta(minutes=30)
    tap(ladders, long_known, f"t:{task.id.hex}:{ladders.task(task.id).version}:undo", at)
    assert "in a row" not in say(ladders, long_known, task, Answer.DONE, at).text


def test_a_streak_that_began_anew_passes_its_milestones_again(ladders: Ladders, long_known: User) -> None:
    said = []
    for number in (*range(7), *range(20, 27)):
        said.append(did(ladders, long_known, MONDAY + number * DAY)[1])
    assert sum("7 days in a row" in words for words in said) == 2


def test_hours_and_rates_are_one_row_each_and_steer_where_things_go(
    ladders: Ladders, long_known: User
) -> None:
    with ladders.database.service() as session:
        goal = Goal(user_id=long_known.id, title="Run", class_tags=["Fitness"])
        session.add(goal)
        session.flush()
    for number in range(16):
        did(ladders, long_known, MONDAY + number * DAY + timedelta(hours=5), goal_id=goal.id)
    (hours,), (rate,) = rows(ladders, "hours"), rows(ladders, "Fitness")
    assert hours.data["best_times"] == ["12:00-14:00"]
    assert rate.pattern_type == "category_performance"
    assert (rate.data["done"], rate.data["finished"], rate.data["completion_rate"]) == (16, 16, 1.0)
    assert rate.description == "Fitness: 16 of 16 done in the last eight weeks"
    with ladders.database.service() as session:
        rhythm = rhythm_of(session, session.get_one(User, long_known.id))
    assert [f"{start:%H:%M}" for start, _ in rhythm.best] == ["12:00"]


def test_what_the_person_overruled_is_not_written_over_and_steers_nothing(
    ladders: Ladders, long_known: User
) -> None:
    for number in range(15):
        did(ladders, long_known, MONDAY + number * DAY)
    with ladders.database.service() as session:
        for row in session.scalars(select(Pattern)):
            overrule(row, MONDAY, confidence=0.0, said="wrong")
    before = [row.data for row in rows(ladders, "hours")]
    for number in range(15, 31):
        assert "in a row" not in did(ladders, long_known, MONDAY + number * DAY)[1]
    assert [row.data for row in rows(ladders, "hours")] == before
    with ladders.database.service() as session:
        assert rhythm_of(session, session.get_one(User, long_known.id)).best == ()


def test_the_answer_to_an_older_day_names_nothing(ladders: Ladders, long_known: User) -> None:
    task = ladders.plan(long_known, MONDAY, MONDAY - DAY)
    assert "in a row" not in say(ladders, long_known, task, Answer.DONE, MONDAY + 2 * DAY).text
    assert rows(ladders, "streak") == []
