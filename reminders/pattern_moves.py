"""Where the tasks of a slot that does not work can go: the day that takes most of them, and what stays and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders import plans
from reminders.people import Person, load_person, rhythm_of
from reminders.rows import busy_of
from reminders.rules.diary import HORIZON, Busy, Diary
from reminders.rules.patterns import in_slot
from reminders.rules.rhythm import Rhythm
from storage.tables import Pattern, Task, User
from storage.tasks import lock_task, pending_between
from storage.vocabulary import Stage, TaskStatus

_NEAREST = (1, -1, 2, -2, 3, -3)  # days to move by, the best first


@dataclass(frozen=True, slots=True)
class Shift:
    """What moving a slot to another day comes to: (task, its new time) and (task, why it stays)."""

    moves: tuple[tuple[Task, datetime], ...] = ()
    stays: tuple[tuple[Task, str], ...] = ()


def movable(session: Session, pattern: Pattern, person: Person, now: datetime) -> list[Task]:
    """The pending tasks that still lie in the slot the pattern speaks against, and belong to what was missed there.

    One that the person put there by hand is their own choice and stays.
    """
    rhythm, data = person.ladder.rhythm, pattern.data
    series = set(data.get("series_ids") or [data.get("series_id")]) - {None}
    titles = set(data.get("titles") or [data.get("title")])
    ahead = session.scalars(
        select(Task)
        .where(Task.user_id == pattern.user_id, Task.status == TaskStatus.PENDING, Task.scheduled_at > now)
        .order_by(Task.scheduled_at, Task.id)
    ).all()
    return [
        task
        for task in ahead
        if (str(task.series_id) in series if task.series_id and series else task.title in titles)
        and in_slot(rhythm, task.scheduled_at, data)
        and (task.original_at is None or in_slot(rhythm, task.original_at, data))
    ]


def best_day(session: Session, pattern: Pattern, person: Person, now: datetime) -> int | None:
    """The weekday (Monday is 0) that takes most of them at the same time; None when none of them can go anywhere.

    Among equals one on which the same is not done already, then the nearest.
    """
    going = movable(session, pattern, person, now)
    if not going:
        return None
    around = _Surroundings.of(session, pattern.user_id, going, now)
    home = int(pattern.data["weekday"])
    ranked = []
    for place, days in enumerate(_NEAREST):
        moves = around.shift(going, days, None, now).moves
        crowded = sum(around.has_same(task, to) for task, to in moves)
        ranked.append((-len(moves), crowded, place, (home + days) % 7))
    best = min(ranked)
    return best[3] if best[0] else None


def shift_to(
    session: Session,
    pattern: Pattern,
    person: Person,
    weekday: int,
    now: datetime,
    at: time | None = None,
    *,
    by_word: bool = False,
) -> Shift:
    """What moving the slot to that weekday (and that local time) comes to now."""
    going = movable(session, pattern, person, now)
    days = (weekday - int(pattern.data["weekday"])) % 7
    days -= 7 if days > 3 else 0  # the nearer way round the week
    around = _Surroundings.of(session, pattern.user_id, going, now, by_word=by_word)
    return around.shift(going, days, at, now)


def moves_now(session: Session, pattern: Pattern, person: Person, now: datetime) -> int:
    """How many tasks a yes to the question would move."""
    other = pattern.data.get("alternative")
    return 0 if other is None else len(shift_to(session, pattern, person, int(other), now).moves)


def carry_out(session: Session, person: Person, shift: Shift, now: datetime) -> list[dict[str, str]]:
    """Move them; returns what it takes to move them back."""
    moved = []
    for task, to in shift.moves:
        new = _settle(session, person.user_id, task, to, now)
        moved.append({"id": str(new.id), "from": task.scheduled_at.isoformat()})
    return moved


def move_back(session: Session, user_id: UUID, moved: Sequence[dict[str, str]], now: datetime) -> int:
    """Put back those that nothing has happened to since and whose old place is still free; says how many."""
    person = load_person(session, user_id)
    back = 0
    for one in moved:
        task, to = lock_task(session, user_id, UUID(one["id"])), datetime.fromisoformat(one["from"])
        if person is None or task is None or task.status != TaskStatus.PENDING or task.stage != Stage.WAITING:
            continue
        around = _Surroundings.of(session, user_id, [task], now, by_word=True)
        if to > now and not around.obstacle(task, to, now):
            _settle(session, user_id, task, to, now)
            back += 1
    return back


def _settle(session: Session, user_id: UUID, task: Task, to: datetime, now: datetime) -> Task:
    """Move it for good: this is its own slot from now on, and a miss there counts there."""
    moved = plans.move_task(session, user_id, task.id, to, now)
    moved.original_at = to
    return moved


@dataclass
class _Surroundings:
    """The person's day and what else is in it."""

    rhythm: Rhythm
    others: list[Task]
    busy: list[Busy]

    @classmethod
    def of(
        cls, session: Session, user_id: UUID, going: Sequence[Task], now: datetime, *, by_word: bool = False
    ) -> _Surroundings:
        """`by_word`: the person named the time, so that only sleep and other tasks stand against it."""
        ids = {task.id for task in going}
        span = (now - timedelta(days=1), now + HORIZON + timedelta(days=4))
        others = [task for task in pending_between(session, user_id, *span) if task.id not in ids]
        rhythm = rhythm_of(session, session.get_one(User, user_id))
        if by_word:
            rhythm = replace(rhythm, avoid=(), work=None)
        return cls(rhythm, others, [busy_of(task) for task in others])

    def shift(self, going: Sequence[Task], days: int, at: time | None, now: datetime) -> Shift:
        moves: list[tuple[Task, datetime]] = []
        stays: list[tuple[Task, str]] = []
        taken = Diary.of(self.busy)
        for task in going:
            local = self.rhythm.local(task.scheduled_at)
            to = self.rhythm.utc(local.date() + timedelta(days=days), at or local.time())
            why = self.obstacle(task, to, now, taken)
            if why:
                stays.append((task, why))
                continue
            moves.append((task, to))
            new = Busy(to, to + timedelta(minutes=task.duration_minutes), task.title, task.id)
            taken = Diary.of([*taken.entries, new])
        return Shift(tuple(moves), tuple(stays))

    def obstacle(self, task: Task, to: datetime, now: datetime, taken: Diary | None = None) -> str:
        """Why a task cannot stand there, in words; "" when it can."""
        end = to + timedelta(minutes=task.duration_minutes)
        was_end = task.scheduled_at + timedelta(minutes=task.duration_minutes)
        other = (taken or Diary.of(self.busy)).clash(to, end)
        at_work = self.rhythm.works_between(to, end)
        if to <= now:
            return "its new time has passed already"
        if to > now + HORIZON:
            return "that is more than six weeks ahead"
        if self.rhythm.sleeps_between(to, end):
            return "you sleep then"
        if other is not None:
            return f"{other.title} is there"
        if at_work and not self.rhythm.works_between(task.scheduled_at, was_end):
            return "you work then"
        return "that time was often missed too" if self.rhythm.avoided(to) else ""

    def has_same(self, task: Task, to: datetime) -> bool:
        return any(
            other.title == task.title and self.rhythm.day(other.scheduled_at) == self.rhythm.day(to)
            for other in self.others
        )
