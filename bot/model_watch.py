"""How the network model fares in every process, gathered in Redis for whoever watches the installation."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from redis import Redis, RedisError

if TYPE_CHECKING:
    from agents.model import ModelRole

_RESTS = "flux:model:rests:"  # model -> why it is left alone; gone when its rest is over
_FALLBACKS = "flux:model:fallbacks"  # role -> how many questions the offline model had to answer


class ModelWatch:
    """Told by the models of a process. Nothing here may keep an answer from anybody, so a lost Redis is no failure."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def rests(self, model: str, reason: str, seconds: float) -> None:
        """A breaker opened for so long; 0 seconds: it closed."""
        with contextlib.suppress(RedisError):
            if seconds <= 0:
                self._redis.delete(_RESTS + model)
            else:
                self._redis.set(_RESTS + model, reason, px=max(1, int(seconds * 1000)))

    def fell_back(self, role: ModelRole) -> None:
        with contextlib.suppress(RedisError):
            self._redis.hincrby(_FALLBACKS, role.value, 1)


def resting(redis: Redis, models: Iterable[str]) -> dict[str, float]:
    """Of these models those that some process leaves alone right now, and for how many seconds more."""
    names = sorted(set(models) - {""})
    left = [int(str(redis.pttl(_RESTS + name))) for name in names]
    return {name: seconds / 1000 for name, seconds in zip(names, left, strict=True) if seconds > 0}


def fallbacks(redis: Redis) -> dict[str, int]:
    """How many questions of each role the offline model had to answer in the network model's place."""
    kept: dict[bytes, bytes] = redis.hgetall(_FALLBACKS)  # type: ignore[assignment]  # typed for the async client, too
    return {role.decode(): int(count) for role, count in kept.items()}
