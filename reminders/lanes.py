"""Many keep-alive lanes to the providers: a last look, the send, and the results written in small groups."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from uuid import UUID

from sqlalchemy.orm import Session

from channels.messages import OutboundMessage
from channels.switchboard import Switchboard
from reminders.attempts import DIGEST, Attempt
from reminders.echo import echoed
from reminders.learning import movable
from reminders.sending import Outcome, carry_out
from reminders.wording import digest, message, pattern_question
from storage import outbox
from storage.database import Database
from storage.outbox import Finished
from storage.patterns import get_pattern
from storage.tasks import wake_failed
from storage.vocabulary import ChannelName, DispatchStatus, Rung

LEASE = timedelta(seconds=30)
GROUP = 10  # results a killed worker may lose, at most
_PATIENCE = 0.05  # seconds a result waits for company


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
        queue, results = deque(attempts), list[Outcome]()
        arrived: SimpleQueue[Future[Outcome]] = SimpleQueue()
        flying, written_at = 0, time.monotonic()
        # One connection for the whole run: taking one from the pool costs as much as a small query.
        with (
            self._database.engine.connect() as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            while queue or flying or results:
                room = bool(queue) and flying < 2 * self._count
                waited = time.monotonic() - written_at >= _PATIENCE
                if room or len(results) >= GROUP or (results and (waited or not flying)):
                    group = [queue.popleft() for _ in range(min(GROUP, len(queue)) if room else 0)]
                    with session.begin():
                        counts += self._write(session, results[:GROUP], clock())
                        ready = self._begin(session, group, clock())
                    del results[:GROUP]
                    written_at = time.monotonic()
                    self._launch(ready, arrived, clock())
                    flying += len(ready)
                    continue
                landed = _landed(arrived)
                flying -= len(landed)
                results += landed
        return counts

    def _launch(
        self,
        ready: Sequence[tuple[Attempt, OutboundMessage]],
        arrived: SimpleQueue[Future[Outcome]],
        now: datetime,
    ) -> None:
        if self._pool is None:  # made late: a pool does not survive the fork of a worker
            self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="lane")
        for attempt, said in ready:
            flight = self._pool.submit(carry_out, self._switchboard, attempt, said, now)
            flight.add_done_callback(arrived.put)

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

    def _write(self, session: Session, results: Sequence[Outcome], now: datetime) -> Counter[str]:
        if not results:
            return Counter()
        ours = outbox.finish(session, [finished for _, finished, _ in results], now)
        _end_orphaned_calls(session, results, ours, now)
        for attempt, _, error in results:
            if error is not None and error.gone:
                to = attempt.address
                outbox.give_up_address(session, to.channel, to.value, error.reason)
        failed = [
            (one.task.id, one.task.version)
            for one, done, _ in results
            if done.status == DispatchStatus.FAILED
        ]
        wake_failed(session, failed, now)
        return Counter(str(finished.status) for _, finished, _ in results)


def _landed(arrived: SimpleQueue[Future[Outcome]]) -> list[Outcome]:
    """What has come back: waits for the first a little while, takes the others that are there."""
    landed: list[Outcome] = []
    with suppress(Empty):
        landed.append(arrived.get(timeout=_PATIENCE).result())
        while len(landed) < GROUP:
            landed.append(arrived.get_nowait().result())
    return landed


def _compose(session: Session, attempt: Attempt, now: datetime) -> OutboundMessage:
    rhythm = attempt.person.ladder.rhythm
    if attempt.rung == Rung.PATTERN:
        pattern = get_pattern(session, attempt.person.user_id, UUID(hex=attempt.reason or ""))
        count = len(movable(session, pattern, attempt.person, now)) if pattern else 0
        said = pattern_question(pattern, count) if pattern else OutboundMessage("")
    elif attempt.rung == Rung.ECHO:
        said = echoed(session, attempt.task, rhythm, now, attempt.reason or "")
    elif attempt.reason == DIGEST:
        said = digest([attempt.task, *attempt.others], rhythm, now)
    else:
        said = message(attempt.rung, attempt.task, rhythm, now, attempt.address.channel)
    if attempt.address.channel == ChannelName.WHATSAPP and attempt.person.whatsapp_window_open(now):
        said = replace(said, template=())
    return replace(said, attempt_id=attempt.id, deadline=attempt.deadline)


def _after_sleep(attempt: Attempt, now: datetime) -> Finished:
    morning = attempt.person.ladder.rhythm.wakes_after(now)
    waits = attempt.rung not in (Rung.WHATSAPP, Rung.CALL) and morning < attempt.deadline
    if waits:
        return Finished(
            attempt.id, attempt.tries, DispatchStatus.PENDING, again_at=morning, reason=attempt.reason
        )
    return Finished(attempt.id, attempt.tries, DispatchStatus.SKIPPED, reason="asleep")


def _end_orphaned_calls(session: Session, results: Sequence[Outcome], ours: set[UUID], now: datetime) -> None:
    """A call that was superseded while it was being dialled must not ring on."""
    orphans = [
        (one, done)
        for one, done, _ in results
        if one.rung == Rung.CALL and done.external_id and one.id not in ours
    ]
    rows = outbox.skipped_among(session, [one.id for one, _ in orphans])
    known = {one.id: done.external_id for one, done in orphans}
    outbox.add_attempts(session, [outbox.ending_of_call(row, known[row.id], now) for row in rows])
