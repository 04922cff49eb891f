"""The offline model answers every role at once, and stands in whenever the other one cannot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from agents.briefs import (
    ClassifierBrief,
    ObserverBrief,
    OrchestratorBrief,
    PlannerBrief,
    SchedulerBrief,
    SlotOffer,
    SummaryBrief,
)
from agents.model import MAX_TOKENS, FallbackModel, ModelRole, ModelUnavailable, Question, T, Usage
from agents.offline.model import OfflineModel
from agents.offline.orchestrator import certain
from agents.outputs import (
    ClassifierOutput,
    GoalPlannerOutput,
    OrchestratorOutput,
    PatternObserverOutput,
    SlotPick,
    Summary,
)
from storage.vocabulary import Intent

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


def ask(role: ModelRole, brief: BaseModel, output: type[T], **more: Any) -> T:
    return OfflineModel().ask(Question(role, brief, output, **more))


def test_every_role_has_its_token_limit() -> None:
    assert set(MAX_TOKENS) == set(ModelRole)
    assert (MAX_TOKENS[ModelRole.ORCHESTRATOR], MAX_TOKENS[ModelRole.GOAL_PLANNER]) == (512, 4096)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("call mum tomorrow at 6pm", "NEW_TASK"),
        ("I want to run 5 km in six weeks", "GOAL"),
        ("move my run to Friday", "RESCHEDULE_TASK"),
        ("I want to change my running goal", "MODIFY_GOAL"),
        ("what's on today?", "CLARIFY"),
        ("blue seventeen umbrella theory", "CLARIFY"),
    ],
)
def test_the_orchestrator_sorts_what_was_understood(text: str, intent: str) -> None:
    brief = OrchestratorBrief(text=text, local_now=NOW, timezone="UTC")
    answer = ask(ModelRole.ORCHESTRATOR, brief, OrchestratorOutput)
    assert answer.intent == intent
    assert (answer.clarification_question is not None) == (intent == "CLARIFY")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("done", Intent.CLARIFY),
        ("ok", Intent.CLARIFY),
        ("not now, in an hour", Intent.CLARIFY),
        ("what's on today?", Intent.CLARIFY),
        ("call mum tomorrow 6pm", Intent.NEW_TASK),
    ],
)
def test_what_rules_can_tell_without_doubt_is_not_left_to_another_model(text: str, intent: Intent) -> None:
    answer = certain(OrchestratorBrief(text=text, local_now=NOW, timezone="UTC"))
    assert answer is not None
    assert answer.intent == intent


@pytest.mark.parametrize(
    "text",
    [
        "I want to run 5 km in six weeks",
        "I want to learn the guitar by next summer",
        "water the plants",
        "captain, what now",
        "blue seventeen umbrella theory",
    ],
)
def test_what_may_be_several_things_is_left_to_the_model(text: str) -> None:
    assert certain(OrchestratorBrief(text=text, local_now=NOW, timezone="UTC")) is None


def test_the_scheduler_picks_only_what_was_offered() -> None:
    offers = [SlotOffer(id=letter, when="Tue 18:00", reason="free evening") for letter in "abcd"]
    brief = SchedulerBrief(task="Run", minutes=20, offers=offers, picks=2)
    assert ask(ModelRole.SCHEDULER, brief, SlotPick).slot_ids == ["a", "b"]


def test_the_observer_says_when_it_is_too_early() -> None:
    brief = ObserverBrief(findings=PatternObserverOutput(), data_points=2)
    assert "too little" in ask(ModelRole.PATTERN_OBSERVER, brief, PatternObserverOutput).general_notes


def test_the_summary_keeps_what_the_person_said() -> None:
    brief = SummaryBrief(
        lines=["person: I never have time on Sundays", "coach: Good to know."], earlier="Runs."
    )
    text = ask(ModelRole.SUMMARISER, brief, Summary).text
    assert "Runs." in text
    assert "never have time on Sundays" in text


def test_the_classifier_reads_the_description_when_the_goal_says_little() -> None:
    vague = ClassifierBrief(goal="my project", description="learn the guitar")
    assert ask(ModelRole.CLASSIFIER, vague, ClassifierOutput).tags == ["Creativity", "Learning"]


def test_a_change_the_planner_does_not_understand_changes_nothing() -> None:
    plan = ask(ModelRole.GOAL_PLANNER, PlannerBrief(goal="run"), GoalPlannerOutput)
    again = PlannerBrief(goal="run", current_plan=plan, change="more purple")
    assert ask(ModelRole.GOAL_PLANNER, again, GoalPlannerOutput).proposed_tasks == plan.proposed_tasks


def test_the_wrong_output_for_a_role_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        ask(ModelRole.CLASSIFIER, ClassifierBrief(goal="run"), Summary)


class Unreachable:
    def ask(self, question: Question[T]) -> T:
        question.on_usage(Usage("openai", "x", 50, 0))
        raise ModelUnavailable("timeout")


def test_the_offline_model_stands_in_and_the_failed_try_is_still_paid_for() -> None:
    spent: list[Usage] = []
    model = FallbackModel(Unreachable(), OfflineModel())
    question = Question(
        ModelRole.CLASSIFIER, ClassifierBrief(goal="yoga"), ClassifierOutput, on_usage=spent.append
    )
    assert model.ask(question).tags == ["Fitness", "Mental Health"]
    assert [(usage.provider, usage.total) for usage in spent] == [("openai", 50), ("offline", 0)]
    assert (model.fell_back, model.last_reason) == (1, "timeout")
