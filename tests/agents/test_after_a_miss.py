"""After a miss or a long silence: a time, a yes or a hello is enough, and no question is taken for an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agents.nodes.asides import zone_word
from agents.tasks.shifts import without_story
from reminders.plans import TaskDraft, schedule_tasks
from storage.tables import Task, User
from storage.vocabulary import TaskStatus

Talk = Any  # tests/agents/conftest.py
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def late(talk: Talk) -> Talk:
    """Wednesday 11 March, 20:00: the run of 18:00 was missed, and yoga is on Friday."""
    drafts = [
        TaskDraft(title, datetime(2026, 3, day, 18, tzinfo=BERLIN), 30)
        for title, day in (("Run", 11), ("Yoga", 13))
    ]
    with talk.database.service() as session:
        rows = schedule_tasks(session, session.get_one(User, talk.user_id), drafts, talk.now)
        rows[0].status, rows[0].wakes_at = TaskStatus.MISSED, None
    talk.now = datetime(2026, 3, 11, 20, tzinfo=BERLIN)
    return talk


def pending(talk: Talk) -> list[str]:
    with talk.database.service() as session:
        rows = session.scalars(
            select(Task).where(Task.status == TaskStatus.PENDING).order_by(Task.scheduled_at)
        )
        return [f"{row.scheduled_at.astimezone(BERLIN):%a %H:%M} {row.title}" for row in rows]


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("tomorrow at 6pm", "Thu 18:00 Run"),
        ("tomorrow same time", "Thu 18:00 Run"),
        ("let's do it tomorrow at 7am", "Thu 07:00 Run"),
        ("move the run to thursday 5pm", "Thu 17:00 Run"),
    ],
)
def test_a_time_alone_is_about_what_was_missed(late: Talk, said: str, then: str) -> None:
    late.say(said)
    assert pending(late) == [then, "Fri 18:00 Yoga"]


@pytest.mark.parametrize("said", ["what's on thursday?", "what's on this weekend", "is tomorrow at 6 free?"])
def test_a_question_about_a_day_moves_nothing(late: Talk, said: str) -> None:
    late.say(said)
    assert pending(late) == ["Fri 18:00 Yoga"]
    assert "Free for you" not in late.text


def test_another_task_by_its_name_is_that_task(late: Talk) -> None:
    late.say("move yoga to saturday 10am")
    assert pending(late) == ["Sat 10:00 Yoga"]


def test_the_agenda_knows_the_day_that_was_asked_about(late: Talk) -> None:
    assert "Yoga" in late.say("what's on friday?")
    assert "Sat 14 Mar" in late.say("and what's on saturday?")
    assert "Fri 13 Mar 18:00" in late.say("when is yoga?")


def test_a_return_is_welcomed_and_nothing_is_counted_up(late: Talk) -> None:
    late.say("thanks")
    late.now += timedelta(days=12)
    said = late.say("hi, I'm still alive")
    assert "Good to see you again" in said
    assert "missed" not in said.lower()
    assert said.count("?") == 1


def test_the_same_words_are_not_said_twice_in_a_row(late: Talk) -> None:
    first, second, third = late.say("???"), late.say("..."), late.say("👀")
    assert first != second != third


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("keep 9am there", "local"),
        ("yes please", "local"),
        ("same times", "local"),
        ("no, the same moments", "moments"),
        ("not now", "keep"),
        ("call mum tomorrow", ""),
    ],
)
def test_the_question_about_another_zone_has_answers_in_words(said: str, word: str) -> None:
    assert zone_word(said) == word


@pytest.mark.parametrize(
    ("said", "order"),
    [
        (
            "I'm in bed with a migraine, move everything today to tomorrow",
            "move everything today to tomorrow",
        ),
        ("I feel awful so please cancel the run", "cancel the run"),
        ("move the run, I'm ill", "move the run, I'm ill"),
        ("remind me at 5, move the car", "remind me at 5, move the car"),
    ],
)
def test_of_a_story_only_the_order_counts(said: str, order: str) -> None:
    assert without_story(said) == order
