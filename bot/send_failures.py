"""How often providers refused something, by channel and code, counted in Redis for whoever watches the installation."""

from __future__ import annotations

import contextlib

from redis import Redis, RedisError

_FAILURES = "flux:send:failures"  # "channel:code" -> how often, over all processes


class SendFailures:
    """Told of every refusal. Nothing here may keep a message from anybody, so a lost Redis is no failure."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def __call__(self, channel: str, code: str) -> None:
        with contextlib.suppress(RedisError):
            self._redis.hincrby(_FAILURES, f"{channel}:{code}", 1)


def failures(redis: Redis) -> dict[tuple[str, str], int]:
    """(channel, code) -> how often."""
    kept: dict[bytes, bytes] = redis.hgetall(_FAILURES)  # type: ignore[assignment]  # typed for the async client, too
    counted = {}
    for name, count in kept.items():
        channel, _, code = name.decode().partition(":")
        counted[channel, code] = int(count)
    return counted
