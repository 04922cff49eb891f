"""Changing course in words: undone step by step, goals given up or at rest, a running plan changed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from storage.goals import save_goal
from storage.tables import Goal, Task
from storage.vocabulary import GoalStatus, TaskStatus
from tests.agents.weeks import Talk, at, pending, plan

# ------------------------------------------------------------------ undo


def test_undo_steps_back_one_change_at_a_time_and_ends(week: Talk) -> None:
    before = pending(week)
    week.say("postpone the dentist by a week")
    week.say("cancel yoga")
    week.say("rename call mum to call dad")
    assert week.say("what did I change?").splitlines()[1] == "- renamed Call mum to Call dad"
    assert "called Call mum again" in week.say("undo")
    assert "Yoga is Sat 14 Mar 10:00 again" in week.say("/undo")
    assert "Dentist is Fri 13 Mar 11:00 again" in week.say("put it back")
    assert pending(week) == before
    assert "nothing more" in week.say("undo")


def test_a_button_takes_back_its_own_change_and_only_once(week: Talk) -> None:
    week.say("cancel yoga")
    shown = week.replies[-1]
    week.tap("Undo")
    assert "belongs to an older message" in week.tap("Undo", of=shown)
    assert pending(week, "Yoga") == ["Sat 14 10:00"]


def test_a_capture_is_taken_back(week: Talk) -> None:
    week.say("buy milk tomorrow at 5pm")
    week.say("ok")
    assert "Buy milk is off your list" in week.say("undo")
    assert pending(week, "Buy milk") == []


def test_a_time_taken_meanwhile_is_not_booked_twice(week: Talk) -> None:
    week.say("cancel yoga")
    week.say("brunch on Saturday at 10:00")
    week.say("ok")
    plan(week, "Other", at(20, "12:00"))
    week.say("what did I change?")
    week.say("cancel brunch")
    week.say("undo")
    week.say("undo")  # the brunch itself
    assert "Yoga is Sat 14 Mar 10:00 again" in week.say("undo")


def test_what_was_not_just_now_is_named_before_it_is_undone(week: Talk) -> None:
    week.say("cancel yoga")
    week.now += timedelta(hours=5)
    assert "took off Yoga" in week.say("undo")
    assert pending(week, "Yoga") == []
    week.say("yes")
    assert pending(week, "Yoga") == ["Sat 14 10:00"]


def test_a_kept_change_stays_and_a_day_later_nothing_is_undone(week: Talk) -> None:
    week.say("cancel yoga")
    week.now += timedelta(hours=5)
    week.say("undo")
    assert "stays as it is" in week.tap("Keep it")
    week.now += timedelta(days=1)
    assert "nothing more" in week.say("undo")
    assert pending(week, "Yoga") == []


# ------------------------------------------------------------------ goals


@pytest.fixture
def goals(week: Talk) -> Talk:
    with week.database.service() as session:
        run = save_goal(session, week.user_id, "Run 5 km", week.now, goal_id=uuid4())
        spanish = save_goal(session, week.user_id, "Learn Spanish", week.now, goal_id=uuid4())
        session.flush()
        ids = run.id, spanish.id
    plan(week, "Hill run", at(17, "07:30"), at(24, "07:30"), at(31, "07:30"), goal=ids[0])
    plan(week, "Spanish: new words", at(18, "12:30"), at(25, "12:30"), goal=ids[1])
    return week


def status(talk: Talk, title: str) -> str:
    with talk.database.service() as session:
        return str(session.scalars(select(Goal.status).where(Goal.title == title)).one())


@pytest.mark.parametrize("said", ["give up on Spanish", "I want to stop the Spanish goal", "quit Spanish"])
def test_giving_up_asks_first_tells_how_many_and_can_be_undone(goals: Talk, said: str) -> None:
    assert "Its 2 coming tasks would go" in goals.say(said)
    assert status(goals, "Learn Spanish") == GoalStatus.ACTIVE
    assert "2 coming tasks taken off" in goals.say("yes")
    assert status(goals, "Learn Spanish") == GoalStatus.ABANDONED
    assert pending(goals, "Spanish: new words") == []
    goals.say("undo")
    assert status(goals, "Learn Spanish") == GoalStatus.ACTIVE
    assert len(pending(goals, "Spanish: new words")) == 2


def test_a_goal_reached_early_is_complete(goals: Talk) -> None:
    goals.say("finish the running goal early, I did it")
    assert "well done" in goals.say("yes")
    assert status(goals, "Run 5 km") == GoalStatus.COMPLETED
    assert pending(goals, "Hill run") == []


def test_a_goal_rests_for_a_while_and_goes_on(goals: Talk) -> None:
    assert "2 tasks taken off" in goals.say("pause my running goal for two weeks")
    assert pending(goals, "Hill run") == ["Tue 31 07:30"]
    assert "3 tasks ahead" in goals.say("resume running")
    assert len(pending(goals, "Hill run")) == 3


def test_a_rest_without_an_end_makes_room_and_resuming_brings_it_all_back(goals: Talk) -> None:
    goals.say("pause my running goal")
    goals.tap("Until I say")
    assert status(goals, "Run 5 km") == GoalStatus.PIPELINE
    goals.say("resume running")
    assert status(goals, "Run 5 km") == GoalStatus.ACTIVE
    assert len(pending(goals, "Hill run")) == 3


def test_a_goal_that_was_given_up_is_planned_again_only_with_a_yes(planned: Talk) -> None:
    planned.say("looks good")
    planned.say("give up on running")
    planned.say("yes")
    planned.now += timedelta(days=2)
    assert "Run 5 km goes on" in planned.say("start running again")
    assert (starts(planned), status(planned, "Run 5 km")) == ([], GoalStatus.ABANDONED)
    planned.say("looks good")
    assert len(starts(planned)) > 6
    assert status(planned, "Run 5 km") == GoalStatus.ACTIVE


def test_which_goal_is_answered_by_name(goals: Talk) -> None:
    goals.say("cancel my goal")
    assert sorted(goals.labels) == ["Learn Spanish", "Leave it", "Run 5 km"]
    assert "Stop Run 5 km?" in goals.say("the running one")
    assert "stays as it is" in goals.say("no")


def test_a_wish_for_a_goal_of_that_name_gives_nothing_up(goals: Talk) -> None:
    with goals.database.service() as session:
        save_goal(session, goals.user_id, "Quit smoking", goals.now, goal_id=uuid4())
    assert "Stop Quit smoking?" not in goals.say("I want to quit smoking")


# ------------------------------------------------------------------ plans


@pytest.fixture
def planned(talk: Talk) -> Talk:
    """A plan on the table."""
    talk.say("I want to run 5 km")
    while "Looks good" not in talk.labels:
        talk.tap(talk.labels[0])
    return talk


def starts(talk: Talk) -> list[datetime]:
    with talk.database.service() as session:
        return list(
            session.scalars(
                select(Task.scheduled_at).where(Task.status == TaskStatus.PENDING).order_by(Task.scheduled_at)
            )
        )


def test_an_approved_plan_can_be_taken_back(planned: Talk) -> None:
    planned.say("looks good")
    assert len(starts(planned)) > 6
    assert "the plan is on the table again" in planned.say("undo")
    assert (starts(planned), status(planned, "Run 5 km")) == ([], GoalStatus.ABANDONED)


def test_a_changed_plan_starts_from_what_runs_keeps_its_goal_and_can_be_taken_back(planned: Talk) -> None:
    planned.say("looks good")
    before = starts(planned)
    planned.say("make my running goal easier")
    assert "→" in planned.text
    assert starts(planned) == before
    planned.say("looks good")
    with planned.database.service() as session:
        assert len(session.scalars(select(Goal)).all()) == 1
    changed = starts(planned)
    planned.say("looks good")  # a second time there is nothing to approve
    assert starts(planned) == changed
    assert len(changed) == len(set(changed))
    planned.say("undo")
    assert starts(planned) == before


def test_what_came_in_between_is_seen_before_the_plan_is_saved(planned: Talk) -> None:
    found = re.search(r"1\. .* (\d\d:\d\d),", planned.text)
    assert found is not None
    plan(planned, "Dentist", *(at(day, found[1]) for day in range(12, 20)))  # every morning of that week
    assert "something has changed since" in planned.say("looks good")
    planned.say("looks good")
    moments = starts(planned)
    assert len(moments) > 6 + 8
    assert len(moments) == len(set(moments))
