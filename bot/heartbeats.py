"""Signs of life in Redis: who is alive, and one log line for the whole installation when somebody falls silent or is back."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from redis import Redis

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 45  # how long a sign of life counts: a stall shows within a minute
BEAT_EVERY = 5.0  # seconds between two of them
# Without one of each, reminders or answers are late. The two lines of a worker are told apart: one may stand still alone.
EXPECTED = ("scheduler", "ladder", "chat")
KNOWN = "flux:beating"  # who has given a sign of life and has not said goodbye
SILENT = "flux:silent"  # of those, who is known to have fallen silent


def beat(redis: Redis, process: str) -> None:
    """A sign of life; any number of processes may give it under one name."""
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.set(_key(process), 1, ex=HEARTBEAT_SECONDS)
        pipeline.sadd(KNOWN, process)
        pipeline.execute()


def goodbye(redis: Redis, process: str) -> None:
    """It ends because it was told to, which is no silence; another one of its name is known again by its next beat."""
    for names in (KNOWN, SILENT):
        redis.srem(names, process)


def alive(redis: Redis) -> dict[str, bool]:
    """Whether each process gives signs of life: those no installation is without, and whoever else was seen."""
    return _alive(redis, _names(redis.smembers(KNOWN)))


def watch(redis: Redis) -> None:
    """Log who fell silent and who is back, once over all processes that watch. Whoever was never seen is not missed."""
    known, missed = _names(redis.smembers(KNOWN)), _names(redis.smembers(SILENT))
    if not known and not missed:
        return
    signs = _alive(redis, known)
    for process in known - missed:
        if not signs[process] and redis.sadd(SILENT, process):
            log.error("process_silent", process=process, seconds=HEARTBEAT_SECONDS)
    for process in missed:
        if signs.get(process) and redis.srem(SILENT, process):
            log.warning("process_back", process=process)


def _names(found: Iterable[bytes | str]) -> set[str]:
    return {name.decode() if isinstance(name, bytes) else name for name in found}


def _alive(redis: Redis, known: set[str]) -> dict[str, bool]:
    names = [*EXPECTED, *sorted(known - set(EXPECTED))]
    return dict(zip(names, map(bool, redis.mget([_key(name) for name in names])), strict=True))


def _key(process: str) -> str:
    return f"flux:heartbeat:{process}"
