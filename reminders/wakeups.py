"""Asking to be woken: rq-scheduler rings once per due second, and whoever is rung claims everything that is due.

A wake-up is only a reminder to look; Postgres knows what is due, and the sweep finds what no bell rang for. So a
wake-up may be lost, doubled or early without harm. The scheduler rings a little early, and who is rung waits for the
moment itself (`reminders.watch`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job
from rq.utils import utcformat

log = structlog.get_logger()

QUEUE = "ladder"
JOB = "bot.jobs.wake"
EARLY = timedelta(seconds=2)  # before its moment a bell rings
BELLS = "bells"  # only workers that may wait a moment listen here: people in the chat never wait behind one
WATCH = "bot.jobs.watch"
_LONGEST = 600  # seconds one woken job may work
_RING = "wake-"  # how the ids of wake-ups begin
_LONG_QUEUE = 100
_AT_ONCE = 1_000
_KEPT = 86_400  # seconds a failed one is kept for the operator


class Wakeups(Protocol):
    def wake_at(self, when: datetime, key: str) -> None:
        """Ring once at or just after `when`; `key` names the wake-up. Never raises: a lost bell is found by the sweep."""
        ...


@dataclass
class RecordedWakeups:
    """Remembers instead of ringing: for simulated time, where whoever moves the clock looks by itself."""

    asked: list[datetime] = field(default_factory=list)

    def wake_at(self, when: datetime, key: str) -> None:  # noqa: ARG002 - the protocol's signature
        self.asked.append(when)

    @property
    def next(self) -> datetime | None:
        return min(self.asked, default=None)


class RqWakeups:
    """One job per due second on the queue "ladder"; `to_real` turns Flux's time into the scheduler's."""

    def __init__(
        self,
        redis: Redis,
        to_real: Callable[[datetime], datetime] = lambda when: when,
        *,
        job: str = JOB,
        queue: str = QUEUE,
    ) -> None:
        self._redis = redis
        self._to_real = to_real
        self._job = job
        self._queue = Queue(queue, connection=redis)
        self._bells = Queue(BELLS, connection=redis)
        self._scheduler: Any = None

    def wake_at(self, when: datetime, key: str) -> None:
        try:
            self._ring(self._to_real(when).timestamp(), key)
        except RedisError as error:
            log.warning("wakeup_lost", error=type(error).__name__)

    def _ring(self, moment: float, key: str) -> None:
        """What is due already is queued at once; a later second is asked for only once, however many wait for it.

        Whether it was asked for is read from the scheduler's own list, so what is lost there is asked for anew.
        rq-scheduler cuts fractions off, so a whole second is never early.
        """
        seconds, micros = self._redis.time()
        now, second = int(seconds) + int(micros) / 1e6, math.ceil(moment)
        if moment <= now:
            self._put(self._queue, self._job, key)
        elif second - now <= EARLY.total_seconds():  # the scheduler would have rung by now
            if self._redis.set(f"flux:wake-{second}", key, nx=True, exat=second + 1):
                self._put(self._bells, WATCH, key)
        elif (ring := f"{_RING}{second}") not in self._rings():
            at = datetime.fromtimestamp(second, UTC)
            self._rings().enqueue_at(at, WATCH, key, job_id=ring, job_result_ttl=0, timeout=_LONGEST)
            self._redis.set(f"flux:wake-{second}", key, exat=second + 1)

    def _put(self, queue: Queue, job: str, key: str) -> None:
        name = f"{_RING}{uuid4().hex}"
        queue.enqueue(job, key, job_id=name, job_timeout=_LONGEST, result_ttl=0, failure_ttl=_KEPT)

    def _rings(self) -> Any:
        if self._scheduler is None:
            from rq_scheduler import Scheduler  # noqa: PLC0415 - 0.1 s and a test library: only for who asks

            self._scheduler = Scheduler(queue_name=BELLS, connection=self._redis)
        return self._scheduler


def drop_answered(redis: Redis, before: datetime) -> int:
    """Take wake-ups off a long queue that were put there `before` somebody began to look; returns how many.

    That look has seen whatever they rang for, and what falls due now must not wait behind them.
    """
    dropped = 0
    for queue in (Queue(QUEUE, connection=redis), Queue(BELLS, connection=redis)):
        if queue.count < _LONG_QUEUE:
            continue
        rings = [name for name in queue.job_ids if name.startswith(_RING)]
        for first in range(0, len(rings), _AT_ONCE):
            dropped += _drop(redis, queue.key, rings[first : first + _AT_ONCE], utcformat(before).encode())
    return dropped


def _drop(redis: Redis, queue_key: str, names: list[str], before: bytes) -> int:
    """Those of these jobs that were queued before; their times are text that sorts as they do."""
    with redis.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.hget(Job.key_for(name), "enqueued_at")
        old = [
            name for name, queued in zip(names, pipeline.execute(), strict=True) if (queued or b"") < before
        ]
        for name in old:
            pipeline.lrem(queue_key, 1, name)
        taken = [name for name, found in zip(old, pipeline.execute(), strict=True) if found]
        for name in taken:  # of another one somebody has just begun to work
            pipeline.delete(Job.key_for(name))
        pipeline.execute()
    return len(taken)
