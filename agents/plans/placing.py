"""Where the series of a draft go: around what is there, within their weeks, with slack, and nothing planned twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from agents import diary
from agents.outputs import AvoidSlot, GoalPlannerOutput
from agents.plans.draft import Draft
from agents.plans.if_then import with_cue
from agents.plans.overlaps import find_shared
from agents.plans.series import (
    PlacedTask,
    Series,
    Shared,
    place_plan,
    placed_tasks,
    planned_weekdays,
    series_of,
)
from agents.plans.slack import find_spares
from agents.state import Json
from agents.turn import TurnContext
from reminders.rules.diary import HORIZON, Busy
from reminders.rules.rhythm import Avoid, Rhythm
from reminders.rules.series import PlacedSeries
from reminders.rules.spares import Spare
from storage.goals import active_goals
from storage.tables import Task
from storage.vocabulary import WEEKDAYS

ANY_DAY = -1  # the spare of a series that fills the week: later on the same day


def place(ctx: TurnContext, draft: Draft, plan: GoalPlannerOutput) -> list[Json]:
    """Where each series of the plan goes, in order; a goal's own present tasks do not stand in its way."""
    rhythm, starts_on = diary.rhythm(ctx), date.fromisoformat(draft.starts_on)
    others = _others(ctx, draft)
    busy = [diary.as_busy(task) for task in others]
    earliest, latest = ctx.now + timedelta(hours=1), _latest(draft, rhythm)
    series = series_of(plan)
    shared = _shared(ctx, draft, series, others, rhythm)
    placed = place_plan(plan, starts_on, rhythm, busy, _avoid(draft.avoid), earliest, latest, shared)
    requests = [one.request(starts_on, earliest, latest) for one in series]
    spares = find_spares(series, requests, placed, rhythm, busy)
    titles = [one.title for one in placed]
    other_days = sorted(planned_weekdays(busy, rhythm))
    return [
        _as_json(one, where, placed_tasks(one, where, starts_on, rhythm), titles, rhythm)
        | _slack(spare)
        | {"other_days": other_days}
        | _sharing(shared.get(one.number))
        for one, where, spare in zip(series, placed, spares, strict=True)
    ]


def in_the_way(ctx: TurnContext, draft: Draft) -> list[Busy]:
    """What the plan has to keep clear of, to its last day."""
    return [diary.as_busy(task) for task in _others(ctx, draft)]


def _others(ctx: TurnContext, draft: Draft) -> list[Task]:
    own = UUID(draft.goal_id) if draft.goal_id else None
    pausing = UUID(draft.pause_goal) if draft.pause_goal else None
    until_start = max(date.fromisoformat(draft.starts_on) - ctx.local_now.date(), timedelta(0))
    return [
        task
        for task in diary.open_tasks(ctx, until_start + HORIZON)
        if task.goal_id is None or task.goal_id not in (own, pausing) or task.shared_with_goal_ids
    ]


def _latest(draft: Draft, rhythm: Rhythm) -> datetime | None:
    """The end of the day that was named as the deadline."""
    if not draft.deadline:
        return None
    return rhythm.utc(date.fromisoformat(draft.deadline) + timedelta(days=1), time(0))


def _shared(
    ctx: TurnContext, draft: Draft, series: Sequence[Series], others: Sequence[Task], rhythm: Rhythm
) -> dict[int, Shared]:
    goals = {
        goal.id: goal.title
        for goal in active_goals(ctx.session, ctx.user.id)
        if str(goal.id) not in (draft.goal_id, draft.pause_goal)
    }
    begins = rhythm.utc(date.fromisoformat(draft.starts_on), time(0))
    ahead = [task for task in others if task.scheduled_at >= begins]
    return find_shared(series, ahead, goals, rhythm) if goals else {}


def _as_json(
    series: Series,
    placed: PlacedSeries,
    tasks: Sequence[PlacedTask],
    titles: Sequence[str],
    rhythm: Rhythm,
) -> Json:
    """A series that only makes room for another one of the same plan has not been moved by anything."""
    moved = placed.moved or ""
    among_themselves = any(moved.endswith(f"taken by {title}") for title in titles)
    return {
        "title": series.title,
        "minutes": series.minutes_in_words(),
        "wanted": series.first.days_a_week,
        "ramp": [stage.duration_minutes for stage in series.stages],
        "weeks_in_words": series.weeks_in_words(),
        "weeks": [series.first.week_range[0], series.stages[-1].week_range[1]],
        "weekdays": _days_used(placed, rhythm),
        "at": f"{placed.at:%H:%M}",
        "reason": placed.reason,
        "moved": "" if among_themselves else moved,
        "exceptions": [moved.words for moved in placed.exceptions],
        "conflicts": [conflict.message for conflict in placed.conflicts],
        "tasks": [
            {
                "title": task.title,
                "description": with_cue(task.description, placed.at),
                "start": task.start.isoformat(),
                "minutes": task.minutes,
            }
            for task in tasks
        ],
    }


def _days_used(placed: PlacedSeries, rhythm: Rhythm) -> list[int]:
    """The days of the cue that really come: before a near deadline some do not."""
    come = {rhythm.local(start).weekday() for start in placed.occurrences}
    return [day for day in placed.weekdays if day in come] or list(placed.weekdays)


def _slack(spare: Spare | None) -> Json:
    """The agreed time for what was missed: a weekday (or ANY_DAY) and a local time; {} when there is none."""
    if spare is None:
        return {"spare": {}}
    weekday = ANY_DAY if spare.weekday is None else spare.weekday
    return {"spare": {"weekday": weekday, "at": f"{spare.at:%H:%M}"}}


def _sharing(there: Shared | None) -> Json:
    if there is None:
        return {"shared": {}}
    return {
        "shared": {
            "goal": there.goal,
            "weekdays": list(there.weekdays),
            "at": f"{there.at:%H:%M}",
            "task_ids": list(there.task_ids),
        }
    }


def _avoid(slots: Sequence[dict[str, Any]]) -> list[Avoid]:
    found = [AvoidSlot.model_validate(one) for one in slots]
    return [
        Avoid(
            WEEKDAYS.index(one.day),
            time.fromisoformat(one.time_range.partition("-")[0]),
            time.fromisoformat(one.time_range.partition("-")[2]),
            one.reason,
            one.confidence,
        )
        for one in found
    ]
