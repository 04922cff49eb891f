"""A plan agreed to: what counts as a yes, what is checked before it is saved, and how it is taken back; two goals at once."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from storage.goals import save_goal
from storage.tables import Task
from storage.vocabulary import GoalStatus, TaskStatus
from tests.agents.on_table import Talk, goals, on_table, rows

# ------------------------------------------------------------------ approval


@pytest.mark.parametrize(
    "words",
    ["ok?", "looks good?", "hmm", "maybe tomorrow", "not yes", "I guess", "yes if it rains", "go with version 1", "why not?",
     "yes but easier", "looks good except Sundays", "version 1 looks good", "2 looks good", "yes or no"],
)  # fmt: skip
def test_nothing_but_a_plain_yes_approves(talk: Talk, words: str) -> None:
    on_table(talk)
    talk.say(words)
    assert rows(talk) == []
    assert goals(talk) == []
    assert talk.result.requires_user_action == "approve_plan"


@pytest.mark.parametrize(
    "words", ["yes please do it", "👍", "sí", "approve", "lgtm", "yesss", "ooh nice, I'm in, let's go!"]
)
def test_a_plain_yes_approves(talk: Talk, words: str) -> None:
    on_table(talk)
    talk.say(words)
    assert rows(talk)


def test_a_forwarded_yes_approves_nothing(talk: Talk) -> None:
    on_table(talk)
    talk.say("yes looks good", forwarded=True)
    assert rows(talk) == []


def test_what_came_into_the_way_is_shown_before_anything_is_saved(talk: Talk) -> None:
    on_table(talk)
    shown = talk.replies[-1]
    talk.say("dentist on Friday at 7:30am for an hour")
    talk.tap("OK")
    said = talk.tap("Looks good", of=shown)
    assert "Not saved yet" in said
    assert "because of Dentist" in said
    assert len(rows(talk)) == 1
    talk.say("yes")
    planned = rows(talk)
    assert len(planned) > 10
    for first, second in pairwise(planned):
        assert first.scheduled_at + timedelta(minutes=first.duration_minutes + 15) <= second.scheduled_at


def test_a_draft_left_for_days_begins_tomorrow_and_says_so(talk: Talk) -> None:
    on_table(talk)
    talk.now += timedelta(days=4)
    assert "Not saved yet" in talk.say("yes")
    assert "It starts on Mon 16 Mar now" in talk.text
    talk.say("yes")
    assert min(row.scheduled_at for row in rows(talk)) > talk.now


@pytest.mark.parametrize(
    "back", ["the plan", "back to my plan", "/plan", "where were we?", "show me the plan again"]
)
def test_a_draft_is_found_again_after_other_things(talk: Talk, back: str) -> None:
    on_table(talk)
    talk.say("call mum tomorrow 6pm")
    talk.tap("OK")
    talk.say("what's on today?")
    assert "Run 5k: here is a plan" in talk.say(back)
    assert talk.result.requires_user_action == "approve_plan"


def test_the_plan_is_addressed_by_name_while_something_else_was_asked(talk: Talk) -> None:
    on_table(talk)
    talk.say("call mum tomorrow 6pm")
    talk.tap("OK")
    assert "→ Mon, Wed and Fri 18:30" in talk.say("so, the plan: move 1 to the evening")


def test_an_approval_is_taken_back_and_given_again_without_doubles(talk: Talk) -> None:
    on_table(talk)
    talk.say("yes")
    agreed = len(rows(talk))
    [goal] = goals(talk)
    assert goal.plan_json["approved"]["version"] == 1
    assert f"Taken back: {agreed} tasks off your diary" in talk.say("undo")
    assert rows(talk) == []
    assert talk.result.requires_user_action == "approve_plan"
    talk.say("yes")
    assert len(rows(talk)) == agreed
    assert [one.status for one in goals(talk)] == [GoalStatus.ACTIVE]


def test_an_approval_of_which_something_is_done_stays(talk: Talk) -> None:
    on_table(talk)
    talk.say("yes")
    with talk.database.service() as session:
        first = session.get_one(Task, rows(talk)[0].id)
        first.status = TaskStatus.DONE
    said = talk.tap("Undo")
    assert "You have done 1 of Run 5k already" in said
    assert len(rows(talk)) > 5


def test_a_change_of_a_running_plan_is_taken_back_at_once(talk: Talk) -> None:
    on_table(talk)
    talk.say("yes")
    before = [(row.scheduled_at, row.duration_minutes) for row in rows(talk)]
    talk.say("make my run 5k goal easier")
    talk.tap("Looks good")
    assert [(row.scheduled_at, row.duration_minutes) for row in rows(talk)] != before
    assert "as it was before" in talk.say("undo")
    assert [(row.scheduled_at, row.duration_minutes) for row in rows(talk)] == before


# ------------------------------------------------------------------ two goals at once


def test_a_second_goal_leaves_the_first_as_a_draft_and_both_are_reached(talk: Talk) -> None:
    on_table(talk)
    talk.say("easier")
    assert "The plan for Run 5k waits as a draft meanwhile" in talk.say("I want to learn Spanish")
    for _ in range(3):
        talk.tap("Skip")
    assert "Learn Spanish: here is a plan" in talk.text
    assert "Run 5k: here is a plan (version 2)" in talk.say("back to run")
    assert "Run 5k is on" in talk.say("yes")
    assert "Your draft for Learn Spanish still waits" in talk.text
    assert "Learn Spanish: here is a plan (version 1)" in talk.say("back to Spanish")
    talk.say("yes")
    assert {goal.title for goal in goals(talk)} == {"Run 5k", "Learn Spanish"}


def test_the_same_goal_again_shows_the_plan_that_is_there(talk: Talk) -> None:
    on_table(talk)
    assert "on the table already" in talk.say("I want to run 5k")
    talk.say("yes")
    assert "Run 5k is already on" in talk.say("I want to run 5k")
    assert "What should change?" in talk.tap("Change it")


def test_room_is_made_by_name(talk: Talk) -> None:
    with talk.database.service() as session:
        for title in ("Read more", "Save money", "Sleep better"):
            save_goal(session, talk.user_id, title, talk.now, goal_id=uuid4())
    on_table(talk)
    talk.say("yes")
    talk.say("pause save money")
    status = {goal.title: goal.status for goal in goals(talk)}
    assert (status["Run 5k"], status["Save money"]) == (GoalStatus.ACTIVE, GoalStatus.PIPELINE)
