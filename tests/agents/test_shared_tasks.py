"""One walk for two goals: what is on the list already is shared, counts for both, and outlives either of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from reminders.sprints import finish_sprints
from storage.analytics import goal_tallies
from storage.tables import Goal, Task
from storage.vocabulary import GoalStatus, TaskStatus

Talk = Any  # tests/agents/conftest.py


def goal(talk: Talk, title: str) -> Goal:
    with talk.database.service() as session:
        return session.scalars(select(Goal).where(Goal.user_id == talk.user_id, Goal.title == title)).one()


def pending(talk: Talk, title: str = "") -> list[Task]:
    with talk.database.service() as session:
        wanted = select(Task).where(Task.user_id == talk.user_id, Task.status == TaskStatus.PENDING)
        rows = session.scalars(wanted.order_by(Task.scheduled_at))
        return [task for task in rows if not title or task.title == title]


def on_table(talk: Talk, words: str) -> str:
    talk.say("new goal")
    talk.say(words)
    while "Looks good" not in talk.labels:
        talk.tap(talk.labels[0])
    return talk.text


def two_goals(talk: Talk) -> str:
    """Walks for their own sake, then the same walks for a lower weight."""
    on_table(talk, "I want to walk 30 minutes on four days a week in the evening")
    talk.tap("Looks good")
    shown = on_table(talk, "I want to lose 3 kg, four days a week in the evening")
    talk.tap("Looks good")
    return shown


def test_the_plan_shows_what_is_on_the_list_already_and_nothing_is_planned_twice(talk: Talk) -> None:
    shown = two_goals(talk)
    assert "is on your list already for Walk" in shown
    assert "counts for both" in shown
    walks, second = pending(talk, "Walk"), goal(talk, "Lose 3 kg")
    assert walks
    assert all(second.id in walk.shared_with_goal_ids for walk in walks)
    assert pending(talk, "Walk after a meal") == []


def test_only_the_missing_days_are_added(talk: Talk) -> None:
    on_table(talk, "I want to walk 30 minutes on Monday and Wednesday evening")
    talk.tap("Looks good")
    shown = on_table(talk, "I want to lose 3 kg, four days a week in the evening")
    assert "; new:" in shown
    talk.tap("Looks good")
    days = {task.scheduled_at.weekday() for task in pending(talk, "Walk after a meal")}
    assert len(days) == 2
    assert not days & {0, 2}


def test_a_shared_task_that_is_done_counts_for_both(talk: Talk) -> None:
    two_goals(talk)
    first, second = pending(talk, "Walk")[0], goal(talk, "Lose 3 kg")
    with talk.database.service() as session:
        session.get_one(Task, first.id).status = TaskStatus.DONE
        session.flush()
        tallies = goal_tallies(session, talk.user_id, [first.goal_id, second.id])
        assert all(tally.done == 1 for tally in tallies.values())


def test_a_goal_that_still_shares_tasks_is_not_complete(talk: Talk) -> None:
    two_goals(talk)
    second = goal(talk, "Lose 3 kg")
    with talk.database.service() as session:
        for task in session.scalars(select(Task).where(Task.goal_id == second.id)):
            task.status = TaskStatus.DONE
        assert finish_sprints(session, [second.id], talk.now) == []


def test_giving_up_either_goal_leaves_the_walks_to_the_other(talk: Talk) -> None:
    two_goals(talk)
    walks = len(pending(talk, "Walk"))
    talk.say("I want to give up the walk goal")
    talk.tap("Yes, stop it")
    left, second = pending(talk, "Walk"), goal(talk, "Lose 3 kg")
    assert len(left) == walks
    assert {task.goal_id for task in left} == {second.id}
    assert all(task.shared_with_goal_ids == [] for task in left)
    talk.say("I want to give up the lose 3 kg goal")
    talk.tap("Yes, stop it")
    assert pending(talk) == []


def test_giving_up_the_second_goal_frees_the_first(talk: Talk) -> None:
    two_goals(talk)
    talk.say("I want to give up the lose 3 kg goal")
    talk.tap("Yes, stop it")
    walks = pending(talk)
    assert walks
    assert {task.title for task in walks} == {"Walk"}
    assert all(task.shared_with_goal_ids == [] for task in walks)
    assert all(task.scheduled_at > talk.now - timedelta(hours=1) for task in walks)
    assert goal(talk, "Lose 3 kg").status == GoalStatus.ABANDONED
