"""A wish that rules cannot read goes to the planner, and only what was asked for comes back onto the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from agents.model import ModelRole, Question, T
from agents.offline.model import OfflineModel
from agents.outputs import GoalPlannerOutput, ProposedTask

Talk = Any  # tests/agents/conftest.py


@dataclass
class Planner:
    """Answers a change with these tasks, and everything else as the offline model does."""

    tasks: list[dict[str, Any]]
    offline: OfflineModel = field(default_factory=OfflineModel)
    asked: list[str] = field(default_factory=list)

    def ask(self, question: Question[T]) -> T:
        change = getattr(question.brief, "change", None)
        if question.role is not ModelRole.GOAL_PLANNER or change is None:
            return self.offline.ask(question)
        self.asked.append(change)
        plan = GoalPlannerOutput(
            goal_feasible_in_6_weeks=True,
            plan_summary="Another plan.",
            proposed_tasks=[ProposedTask(**one) for one in self.tasks],
        )
        assert isinstance(plan, question.output)
        return plan


def task(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "duration_minutes": 15, "times_per_week": 3, "day_part": "morning", **more}


def on_table(talk: Talk, *tasks: dict[str, Any]) -> Planner:
    talk.say("I want to run 5k")
    for _ in range(3):
        talk.tap("Skip")
    talk.model = Planner(list(tasks))
    return talk.model


def test_a_wish_that_rules_read_asks_no_model(talk: Talk) -> None:
    planner = on_table(talk, task("Something else"))
    talk.say("no sundays, and 2 an hour later")
    assert planner.asked == []


def test_what_was_asked_for_is_taken_from_the_answer(talk: Talk) -> None:
    planner = on_table(
        talk, task("Easy run"), task("Loosen up", times_per_week=1), task("Hill sprints", times_per_week=1)
    )
    said = talk.say("could you mix in something with hills")
    assert planner.asked == ["could you mix in something with hills"]
    assert "New: 3. Hill sprints" in said
    assert "Easy run:" not in said
    assert "Loosen up:" not in said


def test_another_plan_is_no_change(talk: Talk) -> None:
    on_table(talk, task("Swim"), task("Row"))
    said = talk.say("could you mix in something with hills")
    assert "the plan stays as it is" in said
    assert talk.result.proposed_plan["proposed_tasks"][0]["title"] == "Easy run"


def test_days_and_times_the_person_named_are_not_the_models_to_move(talk: Talk) -> None:
    on_table(talk, task("Easy run", scheduled_days=["Sunday"], suggested_time="12:00"), task("Loosen up"))
    talk.say("run on mondays and thursdays at 18:30")
    said = talk.say("somewhat gentler on the knees with those hills please")
    assert "18:30" not in said
    first = talk.result.proposed_plan["proposed_tasks"][0]
    assert (first["scheduled_days"], first["suggested_time"]) == (["Monday", "Thursday"], "18:30")


@pytest.mark.parametrize("minutes", [480, 60])
def test_a_length_out_of_all_proportion_is_left_alone(talk: Talk, minutes: int) -> None:
    on_table(talk, task("Easy run", duration_minutes=minutes), task("Loosen up", duration_minutes=10))
    talk.say("could the intensity of it be more like what beginners do")
    first = talk.result.proposed_plan["proposed_tasks"][0]
    assert first["duration_minutes"] == 15


def test_an_answer_that_changes_nothing_says_so_and_shows_the_ways(talk: Talk) -> None:
    on_table(talk, task("Easy run"), task("Loosen up"))
    assert "I'm not sure what to change, so the plan stays as it is" in talk.say("sprinkle stardust on it")
