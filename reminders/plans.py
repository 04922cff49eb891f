"""An agreed plan becomes rows that know when they next need attention; moving one leaves the old row behind, closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.house import wake_on_commit
from reminders.people import Person, load_person
from reminders.rows import state_of, write_state
from reminders.rules.life import Cancelled, Event, Moved, Undone, step
from reminders.rules.rhythm import to_utc
from reminders.sprints import reopen_sprint
from storage import outbox
from storage.tables import Task, User
from storage.tasks import lock_task, rezone
from storage.users import profile_of, save_profile
from storage.vocabulary import Stage, TaskStatus, TriggerType
from storage.zones import known_zone

LONGEST_TITLE = 200


class PlanError(ValueError):
    """Something that cannot be planned; the message says what, in words for the person."""


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """A task before it is a row. With an id, writing it twice writes it once. `scheduled_at` is aware, UTC."""

    title: str
    scheduled_at: datetime
    duration_minutes: int = 30
    goal_id: UUID | None = None
    description: str = ""
    recurrence_rule: str | None = None
    series_id: UUID | None = None
    trigger_type: str = TriggerType.TIME
    location_trigger: str | None = None
    original_at: datetime | None = None
    shared_with_goal_ids: tuple[UUID, ...] = ()
    id: UUID | None = None


def schedule_tasks(session: Session, user: User, drafts: Iterable[TaskDraft], now: datetime) -> list[Task]:
    """Write the drafts that lie ahead and ask to be woken for the first; what is past, or written already, is left out.

    Returns the rows by time, those that were there before included.
    """
    ahead = [draft for draft in drafts if draft.scheduled_at > now]
    person = load_person(session, user.id)
    if person is None or not ahead:
        return []
    wanted = [draft.id for draft in ahead if draft.id is not None]
    there = session.scalars(select(Task).where(Task.id.in_(wanted), Task.user_id == user.id)).all()
    known = {task.id for task in there}
    new = [_row(draft, person, now) for draft in ahead if draft.id not in known]
    session.add_all(new)
    session.flush()
    wake_on_commit(session, min((task.wakes_at for task in new if task.wakes_at), default=None))
    return sorted([*there, *new], key=lambda task: (task.scheduled_at, task.id))


def move_task(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    to: datetime,
    now: datetime,
    *,
    minutes: int | None = None,
) -> Task:
    """Close the row as rescheduled and write a pending one in its place at `to`; returns the new one.

    `minutes` changes how long it takes. Raises PlanError for an unknown or closed task and for a time that has passed.
    """
    task, person = movable(session, user_id, task_id, to, now)
    moved = replace_row(session, task, to, person, now, minutes)
    session.flush()
    wake_on_commit(session, moved.wakes_at)
    return moved


def movable(
    session: Session, user_id: UUID, task_id: UUID, to: datetime, now: datetime
) -> tuple[Task, Person]:
    """The task, locked, and its person. Raises PlanError for an unknown task and for a time that has passed."""
    task = lock_task(session, user_id, task_id)
    person = load_person(session, user_id)
    if task is None or person is None:
        raise PlanError("I don't know that task")
    if to <= now:
        raise PlanError("that time has passed")
    return task, person


def cancel_tasks(
    session: Session, user_id: UUID, task_ids: Sequence[UUID], now: datetime, reason: str = "cancelled"
) -> int:
    """Call off the pending ones among these tasks of this person; says how many."""
    person = load_person(session, user_id)
    if person is None:
        return 0
    cancelled = 0
    for task_id in sorted(task_ids):  # one order everywhere, so that two of these never wait for each other
        task = lock_task(session, user_id, task_id)
        cancelled += task is not None and _close(session, task, Cancelled(reason), person, now)
    session.flush()
    return cancelled


def call_back(session: Session, user_id: UUID, task_id: UUID, now: datetime) -> Task | None:
    """Reopen a cancelled task whose time lies ahead; None when there is nothing to reopen."""
    task, person = lock_task(session, user_id, task_id), load_person(session, user_id)
    if task is None or person is None or task.status != TaskStatus.CANCELLED:
        return None
    state, effects = step(state_of(task), Undone(), person.ladder, now)
    if not write_state(task, state, effects, person.ladder.rhythm, now):
        return None
    session.flush()
    wake_on_commit(session, task.wakes_at)
    return task


def end_sleep(session: Session, user_id: UUID, was: datetime | None, until: datetime) -> None:
    """What a pause had put to sleep until `was` wakes at `until` already; nothing when that is no earlier."""
    if was is None or was <= until:
        return
    asleep = select(Task).where(
        Task.user_id == user_id, Task.status == TaskStatus.PENDING, Task.wakes_at == was
    )
    for task in session.scalars(asleep.order_by(Task.id).with_for_update(key_share=True)).all():
        task.wakes_at = until
    session.flush()
    wake_on_commit(session, until)


def change_zone(session: Session, user: User, zone: str, now: datetime, *, keep_local: bool = False) -> int:
    """The person lives in another IANA zone now: their days are cut anew; says how many tasks moved.

    With `keep_local` what is still to come keeps its wall time: 07:00 stays 07:00, there. A pause keeps its last day.
    Raises UnknownTimeZoneError before anything is changed.
    """
    place = known_zone(zone)
    before = load_person(session, user.id)
    if before is not None and user.paused_until is not None:
        back = before.ladder.rhythm.local(user.paused_until).replace(tzinfo=None)
        user.paused_until = to_utc(back, place)
    if (
        before is not None
        and before.ladder.rhythm.local(now).utcoffset() != now.astimezone(place).utcoffset()
    ):
        save_profile(user, profile_of(user).model_copy(update={"zone_since": now}))
    user.timezone = zone
    session.flush()
    after = load_person(session, user.id)
    if before is None or after is None:
        return 0
    waiting = session.scalars(
        select(Task)
        .where(Task.user_id == user.id, Task.status == TaskStatus.PENDING, Task.stage == Stage.WAITING)
        .with_for_update(key_share=True)
    ).all()
    moved = 0
    for task in waiting:
        local = before.ladder.rhythm.local(task.scheduled_at).replace(tzinfo=None)
        at = to_utc(local, after.ladder.rhythm.zone) if keep_local else task.scheduled_at
        if at > now:
            moved += at != task.scheduled_at
            if keep_local and task.original_at is not None:  # its usual slot is a wall time too
                usual = before.ladder.rhythm.local(task.original_at).replace(tzinfo=None)
                task.original_at = to_utc(usual, after.ladder.rhythm.zone)
            task.wakes_at = _first_look_there(task, at, before, after, now)
            task.scheduled_at = at
            task.version += 1
    session.flush()
    rezone(session, user.id, after.ladder.rhythm.zone.key)
    wake_on_commit(session, min((task.wakes_at for task in waiting if task.wakes_at), default=None))
    return moved


def _first_look_there(task: Task, at: datetime, before: Person, after: Person, now: datetime) -> datetime:
    """When the ladder of a task that begins `at` in another zone starts: as for a new one there, for sleep lies elsewhere.

    Whoever has put it off is reminded when that was promised.
    """
    first = after.ladder.first_rung_at(at, task.created_at)
    was = before.ladder.first_rung_at(task.scheduled_at, task.created_at)
    if task.wakes_at is None or task.wakes_at <= was or before.ladder.paused(now):
        return first
    return max(first, task.wakes_at + (at - task.scheduled_at))


def tidy_title(title: str) -> str:
    """One line, single spaces, at most 200 characters, never empty."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in title).split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def _row(draft: TaskDraft, person: Person, now: datetime) -> Task:
    return Task(
        id=draft.id or uuid4(),
        user_id=person.user_id,
        goal_id=draft.goal_id,
        title=tidy_title(draft.title) or "Task",
        description=draft.description.strip(),
        status=TaskStatus.PENDING,
        scheduled_at=draft.scheduled_at,
        duration_minutes=min(max(draft.duration_minutes, 1), 1440),
        trigger_type=draft.trigger_type,
        location_trigger=draft.location_trigger,
        recurrence_rule=draft.recurrence_rule,
        shared_with_goal_ids=list(draft.shared_with_goal_ids),
        created_at=now,
        local_day=person.ladder.rhythm.day(draft.scheduled_at),
        original_at=draft.original_at,
        series_id=draft.series_id,
        stage=Stage.WAITING,
        version=1,
        wakes_at=_first_look(draft, person, now),
    )


def _first_look(draft: TaskDraft, person: Person, now: datetime) -> datetime:
    if draft.trigger_type == TriggerType.LOCATION:
        return person.ladder.rhythm.wakes_after(draft.scheduled_at)
    return person.ladder.first_rung_at(draft.scheduled_at, now)


def replace_row(
    session: Session,
    task: Task,
    to: datetime,
    person: Person,
    now: datetime,
    minutes: int | None = None,
    *,
    slot: datetime | None = None,
    rule: str | None = None,
) -> Task:
    """Close the row and write the one that follows it. `slot` and `rule` are given when the recurrence itself moves.

    Raises PlanError for a task that is no longer open.
    """
    if not _close(session, task, Moved(), person, now):
        raise PlanError("that one is no longer open")
    draft = TaskDraft(
        title=task.title,
        scheduled_at=to,
        duration_minutes=minutes or task.duration_minutes,
        goal_id=task.goal_id,
        description=task.description,
        recurrence_rule=rule or task.recurrence_rule,
        series_id=task.series_id,
        trigger_type=task.trigger_type,
        location_trigger=task.location_trigger,
        # The slot the recurrence gave it stays known, unless the recurrence itself has moved.
        original_at=slot or task.original_at or task.scheduled_at,
        shared_with_goal_ids=tuple(task.shared_with_goal_ids),
    )
    reopen_sprint(session, task.goal_id)
    row = _row(draft, person, now)
    row.replaces_id = task.id
    session.add(row)
    return row


def _close(session: Session, task: Task, event: Event, person: Person, now: datetime) -> bool:
    state, effects = step(state_of(task), event, person.ladder, now)
    may_ring = task.stage == Stage.CALLED
    if not write_state(task, state, effects, person.ladder.rhythm, now):
        return False
    reason = "the task was moved" if isinstance(event, Moved) else "cancelled"
    outbox.supersede(session, [task.id], reason, now)
    outbox.hang_up(session, task.id, now)
    if may_ring:  # a phone that rings for nothing is not left to the next sweep
        wake_on_commit(session, now)
    return True
