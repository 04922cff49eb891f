"""What the outbox owes: rungs that the ladder began and no row tells of, rows without an end, and what went out twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

OVERDUE = timedelta(minutes=10)  # until then somebody may be at it: a sweep comes every few seconds
_SETTLING = timedelta(days=2)  # a task may be spoken of this long after its time


class Kind(StrEnum):
    NO_ROW = "no_row"  # promised, and nothing says what became of it
    OPEN = "open"  # its deadline is over, and it is still to be sent
    TWICE = "twice"  # one address heard the same rung two times


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that was promised and did not come out as it should. `at`: when it was due, or went out."""

    kind: Kind
    task_id: UUID
    user_id: UUID
    rung: str
    at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Untouched:
    """A task whose start went by, until it was done or to this day, without a word from us; sleep may be why."""

    task_id: UUID
    user_id: UUID
    title: str
    starts_at: datetime
    created_at: datetime
    until: datetime


# `mine` narrows each question to one person, whose own tasks then lead to the rows.
_MINE = "and t.user_id = :person and t.scheduled_at > :since - :settling"

# A rung begins together with its rows, in one transaction, at one moment.
_BEGUN_WITHOUT_ROW = """
    select 'no_row', t.id, t.user_id, r.rung, r.at, t.title
    from tasks t
    cross join lateral (values
        ('remind', t.reminder_sent_at), ('whatsapp', t.whatsapp_sent_at), ('call', t.call_sent_at)
    ) as r (rung, at)
    where greatest(t.reminder_sent_at, t.whatsapp_sent_at, t.call_sent_at) >= :since and r.at >= :since
        {mine}
        and not exists (
            select from dispatch_log d where d.task_id = t.id and d.rung = r.rung
                and d.created_at >= r.at - interval '1 minute'
        )
"""
# Whoever is told of a miss has been through the whole ladder, or was asked how it went.
_MISSED_WITHOUT_ROW = """
    select 'no_row', t.id, t.user_id, r.rung, t.scheduled_at, t.title
    from dispatch_log note
    join tasks t on t.id = note.task_id
    cross join (values ('remind'), ('whatsapp'), ('call')) as r (rung)
    where note.rung = 'miss_note' and note.created_at >= :since and t.location_trigger is null
        {mine}
        and not exists (
            select from dispatch_log d where d.task_id = t.id and d.rung in (r.rung, 'follow_up')
        )
"""
_NEVER_WOKEN = """
    select 'no_row', t.id, t.user_id, 'remind', t.scheduled_at, t.title
    from tasks t
    where t.status = 'pending' and t.wakes_at is null and t.scheduled_at between :since and :overdue {mine}
"""
_WITHOUT_END = """
    select 'open', t.id, t.user_id, d.rung, d.created_at, t.title
    from dispatch_log d join tasks t on t.id = d.task_id
    where {status} in ('pending', 'unknown') and coalesce(d.deadline, d.created_at + interval '1 day') < :overdue
        {mine}
"""
# A call that nobody picked up may be made once more, so it is not counted.
_TWICE = """
    select 'twice', t.id, t.user_id, d.rung, max(d.dispatched_at), t.title
    from dispatch_log d join tasks t on t.id = d.task_id
    where d.created_at >= :since and d.status = 'dispatched' {mine}
        and d.rung in ('remind', 'whatsapp', 'call', 'follow_up', 'miss_note')
        and coalesce(d.outcome, '') not in ('busy', 'no_answer')
    group by t.id, d.rung, d.channel, d.address, d.task_version having count(*) > 1
"""
# One attempt that two workers brought to the provider: the second one's word finds the row written, and is logged.
_ONE_ATTEMPT_TWICE = """
    select 'twice', t.id, t.user_id, coalesce(min(d.rung), 'remind'), max(n.sent_at), t.title
    from notification_log n join tasks t on t.id = n.task_id left join dispatch_log d on d.id = n.attempt_id
    where n.sent_at >= :since and n.attempt_id is not null {mine}
    group by t.id, n.attempt_id having count(*) > 1
"""
_QUESTIONS = (
    _BEGUN_WITHOUT_ROW,
    _MISSED_WITHOUT_ROW,
    _NEVER_WOKEN,
    _WITHOUT_END,
    _TWICE,
    _ONE_ATTEMPT_TWICE,
)

# In its first version nothing has happened to a task, in its second one thing only: the answer.
_UNTOUCHED = """
    select t.id, t.user_id, t.title, t.scheduled_at, t.created_at, coalesce(t.completed_at, :now)
    from tasks t
    where (t.status = 'done' and t.version = 2 and t.completed_at >= :since
            or t.status = 'pending' and t.version = 1 and t.scheduled_at >= :since)
        and coalesce(t.completed_at, :now) > t.scheduled_at + :grace
        and t.trigger_type = 'time' and t.location_trigger is null
        {mine}
        and not exists (select from dispatch_log d where d.task_id = t.id)
"""


def differences(
    session: Session, since: datetime, now: datetime, person: UUID | None = None
) -> list[Difference]:
    """What is wrong with the rungs that were due from `since` on, of everybody or of one person; in order of time."""
    values = {"since": since, "overdue": now - OVERDUE, "person": person, "settling": _SETTLING}
    found: dict[tuple[str, UUID, str], Difference] = {}  # what two questions tell of is one
    for question in _QUESTIONS:
        for kind, *rest in session.execute(text(_narrowed(question, person)), values):
            one = Difference(Kind(kind), *rest)
            found.setdefault((kind, one.task_id, one.rung), one)
    return sorted(found.values(), key=lambda one: (one.at, one.task_id, one.rung))


def untouched(
    session: Session, since: datetime, now: datetime, person: UUID | None = None
) -> list[Untouched]:
    """Tasks whose start went by without a word from us, long enough ago that nobody may still be at it."""
    values = {"since": since, "now": now, "grace": OVERDUE, "person": person, "settling": _SETTLING}
    return [Untouched(*row) for row in session.execute(text(_narrowed(_UNTOUCHED, person)), values)]


def rungs_since(session: Session, since: datetime) -> int:
    """How many rungs were begun or left out from then on."""
    counted = text("select count(*) from dispatch_log where created_at >= :since")
    return session.scalar(counted, {"since": since}) or 0


def _narrowed(question: str, person: UUID | None) -> str:
    """Everybody's open attempts are one small index; one person's are found by way of their tasks, as elsewhere."""
    if person is None:
        return question.format(mine="", status="d.status")
    return question.format(mine=_MINE, status="d.status || ''")
