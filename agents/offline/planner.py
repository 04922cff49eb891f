"""The offline goal planner: a template, what the person said, and a ramp that starts tiny."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import time
from itertools import pairwise
from math import ceil, log

from agents.briefs import PlannerBrief
from agents.offline.catalogue import find_template, thing_of
from agents.offline.feasibility import fits_six_weeks, roadmap
from agents.offline.templates import Step, Template
from agents.offline.templates_life import GENERIC
from agents.offline.time_wish import TimeWish, read_answers, read_goal
from agents.offline.vague import aim_of
from agents.outputs import GoalPlannerOutput, MicroGoal, ProposedTask
from agents.plans.if_then import cue_of
from reminders.rules.slot_reasons import part_of
from storage.vocabulary import WEEKDAYS, ApprovalStatus

_LEVEL_FACTORS = (1.0, 1.25, 1.5)
_HALF_DONE, _MOSTLY_DONE = 0.5, 0.8  # shares of a sprint: below, the next one does not grow
_STEP, _COUNTED = 1.5, 10  # how much longer the next stage may be; minutes below which fives are too coarse
_SPRINT_WEEKS, _SPRINT_DAYS = 6, 6  # how long a plan may be; how short it must be to need no rest days
FIRST = "first"  # the key of the question what kind of step comes first, and of its answer
FIRST_STEPS = {  # what a goal that no template knows begins with
    "Find out what it takes": "find out one thing it takes: read, ask, compare",
    "Get what it needs": "get one thing it needs, or order it",
    "Do a small piece": "do one small piece, however rough",
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
    aim = aim_of(brief.goal, brief.answers)
    template = find_template(aim)
    thing = thing_of(aim, template)
    main = _main_step(template)
    tasks = [
        task
        for step in _steps(template, main, brief)
        for task in _stages(
            _begun(step, brief), thing, _wish(brief, aim, template, step.title == main.title), brief, template
        )
    ]
    sprints = [] if brief.sprint > 1 else _sprints(brief, aim, template)
    return GoalPlannerOutput(
        goal_feasible_in_6_weeks=not sprints,
        micro_goal_roadmap=sprints,
        proposed_tasks=tasks,
        plan_summary=_summary(template, thing, [sprint.title for sprint in sprints]),
        approval_status=ApprovalStatus.PENDING,
    )


def _main_step(template: Template) -> Step:
    """The step that days, times and minutes are said of: the one that grows."""
    return next((step for step in template.steps if step.grows and not step.weekdays), template.steps[0])


def _steps(template: Template, main: Step, brief: PlannerBrief) -> list[Step]:
    """Before a near deadline only what moves the goal itself, at its full length from the first day."""
    if brief.days_left is None or brief.days_left > _SPRINT_DAYS:
        return list(template.steps)
    return [replace(main, minutes=main.minutes[-1:])]


def _begun(step: Step, brief: PlannerBrief) -> Step:
    """The first step of an unknown goal is what the person said it would be."""
    said = brief.answers.get(FIRST, "").casefold().strip(" .!")
    action = next((action for name, action in FIRST_STEPS.items() if name.casefold() == said), "")
    return replace(step, action=action) if action and step.title == GENERIC.steps[0].title else step


def _wish(brief: PlannerBrief, aim: str, template: Template, main: bool) -> TimeWish:
    if not main:
        return TimeWish()
    wish = read_answers(brief.answers).over(read_goal(brief.goal)).over(read_goal(aim))
    if not wish.says_time and template.asks_time and brief.best_times:
        hour = int(brief.best_times[0].partition(":")[0])
        wish = replace(wish, part=part_of(time(hour)))
    if brief.days_left is not None and brief.days_left <= _SPRINT_DAYS and not wish.says_days:
        wish = replace(wish, per_week=max(1, min(7, brief.days_left)))
    return wish


def _sprints(brief: PlannerBrief, aim: str, template: Template) -> list[MicroGoal]:
    """The parts of what takes longer than six weeks, by its nature or by the day it is wanted for."""
    weeks = (brief.days_left or 0) / 7
    if weeks > 0 and weeks <= _SPRINT_WEEKS:
        return []
    parts = 0 if fits_six_weeks(aim) else len(template.sprints or GENERIC.sprints)
    if weeks > _SPRINT_WEEKS + 1:
        parts = min(max(2, round(weeks / _SPRINT_WEEKS)), len(template.sprints or GENERIC.sprints))
    return roadmap(aim, template, parts)


def _stages(
    step: Step, thing: str, wish: TimeWish, brief: PlannerBrief, template: Template
) -> Iterator[ProposedTask]:
    """One step as the tasks of its ramp; equal stages melt into one."""
    factor = _factor(brief, template)
    lengths = [_length(minutes, step, factor, wish, stage) for stage, minutes in enumerate(step.minutes)]
    last = min(step.weeks[1], brief.weeks)
    first = min(step.weeks[0], last)
    lengths = _gently(lengths, last - first + 1)
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
        description=_if_then(step, thing, wish.at or part or step.part, minutes),
        scheduled_days=days,
        suggested_time=f"{wish.at:%H:%M}" if wish.at else None,
        duration_minutes=minutes,
        week_range=span,
        times_per_week=None if days else (wish.per_week or step.per_week),
        day_part=part,
        days_said=bool(wish.weekdays),
        time_said=wish.at is not None or wish.part == "noon",  # a lunch break lies within most work hours
    )


def _if_then(step: Step, thing: str, when: str | time, minutes: int) -> str:
    action, tiny = step.action.format(thing=thing), step.tiny.format(thing=thing)
    return (
        f"When {cue_of(when)}, {action}: {minutes} minutes, {step.where}. On a hard day this counts: {tiny}."
    )


def _length(minutes: int, step: Step, factor: float, wish: TimeWish, stage: int) -> int:
    """The stage's minutes at the person's level; minutes they named themselves are the most it grows to."""
    grown = minutes if factor == 1 or not step.grows else max(5, 5 * round(minutes * factor / 5))
    if wish.minutes is None:
        return grown
    stages = len(step.minutes)
    share = 1 if stages == 1 else 0.5 + 0.5 * stage / (stages - 1)
    return max(5, 5 * round(wish.minutes * share / 5))


def _gently(lengths: Sequence[int], weeks: int) -> list[int]:
    """With stages between where one is much longer than the one before; over few weeks it grows less far."""
    gentle = list(lengths[:1])
    for wanted in lengths[1:]:
        between = max(1, ceil(log(max(wanted / gentle[-1], 1)) / log(_STEP)))
        start = gentle[-1]
        stages = [start * (wanted / start) ** (place / between) for place in range(1, between)]
        gentle += [*(_even(minutes) for minutes in stages), wanted]
    return gentle[:weeks]


def _even(minutes: float) -> int:
    return round(minutes) if minutes < _COUNTED else 5 * round(minutes / 5)


def _spans(first: int, last: int, stages: int) -> list[tuple[int, int]]:
    """Weeks first..last cut into as many even stages as fit: (1, 6) in three is 1-2, 3-4, 5-6."""
    count = last - first + 1
    stages = min(stages, count)
    edges = [first + count * stage // stages for stage in range(stages + 1)]
    return [(begins, ends - 1) for begins, ends in pairwise(edges)]


def _factor(brief: PlannerBrief, template: Template) -> float:
    """By the level they named; a later sprint goes on from what was really done in the one before."""
    factor = _LEVEL_FACTORS[_level(brief.answers.get("level", ""), template)]
    if brief.done_share is not None and brief.done_share < _HALF_DONE:
        return min(factor, 1.0)
    if brief.done_share is not None and brief.done_share < _MOSTLY_DONE:
        return factor
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
    return f"It takes longer than six weeks, so we begin with: {sprints[0]}. {text}"
