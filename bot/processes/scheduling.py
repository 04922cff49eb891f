"""`flux scheduler`: rq-scheduler made to survive outages and bad jobs; also asks for the sweep and for housekeeping."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from types import FrameType
from typing import TYPE_CHECKING

import structlog
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis import TimeoutError as RedisTimeoutError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq_scheduler import Scheduler

from bot.heartbeats import KNOWN, SILENT, beat, goodbye, watch
from bot.processes.periodic import ask
from bot.pulse import Pulse, shown_in
from bot.up.backoff import Backoff
from reminders.wakeups import BELLS, EARLY, QUEUE

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger(__name__)

_INTERVAL = 1  # seconds between looks
_EARLY = int(EARLY.total_seconds())  # a bell rings before its time: whoever is rung waits for the moment
_NAME = "scheduler"
# What RQ and we keep in Redis, and as what. Whatever else stands there is dropped: Postgres knows all it stood for.
_SHAPES = {
    Scheduler.scheduled_jobs_key: b"zset",
    KNOWN: b"set",
    SILENT: b"set",
    "rq:queues": b"set",
    "rq:workers": b"set",
    **{
        key.format(queue): shape
        for queue in (QUEUE, BELLS, "chat")
        for key, shape in (
            ("rq:queue:{}", b"list"),
            ("rq:queue:{}:intermediate", b"list"),
            ("rq:workers:{}", b"set"),
            ("rq:wip:{}", b"zset"),
            ("rq:failed:{}", b"zset"),
        )
    },
}


class FluxScheduler(Scheduler):  # type: ignore[misc]  # the library ships no types
    """The library's scheduler with signs of life, a sweep, and one bad job harming nobody else.

    Any number may run side by side, without a lock: whoever takes a job off the list is the one who queues it. So
    nobody waits for a dead one, and one that was frozen finds nothing left to queue.
    """

    def __init__(self, connection: Redis, sweep_seconds: float, pulse: Pulse | None = None) -> None:
        super().__init__(connection=connection, interval=_INTERVAL)
        self._sweep_seconds = sweep_seconds
        self._pulse = pulse or Pulse()

    def heartbeat(self) -> None:
        self._pulse.beat()
        super().heartbeat()
        beat(self.connection, _NAME)
        watch(self.connection)

    def enqueue_jobs(self) -> None:
        """Ask for what is done periodically, then queue whatever is due, or will be in a moment."""
        mend(self.connection)
        ask(self.connection, self._sweep_seconds)
        due = self.connection.zrangebyscore(self.scheduled_jobs_key, 0, int(time.time()) + _EARLY)
        for number, raw in enumerate(due, start=1):
            if self.connection.zrem(self.scheduled_jobs_key, raw):
                self._enqueue_one(raw)
            if number % 100 == 0:
                self.heartbeat()

    def _enqueue_one(self, raw: bytes) -> None:
        """It is off the list already: what cannot be queued, or dies with us, is found by the sweep."""
        try:
            self.enqueue_job(Job.fetch(raw.decode(), connection=self.connection))
        except NoSuchJobError:
            pass
        except (RedisConnectionError, RedisTimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - undecodable data fails in many ways; the sweep repairs what it stood for
            log.error("wakeup_dropped", job=repr(raw), error=type(error).__name__)

    def acquire_lock(self) -> bool:
        """Upstream's lock is never refreshed, and its holder takes away another's; none is needed."""
        return True

    def remove_lock(self) -> None:
        """There is none."""

    def _install_signal_handlers(self) -> None:
        """Ours are installed once, around every restart."""


def mend(redis: Redis) -> None:
    """Drop what has another shape than it must: every look at it would fail, for ever."""
    with redis.pipeline(transaction=False) as pipeline:
        for key in _SHAPES:
            pipeline.type(key)
        found = pipeline.execute()
    for (key, shape), there in zip(_SHAPES.items(), found, strict=True):
        if there not in (shape, b"none"):
            redis.delete(key)
            log.error("redis_key_dropped", key=key, was=there.decode())


class _StopRequested(BaseException):
    """Leaves the library's endless loop."""


def run_scheduler(settings: Settings) -> int:
    """Ring until SIGTERM or SIGINT; starts over after Redis outages. Must run in the main thread."""
    os.environ["TZ"] = "UTC"  # the library evaluates cron lines in the process's zone
    time.tzset()
    stopping: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopping.append(number)
        raise _StopRequested

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    # One quick second try and no more: beginning anew is our way to wait for Redis.
    redis = Redis.from_url(settings.redis_url, socket_timeout=10, retry=Retry(NoBackoff(), 1))
    backoff, pulse = Backoff(), shown_in(settings.flux_home)
    while not stopping:  # the exception alone is not enough: an error while leaving may take its place
        with contextlib.suppress(_StopRequested):
            started = time.monotonic()
            pulse.beat()
            _run_once(FluxScheduler(redis, settings.sweep_interval_seconds, pulse))
            time.sleep(backoff.pause(time.monotonic() - started))
    with contextlib.suppress(RedisError):
        goodbye(redis, _NAME)
    return 0


def _run_once(scheduler: FluxScheduler) -> None:
    """One life of the scheduler; ends only by an error, which is logged."""
    try:
        log.info("scheduler_started")
        mend(scheduler.connection)
        scheduler.run()
    except RedisError as error:
        log.warning("scheduler_lost_redis", error=type(error).__name__)
    except Exception as error:
        log.error(
            "scheduler_failed", exc_info=error
        )  # the outermost door: it must ring again whatever happened
