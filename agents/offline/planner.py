"""The offline goal planner: a template, what the person said, and a ramp that starts tiny."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from agents.briefs import PlannerBrief
from agents.offline.catalogue import find_template, thing_of
from agents.offline.feasibility import fits_six_weeks, roadmap
from agents.offline.templates import Step, Template
from agents.offline.time_wish import TimeWish, read_answers, read_goal
from agents.outputs import GoalPlannerOutput, ProposedTask
from storage.vocabulary import WEEKDAYS, ApprovalStatus

_LEVEL_FACTORS = (1.0, 1.25, 1.5)
_CUES = {  # what happens anyway at that time of the day: the "if" of an if-then
    "early morning": "you have got up and drunk a glass of water",
    "morning": "you have had your first drink of the day",
    "noon": "your lunch is over",
    "afternoon": "the afternoon dip comes",
    "evening": "you have come home and put your things down",
    "night": "you put your phone on its charger",
}
_MORE = (
    "regular",
    "most",
    "often",
    "twice",
    "nearly",
    "already",
    "hold a conversation",
    "three",
    "3 km",
    "5 km",
    "now and then",
)
_SOME = (
    "some",
    "once",
    "before",
    "a few",
    "half",
    "simple",
    "about",
    "roughly",
    "nearly",
    "1 km",
    "little",
    "bit",
)


def make_plan(brief: PlannerBrief) -> GoalPlannerOutput:
    """A plan in local words: days or counts, times or parts of the day, minutes, weeks. Code places it afterwards."""
    template = find_template(brief.goal)
    wish = read_answers(brief.answers).over(read_goal(brief.goal))
    factor = _factor(brief, template)
    thing = thing_of(brief.goal, template)
    tasks = [
        task
        for index, step in enumerate(template.steps)
        for task in _stages(step, thing, wish if index == 0 else TimeWish(), factor, brief.weeks)
    ]
    feasible = brief.sprint == 1 and fits_six_weeks(brief.goal)
    sprints = [] if feasible or brief.sprint > 1 else roadmap(brief.goal, template)
    return GoalPlannerOutput(
        goal_feasible_in_6_weeks=feasible or not sprints,
        micro_goal_roadmap=sprints,
        proposed_tasks=tasks,
        plan_summary=_summary(template, thing, [sprint.title for sprint in sprints]),
        approval_status=ApprovalStatus.PENDING,
    )


def _stages(step: Step, thing: str, wish: TimeWish, factor: float, weeks: int) -> Iterator[ProposedTask]:
    """One step as the tasks of its ramp; equal stages melt into one."""
    lengths = [_length(minutes, step, factor, wish, stage) for stage, minutes in enumerate(step.minutes)]
    last = min(step.weeks[1], weeks)
    first = min(step.weeks[0], last)
    spans = _spans(first, last, len(lengths))
    merged: list[tuple[int, tuple[int, int]]] = []
    for minutes, (begins, ends) in zip(lengths, spans, strict=False):
        if merged and merged[-1][0] == minutes:
            merged[-1] = (minutes, (merged[-1][1][0], ends))
        else:
            merged.append((minutes, (begins, ends)))
    for minutes, span in merged:
        yield _task(step, thing, wish, minutes, span)


def _task(step: Step, thing: str, wish: TimeWish, minutes: int, span: tuple[int, int]) -> ProposedTask:
    part = wish.part or (None if wish.at else step.part)
    days = [WEEKDAYS[day] for day in wish.weekdays] or list(() if wish.says_days else step.weekdays)
    return ProposedTask(
        title=step.title.format(thing=thing)[:120],
        description=_if_then(step, thing, part or step.part, minutes),
        scheduled_days=days,
        suggested_time=f"{wish.at:%H:%M}" if wish.at else None,
        duration_minutes=minutes,
        week_range=span,
        times_per_week=None if days else (wish.per_week or step.per_week),
        day_part=part,
        days_said=bool(wish.weekdays),
        time_said=wish.at is not None or wish.part == "noon",  # a lunch break lies within most work hours
    )


def _if_then(step: Step, thing: str, part: str, minutes: int) -> str:
    action, tiny = step.action.format(thing=thing), step.tiny.format(thing=thing)
    return f"When {_CUES.get(part, _CUES['evening'])}, {action}: {minutes} minutes, {step.where}. On a hard day, {tiny} counts."


def _length(minutes: int, step: Step, factor: float, wish: TimeWish, stage: int) -> int:
    """The stage's minutes at the person's level; minutes they named themselves are the most it grows to."""
    grown = minutes if factor == 1 or not step.grows else max(5, 5 * round(minutes * factor / 5))
    if wish.minutes is None:
        return grown
    stages = len(step.minutes)
    share = 1 if stages == 1 else 0.5 + 0.5 * stage / (stages - 1)
    return max(5, 5 * round(wish.minutes * share / 5))


def _spans(first: int, last: int, stages: int) -> list[tuple[int, int]]:
    """Weeks first..last cut into as many even stages as fit: (1, 6) in three is 1-2, 3-4, 5-6."""
    count = last - first + 1
    stages = min(stages, count)
    edges = [first + count * stage // stages for stage in range(stages + 1)]
    return [(begins, ends - 1) for begins, ends in pairwise(edges)]


def _factor(brief: PlannerBrief, template: Template) -> float:
    factor = _LEVEL_FACTORS[_level(brief.answers.get("level", ""), template)]
    return min(2.0, factor + 0.25 * (brief.sprint - 1))


def _level(answer: str, template: Template) -> int:
    """0, 1 or 2: by the option that was chosen, else by what the words sound like; a beginner when in doubt."""
    said = answer.casefold().strip(" .!")
    for level, option in enumerate(template.levels):
        if said and said == option.casefold():
            return level
    if any(word in said for word in ("not", "never", "nothing", "hardly", "zero", "beginner", "none", "new")):
        return 0
    if any(word in said for word in _MORE):
        return 2
    return 1 if any(word in said for word in _SOME) else 0


def _summary(template: Template, thing: str, sprints: list[str]) -> str:
    text = template.summary.format(thing=thing)
    if not sprints:
        return text
    return f"This is bigger than six weeks, so we take it in {len(sprints)} parts and plan only the first one: {sprints[0]}. {text}"
