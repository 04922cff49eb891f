"""Changing a plan before it is agreed: small operations on its series, each with its difference in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from itertools import combinations

from agents.outputs import GoalPlannerOutput, ProposedTask
from agents.plan_series import Series, series_of
from reminders.rules.series import days_in_words
from storage.vocabulary import WEEKDAYS

_PARTS = ("early morning", "morning", "noon", "afternoon", "evening", "night")
_SHORTEST, _LONGEST = 5, 480


class EditKind(StrEnum):
    MOVE = "move"  # weekdays, at or part: whichever is set
    SWAP_DAY = "swap_day"  # `away` to `weekdays`
    NOT_ON = "not_on"  # `weekdays` stay free
    EARLIER = "earlier"
    LATER = "later"  # later in the day
    START_LATER = "start_later"  # `count` days; the plan itself has no date, see start_shift
    EASIER = "easier"
    HARDER = "harder"
    FEWER_DAYS = "fewer_days"
    MORE_DAYS = "more_days"
    DAYS = "days"  # exactly `count` days a week
    MINUTES = "minutes"  # exactly `count` minutes
    DROP = "drop"
    RENAME = "rename"  # to `title`


@dataclass(frozen=True, slots=True)
class PlanEdit:
    """One change. `series` is the number the person sees (Series.number); 0 means all of them."""

    kind: EditKind
    series: int = 0
    weekdays: tuple[int, ...] = ()
    away: tuple[int, ...] = ()
    at: time | None = None
    part: str | None = None
    count: int = 0
    title: str = ""


def apply_edits(plan: GoalPlannerOutput, edits: Sequence[PlanEdit]) -> tuple[GoalPlannerOutput, list[str]]:
    """The changed plan and what changed, in words; nothing is said about an edit that changed nothing.

    Numbers mean the series as they were before the first edit. A plan is never left empty: the drop of the last
    series is not carried out.
    """
    by_number = {series.number: list(series.stages) for series in series_of(plan)}
    words: list[str] = []
    for edit in edits:
        for number in [edit.series] if edit.series else list(by_number):
            if number in by_number:
                words += _edit_series(by_number, number, edit)
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


def _edit_series(by_number: dict[int, list[ProposedTask]], number: int, edit: PlanEdit) -> list[str]:
    before = Series(number, by_number[number][0].title, tuple(by_number[number]))
    if edit.kind is EditKind.DROP:
        if len(by_number) == 1:
            return []
        del by_number[number]
        return [f"{before.title} is dropped"]
    stages = [_checked(stage, _CHANGES[edit.kind](stage, edit)) for stage in before.stages]
    by_number[number] = stages
    return _difference(before, Series(number, stages[0].title, tuple(stages)))


def _checked(task: ProposedTask, changes: dict[str, object]) -> ProposedTask:
    return ProposedTask.model_validate(task.model_dump() | changes) if changes else task


# ------------------------------------------------------------------ one change of one stage


def _move(task: ProposedTask, edit: PlanEdit) -> dict[str, object]:
    changes: dict[str, object] = {}
    if edit.weekdays:
        changes |= _on(task, edit.weekdays)
    if edit.at is not None:
        changes |= {"suggested_time": f"{edit.at:%H:%M}", "day_part": None, "time_said": True}
    elif edit.part is not None:
        lunch = edit.part == "noon"  # lies within most work hours, and was asked for
        changes |= {"suggested_time": None, "day_part": edit.part, "time_said": lunch}
    return changes


def _swap_day(task: ProposedTask, edit: PlanEdit) -> dict[str, object]:
    if not task.weekdays:
        return _not_on(task, PlanEdit(edit.kind, weekdays=edit.away))
    if not set(edit.away) & set(task.weekdays):
        return {}
    return _on(task, (set(task.weekdays) - set(edit.away)) | set(edit.weekdays))


def _not_on(task: ProposedTask, edit: PlanEdit) -> dict[str, object]:
    kept_free = [day for day in WEEKDAYS if day in task.not_on or WEEKDAYS.index(day) in edit.weekdays]
    if len(kept_free) == 7:
        return {}  # a week without any day is no plan; the words around it must say so
    changes: dict[str, object] = {"not_on": kept_free}
    closed = {WEEKDAYS.index(day) for day in kept_free}
    open_days = [day for day in range(7) if day not in closed]
    if set(task.weekdays) & closed:
        count = min(len(task.weekdays), len(open_days))
        changes |= {"scheduled_days": _names(_nearest(task.weekdays, open_days, count))}
    elif not task.weekdays and task.days_a_week > len(open_days):
        changes |= {"times_per_week": len(open_days)}
    return changes


def _shift(task: ProposedTask, edit: PlanEdit) -> dict[str, object]:
    step = -1 if edit.kind is EditKind.EARLIER else 1
    if task.local_time is not None:
        minutes = task.local_time.hour * 60 + task.local_time.minute + 60 * step
        minutes = min(max(minutes, 0), 23 * 60 + 30)
        return {"suggested_time": f"{minutes // 60:02d}:{minutes % 60:02d}"}
    place = _PARTS.index(task.day_part) if task.day_part else 3
    return {"day_part": _PARTS[min(max(place + step, 0), len(_PARTS) - 1)]}


def _easier(task: ProposedTask, _edit: PlanEdit) -> dict[str, object]:
    shorter = 5 * round(task.duration_minutes * 0.7 / 5)
    return _lasting(task, min(shorter, task.duration_minutes - 1))


def _harder(task: ProposedTask, _edit: PlanEdit) -> dict[str, object]:
    longer = max(5 * round(task.duration_minutes * 1.3 / 5), task.duration_minutes + 5)
    return _lasting(task, longer)


def _fewer(task: ProposedTask, _edit: PlanEdit) -> dict[str, object]:
    return _so_many(task, task.days_a_week - 1)


def _more(task: ProposedTask, _edit: PlanEdit) -> dict[str, object]:
    return _so_many(task, task.days_a_week + 1)


def _days(task: ProposedTask, edit: PlanEdit) -> dict[str, object]:
    return _so_many(task, edit.count)


def _minutes(task: ProposedTask, edit: PlanEdit) -> dict[str, object]:
    return _lasting(task, edit.count)


def _rename(_task: ProposedTask, edit: PlanEdit) -> dict[str, object]:
    return {"title": edit.title[:120]} if edit.title.strip() else {}


def _nothing(_task: ProposedTask, _edit: PlanEdit) -> dict[str, object]:
    return {}


_CHANGES: dict[EditKind, Callable[[ProposedTask, PlanEdit], dict[str, object]]] = {
    EditKind.MOVE: _move,
    EditKind.SWAP_DAY: _swap_day,
    EditKind.NOT_ON: _not_on,
    EditKind.EARLIER: _shift,
    EditKind.LATER: _shift,
    EditKind.START_LATER: _nothing,
    EditKind.EASIER: _easier,
    EditKind.HARDER: _harder,
    EditKind.FEWER_DAYS: _fewer,
    EditKind.MORE_DAYS: _more,
    EditKind.DAYS: _days,
    EditKind.MINUTES: _minutes,
    EditKind.RENAME: _rename,
}


def _lasting(task: ProposedTask, minutes: int) -> dict[str, object]:
    """Another length, also where the if-then sentence says it."""
    minutes = min(max(minutes, _SHORTEST), _LONGEST)
    said = task.description.replace(f"{task.duration_minutes} minutes", f"{minutes} minutes")
    return {"duration_minutes": minutes, "description": said}


def _on(task: ProposedTask, weekdays: set[int] | tuple[int, ...]) -> dict[str, object]:
    names = _names(weekdays)
    still_free = [day for day in task.not_on if day not in names]
    return {"scheduled_days": names, "times_per_week": None, "days_said": True, "not_on": still_free}


def _so_many(task: ProposedTask, count: int) -> dict[str, object]:
    count = min(max(count, 1), 7 - len(task.not_on))
    if count == task.days_a_week:
        return {}
    if task.weekdays and count < len(task.weekdays):
        return {"scheduled_days": _names(_spread(task.weekdays, count))}
    return {"scheduled_days": [], "times_per_week": count, "days_said": False}


def _spread(days: Sequence[int], count: int) -> tuple[int, ...]:
    """The `count` of these days that lie furthest apart."""

    def crowding(chosen: tuple[int, ...]) -> float:
        following = (*chosen[1:], chosen[0] + 7)
        return sum((later - day) ** 2 for day, later in zip(chosen, following, strict=True))

    return min(combinations(sorted(days), count), key=crowding)


def _nearest(days: Sequence[int], open_days: Sequence[int], count: int) -> tuple[int, ...]:
    """As many open days, as many of the old ones as possible and the rest close to the closed ones."""
    old = [day for day in days if day in open_days]

    def cost(chosen: tuple[int, ...]) -> tuple[int, int]:
        lost = len(set(old) - set(chosen))
        return lost, sum(min((day - other) % 7 for other in days) for day in chosen)

    return min(combinations(open_days, count), key=cost)


def _names(weekdays: set[int] | Sequence[int]) -> list[str]:
    return [WEEKDAYS[day] for day in sorted(set(weekdays))]


# ------------------------------------------------------------------ words


def _difference(before: Series, after: Series) -> list[str]:
    words = []
    if before.title != after.title:
        words.append(f"{before.title} is now called {after.title}")
    if _when(before.first) != _when(after.first):
        words.append(f"{after.title}: {_when(before.first)} → {_when(after.first)}")
    if before.minutes_in_words() != after.minutes_in_words():
        words.append(f"{after.title}: {before.minutes_in_words()} → {after.minutes_in_words()}")
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
