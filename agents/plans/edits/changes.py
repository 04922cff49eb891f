"""What one edit does to one stage of a series: the fields that change, and nothing about the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from agents.outputs import ProposedTask
from agents.plans.edits.kinds import EditKind, PlanEdit
from storage.vocabulary import WEEKDAYS

_PARTS = ("early morning", "morning", "noon", "afternoon", "evening", "night")
SHORTEST, LONGEST = 5, 480  # minutes
Changes = dict[str, object]


def change_stage(task: ProposedTask, edit: PlanEdit) -> ProposedTask:
    """The stage after the edit, validated anew."""
    changes = _CHANGES[edit.kind](task, edit)
    return ProposedTask.model_validate(task.model_dump() | changes) if changes else task


def _move(task: ProposedTask, edit: PlanEdit) -> Changes:
    changes: Changes = {}
    if edit.weekdays:
        changes |= _on(task, edit.weekdays)
    if edit.at is not None:
        at = f"{edit.at:%H:%M}"
        changes |= {"suggested_time": at, "day_part": None, "time_said": True}
        changes |= {"not_before": None} if at < (task.not_before or "") else {}
        changes |= {"not_after": None} if at >= (task.not_after or "24:00") else {}
    elif edit.part is not None:
        lunch = edit.part == "noon"  # lies within most work hours, and was asked for
        changes |= {"suggested_time": None, "day_part": edit.part, "time_said": lunch}
    return changes


def _swap_day(task: ProposedTask, edit: PlanEdit) -> Changes:
    if not task.weekdays:
        return _not_on(task, PlanEdit(edit.kind, weekdays=edit.away))
    if not set(edit.away) & set(task.weekdays):
        return {}
    return _on(task, (set(task.weekdays) - set(edit.away)) | set(edit.weekdays))


def _not_on(task: ProposedTask, edit: PlanEdit) -> Changes:
    kept_free = [day for day in WEEKDAYS if day in task.not_on or WEEKDAYS.index(day) in edit.weekdays]
    if len(kept_free) == 7:
        return {}  # a week without any day is no plan; the words around it must say so
    changes: Changes = {"not_on": kept_free}
    closed = {WEEKDAYS.index(day) for day in kept_free}
    open_days = [day for day in range(7) if day not in closed]
    if set(task.weekdays) & closed:
        count = min(len(task.weekdays), len(open_days))
        changes |= {"scheduled_days": _names(_nearest(task.weekdays, open_days, count))}
    elif not task.weekdays and task.days_a_week > len(open_days):
        changes |= {"times_per_week": len(open_days)}
    return changes


def _shift(task: ProposedTask, edit: PlanEdit) -> Changes:
    step = -1 if edit.kind is EditKind.EARLIER else 1
    if task.local_time is not None:
        minutes = task.local_time.hour * 60 + task.local_time.minute + (edit.count or 60) * step
        minutes = min(max(minutes, 0), 23 * 60 + 30)
        return {"suggested_time": f"{minutes // 60:02d}:{minutes % 60:02d}"}
    place = _PARTS.index(task.day_part) if task.day_part else 3
    return {"day_part": _PARTS[min(max(place + step, 0), len(_PARTS) - 1)]}


def _easier(task: ProposedTask, _edit: PlanEdit) -> Changes:
    shorter = 5 * round(task.duration_minutes * 0.7 / 5)
    return _lasting(task, min(shorter, task.duration_minutes - 1))


def _harder(task: ProposedTask, _edit: PlanEdit) -> Changes:
    longer = max(5 * round(task.duration_minutes * 1.3 / 5), task.duration_minutes + 5)
    return _lasting(task, longer)


def _fewer(task: ProposedTask, _edit: PlanEdit) -> Changes:
    return _so_many(task, task.days_a_week - 1)


def _more(task: ProposedTask, _edit: PlanEdit) -> Changes:
    return _so_many(task, task.days_a_week + 1)


def _days(task: ProposedTask, edit: PlanEdit) -> Changes:
    return _so_many(task, edit.count)


def _minutes(task: ProposedTask, edit: PlanEdit) -> Changes:
    return _lasting(task, edit.count)


def _at_most(task: ProposedTask, edit: PlanEdit) -> Changes:
    return _lasting(task, edit.count) if task.duration_minutes > edit.count else {}


def _minutes_by(task: ProposedTask, edit: PlanEdit) -> Changes:
    return _lasting(task, task.duration_minutes + edit.count)


def _minutes_times(task: ProposedTask, edit: PlanEdit) -> Changes:
    return _lasting(task, max(SHORTEST, 5 * round(task.duration_minutes * edit.count / 100 / 5)))


def _days_times(task: ProposedTask, edit: PlanEdit) -> Changes:
    return _so_many(task, round(task.days_a_week * edit.count / 100))


def _not_before(task: ProposedTask, edit: PlanEdit) -> Changes:
    if edit.at is None:
        return {}
    limit = f"{edit.at:%H:%M}"
    late = task.not_after if (task.not_after or "24:00") > limit else None
    moved = {"suggested_time": limit} if task.suggested_time and task.suggested_time < limit else {}
    return {"not_before": limit, "not_after": late, **moved}


def _not_after(task: ProposedTask, edit: PlanEdit) -> Changes:
    if edit.at is None:
        return {}
    limit = f"{edit.at:%H:%M}"
    early = task.not_before if (task.not_before or "") < limit else None
    over = task.suggested_time is not None and task.suggested_time >= limit
    return {"not_after": limit, "not_before": early, **({"suggested_time": None} if over else {})}


def _skip_weeks(task: ProposedTask, edit: PlanEdit) -> Changes:
    """Weeks kept free; one week of the plan at least is left."""
    off = sorted({*task.weeks_off, *edit.weeks})
    return {"weeks_off": off} if len(off) < 6 else {}


def _rename(_task: ProposedTask, edit: PlanEdit) -> Changes:
    return {"title": edit.title[:120]} if edit.title.strip() else {}


def _nothing(_task: ProposedTask, _edit: PlanEdit) -> Changes:
    return {}


_CHANGES: dict[EditKind, Callable[[ProposedTask, PlanEdit], Changes]] = {
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
    EditKind.AT_MOST: _at_most,
    EditKind.MINUTES_BY: _minutes_by,
    EditKind.MINUTES_TIMES: _minutes_times,
    EditKind.DAYS_TIMES: _days_times,
    EditKind.NOT_BEFORE: _not_before,
    EditKind.NOT_AFTER: _not_after,
    EditKind.SKIP_WEEKS: _skip_weeks,
    EditKind.RENAME: _rename,
}


def _lasting(task: ProposedTask, minutes: int) -> Changes:
    """Another length, also where the if-then sentence says it."""
    minutes = min(max(minutes, SHORTEST), LONGEST)
    said = task.description.replace(f"{task.duration_minutes} minutes", f"{minutes} minutes")
    return {"duration_minutes": minutes, "description": said}


def _on(task: ProposedTask, weekdays: set[int] | tuple[int, ...]) -> Changes:
    names = _names(weekdays)
    still_free = [day for day in task.not_on if day not in names]
    return {"scheduled_days": names, "times_per_week": None, "days_said": True, "not_on": still_free}


def _so_many(task: ProposedTask, count: int) -> Changes:
    count = min(max(count, 1), 7 - len(task.not_on))
    if count == task.days_a_week:
        return {}
    if task.weekdays and count > len(task.weekdays):
        return {"scheduled_days": _names(_with_more(task, count))}
    if task.weekdays and count < len(task.weekdays):
        return {"scheduled_days": _names(_spread(task.weekdays, count))}
    return {"scheduled_days": [], "times_per_week": count, "days_said": False}


def _with_more(task: ProposedTask, count: int) -> Sequence[int]:
    """The days it has and as many others, as far apart as possible."""
    rest = [day for day in range(7) if day not in task.weekdays and WEEKDAYS[day] not in task.not_on]
    choices = combinations(rest, count - len(task.weekdays))
    return min(([*task.weekdays, *more] for more in choices), key=_crowding, default=task.weekdays)


def _spread(days: Sequence[int], count: int) -> tuple[int, ...]:
    """The `count` of these days that lie furthest apart."""

    return min(combinations(sorted(days), count), key=_crowding)


def _crowding(chosen: Sequence[int]) -> float:
    days = sorted(chosen)
    return sum((later - day) ** 2 for day, later in zip(days, (*days[1:], days[0] + 7), strict=True))


def _nearest(days: Sequence[int], open_days: Sequence[int], count: int) -> tuple[int, ...]:
    """As many open days, as many of the old ones as possible and the rest close to the closed ones."""
    old = [day for day in days if day in open_days]

    def cost(chosen: tuple[int, ...]) -> tuple[int, int]:
        lost = len(set(old) - set(chosen))
        return lost, sum(min((day - other) % 7 for other in days) for day in chosen)

    return min(combinations(open_days, count), key=cost)


def _names(weekdays: set[int] | Sequence[int]) -> list[str]:
    return [WEEKDAYS[day] for day in sorted(set(weekdays))]
