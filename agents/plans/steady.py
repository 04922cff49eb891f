"""Keeping what nobody asked to change: a series stays on its days and at its time unless the wish was about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from itertools import combinations

from agents.outputs import GoalPlannerOutput, ProposedTask
from agents.plans.series import Series, series_of
from agents.state import Json
from storage.vocabulary import WEEKDAYS


def steady(plan: GoalPlannerOutput, before: GoalPlannerOutput, placed: Sequence[Json]) -> GoalPlannerOutput:
    """The plan as it shall be placed: where it leaves days or times open, those that `before` was placed at.

    Only for placing; what the person agreed to stays as open as they said it.
    """
    now = dict(zip((one.title for one in series_of(before)), placed, strict=False))
    old = {one.title: one for one in series_of(before)}
    names = _names(series_of(before), series_of(plan))
    tasks: list[ProposedTask] = []
    for series in series_of(plan):
        was = names.get(series.title, series.title)
        kept = _kept(series, old[was], now[was]) if was in now and now[was]["tasks"] else {}
        tasks += [stage.model_copy(update=kept) for stage in series.stages]
    return plan.model_copy(update={"proposed_tasks": tasks})


def made_room(
    plan: GoalPlannerOutput, before: GoalPlannerOutput, was: Sequence[Json], now: Sequence[Json]
) -> list[str]:
    """The series that nobody asked to move and that are elsewhere all the same, in words."""
    old = {one.title: (one.stages, placed) for one, placed in zip(series_of(before), was, strict=False)}
    lines = []
    for series, placed in zip(series_of(plan), now, strict=True):
        stages, earlier = old.get(series.title, ((), placed))
        asked = stages != series.stages
        moved = (placed["weekdays"], placed["at"]) != (earlier["weekdays"], earlier["at"])
        if moved and not asked and not placed["moved"]:
            lines.append(f"{series.title} makes room for it.")
    return lines


def cues_of(placed: Sequence[Json]) -> list[Json]:
    """What must be known of a version to put it back exactly where it was."""
    return [{"weekdays": one["weekdays"], "at": one["at"], "tasks": len(one["tasks"])} for one in placed]


def _names(old: Sequence[Series], new: Sequence[Series]) -> dict[str, str]:
    """New title -> old one: a renamed series is the same series."""
    titles, now = [one.title for one in old], [one.title for one in new]
    if len(titles) != len(now):
        return {}
    return {b: a for a, b in zip(titles, now, strict=True) if b not in titles}


def _kept(series: Series, old: Series, placed: Json) -> dict[str, object]:
    task, was = series.first, old.first
    fields: dict[str, object] = {}
    if not task.scheduled_days:
        days = _days(placed["weekdays"], task)
        fields |= {"scheduled_days": [WEEKDAYS[day] for day in days], "times_per_week": None}
    if task.suggested_time is None and task.day_part == was.day_part and _allowed(task, series, placed["at"]):
        fields["suggested_time"] = placed["at"]
    return fields


def _days(present: Sequence[int], task: ProposedTask) -> list[int]:
    """As many of the present days as the wish allows, and the others as far from them as possible."""
    open_days = [day for day in range(7) if WEEKDAYS[day] not in task.not_on] or list(range(7))
    kept = [day for day in present if day in open_days]
    count = min(task.days_a_week, len(open_days))
    if count <= len(kept):
        return min([sorted(some) for some in combinations(kept, count)], key=_crowding)
    rest = [day for day in open_days if day not in kept]
    choices = [sorted((*kept, *more)) for more in combinations(rest, count - len(kept))]
    return min(choices, key=_crowding)


def _crowding(chosen: Sequence[int]) -> float:
    days = sorted(chosen)
    return sum((later - day) ** 2 for day, later in zip(days, (*days[1:], days[0] + 7), strict=True))


def _allowed(task: ProposedTask, series: Series, at: str) -> bool:
    """Whether the present time keeps to the hours the person allows now."""
    begins = time.fromisoformat(at)
    ends = begins.hour * 60 + begins.minute + series.longest
    if task.not_before and at < task.not_before:
        return False
    limit = time.fromisoformat(task.not_after) if task.not_after else None
    return limit is None or ends <= limit.hour * 60 + limit.minute
