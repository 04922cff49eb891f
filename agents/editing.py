"""Changing the plan on the table: edits that rules can read first, otherwise the planner with the person's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time

from agents.consult import consult
from agents.draft import Draft
from agents.model import ModelRole, PlannerBrief
from agents.outputs import GoalPlannerOutput
from agents.plan_edit_words import parse_edit
from agents.plan_edits import EditKind, PlanEdit, apply_edits, start_shift
from agents.state import AgentState
from agents.turn import TurnContext
from reminders.rules.rhythm import Rhythm

_SAYS_HALF = re.compile(r"\d\s*[ap]\.?m\b|morning|\b0\d|\d:\d\d", re.I)
BY_BUTTON = {
    "easier": PlanEdit(EditKind.EASIER),
    "harder": PlanEdit(EditKind.HARDER),
    "fewer": PlanEdit(EditKind.FEWER_DAYS),
    "later": PlanEdit(EditKind.START_LATER, count=7),
}


@dataclass(frozen=True, slots=True)
class Edited:
    """A changed proposal, how many days later it starts, and what changed in words."""

    plan: GoalPlannerOutput
    days_later: int = 0
    words: tuple[str, ...] = ()


def edit_in_words(draft: Draft, text: str, rhythm: Rhythm | None = None) -> Edited | None:
    """The plan with the changes that were said; None when the words hold none that rules can read.

    With the person's rhythm, "at 6" without am or pm is the half of the day in which they are awake.
    """
    edits = parse_edit(text, draft.plan)
    if rhythm is not None and not _SAYS_HALF.search(text):
        edits = [_awake(edit, rhythm) for edit in edits]
    return _applied(draft, edits) if edits else None


def _awake(edit: PlanEdit, rhythm: Rhythm) -> PlanEdit:
    if edit.at is None or rhythm.sleep is None or edit.at.hour >= 12:
        return edit
    bed, wake = rhythm.sleep
    evening = edit.at.replace(hour=edit.at.hour + 12)
    return (
        replace(edit, at=evening) if _within(edit.at, bed, wake) and not _within(evening, bed, wake) else edit
    )


def _within(at: time, start: time, end: time) -> bool:
    """Whether a clock time lies in [start, end), which may go over midnight."""
    return start <= at < end if start < end else at >= start or at < end


def edit_by_button(draft: Draft, word: str) -> Edited:
    return _applied(draft, [BY_BUTTON[word]])


def model_edit(ctx: TurnContext, state: AgentState, draft: Draft, text: str) -> Edited | None:
    """What the planner makes of a wish that rules cannot read; None when it changes nothing."""
    brief = PlannerBrief(
        goal=draft.goal, answers=draft.answers, tags=draft.tags, current_plan=draft.plan, change=text[:500]
    )
    plan = consult(ctx, ModelRole.GOAL_PLANNER, brief, GoalPlannerOutput, state)
    return None if plan.proposed_tasks == draft.plan.proposed_tasks else Edited(plan)


def _applied(draft: Draft, edits: list[PlanEdit]) -> Edited:
    plan, words = apply_edits(draft.plan, edits)
    return Edited(plan, start_shift(edits), tuple(words))
