"""Moving a series: which of the later ones go along, where to, and what their recurrence says afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from reminders.house import wake_on_commit
from reminders.plans import movable, replace_row
from reminders.rows import busy_of
from reminders.rules.recurrence import moved_rule, without_day
from reminders.rules.rhythm import Rhythm
from reminders.rules.slots import is_free
from storage.tables import Task
from storage.tasks import later_in_series, pending_between

_EVERY_DAY = 7


@dataclass(frozen=True, slots=True)
class SeriesMove:
    """`task` is the new row and `also` those that went along; `stayed` could not, `own` had a time of their own."""

    task: Task
    also: tuple[Task, ...] = ()
    stayed: tuple[Task, ...] = ()
    own: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class _Course:
    """How the slots of a series change: so many days later, to this local time; only those of one weekday, or all."""

    was: datetime
    to: datetime
    days: int
    weekday: int | None


def move_series(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    to: datetime,
    now: datetime,
    *,
    minutes: int | None = None,
    weekday_only: bool = False,
) -> SeriesMove:
    """Move a task and the later pending ones of its series, by as many days and to the same local time.

    Of a series on several weekdays, another day concerns those of the task's own weekday alone, and so does another
    time with `weekday_only`. Wall times are kept over a clock change. One that would meet something else, or the
    person's sleep, stays where it is; so does one that has been given a time of its own. Raises PlanError as
    `move_task` does.
    """
    task, person = movable(session, user_id, task_id, to, now)
    rhythm = person.ladder.rhythm
    later = later_in_series(session, user_id, task.series_id, task.scheduled_at) if task.series_id else ()
    course = _course(task, later, to, rhythm, weekday_only=weekday_only)
    going, own = _sorted(later, course, rhythm)
    rule = moved_rule(task.recurrence_rule, course.days, course.weekday)
    if course.weekday is not None and task.recurrence_rule:
        _leave_day(later, going, without_day(task.recurrence_rule, course.weekday))
    lifted = {task.id, *(other.id for other in going)}
    end = max([to, *(other.scheduled_at for other in later)]) + timedelta(days=8)
    busy = [
        busy_of(other)
        for other in pending_between(session, user_id, now - timedelta(days=1), end)
        if other.id not in lifted
    ]
    moved = replace_row(session, task, to, person, now, minutes, slot=to, rule=rule)
    busy.append(busy_of(moved))
    also, stayed = list[Task](), list[Task]()
    for other in reversed(going):  # the last first: one that stays may be in the way of an earlier one
        at = _shifted(slot_of(other), course, rhythm)
        if at > now and is_free(at, minutes or other.duration_minutes, rhythm, busy):
            also.insert(0, replace_row(session, other, at, person, now, minutes, slot=at, rule=rule))
            busy.append(busy_of(also[0]))
        else:
            stayed.insert(0, other)
            busy.append(busy_of(other))
    session.flush()
    wake_on_commit(session, moved.wakes_at)
    return SeriesMove(moved, tuple(also), tuple(stayed), tuple(own))


def slot_of(task: Task) -> datetime:
    """Where the recurrence put it, wherever it is now."""
    return task.original_at or task.scheduled_at


def _course(
    task: Task, later: Sequence[Task], to: datetime, rhythm: Rhythm, *, weekday_only: bool
) -> _Course:
    was = slot_of(task)
    days = (rhythm.day(to) - rhythm.day(was)).days
    own_day = rhythm.day(was).weekday()
    on_days = {rhythm.day(slot_of(other)).weekday() for other in later} | {own_day}
    if len(on_days) == 1:
        return _Course(was, to, days, None)
    if len(on_days) == _EVERY_DAY and not weekday_only:
        return _Course(was, to, 0, None)  # every day stays every day, only the hour is another
    return _Course(was, to, days, own_day if days or weekday_only else None)


def _sorted(later: Sequence[Task], course: _Course, rhythm: Rhythm) -> tuple[list[Task], list[Task]]:
    """Those that go along, and those that the person gave a time of their own."""
    meant = [
        other
        for other in later
        if course.weekday is None or rhythm.day(slot_of(other)).weekday() == course.weekday
    ]
    own = [other for other in meant if other.scheduled_at != slot_of(other)]
    return [other for other in meant if other not in own], own


def _leave_day(later: Sequence[Task], going: Sequence[Task], rule: str) -> None:
    """The other weekdays recur without the one that left them."""
    for other in later:
        if other not in going:
            other.recurrence_rule = rule


def _shifted(slot: datetime, course: _Course, rhythm: Rhythm) -> datetime:
    """As many local days later as the moved one, at the moved one's local time."""
    return rhythm.utc(rhythm.day(slot) + timedelta(days=course.days), rhythm.local(course.to).time())
