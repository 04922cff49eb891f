"""Words that may be a reminder or a goal: one question, two buttons, and any way of answering it."""

import pytest
from sqlalchemy import select

from storage.tables import Task
from tests.agents.conftest import Talk

WISH = "I want to paint the fence"


def labels(talk: Talk) -> list[str]:
    return [choice.label for reply in talk.replies for choice in reply.flat_choices]


def titles(talk: Talk) -> list[str]:
    with talk.database.service() as session:
        return list(session.scalars(select(Task.title)))


def test_what_may_be_both_is_asked_once_with_two_buttons(talk: Talk) -> None:
    said = talk.say(WISH)
    assert labels(talk) == ["A reminder", "A goal to plan"]
    assert said.count("?") == 1


@pytest.mark.parametrize("answer", ["A reminder", "just a reminder", "reminder please", "1", "just once"])
def test_a_reminder_is_offered_times(talk: Talk, answer: str) -> None:
    talk.say(WISH)
    said = talk.say(answer)
    assert said.startswith("Paint the fence (30 min)")
    talk.tap(labels(talk)[0])
    assert titles(talk) == ["Paint the fence"]


@pytest.mark.parametrize("answer", ["A goal to plan", "a goal", "2", "let's plan it", "it's a project"])
def test_a_goal_goes_on_to_its_plan(talk: Talk, answer: str) -> None:
    talk.say(WISH)
    talk.say(answer)
    for _ in range(3):
        if "Looks good" in labels(talk):
            break
        talk.tap(labels(talk)[0])
    assert "Looks good" in labels(talk)
    assert titles(talk) == []


def test_a_time_answers_it_too(talk: Talk) -> None:
    talk.say(WISH)
    said = talk.say("saturday at 10")
    assert "Sat 14 Mar 10:00 - Paint the fence" in said


def test_neither_leaves_nothing_behind(talk: Talk) -> None:
    talk.say(WISH)
    talk.say("neither, never mind")
    talk.say("ok")
    assert titles(talk) == []


def test_something_else_is_heard_instead(talk: Talk) -> None:
    talk.say(WISH)
    said = talk.say("call mum tomorrow at 6pm")
    assert "18:00 - Call mum" in said
    talk.say("yes")
    assert titles(talk) == ["Call mum"]


def test_during_the_talk_about_a_plan_the_plan_stays(talk: Talk) -> None:
    talk.say("I want to run 5 km")
    while "Looks good" not in labels(talk):
        talk.tap(labels(talk)[0])
    talk.say(WISH)
    assert labels(talk) == ["A reminder", "A goal to plan"]
    talk.tap("A reminder")
    talk.tap(labels(talk)[0])
    said = talk.say("show me the plan")
    assert "5 km" in said
