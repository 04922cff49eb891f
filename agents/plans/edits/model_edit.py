"""A wish that rules cannot read goes to the planner; of its answer only what was asked for comes onto the table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.consult import consult
from agents.model import ModelRole, PlannerBrief
from agents.outputs import GoalPlannerOutput, ProposedTask
from agents.plans.draft import Draft
from agents.plans.edits import patterns as say
from agents.plans.edits.editing import Edited
from agents.plans.edits.kinds import MOST_STAGES
from agents.plans.edits.selecting import find_target
from agents.plans.series import Series, series_of
from agents.state import AgentState
from agents.turn import TurnContext
from reminders.rules.when import parse_day_part, parse_weekdays

_ADDS = re.compile(
    r"\b(?:add|also|more|include|new|another|extra|something|some|mix|var\w+|plus|with|instead|replace|other|different)\b",
    re.I,
)
_DROPS = re.compile(
    r"\b(?:drop|remove|less|fewer|without|no|not|don'?t|instead|replace|rather|only|skip|simpl\w+|focus|hate|can'?t)\b",
    re.I,
)
_LENGTHS = re.compile(
    r"\b(?:min\w*|hours?|long\w*|short\w*|time|quick\w*|length|intens\w*|hard\w*|eas\w*|gentl\w*|tired|energy|slow\w*|fast\w*|ramp|grow\w*|increas\w*|start small|much|little|light\w*)\b",
    re.I,
)
_MOST_TIMES = 3  # a length beyond this many times the old one was not asked for without its number


def model_edit(ctx: TurnContext, state: AgentState, draft: Draft, text: str) -> Edited | None:
    """What the planner makes of the wish, held against the plan it was to change; None when nothing is left of it."""
    brief = PlannerBrief(
        goal=draft.goal, answers=draft.answers, tags=draft.tags, current_plan=draft.plan, change=text[:500]
    )
    answer = consult(ctx, ModelRole.GOAL_PLANNER, brief, GoalPlannerOutput, state)
    plan = only_what_was_asked(draft.plan, answer, text)
    return None if plan is None or plan.proposed_tasks == draft.plan.proposed_tasks else Edited(plan)


def only_what_was_asked(
    now: GoalPlannerOutput, answer: GoalPlannerOutput, text: str
) -> GoalPlannerOutput | None:
    """The present plan with those changes of the answer that the words speak of; None for an answer about another plan."""
    old, new = series_of(now), {one.title.casefold(): one for one in series_of(answer)}
    if not any(one.title.casefold() in new for one in old):
        return None  # nothing of the plan is left: that is no change, it is another plan
    named = find_target(text, old).numbers
    meant = {one.number for one in old} if not named or 0 in named else set(named)
    tasks: list[ProposedTask] = []
    for one in old:
        other = new.get(one.title.casefold())
        if one.number in meant and other is None and _DROPS.search(text):
            continue
        tasks += _stages(one, other, text) if one.number in meant and other else one.stages
    there = {one.title.casefold() for one in old}
    if _ADDS.search(text):
        added = [stage for title, one in new.items() if title not in there for stage in one.stages]
        tasks += added if len(tasks) + len(added) <= MOST_STAGES else []
    if not tasks:
        return None
    return now.model_copy(update={"proposed_tasks": tasks})


def _stages(one: Series, other: Series, text: str) -> Sequence[ProposedTask]:
    """The old stages with the new days, times, lengths and words, each only if the text is about it."""
    where = bool(
        parse_weekdays(text) or parse_day_part(text) or say.CLOCK.search(text) or say.COUNT.search(text)
    )
    lengths = bool(_LENGTHS.search(text) or say.MINUTES.search(text))
    changed = []
    for place, stage in enumerate(one.stages):
        with_stage = other.stages[min(place, len(other.stages) - 1)]
        fields: dict[str, object] = {"description": with_stage.description or stage.description}
        if where:
            fields |= _place_of(other.first, stage)
        if lengths and _plausible(stage.duration_minutes, with_stage.duration_minutes, text):
            fields["duration_minutes"] = with_stage.duration_minutes
        changed.append(ProposedTask.model_validate(stage.model_dump() | fields))
    return changed


def _place_of(other: ProposedTask, stage: ProposedTask) -> dict[str, object]:
    """The answer's days and time; what the person named themselves stays."""
    fields: dict[str, object] = {}
    if not stage.days_said and (other.scheduled_days or other.times_per_week):
        days = [day for day in other.scheduled_days if day not in stage.not_on]
        fields |= {"scheduled_days": days, "times_per_week": None if days else other.days_a_week}
    if not stage.time_said and (other.suggested_time or other.day_part):
        fields |= {"suggested_time": other.suggested_time, "day_part": other.day_part}
    return fields


def _plausible(old: int, new: int, text: str) -> bool:
    return str(new) in text or old / _MOST_TIMES <= new <= old * _MOST_TIMES
