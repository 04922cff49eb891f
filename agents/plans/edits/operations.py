"""Changing a plan before it is agreed: small operations on its series, each with its difference in words."""

from __future__ import annotations

from collections.abc import Sequence

from agents.outputs import GoalPlannerOutput, ProposedTask
from agents.plans.edits.changes import LONGEST, SHORTEST, change_stage
from agents.plans.edits.kinds import MOST_STAGES, EditKind, PlanEdit
from agents.plans.series import Series, series_of
from reminders.rules.series import days_in_words
from storage.vocabulary import WEEKDAYS

__all__ = ["EditKind", "PlanEdit", "apply_edits", "easier", "fewer_days", "harder", "start_shift"]

_Plan = dict[int, list[ProposedTask]]


def apply_edits(plan: GoalPlannerOutput, edits: Sequence[PlanEdit]) -> tuple[GoalPlannerOutput, list[str]]:
    """The changed plan and what changed, in words; nothing is said about an edit that changed nothing.

    Numbers mean the series as they were before the first edit. A plan is never left empty: the drop of the last
    series is not carried out.
    """
    by_number: _Plan = {series.number: list(series.stages) for series in series_of(plan)}
    there = list(by_number)
    words: list[str] = []
    for edit in edits:
        match edit.kind:
            case EditKind.SWAP:
                words += _swap(by_number, edit)
            case EditKind.ADD:
                words += _add(by_number, edit)
            case _:
                for number in [edit.series] if edit.series else there:
                    words += _edit_series(by_number, number, edit) if number in by_number else []
    tasks = [stage for stages in by_number.values() for stage in stages]
    return plan.model_copy(update={"proposed_tasks": tasks}), list(dict.fromkeys(words))


def easier(plan: GoalPlannerOutput) -> GoalPlannerOutput:
    return apply_edits(plan, [PlanEdit(EditKind.EASIER)])[0]


def harder(plan: GoalPlannerOutput) -> GoalPlannerOutput:
    return apply_edits(plan, [PlanEdit(EditKind.HARDER)])[0]


def fewer_days(plan: GoalPlannerOutput) -> GoalPlannerOutput:
    return apply_edits(plan, [PlanEdit(EditKind.FEWER_DAYS)])[0]


def start_shift(edits: Sequence[PlanEdit]) -> int:
    """By how many days the person wants the whole plan to begin later; 0 when nothing was said."""
    return sum(edit.count for edit in edits if edit.kind is EditKind.START_LATER)


def _edit_series(by_number: _Plan, number: int, edit: PlanEdit) -> list[str]:
    before = _series(by_number, number)
    match edit.kind:
        case EditKind.DROP if len(by_number) == 1:
            return []
        case EditKind.DROP:
            del by_number[number]
            return [f"{before.title} is dropped"]
        case EditKind.RENAME if _taken(by_number, number, edit.title):
            return []
        case EditKind.WEEKS:
            by_number[number] = _lasting_weeks(before.stages, edit.count)
        case _:
            by_number[number] = [change_stage(stage, edit) for stage in before.stages]
    return _difference(before, _series(by_number, number))


def _series(by_number: _Plan, number: int) -> Series:
    stages = by_number[number]
    return Series(number, stages[0].title, tuple(stages))


def _taken(by_number: _Plan, number: int, title: str) -> bool:
    """Two series of one name would become one: names stay different."""
    wanted = title[:120].strip().casefold()
    return any(stages[0].title.casefold() == wanted for n, stages in by_number.items() if n != number)


def _lasting_weeks(stages: Sequence[ProposedTask], weeks: int) -> list[ProposedTask]:
    """The ramp cut off, or its last stage drawn out; a series that would begin later begins in the last week."""
    last = min(max(weeks, 1), 6)
    kept = [stage for stage in stages if stage.week_range[0] <= last] or [stages[0]]
    ends = [stage.week_range[1] for stage in kept]
    cut = [
        stage.model_copy(update={"week_range": (min(stage.week_range[0], last), min(end, last))})
        for stage, end in zip(kept, ends, strict=True)
    ]
    cut[-1] = cut[-1].model_copy(update={"week_range": (cut[-1].week_range[0], last)})
    return cut


def _swap(by_number: _Plan, edit: PlanEdit) -> list[str]:
    """Two series change places: each takes the other's time, and its days where both have as many."""
    if not {edit.series, edit.other} <= by_number.keys() or edit.series == edit.other:
        return []
    first, second = _series(by_number, edit.series), _series(by_number, edit.other)
    by_number[edit.series] = [_placed_like(stage, second.first) for stage in first.stages]
    by_number[edit.other] = [_placed_like(stage, first.first) for stage in second.stages]
    return [
        *_difference(first, _series(by_number, edit.series)),
        *_difference(second, _series(by_number, edit.other)),
    ]


def _placed_like(stage: ProposedTask, other: ProposedTask) -> ProposedTask:
    days = {
        "scheduled_days": other.scheduled_days,
        "times_per_week": other.times_per_week,
        "days_said": other.days_said,
    }
    return stage.model_copy(
        update={
            **(days if stage.days_a_week == other.days_a_week else {}),
            "suggested_time": other.suggested_time,
            "day_part": other.day_part,
            "time_said": other.time_said,
        }
    )


def _add(by_number: _Plan, edit: PlanEdit) -> list[str]:
    stages = sum(map(len, by_number.values()))
    if stages >= MOST_STAGES or not edit.title.strip() or _taken(by_number, 0, edit.title):
        return []
    last = max(stage.week_range[1] for stages in by_number.values() for stage in stages)
    minutes = min(max(edit.count or 15, SHORTEST), LONGEST)
    title = edit.title.strip()[:120]
    added = ProposedTask(
        title=title,
        description=f"{title}: {minutes} minutes. On a hard day, the first five minutes count.",
        scheduled_days=[WEEKDAYS[day] for day in sorted(set(edit.weekdays))],
        suggested_time=f"{edit.at:%H:%M}" if edit.at else None,
        day_part=edit.part if edit.at is None else None,
        duration_minutes=minutes,
        week_range=(1, last),
        times_per_week=None if edit.weekdays else min(max(edit.per_week, 1), 7),
        days_said=bool(edit.weekdays),
        time_said=edit.at is not None,
    )
    by_number[max(by_number) + 1] = [added]
    return [f"New: {title}"]


# ------------------------------------------------------------------ words


def _difference(before: Series, after: Series) -> list[str]:
    words = []
    if before.title != after.title:
        words.append(f"{before.title} is now called {after.title}")
    if _when(before.first) != _when(after.first):
        words.append(f"{after.title}: {_when(before.first)} → {_when(after.first)}")
    if before.minutes_in_words() != after.minutes_in_words():
        words.append(f"{after.title}: {before.minutes_in_words()} → {after.minutes_in_words()}")
    if before.weeks_in_words() != after.weeks_in_words():
        words.append(f"{after.title}: {before.weeks_in_words()} → {after.weeks_in_words()}")
    if _limits(before.first) != _limits(after.first):
        words.append(f"{after.title}: {_limits(after.first)}")
    new = [day for day in after.first.not_on if day not in before.first.not_on]
    if new and _when(before.first) == _when(after.first):
        words.append(f"{after.title}: never on {days_in_words([WEEKDAYS.index(day) for day in new])}")
    return words


def _when(task: ProposedTask) -> str:
    count = task.times_per_week or 1
    counted = {1: "once a week", 7: "every day"}.get(count, f"{count} days a week")
    days = days_in_words(task.weekdays) or counted
    clock = task.suggested_time or task.day_part
    return f"{days}, {clock}" if clock else days


def _limits(task: ProposedTask) -> str:
    said = [f"not before {task.not_before}" if task.not_before else ""]
    said += [f"over by {task.not_after}" if task.not_after else ""]
    return ", ".join(filter(None, said)) or "any hour"
