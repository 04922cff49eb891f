"""Many keep-alive lanes to the providers: a last look, the send, and each result written as soon as it is there."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from channels.messages import OutboundMessage
from channels.switchboard import Switchboard
from reminders.attempts import Attempt
from reminders.composing import words
from reminders.echo import echo_late
from reminders.lines import GROUP, LEASE, LONGEST_SEND, Line, as_begun, let_go
from reminders.paced_line import PacedLine
from reminders.sending import BLIND, Outcome, broken, carry_out
from reminders.throttle import Throttle, Watch
from storage import last_look, merged, outbox
from storage.database import turn
from storage.erasure import delete_later
from storage.leases import hand_back
from storage.merged import SEVERAL
from storage.outbox import Finished
from storage.tasks import wake_failed
from storage.users import heard_since
from storage.vocabulary import DispatchStatus, Rung

log = structlog.get_logger()

More = Callable[[], Sequence[Attempt] | None]
_Said = tuple[Attempt, OutboundMessage]
_LineName = tuple[str, bool]  # channel, whether at a provider's pace

# So many texts that nobody can be asked about are out at once. At Telegram's pace of thirty a second they are as many as
# that times its latency, all workers together; ten keep the pace up to a third of a second.
FEW = GROUP
SENT = str(DispatchStatus.DISPATCHED)
_OVERTAKEN = "overtaken"
_FRESH = (LEASE - LONGEST_SEND).total_seconds()  # how old a last look may be when a message leaves
_LOOK_UP = 0.5  # seconds without news, then it looks whether the process is told to end
_MOMENT = 0.002  # seconds a result waits for the next one, to be written with it
_LOOK = 0.25  # seconds; while all wait for slots, what else is due is looked for this often at least
_POOL = 4  # channels, each with lanes of its own
# Seconds while Postgres is away: results are not thrown away, and are written before anybody takes them over.
_PAUSES = (0.1, 0.2, 0.5, *[1.0] * 120)


class Lanes:
    """Sends attempts over `count` threads of each channel. One per process; safe for many processes at once."""

    def __init__(self, switchboard: Switchboard, count: int, throttle: Throttle | None = None) -> None:
        self._switchboard = switchboard
        self._count = count
        self._throttle = throttle
        self._watch = throttle.watch if throttle else Watch()
        self._pool: ThreadPoolExecutor | None = None
        self.stopping = False  # set by a signal: what has not left is handed back

    def deliver(
        self,
        session: Session,
        attempts: Sequence[Attempt],
        clock: Callable[[], datetime],
        more: More = lambda: (),
    ) -> Counter[str]:
        """Send all of these and write what became of them; counts by status. `clock` tells Flux's time as it goes on.

        `session` is a line. While some wait for their slots at a provider, `more` is asked for others that may leave
        before them, until it says None: then those that still wait are handed back, to be taken over when their slot
        is near.
        """
        counts: Counter[str] = Counter()
        lines: dict[_LineName, Line] = {}
        arrived: SimpleQueue[Future[Outcome]] = SimpleQueue()
        landed: list[Outcome] = []
        throttled: Counter[str] = Counter()
        self._sort_in(lines, attempts)
        over, until = False, 0.0
        while landed or any(line.busy for line in lines.values()):
            if self.stopping:
                counts["handed_back"] += self._hand_back(session, lines.values(), clock())
            for line in lines.values():
                self._launch(line.punctual(), arrived, clock(), until)
            back = [one for line in lines.values() for one in line.step_back(clock(), all_of_them=over)]
            group = [one for line in lines.values() for one in line.draw()]
            until = self._watch.seconds() + _FRESH
            begun, written = self._commit(session, landed, back, group, clock())
            self._sort_begun(lines, group, begun)
            counts += written
            throttled.update(one.address.channel for one, _ in back)
            for line in lines.values():
                self._launch(line.leave(), arrived, clock(), until)
            if any(line.waits for line in lines.values()):
                found = more()
                over = found is None
                self._sort_in(lines, found or ())
            landed = self._landed(arrived, lines.values())
            for attempt, _, error in landed:
                lines[self._line_of(attempt)].landed(attempt, error)
        if throttled:
            log.info("throttled", **throttled)
        return counts

    def _sort_in(self, lines: dict[_LineName, Line], attempts: Sequence[Attempt]) -> None:
        """Each channel has a line and lanes of its own: one that is slow or shut holds up no other."""
        sorted_in: dict[_LineName, list[Attempt]] = defaultdict(list)
        for attempt in attempts:
            sorted_in[self._line_of(attempt)].append(attempt)
        for name, found in sorted_in.items():
            if name not in lines:
                lines[name] = self._open(*name)
            lines[name].add(found)

    def _sort_begun(
        self, lines: dict[_LineName, Line], group: Sequence[Attempt], begun: Sequence[_Said]
    ) -> None:
        for attempt, said in begun:
            lines[self._line_of(attempt)].begun.append((attempt, said))
        may = {attempt.id for attempt, _ in begun}
        for attempt in group:
            if attempt.id not in may:
                lines[self._line_of(attempt)].refused(attempt)

    def _line_of(self, attempt: Attempt) -> _LineName:
        """Channel, and whether its throttle counts: a phone that rings is always ended at once."""
        to = attempt.address
        is_paced = self._throttle is not None and self._throttle.paces(to.channel)
        return to.channel, is_paced and attempt.rung != Rung.HANG_UP and self._switchboard.is_real(to)

    def _open(self, channel: str, is_paced: bool) -> Line:
        most = FEW if channel in BLIND else self._count
        return PacedLine(most, self._throttle, channel) if is_paced and self._throttle else Line(most)

    def _launch(
        self,
        ready: Iterator[_Said],
        arrived: SimpleQueue[Future[Outcome]],
        now: datetime,
        until: float,
    ) -> None:
        if self._pool is None:  # made late: a pool does not survive the fork of a worker
            self._pool = ThreadPoolExecutor(_POOL * self._count, thread_name_prefix="lane")
        for attempt, said in ready:
            flight = self._pool.submit(self._carry_out, attempt, said, now, until)
            flight.add_done_callback(arrived.put)

    def _carry_out(self, attempt: Attempt, said: OutboundMessage, now: datetime, until: float) -> Outcome:
        """Send it, unless this process stood still since the last look: what that saw may be true no more."""
        if self._watch.seconds() > until:
            log.warning("stood_still", attempt=str(attempt.id))
            return attempt, _waiting(as_begun(attempt), now, outbox.HANDED_BACK), None
        return carry_out(self._switchboard, attempt, said, now)

    def _landed(self, arrived: SimpleQueue[Future[Outcome]], lines: Collection[Line]) -> list[Outcome]:
        """What has come back: waits for the first, and a moment for its company; no longer than until the next slot."""
        out = sum(line.out for line in lines)
        moves = [move for line in lines if (move := line.next_move()) is not None]
        pause = min(_LOOK, *moves) if moves else _LOOK_UP
        landed: list[Outcome] = []
        if not out and moves:
            self._watch.sleep(pause)
        with suppress(Empty):
            while len(landed) < min(out, GROUP):
                landed.append(arrived.get(timeout=_MOMENT if landed else pause).result())
        return landed

    def _commit(
        self,
        session: Session,
        landed: Sequence[Outcome],
        back: Sequence[tuple[Attempt, float]],
        group: Sequence[Attempt],
        now: datetime,
    ) -> tuple[list[_Said], Counter[str]]:
        """Write what has landed or goes back, and begin the next ones, in one transaction; waits while Postgres is away."""
        if not (landed or back or group):
            return [], Counter()
        for pause in _PAUSES:
            try:
                with turn(session):
                    written = self._write(session, landed, now)
                    outbox.finish(session, [_later(one, seconds, now) for one, seconds in back], now)
                    return self._begin(session, group, now), written
            except IntegrityError as error:
                # Somebody was erased at this very moment; their rows are gone at the next look.
                log.info("written_anew", error=type(error.orig).__name__)
            except OperationalError as error:
                log.warning("database_away", error=type(error.orig).__name__, again_in=pause)
                time.sleep(pause)
        with turn(session):
            return [], self._write(session, landed, now)

    def _hand_back(self, session: Session, lines: Collection[Line], now: datetime) -> int:
        """Let go of what has not left, for any worker to take at once; returns how many."""
        left = [line.give_up() for line in lines]
        waiting = [one for there, _ in left for one in there]
        begun = [one for _, there in left for one in there]
        if begun or waiting:
            with turn(session):
                hand_back(session, [(one.id, one.tries) for one in waiting], now)
                let_go(session, begun, now)
        return len(begun) + len(waiting)

    # ---------------------------------------------------------------- before

    def _begin(self, session: Session, group: Sequence[Attempt], now: datetime) -> list[_Said]:
        """Those that may still be sent, with their words. Nobody is woken: what falls into sleep waits or is left out."""
        awake = [one for one in group if one.rung == Rung.HANG_UP or not one.person.ladder.rhythm.asleep(now)]
        asleep = [one for one in group if one not in awake]
        outbox.finish(session, [_after_sleep(one, now) for one in asleep], now)
        shared = [one.id for one in awake if one.reason in SEVERAL]
        merged.rehead(session, shared)
        may = last_look.begin(session, [(one.id, one.tries) for one in awake], now, now + LEASE)
        # Where nobody is there any more, the next rung starts at once.
        wake_failed(session, _tasks(one for one in awake if one.id not in may), now)
        told = merged.spoken_of(session, may.intersection(shared))
        worded = [(one, words(session, one, now, told.get(one.id))) for one in awake if one.id in may]
        self._write(
            session, [(one, broken(as_begun(one)), None) for one, said in worded if said is None], now
        )
        return [(one, said) for one, said in worded if said is not None]

    # ---------------------------------------------------------------- after

    def _write(self, session: Session, results: Sequence[Outcome], now: datetime) -> Counter[str]:
        """How many ended how; those whose row had changed meanwhile count by themselves, since they may lead to more."""
        counts: Counter[str] = Counter()
        if not results:
            return counts
        ours = outbox.finish(session, [finished for _, finished, _ in results], now)
        for attempt, finished, error in results:
            counts[finished.status if attempt.id in ours else _OVERTAKEN] += 1
            if finished.external_id and attempt.id not in ours:
                if attempt.rung == Rung.CALL:
                    outbox.end_superseded_call(session, attempt.id, finished.external_id, now)
                delete_later(session, attempt.person.user_id, finished.external_id, now)
                echo_late(session, attempt, finished.external_id, now)
            to = attempt.address
            if error is None or not error.gone:
                continue
            if not heard_since(session, to.channel, to.value, attempt.created_at):  # else they have come back
                outbox.give_up_address(session, to.channel, to.value, error.reason)
        failed = _tasks(one for one, done, _ in results if done.status == DispatchStatus.FAILED)
        wake_failed(session, failed, now)
        return counts


def _tasks(attempts: Iterable[Attempt]) -> list[tuple[UUID, int]]:
    """(id, version) of whatever they speak of."""
    return [(task.id, task.version) for one in attempts for task in (one.task, *one.others)]


def _later(attempt: Attempt, seconds: float, now: datetime) -> Finished:
    """Handed back untried: its slot is too far away, and its own deadline decides whether it is worth waiting for."""
    if attempt.deadline <= now:
        return Finished(attempt.id, attempt.tries, DispatchStatus.EXPIRED, reason=outbox.TOO_LATE)
    # Others may give up their slots: whoever would come too late looks again in half of the time that is left.
    left = attempt.deadline - now
    soon = min(timedelta(seconds=seconds), left if left <= LEASE else left / 2)
    return _waiting(attempt, now + soon, outbox.HANDED_BACK)


def _waiting(attempt: Attempt, until: datetime, outcome: str | None = None) -> Finished:
    status = DispatchStatus.UNKNOWN if attempt.begun else DispatchStatus.PENDING
    return Finished(attempt.id, attempt.tries, status, outcome=outcome, again_at=until, reason=attempt.reason)


def _after_sleep(attempt: Attempt, now: datetime) -> Finished:
    morning = attempt.person.ladder.rhythm.wakes_after(now)
    waits = attempt.rung not in (Rung.WHATSAPP, Rung.CALL) and morning < attempt.deadline
    if waits:
        return _waiting(attempt, morning)
    return Finished(attempt.id, attempt.tries, DispatchStatus.SKIPPED, reason="asleep")
