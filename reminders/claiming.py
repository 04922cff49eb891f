"""Claiming in one transaction everything that is due, and what dead workers left, with what comes next of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from channels.switchboard import Switchboard
from reminders.attempts import Attempt, Claim, restore
from reminders.caps import Ledger
from reminders.isolation import PARKED, is_no_rows_fault, isolated
from reminders.learning import learn
from reminders.lines import LEASE
from reminders.merging import SEVERAL, SOON, gather, merge, merge_waiting
from reminders.people import Person, load_people
from reminders.rows import state_of, write_state
from reminders.rules.caps import Caps
from reminders.rules.ladder import Timing
from reminders.rules.life import Learn, SendRung, SkipRung, Supersede, Woken, step
from reminders.sprints import finish_sprints, goals_of
from reminders.wakeups import Wakeups
from storage import leases, outbox, tasks
from storage.database import on_commit, turn
from storage.tables import Task
from storage.vocabulary import Stage, TaskStatus

log = structlog.get_logger()

BATCH = 100
_STUCK = timedelta(minutes=1)  # what the rules left due is looked at again after this, never in a circle


@dataclass(frozen=True, slots=True)
class Found:
    """What one look led to: attempts to send, how many tasks moved on, and how many attempts were taken over."""

    attempts: list[Attempt]
    moved: int
    taken_over: int

    def __bool__(self) -> bool:
        return bool(self.moved or self.taken_over)


@dataclass(frozen=True)
class Claims:
    """How this process claims. A `line` is a `Database.service_line`; safe for any number of processes at once."""

    switchboard: Switchboard
    wakeups: Wakeups
    timing: Timing
    caps: Caps
    batch: int = BATCH

    def look(self, line: Session, now: datetime) -> Found:
        """One batch of what is due and one of what was left, in one transaction, and the bell for what comes next.

        A row that breaks it is parked alone, and the others go on.
        """
        held: list[UUID] = []
        try:
            with turn(line) as session:
                attempts, moved = self._claim(session, now, None, held)
                left = self._take_over(session, now, None, held)
                self._ring_next(session, now)
        except Exception as error:
            # Whatever a strange value in one row raises must not keep the others: they are looked at apart.
            if not held or is_no_rows_fault(error):
                raise
            log.warning("look_broke", rows=len(held), error=type(error).__name__)
            attempts, moved = self.claim(line, now)
            left = self.take_over(line, now)
        return Found([*left, *attempts], moved, len(left))

    def claim(self, line: Session, now: datetime) -> tuple[list[Attempt], int]:
        """One batch of tasks moves on: attempts under a lease, and how many tasks it was."""

        def batch(only: Sequence[UUID] | None, held: list[UUID]) -> tuple[list[Attempt], int]:
            with turn(line) as session:
                found = self._claim(session, now, only, held)
                self._ring_next(session, now)
                return found

        def park(task_id: UUID) -> tuple[list[Attempt], int]:
            with turn(line) as session:
                tasks.park(session, task_id, now + PARKED)
            return [], 1

        parts = isolated(batch, park)
        return [one for attempts, _ in parts for one in attempts], sum(moved for _, moved in parts)

    def take_over(self, line: Session, now: datetime) -> list[Attempt]:
        """Attempts whose lease ran out: a worker died, a retry is due, or a note waited for the morning."""

        def batch(only: Sequence[UUID] | None, held: list[UUID]) -> list[Attempt]:
            with turn(line) as session:
                return self._take_over(session, now, only, held)

        def park(attempt_id: UUID) -> list[Attempt]:
            with turn(line) as session:
                leases.park(session, attempt_id, now + PARKED)
            return []

        return [one for attempts in isolated(batch, park) for one in attempts]

    # ---------------------------------------------------------------- within a transaction

    def _claim(
        self, session: Session, now: datetime, only: Sequence[UUID] | None, held: list[UUID]
    ) -> tuple[list[Attempt], int]:
        found = tasks.claim_due(session, now, self.batch, ahead=SOON, only=only)
        if not found:
            return [], 0
        held += [task.id for task in found]
        people = load_people(session, {task.user_id for task in found}, self.timing, self.switchboard.reaches)
        session.expunge_all()  # written by one statement instead of a hundred
        due = gather(found, people, now)
        claim = Claim(Ledger.open(session, due, people, self.caps, now))
        _move_on(session, due, people, claim, now)
        merge(session, claim, now)
        outbox.add_attempts(session, claim.rows(now + LEASE))
        return claim.ready(now), len(due)

    def _take_over(
        self, session: Session, now: datetime, only: Sequence[UUID] | None, held: list[UUID]
    ) -> list[Attempt]:
        rows = leases.take_over(session, now, now + LEASE, self.batch, only)
        if not rows:
            return []
        held += [row.id for row in rows]
        if only is None and (may_be_joined := [row for row in rows if row.rung in SEVERAL]):
            along = leases.take_along(session, now, now + LEASE, self.batch, may_be_joined)
            held += [row.id for row in along]
            rows += along
        people = load_people(session, {row.user_id for row in rows}, self.timing, self.switchboard.reaches)
        return merge_waiting(session, restore(session, rows, people))

    def _ring_next(self, session: Session, now: datetime) -> None:
        """Ask to be woken for the next moment anything is due, whatever it is; only the next one, never six weeks of them."""
        at = outbox.next_due(session, now)
        if at is not None:
            on_commit(session, lambda: self.wakeups.wake_at(at, f"{at.timestamp():.0f}"))


def _move_on(
    session: Session, due: Sequence[Task], people: dict[UUID, Person], claim: Claim, now: datetime
) -> None:
    """Ask the rules about each task, and write all that follows with one statement per kind."""
    superseded: dict[str, list[UUID]] = defaultdict(list)
    missed: list[Task] = []
    carried: list[tuple[UUID, int, int]] = []
    for task in due:
        person, was_due = claim.ledger.limited(people[task.user_id]), task.wakes_at or now
        before, is_first = task.version, task.stage == Stage.WAITING
        state, effects = step(state_of(task), Woken(), person.ladder, now)
        write_state(task, state, effects, person.ladder.rhythm, now)
        if task.wakes_at is not None and task.wakes_at <= now:
            log.error("task_stuck", task=str(task.id), stage=task.stage, status=task.status)
            task.wakes_at = now + _STUCK if task.status == TaskStatus.PENDING else None
        if not is_first:  # what still waits to be sent is not out of date because the ladder went on
            carried.append((task.id, before, task.version))
        for effect in effects:
            match effect:
                case SendRung():
                    late = now - was_due > person.ladder.timing.window
                    claim.send(task, person, effect, now, late=late)
                case SkipRung():
                    claim.skip(task, person, effect, now)
                case Supersede(reason):
                    superseded[reason].append(task.id)
                case Learn():
                    missed.append(task)
    tasks.save_ladder(session, due)
    tasks.carry_attempts_on(session, carried)
    for reason, ids in superseded.items():
        outbox.supersede(session, ids, reason, now)
    reached = {task.user_id: claim.ledger.limited(people[task.user_id]) for task in missed}
    learn(session, missed, reached, now)
    finish_sprints(session, [goal for task in missed for goal in goals_of(task)], now)
