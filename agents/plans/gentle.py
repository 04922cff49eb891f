"""A gentler beginning where the person's own numbers ask for one: the first two weeks of a plan get shorter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

from agents.outputs import CategoryPerformance, GoalPlannerOutput, ProposedTask
from agents.plans.edits.operations import easier
from reminders.rules.habits import LOW_RATE

_GENTLE_WEEKS = 2
_STEP = 1.5  # how much longer the third week may be
_SHORT = 10  # minutes; less cannot become gentler
_MOST_TASKS = 9  # of one plan, as GoalPlannerOutput allows
_LENGTH_SAID = re.compile(r"\b\d+\s*(?:min|m\b|hours?|h\b)", re.IGNORECASE)


def gentler(
    plan: GoalPlannerOutput, tags: Sequence[str], performance: Sequence[CategoryPerformance], said: str = ""
) -> GoalPlannerOutput:
    """The plan with shorter first weeks and a word why, when less than half of such tasks worked out lately.

    A length that the person `said` themselves stays.
    """
    low = [one for one in performance if one.category in tags and one.completion_rate < LOW_RATE]
    if not low or _LENGTH_SAID.search(said):
        return plan
    shorter = {(task.title, task.week_range): task for task in easier(plan).proposed_tasks}
    tasks = [part for task in plan.proposed_tasks for part in _begun_gently(task, shorter, plan)]
    if tasks == plan.proposed_tasks or len(tasks) > _MOST_TASKS:
        return plan
    worst = min(low, key=lambda one: one.completion_rate)
    why = f"It starts gently: lately {worst.completion_rate:.0%} of {worst.category} tasks worked out."
    summary = f"{plan.plan_summary} {why}" if len(plan.plan_summary) < 1000 else plan.plan_summary
    return plan.model_copy(update={"proposed_tasks": tasks, "plan_summary": summary})


def _week_three(task: ProposedTask, plan: GoalPlannerOutput) -> int:
    """The minutes of this series in the first week after the gentle ones; 0 when there are none."""
    then = _GENTLE_WEEKS + 1
    return max(
        (
            one.duration_minutes
            for one in plan.proposed_tasks
            if one.title == task.title and one.week_range[0] <= then <= one.week_range[1]
        ),
        default=0,
    )


def _begun_gently(
    task: ProposedTask,
    shorter: dict[tuple[str, tuple[int, int]], ProposedTask],
    plan: GoalPlannerOutput,
) -> list[ProposedTask]:
    """A stage of the first two weeks is shortened; a longer one is parted there."""
    first, last = task.week_range
    gentle = shorter.get((task.title, task.week_range))
    if gentle is not None:
        least = 5 * ceil(_week_three(task, plan) / _STEP / 5)  # what comes then must not be a leap
        gentle = gentle.model_copy(
            update={"duration_minutes": min(task.duration_minutes, max(gentle.duration_minutes, least))}
        )
    if first > _GENTLE_WEEKS or task.duration_minutes <= _SHORT or gentle in (None, task):
        return [task]
    if last <= _GENTLE_WEEKS:
        return [gentle]
    return [
        gentle.model_copy(update={"week_range": (first, _GENTLE_WEEKS)}),
        task.model_copy(update={"week_range": (_GENTLE_WEEKS + 1, last)}),
    ]
