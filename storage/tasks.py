"""Tasks as rows: who needs attention now, what fills a person's days, and the state the ladder writes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, any_, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from storage.tables import Task
from storage.vocabulary import Stage, TaskStatus, TriggerType
from storage.zones import known_zone

# Locks are `key_share`: writing down what was sent refers to the task, and must not wait for whoever holds it, who may
# in turn be waiting for the attempt.


def get_task(session: Session, user_id: UUID, task_id: UUID) -> Task | None:
    """One task of this person; None for unknown ids and for other people's."""
    return session.scalar(select(Task).where(Task.id == task_id, Task.user_id == user_id))


def lock_task(session: Session, user_id: UUID, task_id: UUID) -> Task | None:
    """The same, as it is now, and nobody else changes it until this transaction ends."""
    query = select(Task).where(Task.id == task_id, Task.user_id == user_id)
    return session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))


# A person is looked after by one claim at a time, so that what is due for them can be said in one message. The locks
# are tried in the order of `due` and only until enough are held; `look` steps over those whom other workers hold.
_CLAIM_PEOPLE = text("""
    with due as materialized (select user_id from tasks where wakes_at <= :now order by wakes_at limit :look)
    select user_id from due where pg_try_advisory_xact_lock(:space, hashtext(user_id::text)) limit :limit
""")
_CLAIM_OWNERS = text("""
    select user_id from tasks where id = any(:only) and pg_try_advisory_xact_lock(:space, hashtext(user_id::text))
""")
_THEIRS = (
    select(Task)
    .where(
        Task.user_id == any_(bindparam("people", type_=ARRAY(Task.user_id.type))),
        Task.wakes_at <= bindparam("until"),
    )
    .order_by(Task.wakes_at, Task.id)
    .with_for_update(skip_locked=True, key_share=True)
)
# Apart from every other lock; two people who share a key wait for each other, no more.
_CLAIM_SPACE = 1179407705
_LOOK = 10  # times the batch


def claim_due(
    session: Session,
    now: datetime,
    limit: int,
    *,
    ahead: timedelta = timedelta(0),
    only: Sequence[UUID] | None = None,
) -> list[Task]:
    """The `limit` longest waiting tasks whose time has come and whatever else is due for their people, the longest waiting first.

    `ahead`: what falls due for them so soon comes too, so that it can be said along with it. All of it belongs to this
    transaction alone, and nobody else claims anything for these people until it ends. With `only`, these tasks alone.
    """
    if only is None:
        values = {"now": now, "limit": limit, "look": limit * _LOOK, "space": _CLAIM_SPACE}
        people = set(session.execute(_CLAIM_PEOPLE, values).scalars())
    else:
        owners = {"only": list(only), "space": _CLAIM_SPACE}
        people = set(session.execute(_CLAIM_OWNERS, owners).scalars())
    if not people:
        return []
    theirs = _THEIRS if only is None else _THEIRS.where(Task.id.in_(only))
    return list(session.scalars(theirs, {"people": list(people), "until": now + ahead}))


def park(session: Session, task_id: UUID, until: datetime) -> None:
    """Nobody looks at this task before then; its state stays what it was."""
    session.execute(update(Task).where(Task.id == task_id, Task.wakes_at < until).values(wakes_at=until))


# The flush of a hundred changed objects is a hundred statements; this is one.
_SAVE = text("""
    update tasks as t set
        status = n.status, stage = n.stage, version = n.version, wakes_at = n.wakes_at,
        reminder_sent_at = n.reminder_sent_at, whatsapp_sent_at = n.whatsapp_sent_at,
        call_sent_at = n.call_sent_at
    from unnest(
        cast(:ids as uuid[]), cast(:statuses as text[]), cast(:stages as text[]), cast(:versions as int[]),
        cast(:wakes as timestamptz[]), cast(:reminded as timestamptz[]), cast(:whatsapped as timestamptz[]),
        cast(:called as timestamptz[])
    ) as n (id, status, stage, version, wakes_at, reminder_sent_at, whatsapp_sent_at, call_sent_at)
    where t.id = n.id
""")


def save_ladder(session: Session, tasks: Sequence[Task]) -> None:
    """Write what the ladder changes of these claimed tasks in one statement. They must be expunged from the session."""
    if not tasks:
        return
    session.execute(
        _SAVE,
        {
            "ids": [task.id for task in tasks],
            "statuses": [task.status for task in tasks],
            "stages": [task.stage for task in tasks],
            "versions": [task.version for task in tasks],
            "wakes": [task.wakes_at for task in tasks],
            "reminded": [task.reminder_sent_at for task in tasks],
            "whatsapped": [task.whatsapp_sent_at for task in tasks],
            "called": [task.call_sent_at for task in tasks],
        },
    )


# A rung that has just begun goes first: what is tried again meanwhile must not arrive together with it.
_CARRY_ON = text("""
    update dispatch_log as d set task_version = m.version,
        lease_until = case when d.tries > 0 and d.outcome is null and d.lease_until is not null
            then greatest(d.lease_until, greatest(t.whatsapp_sent_at, t.call_sent_at) + interval '5 seconds')
            else d.lease_until end
    from unnest(cast(:ids as uuid[]), cast(:befores as int[]), cast(:versions as int[])) as m (id, before, version),
        tasks t
    where t.id = m.id and d.task_id = m.id and d.task_version = m.before
        and (d.status || '' in ('pending', 'unknown') or left(d.outcome, 3) = 'in:')
""")


def carry_attempts_on(session: Session, moved: Sequence[tuple[UUID, int, int]]) -> None:
    """The ladder of each (task, version before, version now) went on, and nothing else: what waits stays worth sending.

    Until the next rung has been sent, that is; `last_look` sees to it.
    """
    if moved:
        ids, befores, versions = (list(column) for column in zip(*moved, strict=True))
        session.execute(_CARRY_ON, {"ids": ids, "befores": befores, "versions": versions})


_WAKE_FAILED = text("""
    with failed as (
        select t.id from tasks t
        join unnest(cast(:ids as uuid[]), cast(:versions as int[])) as f (id, version)
            on t.id = f.id and t.version = f.version
        where t.status = 'pending' and t.wakes_at > :now and t.stage in ('reminded', 'whatsapped')
            and not exists (
                select 1 from dispatch_log d
                where d.task_id = t.id and d.task_version = t.version
                    and d.rung = case t.stage when 'reminded' then 'remind' else 'whatsapp' end
                    and (d.status in ('pending', 'unknown', 'dispatched') or exists (
                        select 1 from dispatch_log head  -- said in another's message, which may still arrive
                        where head.id = case when d.outcome like 'in:%' then substr(d.outcome, 4)::uuid end
                            and head.status in ('pending', 'unknown', 'dispatched')))
            )
        for no key update of t skip locked
    )
    update tasks as t set wakes_at = :now from failed where t.id = failed.id returning t.id
""")


def wake_failed(session: Session, failed: Sequence[tuple[UUID, int]], now: datetime) -> int:
    """Wake the tasks of (id, version) whose newest rung failed on every address: their next rung starts at once.

    A task that somebody holds is left to them: they may be waiting for the attempt that is being written here.
    """
    if not failed:
        return 0
    ids, versions = zip(*sorted(set(failed)), strict=True)
    values = {"ids": list(ids), "versions": list(versions), "now": now}
    return len(session.execute(_WAKE_FAILED, values).all())


# ------------------------------------------------------------------ a person's days


def pending_between(session: Session, user_id: UUID, start: datetime, end: datetime) -> Sequence[Task]:
    """Open tasks that begin in [start, end), by time; what waits for a place takes none."""
    return session.scalars(
        select(Task)
        .where(
            Task.user_id == user_id,
            Task.status == TaskStatus.PENDING,
            Task.trigger_type == TriggerType.TIME,
            Task.scheduled_at >= start,
            Task.scheduled_at < end,
        )
        .order_by(Task.scheduled_at, Task.id)
    ).all()


def open_reminders(session: Session, user_id: UUID) -> Sequence[Task]:
    """Pending tasks whose reminder went out, the newest reminder first."""
    stages = (Stage.REMINDED, Stage.WHATSAPPED, Stage.CALLED, Stage.ACKNOWLEDGED, Stage.ASKED)
    return session.scalars(
        select(Task)
        .where(Task.user_id == user_id, Task.status == TaskStatus.PENDING, Task.stage.in_(stages))
        .order_by(Task.reminder_sent_at.desc().nulls_last(), Task.scheduled_at.desc())
    ).all()


def waiting_for_place(session: Session, user_id: UUID) -> Sequence[Task]:
    """Pending tasks that wait for a place, the oldest first."""
    return session.scalars(
        select(Task)
        .where(
            Task.user_id == user_id,
            Task.status == TaskStatus.PENDING,
            Task.trigger_type == TriggerType.LOCATION,
        )
        .order_by(Task.created_at, Task.id)
    ).all()


def later_in_series(session: Session, user_id: UUID, series_id: UUID, after: datetime) -> Sequence[Task]:
    """Pending occurrences that begin after that moment, locked."""
    return session.scalars(
        select(Task)
        .where(
            Task.user_id == user_id,
            Task.series_id == series_id,
            Task.status == TaskStatus.PENDING,
            Task.scheduled_at > after,
        )
        .order_by(Task.scheduled_at, Task.id)
        .with_for_update(key_share=True)
    ).all()


def open_of_goal(session: Session, goal_id: UUID) -> int:
    """How many tasks of a goal are still to come."""
    query = select(func.count()).where(Task.goal_id == goal_id, Task.status == TaskStatus.PENDING)
    return session.scalar(query) or 0


def open_shared_with(session: Session, user_id: UUID, goal_id: UUID) -> int:
    """How many tasks of other goals of this person are still to come and count for this one."""
    query = select(func.count()).where(
        Task.user_id == user_id,
        Task.status == TaskStatus.PENDING,
        any_(Task.shared_with_goal_ids) == goal_id,
    )
    return session.scalar(query) or 0


_REZONE = text("""
    update tasks as t set local_day = n.day
    from unnest(cast(:ids as uuid[]), cast(:moments as timestamptz[]), cast(:days as date[])) as n (id, at, day)
    where t.id = n.id and t.scheduled_at = n.at
""")


def rezone(session: Session, user_id: UUID, zone: str) -> None:
    """Cut the person's days anew after a move: every task's local day in that IANA zone.

    Raises UnknownTimeZoneError before anything is changed. Postgres is not asked: its list of zones and their rules may
    be older than Python's, which cut every other day, and it takes CET for +01:00 in summer too.
    """
    place = known_zone(zone)
    session.flush()
    rows = session.execute(select(Task.id, Task.scheduled_at, Task.local_day).where(Task.user_id == user_id))
    days = [(key, at, at.astimezone(place).date(), was) for key, at, was in rows]
    wrong = [(key, at, day) for key, at, day, was in days if day != was]
    if not wrong:
        return
    ids, moments, new = map(list, zip(*wrong, strict=True))
    session.execute(_REZONE, {"ids": ids, "moments": moments, "days": new})
    for row in session.identity_map.values():
        if isinstance(row, Task):
            session.expire(row, ["local_day"])
