"""What was said before and not answered yet is not lost when something else comes in between."""

from __future__ import annotations

from typing import Any

import pytest

Talk = Any  # tests/agents/conftest.py


def test_a_second_task_before_the_ok_makes_a_list_of_both(talk: Talk) -> None:
    talk.say("dentist tomorrow at 6pm")
    text = talk.say("call mum on Friday 7pm")
    assert "1. Thu 12 Mar 18:00 - Dentist" in text
    assert "2. Fri 13 Mar 19:00 - Call mum" in text
    assert "Noted, 2 things" in talk.say("yes")


def test_the_same_task_said_again_with_another_time_takes_its_place(talk: Talk) -> None:
    talk.say("dentist tomorrow at 6pm")
    text = talk.say("dentist on Friday at 5pm")
    assert "Fri 13 Mar 17:00 - Dentist" in text
    assert "12 Mar" not in text


def test_a_task_still_without_a_time_gets_one_in_the_list(talk: Talk) -> None:
    talk.say("buy milk")
    text = talk.say("call mum on Friday 7pm")
    assert "Buy milk" in text
    assert "Fri 13 Mar 19:00 - Call mum" in text


def test_an_evening_without_room_is_named_before_other_times_are_offered(talk: Talk) -> None:
    talk.say("cinema today 17:00 for 7 hours")
    talk.say("ok")
    talk.say("buy milk")
    assert "Nothing is free then." in talk.say("tonight")


def plan_on_the_table(talk: Talk, goal: str, *answers: str) -> str:
    talk.say(goal)
    for answer in answers:
        talk.say(answer)
    return str(talk.text)


def test_a_time_told_too_early_is_not_asked_again(talk: Talk) -> None:
    text = plan_on_the_table(
        talk, "I want to read more books", "hardly ever", "3 days, in bed before sleeping"
    )
    assert "here is a plan" in text
    assert text.count("in bed before sleeping") == 1
    assert "What time of day" not in text


def test_days_with_more_words_behind_them_are_still_counted(talk: Talk) -> None:
    text = plan_on_the_table(talk, "I want to read more books", "hardly ever", "2 days, in the evening")
    assert "1. Read: Tue and " in text or "1. Read: Mon and " in text


def test_an_offered_time_is_taken_by_its_place(talk: Talk) -> None:
    talk.say("buy milk")
    first = talk.labels[0]
    assert f"Noted: {first} - Buy milk" in talk.say("the first one")


@pytest.mark.parametrize("word", ["skip", "pass", "Skip it."])
def test_a_bare_skip_below_a_plan_takes_no_other_task_off(talk: Talk, word: str) -> None:
    plan_on_the_table(talk, "I want to run 5 km", "not at all", "3 days", "morning")
    talk.say("looks good")
    plan_on_the_table(talk, "I want to read more books", "hardly ever", "3 days", "evening")
    text = talk.say(word)
    assert "Easy run" not in text
    assert "is on: " in talk.say("looks good")


def test_an_undone_wish_that_changed_no_time_says_so(talk: Talk) -> None:
    plan_on_the_table(talk, "I want to run 5 km", "not at all", "3 days", "morning")
    talk.say("no Sundays")
    assert "as it was before:\n" in talk.say("undo")
    assert "before:\n\n" not in talk.text


@pytest.mark.parametrize(
    "words", ["I'm on holiday from Friday until Sunday", "we're on vacation from tomorrow to Sunday"]
)
def test_a_holiday_that_begins_later_silences_nothing_yet(talk: Talk, user_of: Any, words: str) -> None:
    assert "I go on as planned" in talk.say(words)
    assert user_of(talk).paused_until is None
    talk.tap("Pause until Sun 15 Mar")
    assert "quiet through Sun 15 Mar" in talk.text
    assert user_of(talk).paused_until is not None


def test_a_holiday_from_today_begins_at_once(talk: Talk) -> None:
    assert "quiet through Sun 15 Mar" in talk.say("I'm on holiday from today until Sunday")


def test_coming_back_to_another_place_is_heard(talk: Talk) -> None:
    talk.say("I'm in Tokyo")
    talk.tap("Same times there")
    assert "Berlin" in talk.say("back in Berlin")
    assert "Same times there" in talk.labels
