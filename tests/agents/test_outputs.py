"""Nonsense fails with a message a model can act on; sense passes as the seed names it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from agents.outputs import (
    AvoidSlot,
    ClassifierOutput,
    GoalPlannerOutput,
    MicroGoal,
    OrchestratorOutput,
    PatternObserverOutput,
    ProposedTask,
    SlotResult,
)
from storage.vocabulary import TAGS, ApprovalStatus

TASK: dict[str, Any] = {
    "title": "Easy run",
    "description": "When you have had your coffee, run.",
    "scheduled_days": ["Monday", "thursday"],
    "suggested_time": "7:00",
    "duration_minutes": 20,
    "recurrence_rule": "FREQ=WEEKLY;BYDAY=MO,TH",
    "week_range": [1, 6],
}


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "goal_feasible_in_6_weeks": True,
        "proposed_tasks": [TASK],
        "plan_summary": "Small steps.",
    } | changes


def test_a_task_as_the_seed_writes_it_is_read() -> None:
    task = ProposedTask.model_validate(TASK)
    assert task.suggested_time == "07:00"
    assert task.scheduled_days == ["Monday", "Thursday"]
    assert (task.weekdays, task.days_a_week) == ((0, 3), 2)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scheduled_days": ["Funday"]}, "is not a weekday"),
        ({"scheduled_days": ["Monday", "Monday"]}, "twice"),
        ({"scheduled_days": []}, "scheduled_days or times_per_week"),
        ({"suggested_time": "25:00"}, '"HH:MM"'),
        ({"suggested_time": "evening"}, '"HH:MM"'),
        ({"duration_minutes": 4}, "greater than or equal to 5"),
        ({"duration_minutes": 481}, "less than or equal to 480"),
        ({"week_range": [0, 6]}, "week_range"),
        ({"week_range": [4, 2]}, "week_range"),
        ({"week_range": [1, 7]}, "week_range"),
        ({"recurrence_rule": "FREQ=SECONDLY"}, "FREQ"),
        ({"day_part": "teatime"}, "part of the day"),
        ({"title": "   "}, "at least 1 character"),
        ({"times_per_week": 8}, "less than or equal to 7"),
    ],
)
def test_a_nonsense_task_fails_with_words_to_act_on(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ProposedTask.model_validate(TASK | changes)


def test_a_plan_needs_a_task_unless_it_is_given_up() -> None:
    with pytest.raises(ValidationError, match="at least one task"):
        GoalPlannerOutput.model_validate(plan(proposed_tasks=[]))
    given_up = GoalPlannerOutput.model_validate(plan(proposed_tasks=[], approval_status="abandoned"))
    assert given_up.approval_status is ApprovalStatus.ABANDONED


def test_a_goal_that_is_too_big_needs_its_roadmap() -> None:
    with pytest.raises(ValidationError, match="micro_goal_roadmap"):
        GoalPlannerOutput.model_validate(plan(goal_feasible_in_6_weeks=False))
    sprints = [{"title": "5 km", "pipeline_order": 1}, {"title": "10 km", "pipeline_order": 1}]
    with pytest.raises(ValidationError, match="pipeline_order"):
        GoalPlannerOutput.model_validate(plan(goal_feasible_in_6_weeks=False, micro_goal_roadmap=sprints))
    assert MicroGoal.model_validate(sprints[0]).target_weeks == 6


def test_stages_of_one_series_may_follow_but_not_overlap() -> None:
    first, second = TASK | {"week_range": [1, 3]}, TASK | {"week_range": [4, 6], "duration_minutes": 30}
    assert len(GoalPlannerOutput.model_validate(plan(proposed_tasks=[first, second])).proposed_tasks) == 2
    with pytest.raises(ValidationError, match="must not overlap"):
        GoalPlannerOutput.model_validate(plan(proposed_tasks=[first, TASK]))


def test_a_network_model_cannot_claim_what_the_person_said() -> None:
    claimed = plan(proposed_tasks=[TASK | {"days_said": True, "time_said": True}])
    task = GoalPlannerOutput.model_validate(claimed, context={"from_model": True}).proposed_tasks[0]
    assert (task.days_said, task.time_said) == (False, False)
    assert GoalPlannerOutput.model_validate(claimed).proposed_tasks[0].days_said


@pytest.mark.parametrize("tag", TAGS)
def test_each_of_the_fourteen_tags_is_accepted(tag: str) -> None:
    assert ClassifierOutput(tags=[tag.lower()]).tags == [tag]


@pytest.mark.parametrize(
    "tags", [[], ["Sports"], ["Other", "Home"], ["Home", "Home"], ["Health", "Fitness", "Home", "Travel"]]
)
def test_other_tags_are_not(tags: list[str]) -> None:
    with pytest.raises(ValidationError):
        ClassifierOutput(tags=tags)


def test_a_clarification_needs_its_question() -> None:
    with pytest.raises(ValidationError, match="clarification_question"):
        OrchestratorOutput.model_validate({"intent": "CLARIFY"})
    with pytest.raises(ValidationError):
        OrchestratorOutput.model_validate({"intent": "DANCE"})
    assert OrchestratorOutput.model_validate({"intent": "GOAL", "surprise": 1}).payload == {}


def test_a_moment_without_zone_is_refused_and_others_become_utc() -> None:
    slot = {"task_title": "Run", "duration_minutes": 20}
    with pytest.raises(ValidationError, match="zone"):
        SlotResult.model_validate(slot | {"scheduled_at": "2026-03-12T18:00:00"})
    read = SlotResult.model_validate(slot | {"scheduled_at": "2026-03-12T18:00:00+01:00"})
    assert read.scheduled_at.isoformat() == "2026-03-12T17:00:00+00:00"


def test_a_model_may_word_a_pattern_but_not_change_its_numbers() -> None:
    computed = PatternObserverOutput(
        best_times=["07:00-09:00"],
        avoid_slots=[AvoidSlot(day="Monday", time_range="7:00-8:00", reason="missed 3", confidence=0.8)],
    )
    answer = PatternObserverOutput(
        best_times=["03:00-04:00"],
        avoid_slots=[
            AvoidSlot(
                day="Monday", time_range="07:00-08:00", reason="Mondays at 7 were hard", confidence=0.1
            ),
            AvoidSlot(day="Friday", time_range="07:00-08:00", reason="invented", confidence=1.0),
        ],
        general_notes="Mornings before nine go well.",
    )
    worded = computed.reworded_by(answer)
    assert worded.best_times == ["07:00-09:00"]
    assert [(slot.day, slot.reason, slot.confidence) for slot in worded.avoid_slots] == [
        ("Monday", "Mondays at 7 were hard", 0.8)
    ]
    assert worded.general_notes == "Mornings before nine go well."
    invented = computed.reworded_by(answer.model_copy(update={"general_notes": "Evenings go well."}))
    assert invented.general_notes == ""
