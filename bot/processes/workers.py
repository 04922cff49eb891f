"""`flux worker`: imports the conversation once, then forks RQ workers that share the memory, and keeps them running."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from redis import Redis
from rq import Queue, SimpleWorker

from bot.health import HEARTBEAT_SECONDS, beat
from bot.up.backoff import Backoff
from storage.processes import die_with_parent

if TYPE_CHECKING:
    from rq.job import Job

    from bot.settings import Settings

log = structlog.get_logger(__name__)

# One worker is always free for reminders; the other prefers people who are waiting for an answer.
LINES = (("bells", "ladder"), ("chat", "ladder"))
DRAIN_SECONDS = 10.0
_WORKER_TTL = 60  # with these two a job whose worker was killed is found again after about a minute
_MAINTENANCE = 30


class FluxWorker(SimpleWorker):
    """Runs jobs in its own process, and shows a sign of life after each: the sweep gives it one every few seconds."""

    beat_lives = float(HEARTBEAT_SECONDS)

    def execute_job(self, job: Job, queue: Queue) -> None:
        super().execute_job(job, queue)
        beat(self.connection, "worker", self.beat_lives)

    def handle_job_failure(self, job: Job, queue: Queue, *registry: Any, **words: Any) -> None:
        """Keep the failure without its text, which may quote a person and would lie in Redis for a day."""
        super().handle_job_failure(job, queue, *registry, **(words | {"exc_string": ""}))


@dataclass
class _Line:
    """One forked worker and what it listens to."""

    queues: tuple[str, ...]
    pid: int = 0
    started: float = 0.0
    due: float = 0.0  # when to start it again
    backoff: Backoff = field(default_factory=Backoff)


def preload(settings: Settings) -> None:
    """Import what jobs need, once: an import in the child would cost a second or two per worker and no shared page."""
    importlib.import_module("bot.jobs")
    importlib.import_module("agents.graph")
    if settings.openrouter_api_key:
        importlib.import_module("agents.litellm_model").load()
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, the shared pages


def run_workers(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT, then let running jobs finish. Returns the exit code."""
    preload(settings)
    lines = [_Line(queues) for queues in LINES]
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopping.append(received))
    while not stopping:
        _start_due(lines, settings)
        _reap(lines)
        time.sleep(0.2)
    _drain(lines)
    return 0


def _start_due(lines: list[_Line], settings: Settings) -> None:
    for line in lines:
        if not line.pid and time.monotonic() >= line.due:
            parent = os.getpid()
            line.pid, line.started = os.fork(), time.monotonic()
            if not line.pid:
                _child(parent, line.queues, settings)


def _child(parent: int, queues: tuple[str, ...], settings: Settings) -> None:
    """The forked worker's whole life; never returns."""
    code = 1
    try:
        die_with_parent(signal.SIGTERM, parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _work(Redis.from_url(settings.redis_url), queues, settings)
        code = 0
    except Exception as error:  # noqa: BLE001 - the process boundary: whatever it was, the parent starts another
        log.warning("worker_failed", queues=queues, error=type(error).__name__)
    finally:
        os._exit(code)


def _work(connection: Redis, queues: tuple[str, ...], settings: Settings) -> None:
    worker = FluxWorker(
        [Queue(name, connection=connection) for name in queues],
        connection=connection,
        worker_ttl=_WORKER_TTL,
        maintenance_interval=_MAINTENANCE,
        log_job_description=False,  # it would quote the arguments
    )
    worker.beat_lives = max(HEARTBEAT_SECONDS, 4 * settings.sweep_interval_seconds)
    beat(connection, "worker", worker.beat_lives)
    log.info("worker_started", queues=queues)
    worker.push_exc_handler(_log_failure)  # type: ignore[no-untyped-call]  # untyped in the library
    worker.work(logging_level="CRITICAL")  # it would log whole tracebacks; what matters we log ourselves


def _log_failure(job: Job, *failure: Any) -> bool:
    log.error("job_failed", job=job.id, function=job.func_name, exc_info=failure[:3])
    return True  # RQ's own handling goes on


def _reap(lines: list[_Line]) -> None:
    for line in lines:
        if line.pid and os.waitpid(line.pid, os.WNOHANG)[0]:
            pause = line.backoff.pause(time.monotonic() - line.started)
            log.warning("worker_ended", queues=line.queues, again_in=pause)
            line.pid, line.due = 0, time.monotonic() + pause


def _drain(lines: list[_Line]) -> None:
    """Workers finish the job in hand; those that take too long are killed (their jobs are repeatable)."""
    running = [line.pid for line in lines if line.pid]
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + DRAIN_SECONDS
    while running and time.monotonic() < end:
        running = [pid for pid in running if not os.waitpid(pid, os.WNOHANG)[0]]
        time.sleep(0.02)
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
