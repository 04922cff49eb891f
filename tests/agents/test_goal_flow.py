"""From a goal to rows: questions, a plan with reasons, changes said as differences, approval by rule, no doubles."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from storage.goals import save_goal
from storage.tables import Goal, Task
from storage.vocabulary import TAGS, GoalStatus, TaskStatus

Talk = Any  # tests/agents/conftest.py
BERLIN = ZoneInfo("Europe/Berlin")


def goals(talk: Talk) -> list[Goal]:
    with talk.database.service() as session:
        found = (
            select(Goal).where(Goal.user_id == talk.user_id).order_by(Goal.created_at, Goal.pipeline_order)
        )
        return list(session.scalars(found))


def tasks(talk: Talk, status: str = TaskStatus.PENDING) -> list[Task]:
    with talk.database.service() as session:
        wanted = select(Task).where(Task.user_id == talk.user_id, Task.status == status)
        return list(session.scalars(wanted.order_by(Task.scheduled_at)))


def plan(talk: Talk, goal: str = "I want to run 5 km") -> str:
    """Answer every question with its first choice until a plan is on the table."""
    talk.say(goal)
    for _ in range(3):
        if "Looks good" in talk.labels:
            break
        talk.tap(talk.labels[0])
    assert "Looks good" in talk.labels
    return talk.text


def test_a_goal_gets_at_most_three_questions_with_buttons_before_its_plan(talk: Talk) -> None:
    talk.say("I want to run 5 km")
    asked = 0
    while "Looks good" not in talk.labels:
        asked += 1
        assert len(talk.labels) >= 3
        assert asked <= 3
        talk.tap(talk.labels[0])
    assert asked >= 1


def test_the_plan_says_what_when_how_long_why_and_what_a_miss_means(talk: Talk) -> None:
    shown = plan(talk)
    assert "1. " in shown
    assert " min, weeks 1-" in shown
    assert "Why these times" in shown
    assert "If you miss one" in shown
    assert talk.labels == [
        "Looks good",
        "Change times",
        "Easier",
        "Harder",
        "Fewer days",
        "Start later",
        "Cancel",
    ]
    assert talk.result.requires_user_action == "approve_plan"
    assert talk.result.proposed_plan["proposed_tasks"]


def test_nothing_is_written_before_the_person_agrees(talk: Talk) -> None:
    plan(talk)
    assert goals(talk) == []
    assert tasks(talk) == []


def test_an_approved_plan_becomes_a_goal_and_tasks_outside_sleep(talk: Talk) -> None:
    plan(talk)
    shown = talk.tap("Looks good")
    (goal,) = [goal for goal in goals(talk) if goal.status == GoalStatus.ACTIVE]
    rows = tasks(talk)
    assert goal.title == "Run 5 km"
    assert goal.activated_at is not None
    assert goal.plan_json["output"]["proposed_tasks"]
    assert set(goal.class_tags) <= set(TAGS)
    assert goal.class_tags
    assert f"{len(rows)} tasks" in shown
    assert {row.goal_id for row in rows} == {goal.id}
    assert all(7 <= row.scheduled_at.astimezone(BERLIN).hour < 23 for row in rows)
    assert max(row.scheduled_at for row in rows) <= talk.now + timedelta(weeks=6, days=2)


@pytest.mark.parametrize("yes", ["yes", "looks good", "let's do it", "👍"])
def test_approval_may_be_typed(talk: Talk, yes: str) -> None:
    plan(talk)
    talk.say(yes)
    assert len(goals(talk)) >= 1
    assert tasks(talk)


@pytest.mark.parametrize("unsure", ["ok but not on sundays", "maybe", "yes if it rains", "is it good?"])
def test_a_conditional_yes_is_no_approval(talk: Talk, unsure: str) -> None:
    plan(talk)
    talk.say(unsure)
    assert tasks(talk) == []


def test_a_change_is_answered_with_the_difference_and_a_new_version(talk: Talk) -> None:
    first = plan(talk)
    shown = talk.tap("Easier")
    assert "Version 2" in shown
    assert "→" in shown
    assert len(shown) < len(first)
    talk.tap("Undo")
    assert "Version 1, as it was before" in talk.text


def test_a_change_in_words_moves_what_was_named(talk: Talk) -> None:
    plan(talk)
    shown = talk.say("move 1 to the evening")
    assert "Version 2" in shown
    assert "→" in shown
    talk.say("no sundays")
    talk.tap("Looks good")
    rows = tasks(talk)
    assert rows
    assert all(row.scheduled_at.astimezone(BERLIN).weekday() != 6 for row in rows)


def test_a_button_of_an_older_version_is_stale(talk: Talk) -> None:
    plan(talk)
    old = talk.replies[-1]
    talk.tap("Easier")
    shown = talk.tap("Looks good", of=old)
    assert "older message" in shown
    assert tasks(talk) == []


def test_the_current_plan_can_be_approved_after_something_else_came_between(talk: Talk) -> None:
    plan(talk)
    on_table = talk.replies[-1]
    talk.say("call mum tomorrow 6pm")
    talk.tap("OK")
    talk.tap("Looks good", of=on_table)
    assert any(goal.status == GoalStatus.ACTIVE for goal in goals(talk))


def test_a_draft_survives_days_and_is_shown_again(talk: Talk) -> None:
    plan(talk)
    talk.now += timedelta(days=3)
    assert "Run 5 km: here is a plan" in talk.say("what was my plan?")
    talk.tap("Looks good")
    assert all(row.scheduled_at > talk.now for row in tasks(talk))


def test_cancel_drops_the_draft(talk: Talk) -> None:
    plan(talk)
    talk.tap("Cancel")
    assert goals(talk) == []
    assert talk.result.requires_user_action == "none"


def test_a_fourth_goal_makes_one_pause_or_waits_in_line(talk: Talk) -> None:
    with talk.database.service() as session:
        for title in ("Read more", "Save money", "Sleep better"):
            save_goal(session, talk.user_id, title, talk.now, goal_id=uuid4())
    plan(talk)
    talk.tap("Looks good")
    assert "Queue this one" in talk.labels
    assert tasks(talk) == []
    talk.tap("Pause Read more")
    status = {goal.title: goal.status for goal in goals(talk)}
    assert status["Run 5 km"] == GoalStatus.ACTIVE
    assert status["Read more"] == GoalStatus.PIPELINE
    assert tasks(talk)


def test_a_queued_goal_has_no_tasks_yet(talk: Talk) -> None:
    with talk.database.service() as session:
        for title in ("Read more", "Save money", "Sleep better"):
            save_goal(session, talk.user_id, title, talk.now, goal_id=uuid4())
    plan(talk)
    talk.tap("Looks good")
    talk.tap("Queue this one")
    assert {goal.title: goal.status for goal in goals(talk)}["Run 5 km"] == GoalStatus.PIPELINE
    assert tasks(talk) == []


def test_a_goal_that_is_active_already_is_said(talk: Talk) -> None:
    plan(talk)
    talk.tap("Looks good")
    assert "already on" in talk.say("I want to run 5 km")


def test_an_approval_taken_twice_after_a_lost_commit_writes_its_rows_once(talk: Talk) -> None:
    plan(talk)
    good = talk.message("Looks good", choice=talk.replies[-1].flat_choices[0].data)
    event = uuid4()
    talk.hear_and_lose(good, event)
    assert tasks(talk) == []
    talk.hear(good, event)
    rows = len(tasks(talk))
    talk.hear(good, uuid4())  # tapped again: the plan is no longer on the table
    assert "older message" in talk.text
    assert len(tasks(talk)) == rows
    assert len([goal for goal in goals(talk) if goal.status == GoalStatus.ACTIVE]) == 1


def test_an_active_goal_is_changed_and_its_coming_tasks_are_replaced(talk: Talk) -> None:
    plan(talk)
    talk.tap("Looks good")
    before = tasks(talk)
    talk.say("make my run 5 km goal easier")
    assert "Looks good" in talk.labels
    assert len(tasks(talk)) == len(before)
    talk.tap("Looks good")
    after = tasks(talk)
    assert len([goal for goal in goals(talk) if goal.status == GoalStatus.ACTIVE]) == 1
    assert not {row.id for row in after} & {row.id for row in before}
    assert {row.status for row in tasks(talk, TaskStatus.CANCELLED)} == {TaskStatus.CANCELLED}
    assert sum(row.duration_minutes for row in after) < sum(row.duration_minutes for row in before)


def test_giving_a_goal_up_takes_off_what_is_to_come(talk: Talk) -> None:
    plan(talk)
    talk.tap("Looks good")
    talk.say("I want to give up the run 5 km goal")
    talk.tap("Yes, stop it")
    assert [goal.status for goal in goals(talk) if goal.title == "Run 5 km"] == [GoalStatus.ABANDONED]
    assert tasks(talk) == []


def test_the_plan_keeps_clear_of_what_is_there_already(talk: Talk) -> None:
    talk.say("yoga every monday wednesday and friday at 7:30am for 60 min")
    talk.tap("OK")
    plan(talk)
    talk.tap("Looks good")
    rows = sorted(tasks(talk), key=lambda row: row.scheduled_at)
    for first, second in pairwise(rows):
        assert first.scheduled_at + timedelta(minutes=first.duration_minutes + 15) <= second.scheduled_at
