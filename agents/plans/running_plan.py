"""A saved plan as it runs by now: on the days and at the hours its tasks really have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from agents import diary
from agents.outputs import GoalPlannerOutput, ProposedTask
from agents.turn import TurnContext
from storage.goals import goal_tasks
from storage.tables import Goal
from storage.vocabulary import WEEKDAYS

_EXCEPTION = 3  # a day that comes up so many times less often than the others was no plan


def as_it_runs(ctx: TurnContext, goal: Goal, plan: GoalPlannerOutput) -> GoalPlannerOutput:
    """What was moved for good stays moved, and what was taken off for good is left out.

    A task that has no rows at all, because it was renamed or its weeks are still far, keeps what the plan says.
    """
    slots: dict[str, list[datetime]] = defaultdict(list)
    for task in diary.open_tasks(ctx):
        if task.goal_id == goal.id:
            slots[task.title].append((task.original_at or task.scheduled_at).astimezone(ctx.zone))
    if not slots:
        return plan
    titles = {task.title for task in goal_tasks(ctx.session, ctx.user.id, goal.id)}
    kept = [task for task in plan.proposed_tasks if task.title in slots or task.title not in titles]
    running = [_at_its_slots(task, slots.get(task.title, [])) for task in kept]
    return plan.model_copy(update={"proposed_tasks": running})


def _at_its_slots(task: ProposedTask, slots: Sequence[datetime]) -> ProposedTask:
    if not slots:
        return task
    often = Counter(at.weekday() for at in slots)
    days = [WEEKDAYS[day] for day in sorted(often) if often[day] * _EXCEPTION > max(often.values())]
    [(clock, _)] = Counter(f"{at:%H:%M}" for at in slots).most_common(1)
    agreed = {"scheduled_days": days, "suggested_time": clock, "times_per_week": len(days), "day_part": None}
    return task.model_copy(update=agreed | {"days_said": True, "time_said": True})
