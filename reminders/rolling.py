"""A recurring reminder without an end has rows for six weeks ahead; as time passes, the next ones are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from reminders.people import load_person
from reminders.plans import TaskDraft, schedule_tasks
from reminders.rules.diary import HORIZON
from reminders.rules.recurrence import RecurrenceError, expand
from reminders.rules.rhythm import Rhythm
from reminders.series_moves import slot_of
from storage.database import lock_person
from storage.recurring import recurring_series, rows_of_series
from storage.tables import Task
from storage.users import get_user

_SEEN = timedelta(days=45)  # a series that comes once a month has had an occurrence by then
_REFILL = timedelta(days=8)  # a weekly one is extended once a week, not with every look
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Rolled:
    """Rows written, and the series to go on behind; None when all have been looked at."""

    written: int
    after: UUID | None


def roll_forward(session: Session, now: datetime, after: UUID = FIRST, limit: int = 200) -> Rolled:
    """Extend those of up to `limit` series behind `after` that need it."""
    seen = recurring_series(session, now - _SEEN, now + timedelta(days=1), after, limit)
    fading = sorted((user, series) for user, series, last in seen if last < now + HORIZON - _REFILL)
    written = 0
    for user_id, series_id in fading:  # people in one order, so that two of these never wait for each other
        lock_person(session, user_id)
        written += extend(session, user_id, series_id, now)
    return Rolled(written, seen[-1][1] if len(seen) == limit else None)


def extend(session: Session, user_id: UUID, series_id: UUID, now: datetime) -> int:
    """Write what is missing of one series up to six weeks ahead; says how many rows."""
    person, user = load_person(session, user_id), get_user(session, user_id)
    rows = rows_of_series(session, user_id, series_id)
    if person is None or user is None or not rows:
        return 0
    taken = {slot_of(row) for row in rows}
    drafts = [
        draft
        for last in _going_on(rows, now)
        for draft in _next(last, person.ladder.rhythm, now)
        if draft.original_at not in taken
    ]
    return len(schedule_tasks(session, user, drafts, now))


def _going_on(rows: Sequence[Task], now: datetime) -> list[Task]:
    """The newest row of each rule that still holds: one with rows ahead, or the newest of all.

    A series that was moved or ended has older rows that tell its old rule; they are history.
    """
    newest: dict[str, Task] = {}
    for row in rows:
        if row.recurrence_rule:
            newest[row.recurrence_rule] = row
    last = max(newest.values(), key=slot_of, default=None)
    return [row for row in newest.values() if slot_of(row) > now or row is last]


def _next(last: Task, rhythm: Rhythm, now: datetime) -> list[TaskDraft]:
    """The occurrences behind the last one, at the same wall time."""
    first = rhythm.local(slot_of(last)).replace(tzinfo=None)
    until = rhythm.local(now + HORIZON).replace(tzinfo=None)
    try:
        moments = expand(last.recurrence_rule or "", first, rhythm.zone, until)
    except RecurrenceError:
        return []
    series = last.series_id or last.id
    return [
        TaskDraft(
            title=last.title,
            description=last.description,
            scheduled_at=at,
            duration_minutes=last.duration_minutes,
            recurrence_rule=last.recurrence_rule,
            series_id=series,
            original_at=at,
            id=uuid5(series, at.isoformat()),
        )
        for at in moments
        if at > max(slot_of(last), now)
    ]
