"""Carrying out what the rules decided: claim everything that is due, commit what comes next, then send."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from channels.switchboard import Switchboard
from reminders.attempts import Attempt
from reminders.claiming import BATCH, Claims, Found
from reminders.house import House, attach
from reminders.lanes import SENT, Lanes
from reminders.rules.caps import Caps
from reminders.rules.ladder import Timing
from reminders.rules.patterns import Threshold
from reminders.throttle import Throttle
from reminders.wakeups import Wakeups
from storage.database import Database

log = structlog.get_logger()

_LONGEST_RUN = (
    20.0  # seconds; then people who wait for an answer get their turn, and the bell rings for the rest
)
_LOOK = 0.25  # seconds between two looks of a run that waits for slots at a provider


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
        self.claimed = self.taken_over = self._attempts = 0

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

    def is_settled(self, sent: Counter[str]) -> bool:
        """Whether nothing can be due that the last looks did not see: all that they found went out, and at once.

        What fails, say, wakes its task's next rung at this very moment.
        """
        found, self._attempts = self._attempts, 0
        return sent[SENT] == found and not self.may_look()

    def saw_nothing(self) -> None:
        """Postgres could not be asked: not at once again, and what there was is there still."""
        self._looked_at = self.seconds

    def saw(self, found: Found, batch: int) -> None:
        self._looked_at = self.seconds
        self._was_full = max(found.moved, found.taken_over) >= batch
        self.claimed += found.moved
        self.taken_over += found.taken_over
        self._attempts += len(found.attempts)


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
        self._wakeups = wakeups
        self.claims = Claims(switchboard, wakeups, timing, caps, batch)
        self._lanes = Lanes(switchboard, lanes, throttle)
        # To people who wait for an answer: then the rest is left to others.
        self.gives_way: Callable[[], bool] = lambda: False
        attach(database, House(timing, wakeups, threshold, caps))

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
        # One connection for the whole run: taking one from the pool costs as much as a small query.
        with self._database.service_line() as line:
            while not self._is_over(run):
                found = self._look(line, run, run.clock())
                if not found:
                    break
                sent = self._lanes.deliver(line, found.attempts, run.clock, lambda: self._more(line, run))
                counts += sent
                if run.is_settled(sent):
                    break
            else:
                self._wakeups.wake_at(run.clock(), "more")
        report = DispatchReport(
            run.claimed, run.taken_over, counts[SENT], counts["failed"], counts["pending"] + counts["unknown"]
        )
        if run.claimed or run.taken_over:
            log.info("ladder_ran", claimed=run.claimed, taken_over=run.taken_over, **counts)
        return report

    def _is_over(self, run: _Run) -> bool:
        return run.seconds >= _LONGEST_RUN or self._lanes.stopping or self.gives_way()

    def _look(self, line: Session, run: _Run, at: datetime) -> Found:
        found = self.claims.look(line, at)
        run.saw(found, self.claims.batch)
        return found

    def _more(self, line: Session, run: _Run) -> list[Attempt] | None:
        """What else may leave while some wait for their slots; None when the run is over."""
        if self._is_over(run):
            return None
        if not run.may_look():
            return []
        try:
            return self._look(line, run, run.moment).attempts
        except OperationalError as error:
            # What is on its way must be written down when Postgres is back: it is not left alone for this.
            log.warning("database_away", error=type(error.orig).__name__)
            run.saw_nothing()
            return []
