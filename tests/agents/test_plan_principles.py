"""A plan worth agreeing to: concrete questions first, then a message in which every principle can be seen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agents.briefs import PlannerBrief
from agents.outputs import GoalPlannerOutput, MicroGoal, ProposedTask
from agents.plans.limits import within_brief
from agents.plans.questions import clarifying_questions
from storage.profile import Profile, SleepWindow
from storage.tables import Goal, Task, User
from storage.users import save_profile
from storage.vocabulary import TaskStatus

Talk = Any  # tests/agents/conftest.py
BERLIN = ZoneInfo("Europe/Berlin")
VAGUE = [
    "get my life together",
    "be a better dad",
    "be happier",
    "be healthier",
    "be more disciplined",
    "be a better husband",
    "find a new hobby",
]


def plan(talk: Talk, goal: str, pick: int = 0) -> str:
    talk.say("new goal")
    talk.say(goal)
    asked = 0
    while "Looks good" not in talk.labels:
        asked += 1
        assert asked <= 3, talk.text
        talk.tap(talk.labels[pick])
    return talk.text


def rows(talk: Talk) -> list[Task]:
    with talk.database.service() as session:
        wanted = select(Task).where(Task.user_id == talk.user_id, Task.status == TaskStatus.PENDING)
        return list(session.scalars(wanted.order_by(Task.scheduled_at)))


def saved(talk: Talk) -> Goal:
    with talk.database.service() as session:
        newest = select(Goal).where(Goal.user_id == talk.user_id).order_by(Goal.created_at.desc())
        return session.scalars(newest.where(Goal.parent_goal_id.is_(None))).first()


def test_all_seven_principles_are_in_the_message(talk: Talk) -> None:
    shown = plan(talk, "I want to run 5 km by 30 April")
    assert 'You said: "I want to run 5 km by 30 April" (Not at all yet; 2 days; Morning).' in shown  # theirs
    assert "It ends on Thu 30 Apr, as you said" in shown or "7 weeks until Thu 30 Apr" in shown  # honest
    assert "15 → 20 → 30 min" in shown  # starts tiny and grows
    assert "When you have had your first drink of the day, put your shoes on" in shown  # if-then
    assert "from your front door" in shown
    assert "On a hard day this counts: shoes on" in shown
    assert "If it slips, " in shown  # a spare time
    assert "is free for it." in shown
    assert "Left free on purpose: " in shown  # slack
    assert "Week 1 is " in shown  # progress
    assert "that's information, not failure" in shown
    assert "success" not in shown.lower()
    assert len(shown) < 1500  # two screens of a phone, buttons included


@pytest.mark.parametrize(
    "goal",
    [
        "lose 20 kg",
        "plan our wedding",
        "stop doomscrolling",
        "get promoted",
        "build a shed",
        "save 2000 euros by June",
        "quit smoking",
        "learn chess for 15 minutes every evening",
    ],
)
def test_the_plan_of_any_goal_fits_a_phone_and_keeps_a_spare_time(goal: str, talk: Talk) -> None:
    shown = plan(talk, f"I want to {goal}")
    assert "If it slips, " in shown
    assert "You said: " in shown
    assert len(shown) < 1700


def test_a_shrug_is_not_read_back(talk: Talk) -> None:
    talk.say("new goal")
    talk.say("I want to run 5 km")
    while "Looks good" not in talk.labels:
        talk.say("idk")
    assert 'You said: "I want to run 5 km".' in talk.text


def test_the_spare_time_is_free_and_is_kept_with_the_plan(talk: Talk) -> None:
    plan(talk, "I want to learn piano")
    talk.tap("Looks good")
    goal, tasks = saved(talk), rows(talk)
    spares = goal.plan_json["spares"]
    assert {str(task.series_id) for task in tasks if task.series_id} == set(spares)
    taken = {
        (task.scheduled_at.astimezone(BERLIN).weekday(), f"{task.scheduled_at.astimezone(BERLIN):%H:%M}")
        for task in tasks
    }
    assert all((spare["weekday"], spare["at"]) not in taken for spare in spares.values())


@pytest.mark.parametrize("goal", VAGUE)
def test_a_vague_goal_is_asked_for_its_first_part_and_each_part_is_concrete(goal: str) -> None:
    (question,) = clarifying_questions(f"I want to {goal}")
    assert question.key == "part"
    assert 3 <= len(question.options) <= 4
    assert question.text.endswith(("?", "fastest."))


def test_what_was_chosen_is_what_is_planned(talk: Talk) -> None:
    talk.say("I want to get my life together")
    assert {"Home", "Money", "Health", "Sleep"} <= set(talk.labels)
    talk.tap("Sleep")
    while "Looks good" not in talk.labels:
        talk.tap(talk.labels[0])
    assert "Get my life together: sleep: here is a plan" in talk.text
    assert "Wind down" in talk.text


@pytest.mark.parametrize(("goal", "answer"), [("meditate", "Never"), ("save money", "Not really")])
def test_a_button_that_sounds_like_a_refusal_is_an_answer(talk: Talk, goal: str, answer: str) -> None:
    talk.say("new goal")
    talk.say(f"I want to {goal}")
    assert "leave it" not in talk.tap(answer).lower().partition("[")[0]


def test_an_answer_of_their_own_is_as_good_as_a_button(talk: Talk) -> None:
    talk.say("I want to get my life together")
    talk.say("I should finally learn to play the guitar")
    while "Looks good" not in talk.labels:
        talk.tap(talk.labels[0])
    assert "Guitar practice" in talk.text


def test_nothing_is_asked_that_the_goal_the_profile_or_the_answers_say_already(
    talk: Talk, user_of: Any
) -> None:
    with talk.database.service() as session:
        user = session.get_one(User, talk.user_id)
        sleep = SleepWindow(start=datetime(2026, 1, 1, 23).time(), end=datetime(2026, 1, 1, 7).time())  # noqa: DTZ001 - wall times
        save_profile(user, Profile(name="Ada", sleep_window=sleep, chronotype="morning"))
    talk.say("new goal")
    talk.say("I want to run 5 km on Tuesdays and Thursdays")
    asked = []
    while "Looks good" not in talk.labels:
        asked.append(talk.replies[-1].text.splitlines()[-1])
        talk.tap(talk.labels[0])
    assert asked == ["How far can you run today without a break?"]
    assert "Tue and Thu" in talk.text


def test_a_plan_ends_at_the_deadline_that_was_named(talk: Talk) -> None:
    plan(talk, "I want to declutter the flat in two weeks")
    talk.tap("Looks good")
    assert rows(talk)
    assert max(row.scheduled_at.astimezone(BERLIN).date() for row in rows(talk)) <= date(2026, 3, 25)
    assert saved(talk).title == "Declutter the flat"


def test_three_days_are_planned_as_three_days(talk: Talk) -> None:
    shown = plan(talk, "I want to finish my thesis chapter by Friday")
    assert "until Fri 13 Mar" in shown
    talk.tap("Looks good")
    assert 1 <= len(rows(talk)) <= 6
    assert all(row.scheduled_at.astimezone(BERLIN).date() <= date(2026, 3, 13) for row in rows(talk))


def test_a_deadline_behind_us_is_said_and_asked_about(talk: Talk) -> None:
    talk.say("new goal")
    shown = talk.say("I want to get fit by 15 March 2025")
    assert "15 March 2025 is behind us already" in shown
    talk.tap("No deadline")
    while "Looks good" not in talk.labels:
        talk.tap(talk.labels[0])
    assert "2025" not in talk.text.partition("You said")[2].partition(")")[2]


def test_a_deadline_beyond_six_weeks_is_cut_into_parts_once(talk: Talk) -> None:
    shown = plan(talk, "I want to learn Spanish by the end of July")
    assert "this plan is the first six of them" in shown
    assert "The way there: 1)" in shown
    talk.tap("Looks good")
    with talk.database.service() as session:
        line = session.scalars(
            select(Goal).where(Goal.user_id == talk.user_id, Goal.parent_goal_id.is_not(None))
        ).all()
    assert 1 <= len(line) <= 3
    assert len({goal.title for goal in line}) == len(line)


def test_no_day_gets_more_than_three_planned_tasks_or_two_hours(talk: Talk) -> None:
    for goal in ("I want to get fit", "I want to learn piano", "I want to write a novel"):
        plan(talk, goal, pick=2)
        talk.tap("Looks good")
    days: dict[date, list[int]] = {}
    for row in rows(talk):
        days.setdefault(row.scheduled_at.astimezone(BERLIN).date(), []).append(row.duration_minutes)
    assert max(map(len, days.values())) <= 3
    assert max(map(sum, days.values())) <= 120
    assert all(row.scheduled_at < talk.now + timedelta(weeks=6, days=2) for row in rows(talk))


def proposed(title: str, weeks: tuple[int, int], **changes: Any) -> ProposedTask:
    values = {"title": title, "duration_minutes": 20, "week_range": weeks, "times_per_week": 2}
    return ProposedTask(**values | changes)


def test_a_models_proposal_is_kept_within_its_brief() -> None:
    answer = GoalPlannerOutput(
        goal_feasible_in_6_weeks=False,
        micro_goal_roadmap=[MicroGoal(title=name, pipeline_order=n) for n, name in enumerate("ab", start=1)],
        proposed_tasks=[proposed("Run", (1, 6)), proposed("Rest", (5, 6))],
        plan_summary="x",
    )
    kept = within_brief(answer, PlannerBrief(goal="run", weeks=3, sprint=2, best_times=["06:00-09:00"]))
    assert [(task.title, task.week_range) for task in kept.proposed_tasks] == [("Run", (1, 3))]
    assert kept.micro_goal_roadmap == []
    assert kept.proposed_tasks[0].day_part == "morning"
    late = answer.model_copy(update={"proposed_tasks": [proposed("Rest", (5, 6))]})
    assert within_brief(late, PlannerBrief(goal="run", weeks=3)).proposed_tasks[0].week_range == (1, 1)
    assert len(within_brief(answer, PlannerBrief(goal="run")).micro_goal_roadmap) == 2
