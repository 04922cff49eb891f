"""After the last task of a sprint comes the next one, planned from what was done; and a goal in line gets its turn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from channels.messages import InboundKind
from reminders.answering import answer_task
from reminders.sprints import finish_sprints
from storage.goals import save_goal
from storage.tables import Goal, Task
from storage.vocabulary import Answer, GoalStatus, TaskStatus

Talk = Any  # tests/agents/conftest.py


def goals(talk: Talk) -> dict[str, str]:
    with talk.database.service() as session:
        rows = session.scalars(select(Goal).where(Goal.user_id == talk.user_id).order_by(Goal.created_at))
        return {goal.title: goal.status for goal in rows}


def pending(talk: Talk) -> list[Task]:
    with talk.database.service() as session:
        wanted = select(Task).where(Task.user_id == talk.user_id, Task.status == TaskStatus.PENDING)
        return list(session.scalars(wanted.order_by(Task.scheduled_at)))


def approved(talk: Talk, goal: str) -> str:
    talk.say(goal)
    while "Looks good" not in talk.labels:
        talk.tap(talk.labels[0])
    return talk.tap("Looks good")


def live_through(talk: Talk, share_done: float) -> str:
    """Every task but the last becomes history at once; the last is answered as a person does. Returns what that says."""
    *earlier, last = pending(talk)
    with talk.database.service() as session:
        for place, task in enumerate(earlier):
            row = session.get_one(Task, task.id)
            done = place < share_done * len(earlier)
            row.status, row.wakes_at = (TaskStatus.DONE if done else TaskStatus.MISSED), None
            row.completed_at = row.scheduled_at if done else None
    talk.now = last.scheduled_at + timedelta(minutes=30)
    with talk.database.service() as session:
        outcome = answer_task(session, talk.user_id, last.id, Answer.DONE, talk.now, source="telegram")
        talk.offered = outcome.choices
        return outcome.text


def tap_offer(talk: Talk) -> str:
    data = next(one.data for row in talk.offered for one in row if one.label == "Plan it now")
    return talk.hear(talk.message("Plan it now", kind=InboundKind.BUTTON, choice=data))


def test_the_end_of_a_sprint_is_told_with_what_comes_next_and_its_plan_is_a_tap_away(talk: Talk) -> None:
    approved(talk, "I want to train for a marathon")
    first = max(task.duration_minutes for task in pending(talk))
    before = goals(talk)
    said = live_through(talk, 1.0)
    assert "That was the last task of Train for a marathon: well done." in said
    assert "Next comes Run 10 km at an easy pace. Shall I plan it?" in said
    assert goals(talk)["Train for a marathon"] == GoalStatus.COMPLETED
    shown = tap_offer(talk)
    assert "Run 10 km at an easy pace: here is a plan (version 1, part 2 of 4)" in shown
    assert talk.result.requires_user_action == "approve_plan"
    talk.tap("Looks good")
    assert max(task.duration_minutes for task in pending(talk)) > first
    assert goals(talk).keys() == before.keys()  # nothing was added to the line
    assert goals(talk)["Run 10 km at an easy pace"] == GoalStatus.ACTIVE


@pytest.mark.parametrize("words", ["yes", "plan it", "ok, plan the next part please"])
def test_the_offer_can_be_typed(talk: Talk, words: str) -> None:
    approved(talk, "I want to train for a marathon")
    live_through(talk, 1.0)
    assert "part 2 of 4" in talk.say(words)


def test_a_sprint_after_a_hard_one_does_not_grow(talk: Talk) -> None:
    approved(talk, "I want to train for a marathon")
    first = max(task.duration_minutes for task in pending(talk))
    live_through(talk, 0.3)
    talk.say("yes")
    talk.tap("Looks good")
    assert max(task.duration_minutes for task in pending(talk)) <= first


def test_a_yes_to_nothing_plans_nothing(talk: Talk) -> None:
    assert "here is a plan" not in talk.say("yes")


def test_a_goal_in_line_is_offered_when_there_is_room_and_keeps_its_plan(talk: Talk) -> None:
    with talk.database.service() as session:
        for title in ("Save money", "Sleep better"):
            save_goal(session, talk.user_id, title, talk.now, goal_id=uuid4(), plan={"output": {}})
    approved(talk, "I want to run 5 km")
    approved(talk, "I want to learn piano")
    talk.tap("Queue this one")
    assert goals(talk)["Learn piano"] == GoalStatus.PIPELINE
    said = live_through(talk, 1.0)
    assert "There is room now for Learn piano. Shall I plan it?" in said
    shown = tap_offer(talk)
    assert "Learn piano: here is a plan" in shown
    talk.tap("Looks good")
    assert goals(talk)["Learn piano"] == GoalStatus.ACTIVE
    assert all(task.scheduled_at > talk.now for task in pending(talk))


def test_the_plan_of_a_goal_in_line_still_waits_while_there_is_no_room(talk: Talk) -> None:
    with talk.database.service() as session:
        for title in ("Save money", "Sleep better", "Read more"):
            save_goal(session, talk.user_id, title, talk.now, goal_id=uuid4(), plan={"output": {}})
        waiting = save_goal(
            session, talk.user_id, "Draw", talk.now, goal_id=uuid4(), status=GoalStatus.PIPELINE
        )
        key = waiting.id.hex
    talk.hear(talk.message("Plan it now", kind=InboundKind.BUTTON, choice=f"g:{key}:plan"))
    talk.tap("Looks good")
    assert "Queue this one" in talk.labels


def test_a_button_about_a_goal_that_is_gone_says_so(talk: Talk) -> None:
    said = talk.hear(talk.message("Plan it now", kind=InboundKind.BUTTON, choice=f"g:{uuid4().hex}:plan"))
    assert "not waiting any more" in said


def test_a_goal_without_anything_behind_it_only_ends(talk: Talk) -> None:
    approved(talk, "I want to run 5 km")
    said = live_through(talk, 1.0)
    assert said.endswith("That was the last task of Run 5 km: well done.")
    with talk.database.service() as session:
        assert finish_sprints(session, [None], talk.now) == []
