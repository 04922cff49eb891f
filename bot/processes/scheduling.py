"""`flux scheduler`: rq-scheduler made to survive outages and bad jobs; also asks for the sweep and for housekeeping."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from types import FrameType
from typing import TYPE_CHECKING

import structlog
from redis import Redis, RedisError
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq_scheduler import Scheduler

from bot.health import beat
from bot.up.backoff import Backoff

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger(__name__)

SWEEP = "bot.jobs.sweep"
HOUSEKEEPING = "bot.jobs.housekeeping"
_INTERVAL = 1  # seconds between looks; rq-scheduler's lock outlives a dead holder by ten more
_EARLY = 2  # seconds before its time a bell rings: whoever is rung waits for the moment (reminders.watch)
_SWEEP_ASKED = "flux:sweep:asked"
_HOUSEKEEPING_ASKED = "flux:housekeeping:asked"
_HOUSEKEEPING_SECONDS = 3600


class FluxScheduler(Scheduler):  # type: ignore[misc]  # the library ships no types
    """The library's scheduler with signs of life, a sweep, and one bad job harming nobody else."""

    def __init__(self, connection: Redis, sweep_seconds: float) -> None:
        super().__init__(connection=connection, interval=_INTERVAL)
        self._sweep_seconds = sweep_seconds
        self._ladder = Queue("ladder", connection=connection)
        self._chat = Queue("chat", connection=connection)

    def heartbeat(self) -> None:
        super().heartbeat()
        beat(self.connection, "scheduler")

    def enqueue_jobs(self) -> None:
        """Called while holding the lock: ask for what is done periodically, then queue whatever is due."""
        self._ask_for_sweep()
        self._ask_for_housekeeping()
        due = self.connection.zrangebyscore(self.scheduled_jobs_key, 0, int(time.time()) + _EARLY)
        for number, raw in enumerate(due):
            self._enqueue_one(raw.decode())
            if number % 100 == 99:
                self._refresh_lock()

    def _enqueue_one(self, job_id: str) -> None:
        try:
            self.enqueue_job(Job.fetch(job_id, connection=self.connection))
        except NoSuchJobError:
            self.cancel(job_id)
        except RedisError:
            raise
        except Exception as error:  # noqa: BLE001 - undecodable data fails in many ways; the sweep repairs what it stood for
            log.error("wakeup_dropped", job=job_id, error=type(error).__name__)
            self.cancel(job_id)

    def _refresh_lock(self) -> None:
        """Upstream never does: a long queue would outlive the lock, and a second scheduler would queue it again."""
        self.connection.expire(self.scheduler_lock_key, _INTERVAL + 10)

    def _ask_for_sweep(self) -> None:
        """At most once per interval over all schedulers, and never a second one while the first still waits."""
        asked = self.connection.set(_SWEEP_ASKED, 1, nx=True, px=int(self._sweep_seconds * 1000))
        if asked and self._ladder.count < 100:
            self._ladder.enqueue(SWEEP, job_timeout=120, result_ttl=0, failure_ttl=3600)

    def _ask_for_housekeeping(self) -> None:
        """At most once an hour over all schedulers, behind people who wait for an answer; never on the ladder's line."""
        if self.connection.set(_HOUSEKEEPING_ASKED, 1, nx=True, ex=_HOUSEKEEPING_SECONDS):
            self._chat.enqueue(HOUSEKEEPING, "hourly", job_timeout=120, result_ttl=0, failure_ttl=3600)

    def _install_signal_handlers(self) -> None:
        """Ours are installed once, around every restart."""


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
    redis = Redis.from_url(settings.redis_url, socket_timeout=10)
    backoff = Backoff()
    while not stopping:  # the exception alone is not enough: an error while leaving may take its place
        with contextlib.suppress(_StopRequested):
            started = time.monotonic()
            _run_once(redis, settings.sweep_interval_seconds)
            time.sleep(backoff.pause(time.monotonic() - started))
    return 0


def _run_once(redis: Redis, sweep_seconds: float) -> None:
    """One life of the scheduler; ends only by an error, which is logged."""
    try:
        log.info("scheduler_started")
        FluxScheduler(redis, sweep_seconds).run()
    except RedisError as error:
        log.warning("scheduler_lost_redis", error=type(error).__name__)
    except Exception as error:
        log.error(
            "scheduler_failed", exc_info=error
        )  # the outermost door: it must ring again whatever happened
