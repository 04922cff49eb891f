"""Many keep-alive lanes to the providers: a last look, the send, and each result written as soon as it is there."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
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
from reminders.sending import Outcome, carry_out
from reminders.wording import digest, message, pattern_question
from storage import outbox
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
FEW = 10
_MOMENT = 0.002  # seconds a result waits for the next one, to be written with it
_PAUSES = (
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    20,
    30,
    30,
)  # seconds while Postgres is away: results are not thrown away


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

    def drop_erased(self, session: Session) -> None:
        """Somebody may have been erased while their message waited for its turn: then its row is gone."""
        if self.begun:
            there = outbox.existing(session, [one.id for one, _ in self.begun])
            self.begun = deque(one for one in self.begun if one[0].id in there)

    def leave(self) -> Iterator[tuple[Attempt, OutboundMessage]]:
        while self.begun and self.out < self.most:
            self.out += 1
            yield self.begun.popleft()


class Lanes:
    """Sends attempts over `count` threads. One per process; safe for many processes at once."""

    def __init__(self, database: Database, switchboard: Switchboard, count: int) -> None:
        self._database = database
        self._switchboard = switchboard
        self._count = count
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
            self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="lane")
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
                        line.drop_erased(session)
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
        may = outbox.begin(session, [(one.id, one.tries) for one in awake], now, now + LEASE)
        return [(one, _compose(session, one, now)) for one in awake if one.id in may]

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


def _is_blind(attempt: Attempt) -> bool:
    return attempt.address.channel in BLIND


def _landed(arrived: SimpleQueue[Future[Outcome]], out: int) -> list[Outcome]:
    """What has come back of those that are out: waits for the first, and a moment for its company."""
    landed = [arrived.get().result()]
    with suppress(Empty):
        while len(landed) < min(out, GROUP):
            landed.append(arrived.get(timeout=_MOMENT).result())
    return landed


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
