"""Talking a task over before it is kept: another hour, another name, and what was left out."""

from __future__ import annotations

from typing import Any

import pytest

Talk = Any  # tests/agents/conftest.py


def day_of(text: str) -> str:
    """The weekday and date that a proposal begins with."""
    return " ".join(text.split()[:3])


@pytest.mark.parametrize(
    "said", ["7pm", "no, 7pm", "hmm make it 7pm instead", "19:00", "at 7 in the evening"]
)
def test_another_hour_keeps_the_day(talk: Talk, said: str) -> None:
    day = day_of(talk.say("lunch with Bo in three days at 12"))
    changed = talk.say(said)
    assert day_of(changed) == day
    assert "19:00 - Lunch with Bo" in changed


def test_another_day_is_counted_from_today(talk: Talk) -> None:
    tomorrow = day_of(talk.say("yoga tomorrow at 18:00"))
    talk.say("no")
    talk.say("yoga in three days at 18:00")
    assert day_of(talk.say("no, tomorrow at 18:00")) == tomorrow


def test_a_time_said_first_is_kept_for_the_title_said_next(talk: Talk) -> None:
    asked = talk.say("remind me in 20 minutes")
    assert "What shall I remind you of on" in asked
    assert "- Check the oven" in talk.say("to check the oven")


def test_the_question_for_a_title_can_be_left(talk: Talk) -> None:
    talk.say("remind me in 20 minutes")
    talk.tap("Leave it out")
    assert "Left out" in talk.text


def test_a_task_on_the_table_can_be_renamed(talk: Talk) -> None:
    talk.say("dentist tomorrow at 18:00")
    assert "- Doctor Who" in talk.say("rename to doctor Who")


def test_an_impossible_date_is_named(talk: Talk) -> None:
    assert "Is it something" not in talk.say("dentist on 31 February")
    assert "31" in talk.text or "February" in talk.text


def test_offered_times_come_in_order(talk: Talk) -> None:
    talk.say("water plants")
    moments = [choice.data.rsplit(":", 1)[-1] for reply in talk.replies for choice in reply.flat_choices][:2]
    assert moments == sorted(moments)
