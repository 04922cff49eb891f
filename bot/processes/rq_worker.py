"""One line of work: RQ's worker with signs of life, deaf to jobs that cannot be read, and quick to leave when asked."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis import TimeoutError as RedisTimeoutError
from rq import Queue, SimpleWorker
from rq.exceptions import DeserializationError, NoSuchJobError, StopRequested
from rq.job import Job
from rq.utils import as_text
from rq.utils import now as rq_now

from bot.heartbeats import BEAT_EVERY, beat, watch
from bot.processes.periodic import ask
from bot.pulse import Pulse

log = structlog.get_logger(__name__)

_WORKER_TTL = 60  # with these two a job whose worker was killed is found again after about a minute
_MAINTENANCE = 30
_LOOK_SECONDS = 120  # one look without Redis takes no longer
_LISTEN = 1  # second
_PAUSE = 2.0  # seconds between two of them
REDIS_AWAY = (RedisConnectionError, RedisTimeoutError)


@dataclass(frozen=True, slots=True)
class Duty:
    """What a line does besides its jobs.

    `leave` is called from the signal handler when it is told to stop; `alone` now and then while Redis is away.
    """

    name: str
    sweep_seconds: float
    pulse: Pulse
    leave: Callable[[], None]
    alone: Callable[[], None]
    beat_every: float = BEAT_EVERY


class FluxWorker(SimpleWorker):
    """Runs jobs in its own process; shows a sign of life between them, and during each for as long as it may take."""

    max_connection_wait_time = 5.0  # after an outage of Redis nobody waits a minute more

    def __init__(self, connection: Redis, queues: tuple[str, ...], duty: Duty) -> None:
        self._duty = duty
        self._next_beat = 0.0
        self._busy_until: float | None = None
        self._alone = False
        super().__init__(
            [Queue(name, connection=connection) for name in queues],
            connection=connection,
            worker_ttl=_WORKER_TTL,
            maintenance_interval=_MAINTENANCE,
            log_job_description=False,  # it would quote the arguments
            prepare_for_work=False,  # which would ask Redis for our address
        )
        self.hostname, self.pid = socket.gethostname(), os.getpid()
        self.push_exc_handler(_log_failure)  # type: ignore[no-untyped-call]  # untyped in the library

    def run(self) -> None:
        """Until SIGTERM, or until Redis is lost in the middle of something."""
        threading.Thread(target=self._beat_while_busy, name="beat", daemon=True).start()
        self._install_signal_handlers()  # type: ignore[no-untyped-call]  # untyped in the library
        try:
            self.work(
                logging_level="CRITICAL"
            )  # it would log whole tracebacks; what matters we log ourselves
        except REDIS_AWAY:
            self._bridge()
            raise

    def _bridge(self) -> None:
        """Look by ourselves until Redis answers, or until we are told to stop; then another worker begins anew."""
        while not (self._stop_requested or self._redis_answers()):
            self._duty.pulse.beat()
            self._look_alone()
            time.sleep(_PAUSE)

    def _redis_answers(self) -> bool:
        try:
            return bool(self.connection.ping())
        except REDIS_AWAY:
            return False

    # ---------------------------------------------------------------- signs of life

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        self._duty.pulse.beat()
        try:
            super().heartbeat(timeout, pipeline)
            self._show_life()
        except REDIS_AWAY:
            self._look_alone()
            if self._stop_requested:
                raise StopRequested from None
            raise

    def _look_alone(self) -> None:
        if not self._alone:
            log.warning("worker_without_redis", queues=self.queue_names())
        self._alone = True
        with self._busy(_LOOK_SECONDS):
            self._duty.alone()

    def _show_life(self) -> None:
        self._alone = False
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + self._duty.beat_every / 2
            beat(self.connection, self._duty.name)
            watch(self.connection)
            ask(self.connection, self._duty.sweep_seconds)

    def execute_job(self, job: Job, queue: Queue) -> None:
        with self._busy(float(job.timeout or Queue.DEFAULT_TIMEOUT)):
            super().execute_job(job, queue)

    @contextlib.contextmanager
    def _busy(self, seconds: float) -> Iterator[None]:
        before, self._busy_until = self._busy_until, time.monotonic() + seconds
        try:
            yield
        finally:
            self._busy_until = before
            structlog.contextvars.clear_contextvars()  # the next line in the log is not about this

    def _beat_while_busy(self) -> None:
        """Whoever has a job in hand is alive for as long as that job may take; afterwards only its own steps count."""
        pause = threading.Event()
        while not pause.wait(self._duty.beat_every):
            until = self._busy_until
            if until is not None and time.monotonic() < until:
                self._duty.pulse.beat()
                with contextlib.suppress(RedisError):
                    beat(self.connection, self._duty.name)

    # ---------------------------------------------------------------- jobs that cannot be read

    @property
    def dequeue_timeout(self) -> int:
        """RQ gives Redis ten seconds more than this to answer: then a connection that hangs is given up."""
        return 5

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """A second at a time: that is where it leaves when it is told to, never between taking a job and doing it."""
        while not self._stop_requested:
            try:
                found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time or _LISTEN)
            except (StopRequested, *REDIS_AWAY):
                raise
            except Exception as error:
                # It is off its queue already. An error without a job is not about one, and ends this worker.
                if not (hasattr(error, "job_id") or isinstance(error, UnicodeDecodeError)):
                    log.error("worker_broke", error=type(error).__name__)
                    raise
                log.error("job_dropped", job=getattr(error, "job_id", None), error=type(error).__name__)
                self._drop_unreadable()
            else:
                if found is not None:
                    return found
        raise StopRequested

    def run_maintenance_tasks(self) -> None:
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # untyped in the library
        except REDIS_AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one old job's data does to it, the line goes on
            log.error("maintenance_failed", error=type(error).__name__)
            self._drop_unreadable()
            self.last_cleaned_at = rq_now()  # type: ignore[assignment]  # the library says None, and means a time

    def _drop_unreadable(self) -> None:
        """Jobs that were taken and cannot be read would break every later look at them; the sweep repairs what they stood for."""
        for queue in self.queues:
            for raw in self.connection.lrange(queue.intermediate_queue_key, 0, -1):
                try:
                    Job.fetch(as_text(raw), connection=self.connection)
                except (NoSuchJobError, *REDIS_AWAY):
                    continue
                except Exception:  # noqa: BLE001 - undecodable data fails in many ways
                    self.connection.lrem(queue.intermediate_queue_key, 0, raw)  # type: ignore[arg-type]  # bytes are welcome

    def handle_job_failure(self, job: Job, queue: Queue, *registry: Any, **words: Any) -> None:
        """Keep the failure without its text, which may quote a person and would lie in Redis for a day."""
        super().handle_job_failure(job, queue, *registry, **(words | {"exc_string": ""}))

    # ---------------------------------------------------------------- the end

    def somebody_waits(self) -> bool:
        """Whether people wait for this worker in the chat: what waits for its slot at a provider is left to others then."""
        with contextlib.suppress(RedisError):
            return any(queue.count for queue in self.queues if queue.name == "chat")
        return False

    def handle_warm_shutdown_request(self) -> None:
        """SIGTERM: the job in hand is told to come to its end."""
        self._duty.leave()

    def _shutdown(self) -> None:
        """Upstream raises here, wherever it stands, and asks Redis: a job just taken would be lost."""
        self._stop_requested = True


def _log_failure(job: Job, *failure: Any) -> bool:
    log.error("job_failed", job=job.id, function=_function_of(job), exc_info=failure[:3])
    return True  # RQ's own handling goes on


def _function_of(job: Job) -> str | None:
    try:
        return job.func_name
    except DeserializationError:
        return None
