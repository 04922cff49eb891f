"""Asking to be woken: rq-scheduler rings once per due second, and whoever is rung claims everything that is due.

A wake-up is only a reminder to look; Postgres knows what is due, and the sweep finds what no bell rang for. So a
wake-up may be lost, doubled or early without harm. The scheduler rings a little early, and who is rung waits for the
moment itself (`reminders.watch`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

log = structlog.get_logger()

QUEUE = "ladder"
JOB = "bot.jobs.wake"
BELLS = "bells"  # only workers that may wait a moment listen here: people in the chat never wait behind one
WATCH = "bot.jobs.watch"
_LONGEST = 600  # seconds one woken job may work
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
        self._scheduler: Any = None

    def wake_at(self, when: datetime, key: str) -> None:
        try:
            self._ring(self._to_real(when).timestamp(), key)
        except RedisError as error:
            log.warning("wakeup_lost", error=type(error).__name__)

    def _ring(self, moment: float, key: str) -> None:
        """What is due already is queued at once; a later second is asked for only once, however many wait for it.

        rq-scheduler cuts fractions off, so a whole second is never early.
        """
        seconds, micros = self._redis.time()
        second = math.ceil(moment)
        if moment <= int(seconds) + int(micros) / 1e6:
            self._queue.enqueue(self._job, key, job_timeout=_LONGEST, result_ttl=0, failure_ttl=_KEPT)
        elif self._redis.set(f"flux:wake-{second}", key, nx=True, exat=second):
            at = datetime.fromtimestamp(second, UTC)
            self._rings().enqueue_at(
                at, WATCH, key, job_id=f"wake-{second}", job_result_ttl=0, timeout=_LONGEST
            )

    def _rings(self) -> Any:
        if self._scheduler is None:
            from rq_scheduler import Scheduler  # noqa: PLC0415 - 0.1 s and a test library: only for who asks

            self._scheduler = Scheduler(queue_name=BELLS, connection=self._redis)
        return self._scheduler
