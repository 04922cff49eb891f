"""Asking for what is done again and again: once per interval over all who ask, the scheduler and idle workers alike."""

from __future__ import annotations

from redis import Redis
from rq import Queue

SWEEP = "bot.jobs.sweep"
HOUSEKEEPING = "bot.jobs.housekeeping"
_SWEEP_ASKED = "flux:sweep:asked"
_HOUSEKEEPING_ASKED = "flux:housekeeping:asked"
_HOUSEKEEPING_SECONDS = 3600
_LONG_QUEUE = 100  # a queue like this is looked through anyway


def ask(redis: Redis, sweep_seconds: float) -> None:
    """Ask for the sweep and for housekeeping when it is time. Workers ask too: without a scheduler life goes on by sweeps."""
    if redis.set(_SWEEP_ASKED, 1, nx=True, px=int(sweep_seconds * 1000)):
        ladder = Queue("ladder", connection=redis)
        if ladder.count < _LONG_QUEUE:
            ladder.enqueue(SWEEP, job_timeout=120, result_ttl=0, failure_ttl=3600)
    # Behind people who wait for an answer; never on the ladder's line.
    if redis.set(_HOUSEKEEPING_ASKED, 1, nx=True, ex=_HOUSEKEEPING_SECONDS):
        chat = Queue("chat", connection=redis)
        chat.enqueue(HOUSEKEEPING, "hourly", job_timeout=120, result_ttl=0, failure_ttl=3600)
