"""Many keep-alive lanes to the providers: a last look, the send, and each result written as soon as it is there."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from channels.messages import OutboundMessage
from channels.switchboard import Switchboard
from reminders.attempts import DIGEST, Attempt
from reminders.echo import echoed
from reminders.miss_notes import about_a_miss
from reminders.pattern_moves import moves_now
from reminders.sending import Outcome, broken, carry_out
from reminders.wording import digest, message, pattern_question
from storage import last_look, outbox
from storage.database import Database
from storage.erasure import delete_later
from storage.outbox import Finished
from storage.patterns import get_pattern
from storage.tasks import wake_failed
from storage.vocabulary import ChannelName, DispatchStatus, Rung

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
GROUP = 10  # begun in one transaction; a killed worker's are sent by another, once
# Nobody can ask Telegram what arrived: these are sent a few at a time, because a killed worker's are sent again.
BLIND = (ChannelName.TELEGRAM,)
FEW = 4
# So much of its lease must be left when a message leaves: more than any provider is given to answer.
LONGEST_SEND = timedelta(seconds=15)
_WORDS_FROM_POSTGRES = (Rung.PATTERN, Rung.ECHO, Rung.MISS_NOTE)
_LOOK_UP = 0.5  # seconds without news, then it looks whether the process is told to end
_MOMENT = 0.002  # seconds a result waits for the next one, to be written with it
# Seconds while Postgres is away: results are not thrown away, and are written before anybody takes them over.
_PAUSES = (0.1, 0.2, 0.5, *[1.0] * 120)


@dataclass
class _Line:
    """Attempts on their way: `waiting`, then `begun` in groups, then at most `most` sent and not written down yet."""

    waiting: deque[Attempt]
    most: int
    begun: deque[tuple[Attempt, OutboundMessage]] = field(default_factory=deque)
    out: int = 0

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.begun or self.out)

    def draw(self) -> list[Attempt]:
        """The next ones to begin, once those before them have left."""
        room = 0 if self.begun or self.out >= self.most else min(GROUP, len(self.waiting))
        return [self.waiting.popleft() for _ in range(room)]

    def drop_changed(self, session: Session, now: datetime) -> None:
        """While a message waited for its turn its person may have answered or been erased, or the lease be nearly over."""
        if self.begun:
            fences = [(one.id, one.tries + 1) for one, _ in self.begun]
            may = last_look.still(session, fences, now, now + LONGEST_SEND)
            _hand_back(session, [_begun(one) for one, _ in self.begun if one.id not in may], now)
            self.begun = deque(one for one in self.begun if one[0].id in may)

    def give_up(self) -> list[Attempt]:
        """Everything that has not left, as its holder knows it; none of it waits here any more."""
        left = [*self.waiting, *(_begun(one) for one, _ in self.begun)]
        self.waiting.clear()
        self.begun.clear()
        return left

    def leave(self) -> Iterator[tuple[Attempt, OutboundMessage]]:
        while self.begun and self.out < self.most:
            self.out += 1
            yield self.begun.popleft()


class Lanes:
    """Sends attempts over `count` threads. One per process; safe for many processes at once."""

    def __init__(
        self, database: Database, switchboard: Switchboard, count: int, stopping: threading.Event
    ) -> None:
        self._database = database
        self._switchboard = switchboard
        self._count = count
        self._stopping = stopping
        self._pool: ThreadPoolExecutor | None = None

    def deliver(self, attempts: Sequence[Attempt], clock: Callable[[], datetime]) -> Counter[str]:
        """Send all of these and write what became of them; counts by status. `clock` tells Flux's time as it goes on."""
        counts: Counter[str] = Counter()
        if not attempts:
            return counts
        lines = {
            True: _Line(deque(one for one in attempts if _is_blind(one)), FEW),
            False: _Line(deque(one for one in attempts if not _is_blind(one)), self._count),
        }
        arrived: SimpleQueue[Future[Outcome]] = SimpleQueue()
        landed: list[Outcome] = []
        # One connection for the whole run: taking one from the pool costs as much as a small query.
        with self._database.service_line() as session:
            while landed or any(line.busy for line in lines.values()):
                if (
                    self._stopping.is_set()
                ):  # what has not left is for others, who need not wait for its lease
                    with session.begin():
                        _hand_back(
                            session, [one for line in lines.values() for one in line.give_up()], clock()
                        )
                group = [one for line in lines.values() for one in line.draw()]
                for begun in self._commit(session, lines.values(), landed, group, clock()):
                    lines[_is_blind(begun[0])].begun.append(begun)
                counts.update(str(finished.status) for _, finished, _ in landed)
                for line in lines.values():
                    self._launch(line.leave(), arrived, clock())
                out = sum(line.out for line in lines.values())
                landed = _landed(arrived, out) if out else []
                for attempt, _, _ in landed:
                    lines[_is_blind(attempt)].out -= 1
        return counts

    def _launch(
        self,
        ready: Iterator[tuple[Attempt, OutboundMessage]],
        arrived: SimpleQueue[Future[Outcome]],
        now: datetime,
    ) -> None:
        if self._pool is None:  # made late: a pool does not survive the fork of a worker
            # One thread for each that may be out: none waits where nobody looks again whether it may still be sent.
            self._pool = ThreadPoolExecutor(self._count + FEW, thread_name_prefix="lane")
        for attempt, said in ready:
            flight = self._pool.submit(carry_out, self._switchboard, attempt, said, now)
            flight.add_done_callback(arrived.put)

    def _commit(
        self,
        session: Session,
        lines: Iterable[_Line],
        landed: Sequence[Outcome],
        group: Sequence[Attempt],
        now: datetime,
    ) -> list[tuple[Attempt, OutboundMessage]]:
        """Write what has landed and begin the next ones, in one transaction; waits while Postgres is away.

        What had begun and still waits in its line is looked at again.
        """
        for pause in _PAUSES:
            try:
                with session.begin():
                    self._write(session, landed, now)
                    for line in lines:
                        line.drop_changed(session, now)
                    return self._begin(session, group, now)
            except IntegrityError as error:
                # Somebody was erased at this very moment; their rows are gone at the next look.
                log.info("written_anew", error=type(error.orig).__name__)
            except OperationalError as error:
                log.warning("database_away", error=type(error.orig).__name__, again_in=pause)
                time.sleep(pause)
        with session.begin():
            self._write(session, landed, now)
        return []

    # ---------------------------------------------------------------- before

    def _begin(
        self, session: Session, group: Sequence[Attempt], now: datetime
    ) -> list[tuple[Attempt, OutboundMessage]]:
        """Those that may still be sent, with their words. Nobody is woken: what falls into sleep waits or is left out."""
        awake = [one for one in group if one.rung == Rung.HANG_UP or not one.person.ladder.rhythm.asleep(now)]
        asleep = [one for one in group if one not in awake]
        outbox.finish(session, [_after_sleep(one, now) for one in asleep], now)
        may = last_look.begin(session, [(one.id, one.tries) for one in awake], now, now + LEASE)
        worded = [(one, _worded(session, one, now)) for one in awake if one.id in may]
        self._write(session, [(one, broken(_begun(one)), None) for one, said in worded if said is None], now)
        return [(one, said) for one, said in worded if said is not None]

    # ---------------------------------------------------------------- after

    def _write(self, session: Session, results: Sequence[Outcome], now: datetime) -> None:
        if not results:
            return
        ours = outbox.finish(session, [finished for _, finished, _ in results], now)
        for attempt, finished, error in results:
            if finished.external_id and attempt.id not in ours:
                if attempt.rung == Rung.CALL:
                    outbox.end_superseded_call(session, attempt.id, finished.external_id, now)
                delete_later(session, attempt.person.user_id, finished.external_id, now)
            if error is not None and error.gone:
                to = attempt.address
                outbox.give_up_address(session, to.channel, to.value, error.reason)
        failed = [
            (one.task.id, one.task.version)
            for one, done, _ in results
            if done.status == DispatchStatus.FAILED
        ]
        wake_failed(session, failed, now)


def _begun(attempt: Attempt) -> Attempt:
    """As its row is since `last_look.begin`."""
    return replace(attempt, tries=attempt.tries + 1)


def _hand_back(session: Session, left: Sequence[Attempt], now: datetime) -> None:
    """None of these has left. Those that are still ours may be begun anew at once, by whoever comes next."""
    for begun in (False, True):  # by somebody before us
        fences = [(one.id, one.tries) for one in left if one.begun is begun]
        if fences:
            outbox.hand_back(session, fences, now, may_have_gone=begun)
            log.info("handed_back", attempts=len(fences))


def _is_blind(attempt: Attempt) -> bool:
    return attempt.address.channel in BLIND


def _landed(arrived: SimpleQueue[Future[Outcome]], out: int) -> list[Outcome]:
    """What has come back of those that are out: waits a little for the first, and a moment for its company."""
    landed: list[Outcome] = []
    with suppress(Empty):
        landed.append(arrived.get(timeout=_LOOK_UP).result())
        while len(landed) < min(out, GROUP):
            landed.append(arrived.get(timeout=_MOMENT).result())
    return landed


def _worded(session: Session, attempt: Attempt, now: datetime) -> OutboundMessage | None:
    """Its words; None when they cannot be made, which must not keep the others of its group waiting."""
    asks = session.begin_nested() if attempt.rung in _WORDS_FROM_POSTGRES else nullcontext()
    try:
        with asks:
            return _compose(session, attempt, now)
    except OperationalError:
        raise  # Postgres is away: no fault of this one
    except Exception:
        # Whatever a strange value in this one's rows raises.
        log.exception("words_broke", attempt=str(attempt.id), rung=attempt.rung)
        return None


def _compose(session: Session, attempt: Attempt, now: datetime) -> OutboundMessage:
    rhythm = attempt.person.ladder.rhythm
    if attempt.rung == Rung.PATTERN:
        pattern = get_pattern(session, attempt.person.user_id, UUID(hex=attempt.reason or ""))
        count = moves_now(session, pattern, attempt.person, now) if pattern else 0
        said = pattern_question(pattern, count) if pattern else OutboundMessage("")
    elif attempt.rung == Rung.ECHO:
        said = echoed(session, attempt.task, rhythm, now, attempt.reason or "")
    elif attempt.reason == DIGEST:
        said = digest([attempt.task, *attempt.others], rhythm, now)
    elif attempt.rung == Rung.MISS_NOTE:
        said = about_a_miss(session, attempt.task, rhythm, now)
    else:
        said = message(attempt.rung, attempt.task, rhythm, now, attempt.address.channel)
    if attempt.address.channel == ChannelName.WHATSAPP and attempt.person.whatsapp_window_open(now):
        said = replace(said, in_session=True)
    return replace(said, attempt_id=attempt.id, deadline=attempt.deadline)


def _after_sleep(attempt: Attempt, now: datetime) -> Finished:
    morning = attempt.person.ladder.rhythm.wakes_after(now)
    waits = attempt.rung not in (Rung.WHATSAPP, Rung.CALL) and morning < attempt.deadline
    if waits:
        status = DispatchStatus.UNKNOWN if attempt.begun else DispatchStatus.PENDING
        return Finished(attempt.id, attempt.tries, status, again_at=morning, reason=attempt.reason)
    return Finished(attempt.id, attempt.tries, DispatchStatus.SKIPPED, reason="asleep")
