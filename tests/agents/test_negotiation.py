"""A plan on the table: changed step by step, gone back from, left for days, agreed to and taken back; nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agents.checkpoints import Memory
from agents.draft import Draft, read_draft
from agents.nodes.orchestrator import answered_kinds
from storage.conversations import open_conversation
from storage.goals import save_goal
from storage.tables import Goal, Task
from storage.vocabulary import GoalStatus, TaskStatus

Talk = Any  # tests/agents/conftest.py
BERLIN = ZoneInfo("Europe/Berlin")


def on_table(talk: Talk, goal: str = "I want to run 5k") -> str:
    talk.say(goal)
    for _ in range(4):
        if "Looks good" in talk.labels:
            break
        talk.tap("Skip")
    assert "Looks good" in talk.labels
    return talk.text


def rows(talk: Talk, status: str = TaskStatus.PENDING) -> list[Task]:
    with talk.database.service() as session:
        found = select(Task).where(Task.user_id == talk.user_id, Task.status == status)
        return list(session.scalars(found.order_by(Task.scheduled_at)))


def goals(talk: Talk) -> list[Goal]:
    with talk.database.service() as session:
        return list(session.scalars(select(Goal).where(Goal.user_id == talk.user_id)))


def state(talk: Talk) -> dict[str, Any]:
    """What the conversation remembers."""
    with talk.database.service() as session:
        thread = open_conversation(session, talk.user_id, talk.now).langgraph_thread_id
        return Memory(session, thread, answered_kinds()).values


def draft(talk: Talk) -> Draft:
    found = read_draft(state(talk)["goal_draft"])
    assert found is not None
    return found


def cues(talk: Talk) -> list[tuple[str, list[int], str]]:
    return [(one["title"], one["weekdays"], one["at"]) for one in draft(talk).placed]


# ------------------------------------------------------------------ changes


def test_only_what_was_asked_for_changes(talk: Talk) -> None:
    on_table(talk)
    run, _ = cues(talk)
    said = talk.say("2 an hour later")
    assert "Tue 18:30 → Tue 19:30" in said
    assert cues(talk)[0] == run


def test_what_has_to_move_for_a_wish_is_said(talk: Talk) -> None:
    on_table(talk)
    said = talk.say("2 on Monday at 7:30")
    assert "1. Easy run: Mon, Wed and Fri 07:30" in said
    assert "Easy run makes room for it" in said


def test_three_wishes_in_one_sentence_are_one_version(talk: Talk) -> None:
    on_table(talk)
    said = talk.say("no Wednesdays, make 2 shorter, and start next Monday")
    assert "Version 2" in said
    assert "It starts on Mon 16 Mar" in said
    assert "2. Loosen up: 10 min → 5 min" in said
    assert all(2 not in weekdays for _, weekdays, _ in cues(talk))


def test_a_wish_with_two_readings_is_asked_and_the_button_decides(talk: Talk) -> None:
    on_table(talk)
    assert "Later in the day, or a later start?" in talk.say("yes but later")
    assert rows(talk) == []
    assert "It starts on" in talk.tap("Start a week later")


def test_a_contradiction_changes_nothing(talk: Talk) -> None:
    on_table(talk)
    before = cues(talk)
    assert "pull in two directions" in talk.say("every day except never")
    assert cues(talk) == before
    assert draft(talk).version == 1


def test_a_time_in_the_night_is_refused_with_the_reason(talk: Talk) -> None:
    on_table(talk)
    assert "lies in your sleep, 23:00-07:00" in talk.say("move 1 to 3am")
    assert draft(talk).version == 1


def test_the_only_task_is_not_dropped(talk: Talk) -> None:
    on_table(talk)
    talk.say("drop 2")
    assert "nothing would be left" in talk.say("drop 1")
    talk.tap("Cancel the plan")
    assert state(talk)["goal_draft"] == {}


def test_other_times_are_really_free_and_one_tap_away(talk: Talk) -> None:
    talk.say("yoga every day at 12:30 for 60 min")
    talk.tap("OK")
    on_table(talk)
    talk.tap("Change times")
    shown = talk.tap("2. Loosen up")
    offers = [label for label in talk.labels if label != "Show the plan"]
    assert "Loosen up is on" in shown
    assert 1 <= len(offers) <= 3
    assert not any("12:30" in label for label in offers)
    said = talk.tap(offers[0])
    assert f"→ {offers[0]}" in said


def test_a_task_named_after_change_times_gets_its_offers(talk: Talk) -> None:
    on_table(talk)
    talk.tap("Change times")
    assert "Easy run is on" in talk.say("the run")
    assert "Mon, Wed and Fri 07:30 → Mon, Wed and Fri 18:30" in talk.say("in the evening")
    assert cues(talk)[1][2] == "18:30"  # where it was: the wish was about the run


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("what does 2 mean?", "Loosen up, Tue 18:30"),
        ("why mondays?", "Easy run"),
        ("how long in total per week?", "55 min in the first week"),
        ("when does it end?", "in all"),
        ("can you explain", "We start so small"),
        ("what if I miss one?", "information, not failure"),
        ("did you save it?", "Not yet"),
        ("is that realistic?", "starts small on purpose"),
        ("what can I change?", "for example"),
    ],
)
def test_a_question_is_answered_and_changes_nothing(talk: Talk, question: str, answer: str) -> None:
    on_table(talk)
    assert answer in talk.say(question)
    assert talk.text.count("?") == 1 or talk.text.endswith("on Monday.")
    assert talk.result.requires_user_action == "approve_plan"
    assert draft(talk).version == 1


# ------------------------------------------------------------------ versions


def test_undo_and_redo_walk_through_the_versions_and_give_back_exactly_what_was(talk: Talk) -> None:
    on_table(talk)
    seen = [(draft(talk).output, cues(talk), draft(talk).starts_on)]
    for wish in ("no Wednesdays", "2 on Monday at 7:30", "twice as often", "start next Monday", "drop 2"):
        talk.say(wish)
        seen.append((draft(talk).output, cues(talk), draft(talk).starts_on))
    assert draft(talk).version == 6
    for version in range(5, 0, -1):
        talk.say("undo")
        assert draft(talk).version == version
        assert (draft(talk).output, cues(talk), draft(talk).starts_on) == seen[version - 1]
    assert "no earlier version" in talk.say("undo that")
    for version in range(2, 7):
        talk.say("redo")
        assert (draft(talk).output, cues(talk), draft(talk).starts_on) == seen[version - 1]
    assert "no later version" in talk.say("redo")


def test_a_version_is_called_back_by_its_number_and_is_no_approval(talk: Talk) -> None:
    on_table(talk)
    talk.say("easier")
    talk.say("fewer days")
    assert "Version 1, as it was before" in talk.say("the first version was better")
    assert "Version 3" in talk.say("go with version 3")
    assert "no version 9" in talk.say("version 9 please")
    assert rows(talk) == []


def test_a_button_of_an_older_version_is_explained_and_the_present_one_shown(talk: Talk) -> None:
    on_table(talk)
    old = talk.replies[-1]
    talk.say("easier")
    said = talk.tap("Looks good", of=old)
    assert "older message, so nothing changed" in said
    assert "(version 2)" in said
    assert rows(talk) == []


def test_a_dropped_plan_comes_back_with_undo(talk: Talk) -> None:
    on_table(talk)
    talk.say("easier")
    talk.say("forget it")
    assert state(talk)["goal_draft"] == {}
    assert "(version 2)" in talk.tap("Undo")


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
