"""The language model that needs no network: every role answered by rules, in milliseconds, always valid."""

from __future__ import annotations

from pydantic import BaseModel

from agents.briefs import (
    ClassifierBrief,
    ObserverBrief,
    OrchestratorBrief,
    PlannerBrief,
    SchedulerBrief,
    SummaryBrief,
)
from agents.model import Question, T, Usage
from agents.offline.catalogue import tags_of
from agents.offline.orchestrator import route
from agents.offline.planner import make_plan
from agents.offline.summaries import summarise
from agents.outputs import ClassifierOutput, GoalPlannerOutput, PatternObserverOutput, SlotPick
from agents.plans.edits.operations import apply_edits
from agents.plans.edits.words import parse_edit
from storage.vocabulary import ApprovalStatus

OFFLINE_USAGE = Usage(provider="offline", model="offline")


class OfflineModel:
    """Rules, lexicons and plan templates behind the same protocol as any network model. Never unavailable."""

    def ask(self, question: Question[T]) -> T:
        """Raises TypeError for a brief that belongs to no role, and for an output the role does not give."""
        answer = _answer(question.brief)
        if not isinstance(answer, question.output):
            raise TypeError(
                f"{question.role} answers with {type(answer).__name__}, not {question.output.__name__}"
            )
        question.on_usage(OFFLINE_USAGE)
        return answer


def _answer(brief: BaseModel) -> BaseModel:
    match brief:
        case OrchestratorBrief():
            return route(brief)
        case PlannerBrief():
            return _plan(brief)
        case ClassifierBrief():
            return _classify(brief)
        case SchedulerBrief():
            return SlotPick(slot_ids=[offer.id for offer in brief.offers[: brief.picks]])  # code sorted them
        case ObserverBrief():
            return _observe(brief)
        case SummaryBrief():
            return summarise(brief)
        case _:
            raise TypeError(f"no role is briefed with {type(brief).__name__}")


def _plan(brief: PlannerBrief) -> GoalPlannerOutput:
    """A new plan, or the change that was asked for; an edit nobody understands leaves the plan as it is."""
    if brief.current_plan is None:
        return make_plan(brief)
    edits = parse_edit(brief.change or "", brief.current_plan)
    changed, _ = apply_edits(brief.current_plan, edits)
    return changed.model_copy(update={"approval_status": ApprovalStatus.NEGOTIATING})


def _classify(brief: ClassifierBrief) -> ClassifierOutput:
    tags = tags_of(brief.goal)
    if tags == ["Other"] and brief.description:
        tags = tags_of(brief.description)
    return ClassifierOutput(tags=tags)


def _observe(brief: ObserverBrief) -> PatternObserverOutput:
    findings = brief.findings
    if findings.general_notes:
        return findings
    if brief.data_points < 3:
        notes = "There is too little to see a pattern yet."
    elif findings.avoid_slots:
        hardest = max(findings.avoid_slots, key=lambda slot: slot.confidence)
        notes = f"{hardest.day} {hardest.time_range} has been hard; other times work better."
    else:
        notes = "No time stands out as hard."
    return findings.model_copy(update={"general_notes": notes})
