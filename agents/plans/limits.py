"""What code takes out of a proposal whatever the model says: weeks past the deadline, a second roadmap, unplaced hours."""

from __future__ import annotations

from datetime import time

from agents.briefs import PlannerBrief
from agents.outputs import GoalPlannerOutput, ProposedTask
from reminders.rules.slot_reasons import part_of


def within_brief(plan: GoalPlannerOutput, brief: PlannerBrief) -> GoalPlannerOutput:
    """The plan within the brief's weeks, at the person's best hours where nothing was said, with at most one roadmap.

    A proposal that lies wholly after the last week begins in the first one instead.
    """
    tasks = [_timed(task, brief) for task in plan.proposed_tasks if task.week_range[0] <= brief.weeks]
    tasks = tasks or [_timed(task, brief) for task in _first_series(plan)]
    changed: dict[str, object] = {"proposed_tasks": [_cut(task, brief.weeks) for task in tasks]}
    if brief.sprint > 1 or len(plan.micro_goal_roadmap) < 2:
        changed |= {"micro_goal_roadmap": [], "goal_feasible_in_6_weeks": True}
    return plan.model_copy(update=changed)


def _first_series(plan: GoalPlannerOutput) -> list[ProposedTask]:
    first = plan.proposed_tasks[0]
    return [first.model_copy(update={"week_range": (1, 1)})]


def _cut(task: ProposedTask, weeks: int) -> ProposedTask:
    first, last = task.week_range
    return task if last <= weeks else task.model_copy(update={"week_range": (first, weeks)})


def _timed(task: ProposedTask, brief: PlannerBrief) -> ProposedTask:
    if task.suggested_time or task.day_part or not brief.best_times:
        return task
    starts = time.fromisoformat(brief.best_times[0].partition("-")[0])
    return task.model_copy(update={"day_part": part_of(starts)})
