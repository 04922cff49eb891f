"""One walk for two goals: what is on the list already is shared, counts for both, and outlives either of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from reminders.plans import TaskDraft, schedule_tasks
from reminders.sprints import finish_sprints
from storage.analytics import goal_tallies
from storage.tables import Goal, Task, User
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


def test_undoing_the_second_goal_later_in_the_talk_frees_the_walks(talk: Talk) -> None:
    two_goals(talk)
    walks = len(pending(talk, "Walk"))
    talk.say("how am I doing?")
    talk.say("undo")
    assert goal(talk, "Lose 3 kg").status == GoalStatus.ABANDONED
    left = pending(talk)
    assert len(left) == walks
    assert all(task.shared_with_goal_ids == [] for task in left)


def test_taking_the_approval_back_at_once_frees_the_walks_too(talk: Talk) -> None:
    two_goals(talk)
    walks = len(pending(talk, "Walk"))
    talk.tap("Undo")
    left = pending(talk)
    assert "on the table again" in talk.text
    assert len(left) == walks
    assert all(task.shared_with_goal_ids == [] for task in left)


def test_a_goal_that_rests_leaves_its_walks_to_the_other_until_undo(talk: Talk) -> None:
    two_goals(talk)
    walks, first, second = (
        len(pending(talk, "Walk")),
        pending(talk, "Walk")[0].goal_id,
        goal(talk, "Lose 3 kg"),
    )
    talk.say("pause the walk goal")
    talk.tap("Until I say")
    assert {task.goal_id for task in pending(talk, "Walk")} == {second.id}
    talk.tap("Undo")
    back = pending(talk, "Walk")
    assert len(back) == walks
    assert {task.goal_id for task in back} == {first}
    assert all(task.shared_with_goal_ids == [second.id] for task in back)


def test_what_took_the_place_of_a_resting_goal_keeps_it(talk: Talk) -> None:
    on_table(talk, "I want to walk 30 minutes on four days a week in the evening")
    talk.tap("Looks good")
    walks = pending(talk, "Walk")
    talk.say("pause the walk goal")
    talk.tap("Two weeks")
    resting = [task for task in walks if task.id not in {one.id for one in pending(talk, "Walk")}]
    with talk.database.service() as session:
        dentist = TaskDraft("Dentist", resting[-1].scheduled_at)
        schedule_tasks(session, session.get_one(User, talk.user_id), [dentist], talk.now)
    assert "1 task stays off" in talk.say("resume the walk goal")
    assert len(pending(talk, "Walk")) == len(walks) - 1
