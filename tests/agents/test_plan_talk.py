"""Talking about a plan: renaming, questions back, when it starts, and a bare hour when one is awake."""

from __future__ import annotations

from typing import Any

import pytest

Talk = Any  # tests/agents/conftest.py


def on_table(talk: Talk) -> str:
    talk.say("I want to run 5k")
    for _ in range(3):
        talk.tap("Skip")
    assert "Does this look right" in talk.text
    return talk.text


def test_the_lead_to_the_questions_is_said_once(talk: Talk) -> None:
    assert "A few short questions" in talk.say("I want to run 5k")
    talk.tap("Skip")
    assert "A few short questions" not in talk.text


def test_a_question_before_the_plan_is_explained_and_put_again(talk: Talk) -> None:
    question = talk.say("I want to run 5k").splitlines()[-3]
    assert "So that the plan fits you" in talk.say("why do you ask?")
    assert question in talk.text


def test_a_rename_is_told_as_a_rename(talk: Talk) -> None:
    on_table(talk)
    said = talk.say("rename 1 to Jog")
    assert "Easy run is now called Jog" in said
    assert "dropped" not in said


@pytest.mark.parametrize("question", ["why mornings?", "/why", "How come at that time?"])
def test_a_question_about_the_plan_is_answered_with_its_reasons(talk: Talk, question: str) -> None:
    on_table(talk)
    assert "Would you like other times" in talk.say(question)


def test_start_next_monday_is_about_the_start_and_moves_no_day(talk: Talk) -> None:
    on_table(talk)
    talk.say("start next Monday")
    assert "It starts on Mon" in talk.text
    assert "→ Mon " not in talk.text


def test_undo_goes_back_to_the_version_before(talk: Talk) -> None:
    on_table(talk)
    talk.say("easier")
    assert "as it was before" in talk.say("/undo")


def test_shorter_and_later_are_both_done(talk: Talk) -> None:
    on_table(talk)
    said = talk.say("make 1 shorter and later in the day")
    [line] = [line for line in said.splitlines() if line.startswith("1. ")]
    assert line.count("→") == 2


def test_a_bare_hour_in_the_night_means_the_evening(talk: Talk) -> None:
    on_table(talk)
    assert "Tue and Thu 18:00" in talk.say("can we do tuesdays and thursdays at 6?")


def test_agreement_with_a_condition_approves_nothing(talk: Talk) -> None:
    on_table(talk)
    talk.say("ok but not on friday")
    assert talk.result.requires_user_action == "approve_plan"


def test_the_bare_word_goal_is_asked_what_it_is(talk: Talk) -> None:
    assert "What would you like to get done" in talk.say("goal")
