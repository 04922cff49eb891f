"""Carrying out what the rules decided: claim everything that is due, commit what comes next, then send."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from channels.switchboard import Switchboard
from reminders.attempts import Attempt, Claim, restore
from reminders.house import House, attach
from reminders.lanes import LEASE, Lanes
from reminders.learning import learn
from reminders.people import Person, load_people
from reminders.rows import state_of, write_state
from reminders.rules.ladder import Timing
from reminders.rules.life import Learn, SendRung, SkipRung, Supersede, Woken, step
from reminders.rules.patterns import Threshold
from reminders.sprints import finish_sprints, goals_of
from reminders.wakeups import Wakeups
from storage import outbox, tasks
from storage.database import Database, on_commit
from storage.tables import Task
from storage.vocabulary import TaskStatus

log = structlog.get_logger()

BATCH = 100
_LONGEST_RUN = (
    20.0  # seconds; then people who wait for an answer get their turn, and the bell rings for the rest
)
_STUCK = timedelta(minutes=1)  # what the rules left due is looked at again after this, never in a circle


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What one run did: tasks that moved on, attempts of dead workers taken over, and attempts by how they ended."""

    claimed: int = 0
    taken_over: int = 0
    sent: int = 0
    failed: int = 0
    postponed: int = 0  # to be tried or asked about again


class Dispatcher:
    """The hands of the ladder. Any number of them may run at once, in any number of processes."""

    def __init__(
        self,
        database: Database,
        switchboard: Switchboard,
        wakeups: Wakeups,
        timing: Timing = Timing(),  # noqa: B008 - frozen
        *,
        lanes: int = 12,
        batch: int = BATCH,
        threshold: Threshold = Threshold(),  # noqa: B008 - frozen
    ) -> None:
        self._database = database
        self._switchboard = switchboard
        self._wakeups = wakeups
        self._timing = timing
        self._batch = batch
        self._lanes = Lanes(database, switchboard, lanes)
        self.stopping = False  # this process is told to end: nothing is waited for any more
        attach(database, House(self._timing, wakeups, threshold))

    def run_due(self, now: datetime) -> DispatchReport:
        """Carry out everything that is due at `now`, and what falls due while that takes its time.

        Safe to repeat, to run twice at once and to be killed anywhere: what was begun is found again by its lease.
        """
        begun_at = time.monotonic()

        def clock() -> datetime:
            """Whole seconds only: in simulated time a quick run happens at one moment."""
            return now + timedelta(seconds=int(time.monotonic() - begun_at))

        claimed = taken_over = 0
        counts: Counter[str] = Counter()
        while time.monotonic() - begun_at < _LONGEST_RUN:
            attempts, moved = self._claim(clock())
            stale = self._take_over(clock())
            if not (moved or stale):
                break
            claimed, taken_over = claimed + moved, taken_over + len(stale)
            counts += self._lanes.deliver([*stale, *attempts], clock)
        else:
            self._wakeups.wake_at(clock(), "more")
        report = DispatchReport(
            claimed,
            taken_over,
            counts["dispatched"],
            counts["failed"],
            counts["pending"] + counts["unknown"],
        )
        if claimed or taken_over:
            log.info("ladder_ran", claimed=claimed, taken_over=taken_over, **counts)
        return report

    # ---------------------------------------------------------------- claims

    def _claim(self, now: datetime) -> tuple[list[Attempt], int]:
        """One batch moves on in one transaction: new states, attempts under a lease, and the bell for what comes next."""
        with self._database.service() as session:
            due = tasks.claim_due(session, now, self._batch, late_by=self._timing.window)
            claim = Claim()
            if due:
                people = load_people(
                    session, [task.user_id for task in due], self._timing, self._switchboard.reaches
                )
                session.expunge_all()  # written by one statement instead of a hundred
                self._move_on(session, due, people, claim, now)
                claim.merge_late()
                outbox.add_attempts(session, claim.rows(now + LEASE))
            self._ring_next(session, now)
        return claim.ready(now), len(due)

    def _move_on(
        self, session: Session, due: Sequence[Task], people: dict[UUID, Person], claim: Claim, now: datetime
    ) -> None:
        """Ask the rules about each task, and write all that follows with one statement per kind."""
        superseded: dict[str, list[UUID]] = defaultdict(list)
        missed: list[Task] = []
        for task in due:
            person, was_due = people[task.user_id], task.wakes_at or now
            state, effects = step(state_of(task), Woken(), person.ladder, now)
            write_state(task, state, effects, person.ladder.rhythm, now)
            if task.wakes_at is not None and task.wakes_at <= now:
                log.error("task_stuck", task=str(task.id), stage=task.stage, status=task.status)
                task.wakes_at = now + _STUCK if task.status == TaskStatus.PENDING else None
            for effect in effects:
                match effect:
                    case SendRung():
                        late = now - was_due > person.ladder.timing.window
                        claim.send(task, person, effect, now, late=late)
                    case SkipRung():
                        claim.skip(task, effect, now)
                    case Supersede(reason):
                        superseded[reason].append(task.id)
                    case Learn():
                        missed.append(task)
        tasks.save_ladder(session, due)
        for reason, ids in superseded.items():
            outbox.supersede(session, ids, reason, now)
        learn(session, missed, people, now)
        finish_sprints(session, [goal for task in missed for goal in goals_of(task)], now)

    def _take_over(self, now: datetime) -> list[Attempt]:
        """Attempts whose lease ran out: a worker died, a retry is due, or a note waited for the morning."""
        with self._database.service() as session:
            rows, begun = outbox.take_over(session, now, now + LEASE, self._batch)
            if not rows:
                return []
            owners = tasks.owners(session, [row.task_id for row in rows])
            people = load_people(session, owners, self._timing, self._switchboard.reaches)
            return restore(session, rows, people, begun)

    def _ring_next(self, session: Session, now: datetime) -> None:
        """Ask for the next moment anything is due, whatever it is; only the next one, never six weeks of them."""
        known = [at for at in (tasks.next_wake(session, now), outbox.next_attempt(session, now)) if at]
        if known:
            at = min(known)
            on_commit(session, lambda: self._wakeups.wake_at(at, f"{at.timestamp():.0f}"))
