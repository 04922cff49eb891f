"""A smaller day: what is offered to whoever is tired or low, and a day off asked for in words."""

from __future__ import annotations

import pytest

from tests.agents.weeks import Talk, at, pending, plan


@pytest.fixture
def full(week: Talk) -> Talk:
    """Three things are still to come today."""
    for title, clock in (("Email Ben", "17:00"), ("Laundry", "18:30"), ("Read", "20:00")):
        plan(week, title, at(11, clock))
    return week


def today(talk: Talk) -> list[str]:
    return [one for one in pending(talk) if one.startswith("Wed 11")]


@pytest.mark.parametrize("mood", ["I'm so overwhelmed", "i'm exhausted today", "brain fog"])
@pytest.mark.parametrize("answer", ["one thing only", "just one thing", "yes", "1"])
def test_one_thing_stays_and_the_rest_can_come_back(full: Talk, mood: str, answer: str) -> None:
    before = today(full)
    assert "one thing only, or a day off?" in full.say(mood)
    assert full.labels == ["One thing only", "A day off", "Leave it as it is"]
    assert "Which one stays?" in full.say(answer)
    assert today(full) == before
    assert full.say("the laundry stays").startswith("Today it is only Laundry, 18:30. Taken off: ")
    assert today(full) == ["Wed 11 18:30 Laundry"]
    full.say("undo")
    assert today(full) == before


def test_whoever_cannot_choose_keeps_what_comes_next(full: Talk) -> None:
    full.say("i'm exhausted")
    full.say("one thing")
    assert "Today it is only" in full.say("idk")
    assert len(today(full)) == 1


@pytest.mark.parametrize("answer", ["a day off", "day off please", "the whole day off"])
def test_a_day_off_is_shown_before_it_is_taken(full: Talk, answer: str) -> None:
    before = today(full)
    full.say("i'm overwhelmed")
    assert f"Take off {len(before)} tasks" in full.say(answer)
    assert today(full) == before
    full.say("yes")
    assert today(full) == []


@pytest.mark.parametrize("answer", ["no", "leave it as it is", "I'll manage"])
def test_a_day_that_is_left_stays(full: Talk, answer: str) -> None:
    before = today(full)
    full.say("i'm overwhelmed")
    assert full.say(answer) == "Then today stays as it is. Small steps count."
    assert today(full) == before


def test_something_else_is_not_swallowed_by_the_question(full: Talk) -> None:
    full.say("i'm overwhelmed")
    assert "Sat 14 Mar 09:00 - Buy milk" in full.say("remind me to buy milk on saturday at 9am")


def test_an_empty_day_is_called_free(week: Talk) -> None:
    assert "free to rest" in week.say("i'm exhausted")
    assert week.labels == []


def test_the_only_thing_left_is_named(week: Talk) -> None:
    plan(week, "Laundry", at(11, "18:30"))
    assert "Only Laundry, 18:30, is left today. Shall I take it off?" in week.say("i'm exhausted")
    assert "Taken off: Laundry" in week.say("yes")
    assert today(week) == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("can i have a day off tomorrow", "Take off 2 tasks (Thu 12 Mar)"),
        ("I need a day off tomorrow", "Take off 2 tasks (Thu 12 Mar)"),
        ("give me the day off", "Nothing is planned for today, so that day is yours already."),
        ("can I take a day off on tuesday please", "Nothing is planned for Tuesday"),
        ("make tomorrow a day off", "Take off 2 tasks (Thu 12 Mar)"),
    ],
)
def test_a_day_off_can_be_asked_for(week: Talk, said: str, asked: str) -> None:
    before = pending(week)
    assert asked in week.say(said)
    assert pending(week) == before


def test_a_day_off_is_heard_while_a_move_is_being_talked_about(week: Talk) -> None:
    week.say("move the dentist")
    assert "Take off 2 tasks (Thu 12 Mar)" in week.say("can i have a day off tomorrow")


def test_arranging_a_day_off_stays_a_task(week: Talk) -> None:
    assert "Thu 12 Mar 10:00 - Ask Eva" in week.say("ask Eva for a day off tomorrow at 10am")
