"""How it goes, a pause, and the day weeks start on: asked and said in the chat, true in the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from agents.observations import findings_of
from agents.places import find_zone
from agents.turn import Turn, TurnContext, TurnTools
from storage.tables import Goal, Pause, Task, User

Talk = Any  # tests/agents/conftest.py
ReadUser = Callable[[Talk], User]
DAY = timedelta(days=1)
TODAY = date(2026, 3, 11)  # a Wednesday


def pauses(talk: Talk) -> list[tuple[date, date]]:
    with talk.database.service() as session:
        return [(row.first_day, row.last_day) for row in session.scalars(select(Pause))]


def add(talk: Talk, back: int, status: str, user: User | None = None, **fields: object) -> None:
    with talk.database.service() as session:
        at = talk.now - back * DAY
        whose = user.id if user else talk.user_id
        session.add(
            Task(user_id=whose, title="Run", scheduled_at=at, local_day=at.date(), status=status, **fields)
        )


@pytest.mark.parametrize(
    "said",
    [
        "my week starts on Sunday",
        "My weeks start on sundays.",
        "the week begins on Sunday",
        "start my week on Sunday",
        "please set my week to start on sunday",
        "change my week start to Sunday",
        "my first day of the week is Sunday",
    ],
)
def test_the_day_weeks_start_on_is_said_in_words(talk: Talk, user_of: ReadUser, said: str) -> None:
    assert "Week starts on: Monday" in talk.say("/settings")
    assert "Your week starts on Sunday now." in talk.say(said)
    assert user_of(talk).week_starts_on == 7
    assert "Week starts on: Sunday" in talk.say("/settings")


@pytest.mark.parametrize(
    "said", ["my week starts on holiday", "my week starts on weekends", "start my week badly"]
)
def test_words_without_one_weekday_leave_the_week_as_it_is(talk: Talk, user_of: ReadUser, said: str) -> None:
    assert "Your week starts" not in talk.say(said)
    assert user_of(talk).week_starts_on == 1


def test_a_task_about_a_week_stays_a_task(talk: Talk, user_of: ReadUser) -> None:
    talk.say("plan my week on sunday at 6pm")
    assert user_of(talk).week_starts_on == 1


def test_a_pause_is_kept_as_days_and_one_ended_at_once_never_was(talk: Talk) -> None:
    talk.say("I'm on holiday until sunday")
    assert pauses(talk) == [(TODAY, TODAY + 4 * DAY)]
    talk.tap("Go on now")
    assert pauses(talk) == []


@pytest.mark.parametrize("words", ["go on", "no, carry on please", "continue", "Go on now"])
def test_going_on_right_after_a_pause_ends_it(talk: Talk, user_of: ReadUser, words: str) -> None:
    talk.say("i need a break: i'm on holiday until sunday")
    assert user_of(talk).paused_until is not None
    assert talk.say(words).startswith("Back on.")
    assert user_of(talk).paused_until is None


def test_a_pause_ended_early_ends_with_the_day_before(talk: Talk, user_of: ReadUser) -> None:
    talk.say("I'm on holiday until sunday")
    talk.now += 2 * DAY
    talk.say("I'm back")
    assert pauses(talk) == [(TODAY, TODAY + DAY)]
    assert user_of(talk).paused_until is None


def wakes(talk: Talk) -> list[datetime | None]:
    with talk.database.service() as session:
        return list(session.scalars(select(Task.wakes_at).order_by(Task.wakes_at)))


def test_what_slept_until_the_end_of_a_pause_wakes_when_it_ends_early(
    talk: Talk, stranger: User, user_of: ReadUser
) -> None:
    talk.say("I'm on holiday until sunday")
    end = user_of(talk).paused_until
    add(talk, 0, "pending", stage="acknowledged", wakes_at=end)
    add(talk, 0, "pending", stranger, stage="acknowledged", wakes_at=end)
    later = end + DAY
    add(talk, 0, "pending", stage="acknowledged", wakes_at=later)
    back = talk.now
    talk.say("I'm back")
    now, *others = wakes(talk)
    assert back <= now < back + timedelta(hours=1)
    assert others == [end, later]  # a stranger's, and what sleeps for another reason


def test_a_pause_that_is_cut_short_lets_nothing_sleep_longer(talk: Talk, user_of: ReadUser) -> None:
    talk.say("I'm on holiday until sunday")
    add(talk, 0, "pending", stage="acknowledged", wakes_at=user_of(talk).paused_until)
    talk.say("I'm on holiday until friday")
    assert wakes(talk) == [user_of(talk).paused_until]


def test_a_longer_pause_said_while_one_runs_extends_it(talk: Talk) -> None:
    talk.say("I'm on holiday until friday")
    talk.now += DAY
    talk.say("I'm on holiday until sunday")
    assert pauses(talk) == [(TODAY, TODAY + 4 * DAY)]


def test_progress_tells_done_missed_and_the_streak_over_a_pause(talk: Talk, stranger: User) -> None:
    for back, status in ((0, "done"), (4, "done"), (5, "done"), (6, "missed"), (7, "missed")):
        add(talk, back, status)
    add(talk, 2, "missed", stranger)
    talk.now -= 3 * DAY
    talk.say("I'm away until monday")
    talk.now += 3 * DAY
    said = talk.say("how am I doing?")
    assert said.startswith("In the last seven days: 3 done, 1 missed, 3 days in a row.")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("what have I done this month?", "This month: 2 done, 1 missed"),
        ("how was last month?", "In February: 1 done, 1 missed"),
        ("how did the past month go?", "In the last thirty days: 3 done, 2 missed"),
        ("what did I do today?", "Today: 1 done, 0 missed"),
        ("how am I doing?", "In the last seven days: 1 done, 1 missed"),
        ("what have I done?", "In the last seven days: 1 done, 1 missed"),
    ],
)
def test_progress_tells_of_the_time_that_was_asked_about(talk: Talk, said: str, answer: str) -> None:
    for back, status in (
        (0, "done"),
        (6, "missed"),
        (10, "done"),
        (11, "done"),
        (29, "missed"),
        (39, "done"),
    ):
        add(talk, back, status)
    add(talk, 28, "pending")
    assert talk.say(said).startswith(answer), "counted in the person's own calendar"


def test_what_was_missed_or_done_is_named_where_that_is_asked(talk: Talk) -> None:
    add(talk, 1, "missed")
    add(talk, 2, "missed")
    assert "0 done, 2 missed. Missed: Run. /dashboard" in talk.say("what did i miss")
    assert "Missed:" not in talk.say("how am I doing?")
    add(talk, 0, "done")
    assert "1 done, 2 missed. Done: Run. /dashboard" in talk.say("what have I done?")


def test_nothing_due_in_that_time_is_said_of_that_time(talk: Talk) -> None:
    assert talk.say("what did I do last month?").startswith("Nothing was due in February.")


def test_a_reminder_that_did_not_go_out_is_admitted_once_they_ask(talk: Talk) -> None:
    add(talk, 1, "pending")
    add(talk, 2, "done")
    said = talk.say("how am I doing?")
    assert (
        "1 done, 0 missed. One reminder did not go out on Tuesday (Run). Sorry, that was my mistake." in said
    )


def test_the_observer_sees_the_persons_own_history_by_tag(talk: Talk, stranger: User, now: datetime) -> None:
    with talk.database.service() as session:
        goal = Goal(user_id=talk.user_id, title="Run", class_tags=["Fitness", "Health"])
        session.add(goal)
        session.flush()
    for back, status in enumerate(("done", "missed", "done", "pending")):
        add(talk, back, status, goal_id=goal.id)
    add(talk, 1, "missed")
    add(talk, 1, "missed", stranger)
    with talk.database.session(talk.user_id) as session:
        user = session.get_one(User, talk.user_id)
        turn = Turn(talk.user_id, talk.message("x"), talk.now, "reference", uuid4())
        findings, points = findings_of(TurnContext(turn, TurnTools(session, talk.model), user))
    assert points == 4
    assert [(one.category, one.completion_rate) for one in findings.category_performance] == [
        ("Fitness", 0.67),
        ("Health", 0.67),
    ]


@pytest.mark.parametrize("said", ["localtime", "Factory"])
def test_a_name_that_is_nobodys_place_is_no_zone(now: datetime, said: str) -> None:
    assert find_zone(said, now) is None
