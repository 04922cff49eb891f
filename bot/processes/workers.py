"""`flux worker`: imports the conversation once, then forks RQ workers that share the memory, and keeps them running."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.heartbeats import BEAT_EVERY, goodbye
from bot.pulse import FROZEN_SECONDS, Pulse, PulseWatch, shown_in
from bot.up.backoff import Backoff
from reminders.wakeups import BELLS
from storage.processes import die_with_parent

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 10.0
_TICK = 0.2


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how often a line shows that it lives, and after how long without it counts as frozen."""

    beat_every: float = BEAT_EVERY
    frozen: float = FROZEN_SECONDS


@dataclass
class _Line:
    """One forked worker and what it listens to."""

    name: str
    queues: tuple[str, ...]
    pulse: Pulse = field(default_factory=Pulse)
    pid: int = 0
    started: float = 0.0
    due: float = 0.0  # when to start it again
    backoff: Backoff = field(default_factory=Backoff)


def _lines(settings: Settings) -> list[_Line]:
    """One worker is always free for reminders; the others prefer people who are waiting for an answer."""
    return [
        _Line("ladder", (BELLS, "ladder")),
        *(_Line("chat", ("chat", "ladder")) for _ in range(settings.chat_workers)),
    ]


def preload(settings: Settings) -> None:
    """Import what jobs need, once: an import in the child would cost a second or two per worker and no shared page."""
    importlib.import_module("bot.jobs")
    importlib.import_module("bot.processes.rq_worker")
    importlib.import_module("agents.graph")
    if settings.openrouter_api_key:
        importlib.import_module("agents.litellm_model").load()
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, the shared pages


def run_workers(settings: Settings, pace: Pace = Pace()) -> int:
    """Work until SIGTERM or SIGINT, then let running jobs finish. Returns the exit code."""
    preload(settings)
    lines = _lines(settings)
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopping.append(received))
    pulse, watch = shown_in(settings.flux_home), PulseWatch(pace.frozen)
    while not stopping:
        pulse.beat()
        _start_due(lines, settings, pace)
        _reap(lines)
        _end_frozen(lines, watch)
        time.sleep(_TICK)
    _drain(lines)
    _say_goodbye(lines, settings)
    return 0


def _start_due(lines: list[_Line], settings: Settings, pace: Pace) -> None:
    for line in lines:
        if not line.pid and time.monotonic() >= line.due:
            parent = os.getpid()
            line.pulse = Pulse()
            line.pid, line.started = os.fork(), time.monotonic()
            if not line.pid:
                _child(parent, line, settings, pace)


def _child(parent: int, line: _Line, settings: Settings, pace: Pace) -> None:
    """The forked worker's whole life; never returns."""
    code = 1
    try:
        die_with_parent(signal.SIGTERM, parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _work(line, settings, pace)
        code = 0
    except Exception as error:  # noqa: BLE001 - the process boundary: whatever it was, the parent starts another
        log.warning("worker_failed", queues=line.queues, error=type(error).__name__)
    finally:
        os._exit(code)


def _work(line: _Line, settings: Settings, pace: Pace) -> None:
    from bot import jobs  # noqa: PLC0415 - preloaded before the fork
    from bot.processes.rq_worker import Duty, FluxWorker  # noqa: PLC0415 - likewise

    jobs.make_ready()
    duty = Duty(
        line.name,
        settings.sweep_interval_seconds,
        line.pulse,
        leave=jobs.come_to_an_end,
        alone=jobs.look_alone,
        beat_every=pace.beat_every,
    )
    worker = FluxWorker(_redis(settings), line.queues, duty)
    jobs.services().dispatcher.gives_way = worker.somebody_waits
    log.info("worker_started", queues=line.queues)
    if line.name == "chat":
        jobs.take_up()
    worker.run()


def _redis(settings: Settings) -> Redis:
    """One quick second try and no more: beginning anew is our way to wait for Redis."""
    return Redis.from_url(settings.redis_url, retry=Retry(NoBackoff(), 1))


def _reap(lines: list[_Line]) -> None:
    for line in lines:
        if line.pid and os.waitpid(line.pid, os.WNOHANG)[0]:
            pause = line.backoff.pause(time.monotonic() - line.started)
            log.warning("worker_ended", queues=line.queues, again_in=pause)
            line.pid, line.due = 0, time.monotonic() + pause


def _end_frozen(lines: list[_Line], watch: PulseWatch) -> None:
    """A line that does not even beat is no use to anybody: another one takes over what it held, by its lease."""
    now = time.monotonic()
    watch.look(now)
    for line in lines:
        if line.pid and watch.frozen(line.pulse.last, now):
            log.error("worker_frozen", queues=line.queues)
            os.kill(line.pid, signal.SIGKILL)


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


def _say_goodbye(lines: list[_Line], settings: Settings) -> None:
    with contextlib.suppress(RedisError):
        redis = _redis(settings)
        for name in {line.name for line in lines}:
            goodbye(redis, name)
