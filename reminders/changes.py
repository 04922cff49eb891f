"""What a person changed, kept so that it can be taken back: moves, cancellations, new tasks, names, a goal that ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.goal_ends import Handed, reopen_goal
from reminders.people import Person
from reminders.plans import PlanError, call_back, cancel_tasks, movable, replace_row
from reminders.rows import busy_of
from reminders.rules.diary import Diary
from reminders.series_ends import end_series
from reminders.wording import moment
from storage.tables import Task
from storage.tasks import get_task, pending_between
from storage.vocabulary import TaskStatus

RECENT = timedelta(days=1)  # older changes are the person's life, not a slip


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the person's words. Ids are hex, times ISO: it lives in a conversation's state."""

    at: str
    words: str
    moved: tuple[str, ...] = ()  # rows that took another one's place
    cancelled: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    before: tuple[tuple[str, dict[str, Any]], ...] = ()  # columns of a row as they were
    goal: dict[str, Any] | None = None  # {id, status, sprints}
    handed: tuple[Handed, ...] = ()
    back: str = ""  # what is said once it is taken back, where the rows do not say it themselves

    def as_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(
            json.dumps(asdict(self))
        )  # lists for tuples, as a checkpoint wants them
        return kept

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Change:
        known: dict[str, Any] = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        for name in ("moved", "cancelled", "added", "before"):
            known[name] = tuple(known.get(name, ()))
        known["before"] = tuple((key, columns) for key, columns in known["before"])
        known["handed"] = tuple(
            Handed(one["task"], one["goal"], tuple(one["shared"])) for one in kept.get("handed", ())
        )
        return cls(**known)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many rows are as they were, and the tasks that could not be, each with the reason."""

    count: int = 0
    home: tuple[Task, ...] = ()  # rows that are where they were, or open again
    stuck: tuple[tuple[Task, str], ...] = ()


def recent_moves(session: Session, user_id: UUID, now: datetime) -> Change | None:
    """The newest move of the last day, wherever it was made."""
    newest = session.scalars(
        select(Task)
        .where(Task.user_id == user_id, Task.replaces_id.is_not(None), Task.created_at > now - RECENT)
        .order_by(Task.created_at.desc(), Task.scheduled_at)
        .limit(1)
    ).first()
    return move_of(session, newest) if newest is not None else None


def move_of(session: Session, task: Task) -> Change:
    """The move that made this row: rows of one person written at one moment were moved together."""
    together = session.scalars(
        select(Task)
        .where(
            Task.user_id == task.user_id,
            Task.replaces_id.is_not(None),
            Task.created_at == task.created_at,
        )
        .order_by(Task.scheduled_at)
    ).all()
    words = f"moved {task.title}" if len(together) == 1 else f"moved {task.title}, {len(together)} times"
    return Change(task.created_at.isoformat(), words, moved=tuple(one.id.hex for one in together))


def take_back(session: Session, user_id: UUID, change: Change, now: datetime) -> TakenBack:
    """Undo all of a change that can still be undone. What lies behind, or has been taken meanwhile, stays."""
    if change.goal is not None:
        reopen_goal(session, user_id, change.goal, change.handed, now)
    count = _as_before(session, user_id, change)
    if (
        change.goal is None
    ):  # a saved plan was let go with its goal, and another goal may live on by its tasks
        end_series(session, [t for one in change.added if (t := get_task(session, user_id, UUID(hex=one)))])
        count += cancel_tasks(session, user_id, [UUID(hex=one) for one in change.added], now, "taken back")
    home, taken = call_back_free(session, user_id, [UUID(hex=one) for one in change.cancelled], now)
    stuck = [(task, "its old time is taken") for task in taken]
    moved = [task for one in change.moved if (task := newest(session, user_id, UUID(hex=one)))]
    for task in moved:
        try:
            home.append(_go_home(session, user_id, task, change, {one.id for one in moved}, now))
        except PlanError as error:
            stuck.append((task, str(error)))
    session.flush()
    return TakenBack(count + len(home), tuple(home), tuple(stuck))


def call_back_free(
    session: Session, user_id: UUID, task_ids: Sequence[UUID], now: datetime
) -> tuple[list[Task], list[Task]]:
    """Reopen those of these cancelled tasks that still lie ahead; says which are back, and which found their time taken."""
    home, stuck = list[Task](), list[Task]()
    for task_id in task_ids:
        task = get_task(session, user_id, task_id)
        if task is not None and _taken(session, task, set()):
            stuck.append(task)
        elif (back := call_back(session, user_id, task_id, now)) is not None:
            home.append(back)
    return home, stuck


def _as_before(session: Session, user_id: UUID, change: Change) -> int:
    """Columns of rows as they were; a row that was moved since has them in the one that follows it."""
    found = 0
    for key, columns in change.before:
        task = newest(session, user_id, UUID(hex=key))
        if task is not None:
            found += 1
            for name, value in columns.items():
                setattr(task, name, value)
    return found


def says_back(back: TakenBack, person: Person, now: datetime) -> str:
    """Where things are again, in one line; what could not go back is named with its reason."""
    rhythm = person.ladder.rhythm
    home = sorted(back.home, key=lambda task: task.scheduled_at)
    lines = []
    if home:
        first = home[0]
        more = "" if len(home) == 1 else ", and one more is back too"
        more = f", and {len(home) - 1} more are back too" if len(home) > 2 else more
        lines.append(f"Taken back: {first.title} is {moment(first.scheduled_at, rhythm, now)} again{more}.")
    elif back.count:
        lines.append("Taken back.")
    lines += [
        f"{task.title} stays {moment(task.scheduled_at, rhythm, now)}: {why}." for task, why in back.stuck[:2]
    ]
    return " ".join(lines) or "There is nothing left of that to take back."


def newest(session: Session, user_id: UUID, task_id: UUID) -> Task | None:
    """The row that stands for this task today, following it however often it was moved."""
    task = get_task(session, user_id, task_id)
    while task is not None and task.status == TaskStatus.RESCHEDULED:
        task = session.scalar(select(Task).where(Task.replaces_id == task.id, Task.user_id == user_id))
    return task


def _go_home(
    session: Session, user_id: UUID, task: Task, change: Change, away: set[UUID], now: datetime
) -> Task:
    """Back to the time before the move. Raises PlanError with the reason why not."""
    was = _before(session, user_id, task, change)
    if was is None or task.status != TaskStatus.PENDING:
        raise PlanError("it is no longer open")
    if was.scheduled_at <= now:
        raise PlanError("its old time has passed")
    start, minutes = was.scheduled_at, was.duration_minutes
    _, person = movable(session, user_id, task.id, start, now)
    if _taken(session, was, away):
        raise PlanError("its old time is taken")
    slot, rule = was.original_at or start, was.recurrence_rule
    return replace_row(session, task, start, person, now, minutes, slot=slot, rule=rule)


def _taken(session: Session, task: Task, away: set[UUID]) -> bool:
    """Whether another one is there now. Sleep and buffers are no matter: it had been there before."""
    start, end = task.scheduled_at, task.scheduled_at + timedelta(minutes=task.duration_minutes)
    near = pending_between(session, task.user_id, start - timedelta(days=1), end)
    busy = [busy_of(other) for other in near if other.id != task.id and other.id not in away]
    return Diary.of(busy).clash(start, end, timedelta(0)) is not None


def _before(session: Session, user_id: UUID, task: Task, change: Change) -> Task | None:
    """The row whose place the change's own row took, seen from the newest one."""
    row: Task | None = task
    while row is not None and row.replaces_id is not None:
        older = get_task(session, user_id, row.replaces_id)
        if row.id.hex in change.moved:
            return older
        row = older
    return None
