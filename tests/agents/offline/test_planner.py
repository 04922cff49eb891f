"""The offline planner: every plan starts tiny, grows, says when and where, and is honest about what fits."""

from __future__ import annotations

import time as clock
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.briefs import DayFacts, PlannerBrief
from agents.offline.catalogue import TEMPLATES, core_of, find_template, tags_of
from agents.offline.feasibility import fits_six_weeks
from agents.offline.planner import make_plan
from agents.outputs import ClassifierOutput, GoalPlannerOutput
from agents.plans.questions import clarifying_questions
from agents.plans.series import place_plan, placed_tasks, series_of
from reminders.rules.rhythm import Rhythm
from reminders.rules.slots import Busy
from storage.vocabulary import TAGS


def plan(goal: str, weeks: int = 6, sprint: int = 1, **answers: str) -> GoalPlannerOutput:
    return make_plan(PlannerBrief(goal=goal, answers=answers, weeks=weeks, sprint=sprint))


GOALS = [
    ("I want to run a 5k", "run", "Fitness"),
    ("get fit", "strength", "Fitness"),
    ("learn Spanish", "language", "Learning"),
    ("read more books", "read", "Learning"),
    ("I'd like to sleep earlier", "sleep", "Health"),
    ("save money for a car", "money", "Financial"),
    ("write a novel", "write", "Creativity"),
    ("finish my thesis", "write", "Creativity"),
    ("meditate", "meditate", "Mental Health"),
    ("eat healthier", "eat", "Nutrition"),
    ("learn to play the piano", "instrument", "Creativity"),
    ("find a new job", "job", "Career"),
    ("declutter my flat", "declutter", "Home"),
    ("prepare for my maths exam", "exam", "Learning"),
    ("call my mum every week", "family", "Relationships"),
    ("pray more", "faith", "Spirituality"),
    ("plan a trip to Norway", "travel", "Travel"),
    ("stop procrastinating", "focus", "Productivity"),
    ("quit smoking", "quit", "Health"),
    ("run a small business", "business", "Career"),
    ("drink more water", "water", "Health"),
    ("blow glass", "generic", "Other"),
]


@pytest.mark.parametrize(("goal", "key", "tag"), GOALS)
def test_a_goal_finds_its_template_and_tags(goal: str, key: str, tag: str) -> None:
    assert find_template(goal).key == key
    tags = tags_of(goal)
    assert tags[0] == tag
    assert ClassifierOutput(tags=tags).tags == tags


def test_every_tag_has_a_plan_of_its_own() -> None:
    covered = {tag for template in TEMPLATES for tag in template.tags}
    assert covered == set(TAGS) - {"Other"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_every_template_starts_small_grows_and_says_when_where_and_how_long(template: object) -> None:
    for step in template.steps:  # type: ignore[attr-defined]  # a Template; the id function wants object
        assert list(step.minutes) == sorted(step.minutes)
        assert step.where
        assert step.tiny
        assert 1 <= step.per_week <= 7
    assert len(template.steps) <= 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("goal", [goal for goal, _, _ in GOALS])
def test_every_plan_is_a_ramp_of_if_thens(goal: str) -> None:
    made = plan(goal)
    assert 1 <= len(series_of(made)) <= 3
    for series in series_of(made):
        lengths = [stage.duration_minutes for stage in series.stages]
        assert lengths == sorted(lengths)
        assert series.stages[0].week_range[0] >= 1
        assert series.stages[-1].week_range[1] == 6
        for stage in series.stages:
            assert stage.description.startswith("When ")
            assert f"{stage.duration_minutes} minutes" in stage.description
            assert "On a hard day" in stage.description


def test_what_the_person_answered_is_in_the_plan() -> None:
    run = series_of(plan("run 5 km", days="2 days", time="at 6:30", level="3 km or more"))[0]
    assert (run.first.days_a_week, run.first.suggested_time, run.first.time_said) == (2, "06:30", True)
    assert run.first.duration_minutes > series_of(plan("run 5 km"))[0].first.duration_minutes


def test_named_weekdays_are_the_persons_own() -> None:
    spanish = series_of(plan("learn Spanish on Monday and Thursday at lunch"))[0]
    assert spanish.first.scheduled_days == ["Monday", "Thursday"]
    assert spanish.first.days_said
    assert spanish.first.day_part == "noon"


def test_minutes_they_named_are_where_the_ramp_ends() -> None:
    reading = series_of(plan("read 20 minutes every evening"))[0]
    assert [stage.duration_minutes for stage in reading.stages] == [10, 15, 20]
    assert reading.first.days_a_week == 7


@pytest.mark.parametrize(
    "goal",
    [
        "run a marathon",
        "become fluent in Italian",
        "write a book",
        "finish my dissertation",
        "lose 20 kg",
        "lose 30 pounds",
        "start a business",
        "read 40 books",
        "get in shape in 6 months",
        "learn Japanese in two years",
        "become a doctor",
        "pay off my student loan",
    ],
)
def test_a_goal_too_big_for_six_weeks_becomes_sprints_and_only_the_first_is_planned(goal: str) -> None:
    made = plan(goal)
    assert not made.goal_feasible_in_6_weeks
    assert len(made.micro_goal_roadmap) >= 2
    assert [sprint.pipeline_order for sprint in made.micro_goal_roadmap] == list(
        range(1, len(made.micro_goal_roadmap) + 1)
    )
    assert made.micro_goal_roadmap[0].title in made.plan_summary
    assert made.proposed_tasks


@pytest.mark.parametrize(
    "goal", ["run 5 km", "lose 3 kg", "read 3 books", "learn to juggle in a month", "get fit"]
)
def test_a_small_goal_is_not_cut_up(goal: str) -> None:
    assert fits_six_weeks(goal)
    assert plan(goal).micro_goal_roadmap == []


def test_a_later_sprint_is_planned_alone_and_a_little_harder() -> None:
    first, second = plan("run a marathon"), plan("run a marathon", sprint=2)
    assert second.micro_goal_roadmap == []
    assert second.proposed_tasks[0].duration_minutes > first.proposed_tasks[0].duration_minutes


@pytest.mark.parametrize("weeks", [1, 2, 3, 5])
def test_a_short_plan_stays_within_its_weeks(weeks: int) -> None:
    assert all(task.week_range[1] <= weeks for task in plan("learn to code", weeks=weeks).proposed_tasks)


def test_at_most_three_questions_and_none_that_was_answered_already() -> None:
    assert [question.key for question in clarifying_questions("run 5 km")] == ["level", "days", "time"]
    said = clarifying_questions("run 5 km three times a week in the mornings")
    assert [question.key for question in said] == ["level"]
    evening = clarifying_questions("paint more", DayFacts(chronotype="evening"))
    assert [question.key for question in evening] == ["level", "days"]
    assert all(2 <= len(question.options) <= 4 for question in clarifying_questions("get fit"))


@pytest.mark.parametrize(
    ("goal", "core"),
    [
        ("I want to build a shed by May", "Build a shed"),
        ("My goal is to paint more, three times a week", "Paint more"),
        ("help me with my taxes please", "My taxes"),
        ("I'd really like to do a handstand! It looks fun.", "Do a handstand"),
        ("?", "?"),
    ],
)
def test_the_core_of_a_goal_is_left_when_wish_and_times_are_gone(goal: str, core: str) -> None:
    assert core_of(goal) == core


PERSON = Rhythm(ZoneInfo("Europe/Berlin"), (time(23), time(6, 30)), (time(9), time(17), frozenset(range(5))))
STARTS = date(2026, 3, 10)


def test_a_placed_plan_keeps_one_cue_through_all_its_stages_and_grows() -> None:
    made = plan("run 5 km")
    placed = place_plan(made, STARTS, PERSON, [])
    run = series_of(made)[0]
    tasks = placed_tasks(run, placed[0], STARTS, PERSON)
    assert len({PERSON.local(task.start).time() for task in tasks}) == 1
    assert [task.minutes for task in tasks] == [15] * 6 + [20] * 6 + [30] * 6


def test_a_time_the_person_named_within_their_work_hours_is_theirs_to_choose() -> None:
    placed = place_plan(plan("read more", time="11:00", days="2"), STARTS, PERSON, [])
    assert placed[0].at == time(11)


def test_a_lunch_break_that_was_asked_for_may_lie_within_work_hours() -> None:
    placed = place_plan(plan("prepare for my exam", time="Lunch break", days="3"), STARTS, PERSON, [])
    assert placed[0].at == time(12, 30)
    assert placed[0].moved is None


def test_an_offline_plan_takes_under_five_milliseconds() -> None:
    plan("warm up")
    began = clock.perf_counter()
    for goal, _, _ in GOALS:
        clarifying_questions(goal)
        plan(goal, days="3", time="evening", level="some")
    assert (clock.perf_counter() - began) / len(GOALS) < 0.005


@settings(max_examples=150, deadline=None)
@given(
    goal=st.text(min_size=1, max_size=120) | st.sampled_from([goal for goal, _, _ in GOALS]),
    answers=st.dictionaries(st.sampled_from(["days", "time", "level"]), st.text(max_size=40)),
)
def test_whatever_is_typed_becomes_a_valid_plan(goal: str, answers: dict[str, str]) -> None:
    made = plan(goal, **answers)
    assert GoalPlannerOutput.model_validate(made.model_dump()) == made
    ClassifierOutput(tags=tags_of(goal))
    assert len(clarifying_questions(goal)) <= 3


@settings(max_examples=40, deadline=None)
@given(
    goal=st.sampled_from([goal for goal, _, _ in GOALS]), at=st.lists(st.integers(0, 42 * 24), max_size=30)
)
def test_a_placed_plan_never_books_twice(goal: str, at: list[int]) -> None:
    opens = datetime(2026, 3, 9, 23, tzinfo=UTC)
    busy = [Busy(opens + timedelta(hours=hour), opens + timedelta(hours=hour + 1), "other") for hour in at]
    made = plan(goal)
    spans = [(entry.start, entry.end, False) for entry in busy]
    for series, placed in zip(series_of(made), place_plan(made, STARTS, PERSON, busy), strict=True):
        for task in placed_tasks(series, placed, STARTS, PERSON):
            end = task.start + timedelta(minutes=task.minutes)
            assert not PERSON.sleeps_between(task.start, end)
            spans.append((task.start, end, True))
    ours = [(start, end) for start, end, own in spans if own]
    for index, (start, end) in enumerate(ours):
        others = ours[:index] + [(first, last) for first, last, own in spans if not own]
        assert all(end <= first or last <= start for first, last in others)


@pytest.mark.parametrize(("goal", "key", "tag"), GOALS)
@pytest.mark.parametrize("weeks", [2, 4, 6])
def test_no_week_asks_for_much_more_than_the_one_before(goal: str, key: str, tag: str, weeks: int) -> None:
    for level in find_template(goal).levels:
        for minutes in ("", "20 minutes", "45 minutes"):
            total: dict[int, int] = defaultdict(int)
            for task in plan(goal, weeks, level=level, minutes=minutes).proposed_tasks:
                for week in range(task.week_range[0], task.week_range[1] + 1):
                    total[week] += task.duration_minutes * task.days_a_week
            asked = [total[week] for week in sorted(total)]
            assert all(later <= 1.6 * earlier for earlier, later in pairwise(asked)), (level, minutes, asked)
