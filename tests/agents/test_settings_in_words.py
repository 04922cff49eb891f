"""Settings, undo, reasons and small words: said as people say them, each with a sensible answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from storage.tables import User
from storage.users import preferences_of, profile_of

Talk = Any  # tests/agents/conftest.py
ReadUser = Callable[[Talk], User]


def test_settings_show_what_counts_and_how_to_change_it(talk: Talk) -> None:
    shown = talk.say("/settings")
    for part in ("Time zone", "Up at", "To bed at", "Work", "before", "Reminders", "To change one"):
        assert part in shown


@pytest.mark.parametrize("said", ["change my wake time to 7", "I get up at 7 now", "my wake-up time is 7"])
def test_the_wake_time_is_changed_in_words(talk: Talk, user_of: ReadUser, said: str) -> None:
    talk.say(said)
    sleep = profile_of(user_of(talk)).sleep_window
    assert sleep is not None
    assert sleep.end == time(7)


def test_other_settings_are_changed_in_words(talk: Talk, user_of: ReadUser) -> None:
    talk.say("I go to bed at 11 now")
    talk.say("my work hours are 10 to 6")
    talk.say("call me Lexi")
    talk.say("change reminders to 20 minutes before")
    profile = profile_of(user_of(talk))
    assert profile.bed_time == time(23)
    assert profile.work_hours is not None
    assert (profile.work_hours.start, profile.work_hours.end) == (time(10), time(18))
    assert profile.name == "Lexi"
    assert preferences_of(user_of(talk)).reminder_lead_minutes == 20


@pytest.mark.parametrize(
    "said",
    [
        "you can call me again",
        "call me again when i miss stuff",
        "call me if I don't answer",
        "turn calls back on",
    ],
)
def test_calls_are_switched_off_and_on_in_words(talk: Talk, user_of: ReadUser, said: str) -> None:
    with talk.database.service() as session:
        session.get_one(User, talk.user_id).phone_verified = True
    talk.say("stop calling me")
    assert preferences_of(user_of(talk)).calls_opted_in is False
    assert talk.say(said) == "Calls: allowed. Anything else?"
    assert preferences_of(user_of(talk)).calls_opted_in is True


@pytest.mark.parametrize("task", ["wake me up at 7 tomorrow", "work on my thesis tomorrow at 18:00"])
def test_a_task_that_sounds_like_a_setting_stays_a_task(talk: Talk, user_of: ReadUser, task: str) -> None:
    before = profile_of(user_of(talk))
    assert "put it in" in talk.say(task)
    assert profile_of(user_of(talk)) == before


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/undo", "nothing recent"),
        ("/why", "no plan yet"),
        ("/pause", "quiet through"),
        ("/foo", "/help"),
        ("delete my account", "write DELETE"),
        ("export my data", "everything I keep"),
        ("fuck you", "Sorry"),
        ("are you a human?", "a program"),
        ("what time is it?", "for you"),
        ("how am I doing?", "last seven days"),
        ("never mind", "All right"),
        ("yes", "Good"),
        ("stop", "say pause"),
        ("what do you store?", "I keep"),
    ],
)
def test_each_of_these_gets_its_own_answer(talk: Talk, said: str, answer: str) -> None:
    assert answer in talk.say(said)
