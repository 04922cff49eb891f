"""Carrying out what the rules decided: claim everything that is due, commit what comes next, then send."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from channels.switchboard import Switchboard
from reminders.attempts import Attempt, Claim, restore
from reminders.caps import Ledger
from reminders.house import House, attach
from reminders.isolation import PARKED, isolated
from reminders.lanes import Lanes
from reminders.learning import learn
from reminders.lines import LEASE
from reminders.merging import SOON, gather, merge, merge_waiting
from reminders.people import Person, load_people
from reminders.rows import state_of, write_state
from reminders.rules.caps import Caps
from reminders.rules.ladder import Timing
from reminders.rules.life import Learn, SendRung, SkipRung, Supersede, Woken, step
from reminders.rules.patterns import Threshold
from reminders.sprints import finish_sprints, goals_of
from reminders.throttle import Throttle
from reminders.wakeups import Wakeups
from storage import outbox, tasks
from storage.database import Database, on_commit
from storage.tables import Task
from storage.vocabulary import Stage, TaskStatus

log = structlog.get_logger()

BATCH = 100
_LONGEST_RUN = (
    20.0  # seconds; then people who wait for an answer get their turn, and the bell rings for the rest
)
_LOOK = 0.25  # seconds between two looks of a run that waits for slots at a provider
_STUCK = timedelta(minutes=1)  # what the rules left due is looked at again after this, never in a circle


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What one run did: tasks that moved on, attempts of dead workers taken over, and attempts by how they ended."""

    claimed: int = 0
    taken_over: int = 0
    sent: int = 0
    failed: int = 0
    postponed: int = 0  # to be tried or asked about again


class _Run:
    """One run's time, and what it has found so far."""

    def __init__(self, now: datetime) -> None:
        self._now, self._begun_at = now, time.monotonic()
        self._looked_at, self._was_full = 0.0, False
        self.found = self.claimed = self.taken_over = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun_at

    def clock(self) -> datetime:
        """Whole seconds only: in simulated time a quick run happens at one moment."""
        return self._now + timedelta(seconds=int(self.seconds))

    @property
    def moment(self) -> datetime:
        """The same to the fraction, for a run that has to wait."""
        return self._now + timedelta(seconds=self.seconds)

    def may_look(self) -> bool:
        """Whether there may be more by now than the last look found."""
        return self._was_full or self.seconds - self._looked_at >= _LOOK

    def saw(self, claimed: int, taken_over: int, *, full: bool) -> None:
        self._looked_at, self._was_full, self.found = self.seconds, full, claimed + taken_over
        self.claimed, self.taken_over = self.claimed + claimed, self.taken_over + taken_over


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
        caps: Caps = Caps(),  # noqa: B008 - frozen
        throttle: Throttle | None = None,
    ) -> None:
        self._database = database
        self._switchboard = switchboard
        self._wakeups = wakeups
        self._timing = timing
        self._batch = batch
        self._lanes = Lanes(database, switchboard, lanes, throttle)
        self._caps = caps
        # To people who wait for an answer: then the rest is left to others.
        self.gives_way: Callable[[], bool] = lambda: False
        attach(database, House(self._timing, wakeups, threshold, caps))

    @property
    def stopping(self) -> bool:
        """Whether this process is told to end: nothing is waited for any more."""
        return self._lanes.stopping

    def stop(self) -> None:
        """Begin nothing more, in the run that is under way too: this process is told to end. Safe in a signal handler."""
        self._lanes.stopping = True

    def run_due(self, now: datetime) -> DispatchReport:
        """Carry out everything that is due at `now`, and what falls due while that takes its time.

        Safe to repeat, to run twice at once and to be killed anywhere: what was begun is found again by its lease.
        """
        run = _Run(now)
        counts: Counter[str] = Counter()

        def more() -> list[Attempt] | None:
            if self._is_over(run):
                return None
            return self._look(run, run.moment) if run.may_look() else []

        while not self._is_over(run):
            attempts = self._look(run, run.clock())
            if not run.found:
                break
            counts += self._lanes.deliver(attempts, run.clock, more)
        else:
            self._wakeups.wake_at(run.clock(), "more")
        report = DispatchReport(
            run.claimed,
            run.taken_over,
            counts["dispatched"],
            counts["failed"],
            counts["pending"] + counts["unknown"],
        )
        if run.claimed or run.taken_over:
            log.info("ladder_ran", claimed=run.claimed, taken_over=run.taken_over, **counts)
        return report

    # ---------------------------------------------------------------- looking

    def _is_over(self, run: _Run) -> bool:
        return run.seconds >= _LONGEST_RUN or self._lanes.stopping or self.gives_way()

    def _look(self, run: _Run, at: datetime) -> list[Attempt]:
        attempts, moved = self._claim(at)
        stale = self._take_over(at)
        run.saw(moved, len(stale), full=max(moved, len(stale)) >= self._batch)
        return [*stale, *attempts]

    def _claim(self, now: datetime) -> tuple[list[Attempt], int]:
        """One batch moves on; a task that breaks it is parked, and the others go on."""

        def park(task_id: UUID) -> tuple[list[Attempt], int]:
            with self._database.service() as session:
                tasks.park(session, task_id, now + PARKED)
            return [], 1

        parts = isolated(lambda only, held: self._claim_batch(now, only, held), park)
        return [one for attempts, _ in parts for one in attempts], sum(moved for _, moved in parts)

    def _claim_batch(
        self, now: datetime, only: Sequence[UUID] | None, held: list[UUID]
    ) -> tuple[list[Attempt], int]:
        """One batch moves on in one transaction: new states, attempts under a lease, and the bell for what comes next."""
        with self._database.service() as session:
            found = tasks.claim_due(session, now, self._batch, ahead=SOON, only=only)
            held += [task.id for task in found]
            due, ready = self._advance(session, found, now) if found else ([], [])
            self._ring_next(session, now)
        return ready, len(due)

    def _advance(
        self, session: Session, found: Sequence[Task], now: datetime
    ) -> tuple[list[Task], list[Attempt]]:
        owners = [task.user_id for task in found]
        people = load_people(session, owners, self._timing, self._switchboard.reaches)
        session.expunge_all()  # written by one statement instead of a hundred
        due = gather(found, people, now)
        claim = Claim(Ledger.open(session, due, people, self._caps, now))
        self._move_on(session, due, people, claim, now)
        merge(session, claim, now)
        outbox.add_attempts(session, claim.rows(now + LEASE))
        return due, claim.ready(now)

    def _move_on(
        self, session: Session, due: Sequence[Task], people: dict[UUID, Person], claim: Claim, now: datetime
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

    def _take_over(self, now: datetime) -> list[Attempt]:
        """Attempts whose lease ran out: a worker died, a retry is due, or a note waited for the morning."""

        def park(attempt_id: UUID) -> list[Attempt]:
            with self._database.service() as session:
                outbox.park(session, attempt_id, now + PARKED)
            return []

        parts = isolated(lambda only, held: self._take_over_batch(now, only, held), park)
        return [one for attempts in parts for one in attempts]

    def _take_over_batch(self, now: datetime, only: Sequence[UUID] | None, held: list[UUID]) -> list[Attempt]:
        with self._database.service() as session:
            rows, begun = outbox.take_over(session, now, now + LEASE, self._batch, only)
            held += [row.id for row in rows]
            if not rows:
                return []
            owners = tasks.owners(session, [row.task_id for row in rows])
            people = load_people(session, owners, self._timing, self._switchboard.reaches)
            return merge_waiting(session, restore(session, rows, people, begun))

    def _ring_next(self, session: Session, now: datetime) -> None:
        """Ask for the next moment anything is due, whatever it is; only the next one, never six weeks of them."""
        known = [at for at in (tasks.next_wake(session, now), outbox.next_attempt(session, now)) if at]
        if known:
            at = min(known)
            on_commit(session, lambda: self._wakeups.wake_at(at, f"{at.timestamp():.0f}"))
